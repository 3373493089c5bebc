//! `com.canonical.dbusmenu`: the menu of a tray item, as the panel reads and clicks it.

use std::collections::HashMap;

use serde_json::{Value as Json, json};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Proxy};

use crate::stage::Failure;
use crate::watcher::Item;

const INTERFACE: &str = "com.canonical.dbusmenu";

type Layout = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// Where the menu of an item is.
pub async fn place(connection: &Connection, item: &Item) -> Result<OwnedObjectPath, Failure> {
    let answer = connection
        .call_method(
            Some(item.owner.as_str()),
            item.path.as_str(),
            Some("org.freedesktop.DBus.Properties"),
            "Get",
            &("org.kde.StatusNotifierItem", "Menu"),
        )
        .await?;
    let value: OwnedValue = answer.body().deserialize()?;
    Ok(value.try_into()?)
}

/// The tree: `{id, label, enabled, separator?, children}`.
pub async fn read(connection: &Connection, item: &Item) -> Result<Json, Failure> {
    let path = place(connection, item).await?;
    let answer = connection
        .call_method(
            Some(item.owner.as_str()),
            &path,
            Some(INTERFACE),
            "GetLayout",
            &(0_i32, -1_i32, Vec::<String>::new()),
        )
        .await?;
    let (_, root): (u32, Layout) = answer.body().deserialize()?;
    Ok(tree(root)?["children"].take())
}

fn tree((id, properties, children): Layout) -> Result<Json, Failure> {
    let text =
        |name: &str| properties.get(name).and_then(|value| <&str>::try_from(value).ok()).map(str::to_owned);
    let flag = |name: &str| properties.get(name).and_then(|value| bool::try_from(value).ok()).unwrap_or(true);
    let mut inner = Vec::new();
    for child in children {
        inner.push(tree(Value::from(child).try_into()?)?);
    }
    Ok(json!({
        "id": id,
        "label": text("label").map(|label| without_mnemonic(&label)),
        "enabled": flag("enabled"),
        "visible": flag("visible"),
        "separator": text("type").is_some_and(|kind| kind == "separator"),
        "children": inner,
    }))
}

/// One underscore underlines a letter, two are one.
fn without_mnemonic(label: &str) -> String {
    label.replace("__", "\u{0}").replace('_', "").replace('\u{0}', "_")
}

/// The number of the entry at the end of a path of labels; each step matches the beginning of a label.
pub async fn find(connection: &Connection, item: &Item, path: &[&str]) -> Result<i32, Failure> {
    let mut level = read(connection, item).await?;
    let mut id = None;
    for step in path {
        let entries = level.as_array().cloned().unwrap_or_default();
        let found = entries.into_iter().find(|entry| {
            entry["enabled"] == true && entry["label"].as_str().is_some_and(|label| label.starts_with(step))
        });
        let Some(mut found) = found else {
            return Err(format!("there is no “{step}” in {level}").into());
        };
        id = found["id"].as_i64().and_then(|id| i32::try_from(id).ok());
        level = found["children"].take();
    }
    id.ok_or_else(|| "the path is empty".into())
}

pub async fn click(connection: &Connection, item: &Item, id: i32) -> Result<(), Failure> {
    let path = place(connection, item).await?;
    connection
        .call_method(
            Some(item.owner.as_str()),
            &path,
            Some(INTERFACE),
            "Event",
            &(id, "clicked", Value::I32(0), 0_u32),
        )
        .await?;
    Ok(())
}

/// Clicks and waits for nothing that comes of it. The click is on its way to the program then, also to one that stands
/// still: the bus passes on what one connection says in its order, and has answered what was said after it.
pub async fn leave_click(connection: &Connection, item: &Item, menu: &str, id: i32) -> Result<(), Failure> {
    let program = Proxy::new(connection, item.owner.as_str(), menu, INTERFACE).await?;
    program.call_noreply("Event", &(id, "clicked", Value::I32(0), 0_u32)).await?;
    let bus = "org.freedesktop.DBus";
    connection.call_method(Some(bus), "/org/freedesktop/DBus", Some(bus), "GetId", &()).await?;
    Ok(())
}
