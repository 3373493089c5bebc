//! Setting one key of a file, so that nothing else of the file changes: comments, order, spacing and endings stay.
//!
//! The kind of a value stays too: a number is only replaced by a number. A key that is not there is added where that
//! is unmistakable, and otherwise refused with what was found instead.

mod env;
mod json;
mod toml;
mod yaml;

use super::content::{BOM, is_crlf, is_mixed, read_named, with_endings, write};
use super::tree::Tree;
use super::{DeterministicError, Edits};
use std::path::PathBuf;

/// The new text of a file and what happened to the key.
struct Set {
    text: String,
    /// Whether the key is new.
    added: bool,
}

/// What is wrong, as the end of a sentence that begins with the file.
type Why = String;

pub(super) fn set_key(
    tree: &Tree<'_>,
    file: &str,
    key: &str,
    value: &str,
) -> Result<Edits, DeterministicError> {
    let place = tree.file(file)?;
    let bytes = read_named(&place, file)?;
    let bad = |why: String| DeterministicError::Key { file: file.to_owned(), why };
    let (bom, body) = match bytes.strip_prefix(BOM) {
        Some(body) => (BOM, body),
        None => (&b""[..], bytes.as_slice()),
    };
    let text =
        std::str::from_utf8(body).map_err(|_| bad("is not UTF-8; its keys cannot be read safely".into()))?;
    if is_mixed(body) {
        return Err(bad("mixes two kinds of line endings; setting a key would change other lines".into()));
    }
    let crlf = is_crlf(body);
    let plain = with_endings(text, false);
    let name = file.rsplit('/').next().unwrap_or(file).to_ascii_lowercase();
    let set = match name.rsplit('.').next().unwrap_or_default() {
        _ if name == ".env" || name.starts_with(".env.") || name.ends_with(".env") => {
            env::set(&plain, key, value)
        }
        "toml" => toml::set(&plain, &steps(key).map_err(bad)?, value),
        "json" => json::set(&plain, &steps(key).map_err(bad)?, value),
        "yaml" | "yml" => yaml::set(&plain, &steps(key).map_err(bad)?, value),
        _ => Err("is not a TOML, JSON, YAML or .env file".to_owned()),
    };
    let set = set.map_err(bad)?;
    if set.text == plain {
        return Err(DeterministicError::NothingToDo(format!("`{key}` of {file} already is `{value}`")));
    }
    let mut new = bom.to_vec();
    new.extend_from_slice(with_endings(&set.text, crlf).as_bytes());
    write(&place, &new)?;
    let verb = if set.added { "Added" } else { "Set" };
    Ok(Edits::changed(vec![PathBuf::from(file)], format!("{verb} `{key}` in {file}")))
}

/// `a."b.c".d` as its steps.
fn steps(key: &str) -> Result<Vec<String>, Why> {
    let mut out = vec![String::new()];
    let mut quote = None;
    for c in key.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '.') => out.push(String::new()),
            (_, c) => {
                if let Some(last) = out.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    if quote.is_some() || out.iter().any(String::is_empty) {
        return Err(format!("{key:?} is not a key: steps are divided by single dots"));
    }
    Ok(out)
}

/// The steps as a person would type them.
fn dotted(steps: &[String]) -> String {
    let one = |step: &String| if step.contains(['.', ' ']) { format!("{step:?}") } else { step.clone() };
    steps.iter().map(one).collect::<Vec<_>>().join(".")
}

/// Why a missing key is not simply added: the same name stands deeper, and probably that one was meant.
fn meant(key: &[String], candidates: &[String]) -> Option<Why> {
    if key.len() > 1 || candidates.is_empty() {
        return None;
    }
    let list: Vec<String> = candidates.iter().take(5).map(|c| format!("`{c}`")).collect();
    Some(format!("has no key `{}` at its top, but {}; name it in full", dotted(key), list.join(", ")))
}

/// Every kind of file on one text, for a test that only looks for panics.
#[cfg(test)]
pub(super) fn try_every_kind(text: &str, key: &str, value: &str) {
    let key = [key.to_owned()];
    for set in [toml::set, json::set, yaml::set] {
        drop(set(text, &key, value));
    }
    drop(env::set(text, &key[0], value));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_divided_at_dots_outside_quotes() {
        assert_eq!(steps("a.b").unwrap(), ["a", "b"]);
        assert_eq!(steps(r#"a."b.c".d"#).unwrap(), ["a", "b.c", "d"]);
        for bad in ["", ".a", "a..b", "a.", "'a"] {
            assert!(steps(bad).is_err(), "{bad}");
        }
    }
}
