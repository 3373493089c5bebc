//! Taking the names, reading commands, printing what happens.

use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::sync::mpsc;
use zbus::Connection;
use zbus::object_server::InterfaceRef;

use crate::menu;
use crate::notifications::Notifications;
use crate::portal::{self, Settings};
use crate::watcher::{self, Item, Watcher};

pub type Failure = Box<dyn std::error::Error>;

/// One line, whole.
pub fn say(line: &Value) {
    let mut out = std::io::stdout().lock();
    // A reader that is gone ends us through our standard input.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// The tray items that registered, oldest first.
pub type Items = Arc<Mutex<Vec<Item>>>;

pub async fn run(args: Vec<String>) -> Result<(), Failure> {
    let mut args = args;
    let mut appearance = None;
    if let Some(at) = args.iter().position(|arg| arg == "--appearance") {
        args.remove(at);
        let words = if at < args.len() { args.remove(at) } else { String::new() };
        appearance = Some(Settings::parse(&words).ok_or("--appearance needs KEY=N,…")?);
    }
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    if let Some(odd) =
        args.iter().find(|a| !["--no-tray", "--no-notifications", "--no-actions"].contains(&a.as_str()))
    {
        return Err(format!("unknown argument {odd}").into());
    }
    let connection = Connection::session().await?;
    let items = Items::default();
    if !has("--no-tray") {
        connection
            .object_server()
            .at("/StatusNotifierWatcher", Watcher { items: Arc::clone(&items) })
            .await?;
        connection.request_name("org.kde.StatusNotifierWatcher").await?;
        tokio::spawn(watcher::departures(connection.clone(), Arc::clone(&items)));
    }
    let mut notifications = None;
    if !has("--no-notifications") {
        let path = "/org/freedesktop/Notifications";
        connection.object_server().at(path, Notifications::new(!has("--no-actions"))).await?;
        connection.request_name("org.freedesktop.Notifications").await?;
        notifications = Some(connection.object_server().interface::<_, Notifications>(path).await?);
    }
    let mut portal = None;
    if let Some(settings) = appearance {
        connection.object_server().at(portal::PATH, settings).await?;
        connection.request_name("org.freedesktop.portal.Desktop").await?;
        portal = Some(connection.object_server().interface::<_, Settings>(portal::PATH).await?);
    }
    let shown = Shown { notifications, portal };
    say(&json!({ "event": "ready" }));
    let mut lines = commands();
    while let Some(line) = lines.recv().await {
        let command: Value = serde_json::from_str(&line)?;
        let mut reply = match obey(&connection, &items, &shown, &command).await {
            Ok(reply) => reply,
            Err(error) => json!({ "error": error.to_string() }),
        };
        reply["reply"] = command["n"].clone();
        say(&reply);
    }
    Ok(())
}

/// What stands on the bus here.
struct Shown {
    notifications: Option<InterfaceRef<Notifications>>,
    portal: Option<InterfaceRef<Settings>>,
}

/// Lines of standard input, read beside the bus.
fn commands() -> mpsc::Receiver<String> {
    let (send, lines) = mpsc::channel(16);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if send.blocking_send(line).is_err() {
                return;
            }
        }
    });
    lines
}

async fn obey(
    connection: &Connection,
    items: &Items,
    on_stage: &Shown,
    command: &Value,
) -> Result<Value, Failure> {
    let last = || {
        let items = items.lock().unwrap_or_else(PoisonError::into_inner);
        items.last().cloned().ok_or("there is no tray item")
    };
    let path: Vec<&str> =
        command["path"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let id = || command["id"].as_u64().and_then(|id| u32::try_from(id).ok()).ok_or("id is missing");
    let shown = || on_stage.notifications.as_ref().ok_or("no notifications are shown here");
    match command["do"].as_str().unwrap_or_default() {
        "item" => watcher::describe(connection, &last()?).await,
        "menu" => Ok(json!({ "menu": menu::read(connection, &last()?).await? })),
        "find" => {
            let id = menu::find(connection, &last()?, &path).await?;
            let place = menu::place(connection, &last()?).await?;
            Ok(json!({ "id": id, "menu": place.as_str() }))
        }
        "click" => {
            let id = menu::find(connection, &last()?, &path).await?;
            menu::click(connection, &last()?, id).await?;
            Ok(json!({ "id": id }))
        }
        "click-id" => {
            let id = command["id"].as_i64().and_then(|id| i32::try_from(id).ok()).ok_or("id is missing")?;
            let place = command["menu"].as_str().ok_or("menu is missing")?;
            menu::leave_click(connection, &last()?, place, id).await?;
            Ok(json!({}))
        }
        "press" => {
            let action = command["action"].as_str().ok_or("action is missing")?;
            Notifications::action_invoked(shown()?.signal_emitter(), id()?, action).await?;
            Ok(json!({}))
        }
        "dismiss" => {
            Notifications::notification_closed(shown()?.signal_emitter(), id()?, 2).await?;
            Ok(json!({}))
        }
        "appear" => {
            let portal = on_stage.portal.as_ref().ok_or("there is no portal here")?;
            let key = command["key"].as_str().ok_or("key is missing")?;
            let value =
                command["value"].as_u64().and_then(|n| u32::try_from(n).ok()).ok_or("value is missing")?;
            portal.get_mut().await.0.insert(key.to_owned(), value);
            Settings::setting_changed(portal.signal_emitter(), portal::NAMESPACE, key, value.into()).await?;
            Ok(json!({}))
        }
        other => Err(format!("unknown command {other}").into()),
    }
}
