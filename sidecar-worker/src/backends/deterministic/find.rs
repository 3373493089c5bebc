//! Searching text, with the places as a report.

use super::content::{Skipped, located, read};
use super::tree::{Tree, matcher, shown};
use super::{DeterministicError, Edits};
use protocol::{count, fenced};
use regex::bytes::{Regex, RegexBuilder};

/// Most lines of a report.
const MAX_HITS: usize = 500;

/// Lower-case text is looked for in any case, text with a capital exactly.
pub(super) fn find(
    tree: &Tree<'_>,
    pattern: &str,
    glob: Option<&str>,
    is_regex: bool,
) -> Result<Edits, DeterministicError> {
    let any_case = !is_regex && !pattern.chars().any(char::is_uppercase);
    let text = if is_regex { pattern.to_owned() } else { regex::escape(pattern) };
    let regex = compile(&text, pattern, any_case)?;
    let found = search(tree, &regex, glob)?;
    let place = glob.map(|g| format!(" in {g}")).unwrap_or_default();
    if found.hits.is_empty() {
        let report = format!("`{pattern}` was not found{place}.{}", found.left_out());
        return Ok(Edits::report(format!("`{pattern}` was not found{place}"), report));
    }
    let summary = format!(
        "{} in {} {} `{pattern}`{place}",
        count(found.lines, "line", "lines"),
        count(found.files, "file", "files"),
        if found.lines == 1 { "holds" } else { "hold" }
    );
    let note = if any_case { " Upper and lower case are the same." } else { "" };
    let cut = if found.lines > found.hits.len() {
        format!(" The first {MAX_HITS} are listed.")
    } else {
        String::new()
    };
    let report =
        format!("{summary}.{note}{cut}{}\n\n{}\n", found.left_out(), fenced("", &found.hits.join("\n")));
    Ok(Edits::report(summary, report))
}

#[derive(Default)]
pub(super) struct Found {
    pub(super) hits: Vec<String>,
    /// File and line of each hit.
    pub(super) places: Vec<(String, u32)>,
    pub(super) lines: usize,
    pub(super) files: usize,
    binary: usize,
    large: usize,
}

impl Found {
    /// What was not looked at, as a sentence, or nothing.
    pub(super) fn left_out(&self) -> String {
        match (self.binary, self.large) {
            (0, 0) => String::new(),
            (binary, large) => format!(
                " Not searched: {}, {} over 1 MiB.",
                count(binary, "binary file", "binary files"),
                count(large, "file", "files")
            ),
        }
    }
}

/// Every line that a pattern meets, file by file.
pub(super) fn search(
    tree: &Tree<'_>,
    regex: &Regex,
    glob: Option<&str>,
) -> Result<Found, DeterministicError> {
    let within = glob.map(matcher).transpose()?;
    let mut found = Found::default();
    for file in tree.files()? {
        if within.as_ref().is_some_and(|set| !set.is_match(&file)) {
            continue;
        }
        let bytes = match read(&tree.absolute(&file))? {
            Ok(bytes) => bytes,
            Err(Skipped::Binary) => {
                found.binary += 1;
                continue;
            }
            Err(Skipped::TooLarge) => {
                found.large += 1;
                continue;
            }
        };
        let before = found.lines;
        for (number, line) in bytes.split(|b| *b == b'\n').enumerate() {
            if regex.is_match(line.strip_suffix(b"\r").unwrap_or(line)) {
                found.lines += 1;
                if found.hits.len() < MAX_HITS {
                    found.hits.push(located(&file, number + 1, line));
                    found.places.push((shown(&file), u32::try_from(number + 1).unwrap_or(u32::MAX)));
                }
            }
        }
        found.files += usize::from(found.lines > before);
    }
    Ok(found)
}

pub(super) fn compile(text: &str, shown: &str, any_case: bool) -> Result<Regex, DeterministicError> {
    let built = RegexBuilder::new(text)
        .case_insensitive(any_case)
        .multi_line(true)
        .crlf(true)
        .size_limit(1 << 20)
        .build();
    built.map_err(|e| DeterministicError::BadPattern { pattern: shown.to_owned(), why: e.to_string() })
}
