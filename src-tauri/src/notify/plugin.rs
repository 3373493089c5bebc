//! Showing notifications on macOS and Windows, through the system's own centre. A click and the buttons are reported
//! while the system keeps the notification; none can be taken back.

use std::sync::atomic::{AtomicI32, Ordering};

use tauri::{AppHandle, Manager as _, Wry};
use tauri_plugin_notification::{Action, ActionType, Notification, NotificationExt as _};
use tokio::sync::mpsc;

use super::desk::Heard;
use super::notice::Notice;
use super::seen::Shows;
use crate::words::{Words, words};

/// Kinds of buttons: of a question that may be approved, and of one that may not.
const ASKS: &str = "asks";
const ASKS_TO_OPEN: &str = "asks-to-open";

pub struct Bus {
    app: AppHandle,
    sent: AtomicI32,
}

impl Bus {
    pub async fn connect(app: &AppHandle, heard: mpsc::Sender<Heard>) -> Result<Self, String> {
        // A second time, after a failure, it is there already.
        if app.try_state::<Notification<Wry>>().is_none() {
            prepare(app, heard).map_err(|error| error.to_string())?;
        }
        Ok(Self { app: app.clone(), sent: AtomicI32::new(0) })
    }

    pub async fn show(&self, notice: &Notice, _replaces: Option<u32>, _words: Words) -> Result<u32, String> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        let mut built = self.app.notification().builder().id(number).title(&notice.title).body(&notice.body);
        if let Some(question) = &notice.question {
            built = built.action_type_id(if question.may_approve { ASKS } else { ASKS_TO_OPEN });
        }
        built.show().map_err(|error| error.to_string())?;
        Ok(number.unsigned_abs())
    }

    /// Whether the system lets us is told by nobody beforehand.
    pub async fn shows(&self) -> Shows {
        Shows::Yes
    }

    pub async fn close(&self, _id: u32) {}
}

/// On macOS a click on the list of buttons itself counts as the first of them: that one must do no harm.
fn prepare(app: &AppHandle, heard: mpsc::Sender<Heard>) -> Result<(), Box<dyn std::error::Error>> {
    app.plugin(tauri_plugin_notification::init())?;
    let words = words();
    let open = Action::builder("open", words.open()).foreground(true).build();
    let approve = Action::builder("approve", words.approve()).build();
    let deny = Action::builder("deny", words.deny()).destructive(true).build();
    app.notification().register_action_types(vec![
        ActionType::builder(ASKS).actions(vec![open.clone(), approve, deny.clone()]).build(),
        ActionType::builder(ASKS_TO_OPEN).actions(vec![open, deny]).build(),
    ])?;
    app.notification().on_action(move |done| {
        let button = if done.action_id() == "tap" { "default" } else { done.action_id() };
        let Some(shown) = done.notification() else { return };
        let said = Heard::Button(shown.id().unsigned_abs(), button.to_owned());
        if heard.try_send(said).is_err() {
            tracing::warn!("a click on a notification was lost: too many are waiting");
        }
    })?;
    Ok(())
}
