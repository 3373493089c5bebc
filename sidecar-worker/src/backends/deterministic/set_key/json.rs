//! JSON, edited in its own text: only the bytes of the one value change.

use super::{Set, Why, dotted, meant};
use std::ops::Range;

/// Most objects looked into for a key of the same name.
const MAX_CANDIDATES: usize = 5;

pub(super) fn set(text: &str, key: &[String], value: &str) -> Result<Set, Why> {
    if let Err(e) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return Err(format!("is not strict JSON ({e}); comments and trailing commas are not edited"));
    }
    let mut object = root(text).ok_or("does not hold an object")?;
    let (last, parents) = key.split_last().ok_or("needs a key")?;
    for (depth, step) in parents.iter().enumerate() {
        let here = dotted(&key[..=depth]);
        let member =
            only(members(text, object), step, &here)?.ok_or_else(|| format!("has no object `{here}`"))?;
        object = member.value.start;
        if text.as_bytes().get(object) != Some(&b'{') {
            return Err(format!("has `{here}`, but it is not an object"));
        }
    }
    let shown = dotted(key);
    let all = members(text, object);
    if let Some(member) = only(all.clone(), last, &shown)? {
        let old = &text[member.value.clone()];
        let new =
            same_kind(old, value).map_err(|kind| format!("has {kind} in `{shown}`; `{value}` is not one"))?;
        let text = format!("{}{new}{}", &text[..member.value.start], &text[member.value.end..]);
        return Ok(Set { text, added: false });
    }
    if let Some(why) = meant(key, &deeper(text, object, last)) {
        return Err(why);
    }
    let is_literal = serde_json::from_str::<serde_json::Value>(value).is_ok();
    let literal = if is_literal { value.trim().to_owned() } else { quoted(value) };
    Ok(Set { text: inserted(text, object, &all, last, &literal), added: true })
}

fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// The new literal, of the same kind as the old one, or the name of that kind.
fn same_kind(old: &str, value: &str) -> Result<String, &'static str> {
    let parsed = serde_json::from_str::<serde_json::Value>(value).ok();
    let (kind, fits): (_, fn(&serde_json::Value) -> bool) = match old.bytes().next() {
        Some(b'"') => {
            return Ok(if parsed.is_some_and(|v| v.is_string()) {
                value.trim().to_owned()
            } else {
                quoted(value)
            });
        }
        Some(b'{') => ("an object", |v| v.is_object()),
        Some(b'[') => ("a list", |v| v.is_array()),
        Some(b't' | b'f') => ("true or false", |v| v.is_boolean()),
        Some(b'n') => return Ok(if parsed.is_some() { value.trim().to_owned() } else { quoted(value) }),
        _ => ("a number", |v| v.is_number()),
    };
    if parsed.is_some_and(|v| fits(&v)) { Ok(value.trim().to_owned()) } else { Err(kind) }
}

#[derive(Clone)]
struct Member {
    name: String,
    key: Range<usize>,
    value: Range<usize>,
}

/// The one member of a name; a name twice in one object means two things.
fn only(members: Vec<Member>, name: &str, shown: &str) -> Result<Option<Member>, Why> {
    let mut found = members.into_iter().filter(|m| m.name == name);
    let first = found.next();
    if found.next().is_some() {
        return Err(format!("has `{shown}` twice"));
    }
    Ok(first)
}

/// Where the outermost object begins.
fn root(text: &str) -> Option<usize> {
    let at = skip_space(text.as_bytes(), 0);
    (text.as_bytes().get(at) == Some(&b'{')).then_some(at)
}

/// Members of the object that begins at `at`. The text is known to be valid, so only nesting is followed.
fn members(text: &str, at: usize) -> Vec<Member> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = skip_space(bytes, at + 1);
    while bytes.get(at) == Some(&b'"') {
        let key = at..skip_value(bytes, at);
        let colon = skip_space(bytes, key.end);
        let start = skip_space(bytes, colon + 1);
        let value = start..skip_value(bytes, start);
        at = skip_space(bytes, value.end);
        if bytes.get(at) == Some(&b',') {
            at = skip_space(bytes, at + 1);
        }
        let name = serde_json::from_str(&text[key.clone()]).unwrap_or_default();
        out.push(Member { name, key, value });
    }
    out
}

fn skip_space(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count()
}

/// Where the value that begins at `at` ends.
fn skip_value(bytes: &[u8], at: usize) -> usize {
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    for (offset, byte) in bytes.get(at..).unwrap_or_default().iter().enumerate() {
        let end = at + offset;
        if in_text {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    in_text = false;
                    if depth == 0 {
                        return end + 1;
                    }
                }
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_text = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return if depth == 1 { end + 1 } else { end },
            b'}' | b']' => depth -= 1,
            b',' | b' ' | b'\t' | b'\n' | b'\r' if depth == 0 => return end,
            _ => {}
        }
    }
    bytes.len()
}

/// A new member after the last one, laid out as that one is.
fn inserted(text: &str, object: usize, members: &[Member], name: &str, literal: &str) -> String {
    let key = quoted(name);
    let Some(last) = members.last() else {
        let line = text[..object].rsplit('\n').next().unwrap_or_default();
        let indent: String = line.chars().take_while(|c| c.is_whitespace()).collect();
        let end = text[object..].find('}').map_or(text.len(), |at| object + at);
        return format!("{}{{\n{indent}  {key}: {literal}\n{indent}{}", &text[..object], &text[end..]);
    };
    let before =
        members.len().checked_sub(2).and_then(|i| members.get(i)).map_or(object + 1, |m| m.value.end);
    let between = &text[before..last.key.start];
    let gap = between.split_once(',').map_or(between, |(_, gap)| gap);
    // A lone first member on the line of its brace says nothing about what stands between two members.
    let gap = if gap.is_empty() && members.len() == 1 { " " } else { gap };
    let colon = &text[last.key.end..last.value.start];
    format!("{},{gap}{key}{colon}{literal}{}", &text[..last.value.end], &text[last.value.end..])
}

/// Keys of this name one object down.
fn deeper(text: &str, object: usize, name: &str) -> Vec<String> {
    let objects =
        members(text, object).into_iter().filter(|m| text.as_bytes().get(m.value.start) == Some(&b'{'));
    let holding = objects.filter(|m| members(text, m.value.start).iter().any(|inner| inner.name == name));
    holding.map(|m| format!("{}.{name}", m.name)).take(MAX_CANDIDATES).collect()
}
