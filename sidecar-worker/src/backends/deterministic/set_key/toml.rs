//! TOML, through an editor that keeps everything it is not told to change.

use super::{Set, Why, dotted, meant};
use toml_edit::{DocumentMut, Item, TableLike, Value};

pub(super) fn set(text: &str, key: &[String], value: &str) -> Result<Set, Why> {
    let mut document: DocumentMut =
        text.parse().map_err(|e: toml_edit::TomlError| format!("is not TOML: {}", e.message()))?;
    let (last, parents) = key.split_last().ok_or("needs a key")?;
    let candidates = deeper(document.as_table(), last);
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for (depth, step) in parents.iter().enumerate() {
        let here = dotted(&key[..=depth]);
        let item = table.get_mut(step).ok_or_else(|| format!("has no table `{here}`"))?;
        table = item.as_table_like_mut().ok_or_else(|| format!("has `{here}`, but it is not a table"))?;
    }
    let shown = dotted(key);
    match table.get_mut(last) {
        Some(Item::Value(old)) => {
            let mut new = same_kind(old, value)
                .map_err(|kind| format!("has {kind} in `{shown}`; `{value}` is not one"))?;
            *new.decor_mut() = old.decor().clone();
            if new.to_string() != old.to_string() {
                *old = new;
            }
            Ok(Set { text: document.to_string(), added: false })
        }
        Some(_) => Err(format!("has a table in `{shown}`; only single values are set")),
        None => {
            if let Some(why) = meant(key, &candidates) {
                return Err(why);
            }
            let new = value.parse::<Value>().unwrap_or_else(|_| Value::from(value));
            table.insert(last, Item::Value(new));
            Ok(Set { text: document.to_string(), added: true })
        }
    }
}

/// A value of the same kind as the old one, or the name of that kind.
fn same_kind(old: &Value, text: &str) -> Result<Value, &'static str> {
    if let Value::String(_) = old {
        // A text in its own quotes is taken as written.
        let quoted = text.parse::<Value>().ok().filter(|v| v.is_str());
        return Ok(quoted.unwrap_or_else(|| Value::from(text)));
    }
    let kind = match old {
        Value::String(_) => "a text",
        Value::Integer(_) | Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::InlineTable(_) => "a table",
    };
    let new: Value = text.trim().parse().map_err(|_| kind)?;
    let fits = match old {
        Value::String(_) => new.is_str(),
        Value::Integer(_) | Value::Float(_) => new.is_integer() || new.is_float(),
        Value::Boolean(_) => new.is_bool(),
        Value::Datetime(_) => new.is_datetime(),
        Value::Array(_) => new.is_array(),
        Value::InlineTable(_) => new.is_inline_table(),
    };
    if fits { Ok(new) } else { Err(kind) }
}

/// Keys of this name one table down.
fn deeper(root: &toml_edit::Table, name: &str) -> Vec<String> {
    let tables = root.iter().filter_map(|(key, item)| Some((key, item.as_table_like()?)));
    tables
        .filter(|(_, table)| table.get(name).is_some_and(Item::is_value))
        .map(|(key, _)| format!("{key}.{name}"))
        .collect()
}
