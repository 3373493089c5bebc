//! `org.freedesktop.Notifications`: shows nothing and tells everything.

use std::collections::HashMap;

use serde_json::json;
use zbus::interface;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::OwnedValue;

use crate::stage::say;

pub struct Notifications {
    has_actions: bool,
    last: u32,
}

impl Notifications {
    pub fn new(has_actions: bool) -> Self {
        Self { has_actions, last: 0 }
    }
}

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[allow(clippy::too_many_arguments)]
    async fn notify(
        &mut self,
        app_name: String,
        replaces_id: u32,
        app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        expire_timeout: i32,
    ) -> u32 {
        let id = if replaces_id == 0 {
            self.last += 1;
            self.last
        } else {
            replaces_id
        };
        let pairs: Vec<_> = actions.chunks(2).map(|pair| json!(pair)).collect();
        let category = hints.get("category").and_then(|value| <&str>::try_from(value).ok());
        say(&json!({
            "event": "notification", "id": id, "replaces": replaces_id, "app": app_name, "icon": app_icon,
            "title": summary, "body": body, "actions": pairs, "category": category, "timeout": expire_timeout,
        }));
        id
    }

    async fn close_notification(
        &self,
        id: u32,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        say(&json!({ "event": "closed", "id": id }));
        Ok(Self::notification_closed(&emitter, id, 3).await?)
    }

    async fn get_capabilities(&self) -> Vec<String> {
        let mut can = vec!["body".to_owned(), "body-markup".to_owned()];
        if self.has_actions {
            can.push("actions".to_owned());
        }
        can
    }

    async fn get_server_information(&self) -> (String, String, String, String) {
        ("witness".into(), "pilothouse".into(), "1".into(), "1.2".into())
    }

    #[zbus(signal)]
    pub async fn notification_closed(emitter: &SignalEmitter<'_>, id: u32, reason: u32) -> zbus::Result<()>;

    #[zbus(signal)]
    pub async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action_key: &str) -> zbus::Result<()>;
}
