//! `.env`-like files: `KEY=value` lines, perhaps with `export`, quotes and a comment behind.

use super::{Set, Why};

pub(super) fn set(text: &str, key: &str, value: &str) -> Result<Set, Why> {
    let is_name = key
        .bytes()
        .enumerate()
        .all(|(i, b)| b.is_ascii_alphabetic() || b == b'_' || (i > 0 && (b.is_ascii_digit() || b == b'.')));
    if key.is_empty() || !is_name {
        return Err(format!("takes keys of letters, digits and _, and {key:?} is not one"));
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let found: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| value_start(line, key).is_some())
        .map(|(i, _)| i)
        .collect();
    match found.as_slice() {
        [] => {
            let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            Ok(Set { text: format!("{text}{gap}{key}={}\n", written(value, None)?), added: true })
        }
        [index] => {
            let line = lines[*index];
            let start = value_start(line, key).ok_or("cannot be read")?;
            let (old, behind) = divided(&line[start..])?;
            let new = format!("{}{}{behind}", &line[..start], written(value, quote_of(old))?);
            let mut lines: Vec<String> = lines.iter().map(|l| l.to_string()).collect();
            lines[*index] = new;
            Ok(Set { text: lines.join("\n"), added: false })
        }
        many => Err(format!("sets {key} {} times", many.len())),
    }
}

/// Where the value of `key` begins in a line, if the line sets it.
fn value_start(line: &str, key: &str) -> Option<usize> {
    let body = line.trim_start();
    let body = body.strip_prefix("export ").map_or(body, str::trim_start);
    let rest = body.strip_prefix(key)?.trim_start().strip_prefix('=')?;
    let rest = rest.trim_start_matches([' ', '\t']);
    Some(line.len() - rest.len())
}

/// The value with its quotes, and what stands behind it.
fn divided(rest: &str) -> Result<(&str, &str), Why> {
    match quote_of(rest) {
        Some(quote) => {
            let mut escaped = false;
            let end = rest.char_indices().skip(1).find(|(_, c)| {
                let ends = *c == quote && !escaped;
                escaped = *c == '\\' && !escaped && quote == '"';
                ends
            });
            let (at, _) = end.ok_or("has a value of several lines; it is not edited")?;
            Ok(rest.split_at(at + 1))
        }
        None => {
            let end = rest.find(" #").or_else(|| rest.find("\t#")).unwrap_or(rest.len());
            let value = rest[..end].trim_end();
            Ok(rest.split_at(value.len()))
        }
    }
}

fn quote_of(value: &str) -> Option<char> {
    value.chars().next().filter(|c| matches!(c, '"' | '\''))
}

/// The value in the quotes it had, or in the simplest ones it needs.
fn written(value: &str, had: Option<char>) -> Result<String, Why> {
    let escaped = || format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    let is_plain = !value.is_empty()
        && value
            .bytes()
            .all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'\\' | b'#' | b'$' | b'`'));
    match had {
        Some('"') if !value.contains(['$', '`']) => Ok(escaped()),
        Some('\'') if !value.contains('\'') => Ok(format!("'{value}'")),
        None if is_plain || value.is_empty() => Ok(value.to_owned()),
        _ if !value.contains('\'') => Ok(format!("'{value}'")),
        _ if !value.contains(['$', '`']) => Ok(escaped()),
        _ => Err("cannot hold a value with both kinds of quotes and a $".to_owned()),
    }
}
