//! Reading the slots of a matched phrase.

use crate::scope::{canonical_glob, path_problem};
use regex::Captures;

pub(super) struct Slots<'a> {
    captures: &'a Captures<'a>,
}

impl<'a> Slots<'a> {
    pub(super) fn new(captures: &'a Captures<'a>) -> Self {
        Self { captures }
    }

    fn raw(&self, name: &str) -> Option<&'a str> {
        self.captures.name(name).map(|m| m.as_str())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// Whether the slot was written in quotes or backticks: then it is meant literally.
    pub(super) fn is_quoted(&self, name: &str) -> bool {
        self.raw(name).is_some_and(|raw| unquoted(raw).is_some())
    }

    /// The text of a slot without its quotes. A bare word that ends like a clause is no slot.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let raw = self.raw(name)?;
        match unquoted(raw) {
            Some(inside) => (!inside.is_empty()).then(|| inside.to_owned()),
            None => (!raw.ends_with([',', ';', ':', '?'])).then(|| raw.to_owned()),
        }
    }

    /// Free text to the end of the message; quotes around all of it come off.
    pub(super) fn rest(&self, name: &str) -> Option<String> {
        let raw = self.raw(name)?.trim_end();
        let inside = unquoted(raw).filter(|inside| !inside.contains(['"', '\'', '`']));
        let text = inside.unwrap_or(raw);
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A file or folder: quoted, or a word that looks like one.
    pub(super) fn path(&self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        (self.is_quoted(name) || is_pathlike(&text)).then_some(text)
    }

    /// Where to work: a path or glob in its strict form.
    pub(super) fn place(&self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        (self.is_quoted(name) || is_pathlike(&text)).then(|| canonical_glob(&text))
    }

    pub(super) fn number(&self, name: &str) -> Option<u32> {
        self.raw(name)?.parse().ok()
    }
}

/// What stands between a pair of quotes.
pub(super) fn unquoted(raw: &str) -> Option<&str> {
    [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')]
        .iter()
        .find_map(|(open, close)| raw.strip_prefix(*open)?.strip_suffix(*close))
}

/// Files without an extension that everybody knows.
const KNOWN_FILES: &[&str] = &[
    "readme",
    "license",
    "makefile",
    "dockerfile",
    "justfile",
    "changelog",
    "contributing",
    "authors",
    "codeowners",
    "gemfile",
    "rakefile",
    "procfile",
    "notice",
    "todo",
];

/// Folders that a bare word may mean when a place is asked for.
const KNOWN_FOLDERS: &[&str] = &[
    "src", "tests", "test", "docs", "doc", "lib", "app", "examples", "scripts", "crates", "packages",
    "benches",
];

/// Whether a bare word can only be a path or a glob: it has a slash, a wildcard, an extension, or a known name.
fn is_pathlike(word: &str) -> bool {
    if word.contains("://") || path_problem(word.trim_end_matches('/')).is_some() {
        return false;
    }
    let lower = word.to_lowercase();
    if KNOWN_FILES.contains(&lower.as_str()) || KNOWN_FOLDERS.contains(&lower.as_str()) {
        return true;
    }
    if word.contains(['/', '*']) {
        return true;
    }
    word.starts_with('.') && word.len() > 1
        || word.rsplit_once('.').is_some_and(|(stem, extension)| {
            !stem.is_empty()
                && (1..=8).contains(&extension.len())
                && extension.bytes().all(|b| b.is_ascii_alphanumeric())
                && extension.bytes().any(|b| b.is_ascii_alphabetic())
        })
}

#[cfg(test)]
mod tests {
    use super::is_pathlike;

    #[test]
    fn a_word_is_a_path_only_when_it_looks_like_one() {
        for path in ["README.md", "src/**", "src", "*.rs", "Makefile", ".env", "a/b", "Cargo.toml", "docs/"] {
            assert!(is_pathlike(path), "{path}");
        }
        for word in ["parser", "the", "2.0", "http://x/y", "net", "foo", "../x", "1.2.3"] {
            assert!(!is_pathlike(word), "{word}");
        }
    }
}
