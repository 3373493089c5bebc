//! `org.kde.StatusNotifierWatcher`: where programs announce their tray items.

use std::sync::PoisonError;

use futures_util::StreamExt as _;
use serde_json::{Value, json};
use zbus::message::Header;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, fdo, interface};

use crate::stage::{Failure, Items, say};

/// A program's tray item: whose it is and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub owner: String,
    pub path: String,
}

pub struct Watcher {
    pub items: Items,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    async fn register_status_notifier_item(
        &self,
        service: String,
        #[zbus(header)] header: Header<'_>,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> fdo::Result<()> {
        let caller = header.sender().map(ToString::to_string).unwrap_or_default();
        // Either a path of the caller or a name of its own with the usual path.
        let item = if service.starts_with('/') {
            Item { owner: caller, path: service }
        } else {
            Item { owner: service, path: "/StatusNotifierItem".into() }
        };
        say(&json!({ "event": "item", "owner": item.owner, "path": item.path }));
        let name = format!("{}{}", item.owner, item.path);
        self.items.lock().unwrap_or_else(PoisonError::into_inner).push(item);
        Ok(Self::status_notifier_item_registered(&emitter, &name).await?)
    }

    async fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    async fn registered_status_notifier_items(&self) -> Vec<String> {
        let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.iter().map(|item| format!("{}{}", item.owner, item.path)).collect()
    }

    #[zbus(property)]
    async fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    async fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(signal)]
    async fn status_notifier_item_registered(emitter: &SignalEmitter<'_>, name: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn status_notifier_item_unregistered(emitter: &SignalEmitter<'_>, name: &str) -> zbus::Result<()>;

    #[zbus(signal)]
    async fn status_notifier_host_registered(emitter: &SignalEmitter<'_>) -> zbus::Result<()>;
}

/// Says which items went away with their programs.
pub async fn departures(connection: Connection, items: Items) {
    let Ok(bus) = fdo::DBusProxy::new(&connection).await else { return };
    let Ok(mut changes) = bus.receive_name_owner_changed().await else { return };
    while let Some(change) = changes.next().await {
        let Ok(args) = change.args() else { continue };
        if args.new_owner().is_some() {
            continue;
        }
        let gone = args.name().to_string();
        let mut items = items.lock().unwrap_or_else(PoisonError::into_inner);
        if items.iter().any(|item| item.owner == gone) {
            items.retain(|item| item.owner != gone);
            say(&json!({ "event": "item-gone", "owner": gone }));
        }
    }
}

/// What a panel would show of the item.
pub async fn describe(connection: &Connection, item: &Item) -> Result<Value, Failure> {
    let proxy =
        zbus::Proxy::new(connection, item.owner.clone(), item.path.clone(), "org.kde.StatusNotifierItem")
            .await?;
    let mut said = json!({ "owner": item.owner });
    for (key, name) in [
        ("icon", "IconName"),
        ("status", "Status"),
        ("title", "Title"),
        ("label", "XAyatanaLabel"),
        ("id", "Id"),
    ] {
        // Asked anew each time: some programs never say that a property changed.
        let value: Result<OwnedValue, _> = connection
            .call_method(
                Some(item.owner.as_str()),
                item.path.as_str(),
                Some("org.freedesktop.DBus.Properties"),
                "Get",
                &(proxy.interface().as_str(), name),
            )
            .await
            .and_then(|answer| answer.body().deserialize());
        said[key] =
            value.ok().and_then(|value| String::try_from(value).ok()).map_or(Value::Null, Value::String);
    }
    Ok(said)
}
