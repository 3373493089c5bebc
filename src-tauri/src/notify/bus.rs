//! Showing notifications through the desktop's own service on the session bus, with buttons and clicks.

use std::collections::HashMap;

use futures_util::StreamExt as _;
use tauri::{AppHandle, async_runtime};
use tokio::sync::mpsc;
use zbus::zvariant::Value;

use super::desk::Heard;
use super::notice::{Kind, Notice};
use super::seen::Shows;
use crate::words::Words;

const SERVICE: &str = "org.freedesktop.Notifications";

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications",
    gen_blocking = false
)]
trait Notifications {
    #[allow(clippy::too_many_arguments)]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;
    fn close_notification(&self, id: u32) -> zbus::Result<()>;
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;
    #[zbus(signal)]
    fn notification_closed(&self, id: u32, reason: u32) -> zbus::Result<()>;
    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;
}

/// A connection to whoever shows notifications.
pub struct Bus {
    proxy: NotificationsProxy<'static>,
    listening: async_runtime::JoinHandle<()>,
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Bus {
    /// An error means that there is no session bus. Whether anybody shows notifications is seen at each of them.
    pub async fn connect(_app: &AppHandle, heard: mpsc::Sender<Heard>) -> Result<Self, String> {
        let connected = async {
            let connection = zbus::Connection::session().await?;
            let proxy = NotificationsProxy::new(&connection).await?;
            let mut closed = proxy.receive_notification_closed().await?;
            let mut invoked = proxy.receive_action_invoked().await?;
            let listening = async_runtime::spawn(async move {
                loop {
                    let said = tokio::select! {
                        Some(signal) = closed.next() => signal.args().ok().map(|args| Heard::Closed(args.id)),
                        Some(signal) = invoked.next() => {
                            signal.args().ok().map(|args| Heard::Button(args.id, args.action_key.clone()))
                        }
                        else => return,
                    };
                    if let Some(said) = said
                        && heard.send(said).await.is_err()
                    {
                        return;
                    }
                }
            });
            zbus::Result::Ok(Self { proxy, listening })
        };
        connected.await.map_err(|error| error.to_string())
    }

    /// Shows it, in the place of an earlier one if `replaces` is its number. Answers its number.
    pub async fn show(&self, notice: &Notice, replaces: Option<u32>, words: Words) -> Result<u32, String> {
        let shown = async {
            let can = self.proxy.get_capabilities().await?;
            let can = |what: &str| can.iter().any(|one| one == what);
            let (approve, deny, open) = (words.approve(), words.deny(), words.open());
            let mut actions = Vec::new();
            if can("actions") {
                if let Some(question) = &notice.question {
                    if question.may_approve {
                        actions.extend(["approve", &approve]);
                    }
                    actions.extend(["deny", &deny]);
                }
                // A click on the card; desktops that show it as a button too have the words for it.
                actions.extend(["default", &open]);
            }
            let body = if can("body-markup") { escaped(&notice.body) } else { notice.body.clone() };
            let hints = HashMap::from([
                ("urgency", Value::U8(1)),
                ("desktop-entry", Value::from("Pilothouse")),
                ("image-data", picture()?),
                ("category", Value::from(category(notice.kind))),
            ]);
            // A question stays until it is answered; the rest goes when the desktop thinks so.
            let stays = if notice.kind == Kind::NeedsYou { 0 } else { -1 };
            self.proxy
                .notify(
                    "Pilothouse",
                    replaces.unwrap_or(0),
                    "pilothouse-desktop",
                    &notice.title,
                    &body,
                    &actions,
                    hints,
                    stays,
                )
                .await
        };
        shown.await.map_err(|error| error.to_string())
    }

    /// Whether somebody on the bus shows notifications, or would be started to.
    pub async fn shows(&self) -> Shows {
        let looked = async {
            let bus = zbus::fdo::DBusProxy::new(self.proxy.inner().connection()).await?;
            if bus.name_has_owner(SERVICE.try_into()?).await? {
                return Ok(true);
            }
            let names = bus.list_activatable_names().await?;
            zbus::Result::Ok(names.iter().any(|name| name.as_str() == SERVICE))
        };
        if looked.await.unwrap_or(false) { Shows::Yes } else { Shows::Nobody }
    }

    pub async fn close(&self, id: u32) {
        if let Err(error) = self.proxy.close_notification(id).await {
            tracing::debug!(%error, "a notification was gone already");
        }
    }
}

/// The app's icon as it is, since a desktop finds it by name only where the app is installed.
fn picture() -> zbus::Result<Value<'static>> {
    let icon = tauri::image::Image::from_bytes(include_bytes!("../../../icons/tray/idle.png"))
        .map_err(|error| zbus::Error::Failure(error.to_string()))?;
    let (width, height) = (icon.width() as i32, icon.height() as i32);
    // Width, height, bytes of a row, alpha, bits of a sample, samples of a pixel, pixels.
    Ok(Value::from((width, height, width * 4, true, 8_i32, 4_i32, icon.rgba().to_vec())))
}

fn category(kind: Kind) -> &'static str {
    match kind {
        Kind::NeedsYou => "x-pilothouse.needs-you",
        Kind::Finished => "x-pilothouse.finished",
        Kind::Failed => "x-pilothouse.failed",
        Kind::Limit => "x-pilothouse.limit",
        Kind::Worker => "x-pilothouse.worker",
        Kind::Click => "x-pilothouse.click",
    }
}

/// Some desktops read the body as markup; what somebody else wrote stays text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_is_no_markup() {
        assert_eq!(escaped("a <b>&</b>"), "a &lt;b&gt;&amp;&lt;/b&gt;");
    }
}
