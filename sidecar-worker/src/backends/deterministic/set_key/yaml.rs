//! YAML, only where a line says it all: an existing key in plain mappings with a value on its own line. Everything
//! else is refused rather than half understood.

use super::{Set, Why, dotted};

/// Stands in a path for an entry of a list, which no key can name.
const LIST: &str = "\0";

/// A `key: value` line.
struct Line<'a> {
    indent: usize,
    key: String,
    /// What stands after the colon, with its leading space.
    rest: &'a str,
    /// Where `rest` begins in the line.
    at: usize,
}

pub(super) fn set(text: &str, key: &[String], value: &str) -> Result<Set, Why> {
    let shown = dotted(key);
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let mut path: Vec<(usize, String)> = Vec::new();
    let mut block: Option<usize> = None;
    let mut found: Option<(usize, String)> = None;
    let mut documents = 0;
    for (number, line) in text.split('\n').enumerate() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if let Some(limit) = block {
            if line.trim().is_empty() || indent > limit {
                continue;
            }
            block = None;
        }
        let body = line.trim();
        if body.is_empty() || body.starts_with('#') || body.starts_with('%') {
            continue;
        }
        if body == "---" || body.starts_with("--- ") {
            documents += usize::from(!path.is_empty() || documents > 0);
            if documents > 0 {
                return Err("holds several documents".into());
            }
            continue;
        }
        if line.trim_start_matches(' ').starts_with('\t') {
            return Err(format!("is indented with tabs in line {}", number + 1));
        }
        if body == "-" || body.starts_with("- ") {
            path.retain(|(at, _)| *at < indent);
            path.push((indent, LIST.to_owned()));
            if is_open(body) {
                return Err(too_much(number));
            }
            block = block_scalar(body).then_some(indent);
            continue;
        }
        let Some(parsed) = read(line) else {
            // A value may go on in deeper lines; such a value is not one line.
            if found.as_ref().is_some_and(|(at, _)| at + 1 == number) || is_open(body) {
                return Err(too_much(number));
            }
            continue;
        };
        if is_open(parsed.rest) {
            return Err(too_much(number));
        }
        path.retain(|(at, _)| *at < parsed.indent);
        path.push((parsed.indent, parsed.key));
        block = block_scalar(parsed.rest).then_some(parsed.indent);
        if path.iter().map(|(_, step)| step).eq(key.iter()) {
            if found.is_some() {
                return Err(format!("has `{shown}` twice"));
            }
            let new = new_rest(parsed.rest, value).map_err(|why| format!("has {why} in `{shown}`"))?;
            found = Some((number, format!("{}{new}", &line[..parsed.at])));
        }
    }
    let (number, new) = found.ok_or_else(|| format!("has no key `{shown}`; keys are not added to YAML"))?;
    if let Some(line) = lines.get_mut(number) {
        *line = new;
    }
    Ok(Set { text: lines.join("\n"), added: false })
}

fn too_much(number: usize) -> Why {
    format!("has a value over several lines at line {}; it is not edited", number + 1)
}

fn read(line: &str) -> Option<Line<'_>> {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let body = &line[indent..];
    let (key, after) = match body.chars().next()? {
        quote @ ('"' | '\'') => {
            let (key, after) = body[1..].split_once(quote)?;
            (key, after)
        }
        _ => {
            let end = body.find(": ").or_else(|| body.trim_end().strip_suffix(':').map(str::len))?;
            (&body[..end], &body[end..])
        }
    };
    let rest = after.trim_start_matches(' ').strip_prefix(':')?;
    let plain = !key.is_empty() && !key.contains(['#', '{', '[', '"', '&', '*', '?', '!', '|', '>']);
    (plain && (rest.is_empty() || rest.starts_with(' '))).then(|| Line {
        indent,
        key: key.to_owned(),
        rest,
        at: line.len() - rest.len(),
    })
}

fn block_scalar(rest: &str) -> bool {
    let value = without_comment(rest).trim_end();
    let mark = value.rsplit(' ').next().unwrap_or(value);
    mark.starts_with(['|', '>']) && mark.len() <= 3
}

/// Whether a value begins a quote or bracket that its line does not end.
fn is_open(rest: &str) -> bool {
    let value = without_comment(rest).trim();
    let value = value.strip_prefix("- ").unwrap_or(value);
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            value.len() < 2 || !value.ends_with(quote) && !value.contains("\": ") && !value.contains("': ")
        }
        Some('{') => value.matches('{').count() != value.matches('}').count(),
        Some('[') => value.matches('[').count() != value.matches(']').count(),
        _ => false,
    }
}

/// What stands before a comment; a `#` inside quotes is none.
fn without_comment(rest: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '#') if before == ' ' => return &rest[..at],
            (None, '"' | '\'') if before == ' ' => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
        before = c;
    }
    rest
}

/// The part after the colon with the new value, in the quotes the old one had.
fn new_rest(rest: &str, value: &str) -> Result<String, &'static str> {
    let held = without_comment(rest);
    let old = held.trim();
    let behind = &rest[held.trim_end().len()..];
    if old.is_empty() {
        return Err("a mapping, a list or nothing");
    }
    if old.starts_with(['{', '[', '&', '*', '!', '|', '>']) {
        return Err("something other than a plain value");
    }
    let new = match old.chars().next() {
        Some('"') => json_text(value),
        Some('\'') => format!("'{}'", value.replace('\'', "''")),
        _ if is_plain(value) => value.to_owned(),
        _ => json_text(value),
    };
    Ok(format!(" {new}{behind}"))
}

fn json_text(value: &str) -> String {
    serde_json::Value::String(value.to_owned()).to_string()
}

/// Whether a value can stand without quotes and still be read as it is.
fn is_plain(value: &str) -> bool {
    let starts_well =
        value.chars().next().is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '+'))
            || value.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    starts_well
        && !value.contains(": ")
        && !value.contains(" #")
        && !value.ends_with([':', ' '])
        && !value.chars().any(char::is_control)
}
