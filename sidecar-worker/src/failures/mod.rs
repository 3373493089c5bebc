//! What failed, read from what test runners print.
//!
//! One reader for each family of runners; each takes only lines whose form is that runner's own, so that all of them
//! can look at the same output. Nothing here decides whether a run passed: that is the exit code's word.

mod go;
mod python;
mod rust;
mod script;

/// Most failures told of one run.
const MOST: usize = 50;
/// Characters of a message that are kept.
const MESSAGE: usize = 200;

/// One failed test as its runner names it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Failure {
    pub name: String,
    /// File as printed, and line.
    pub place: Option<(String, u32)>,
    /// First line of what it said.
    pub message: Option<String>,
}

/// What failed, in the order of the output and without repeats.
pub(crate) fn read(output: &str) -> Vec<Failure> {
    let plain = host::ansi::strip(output);
    let lines: Vec<&str> = plain.lines().map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let mut found: Vec<Failure> = Vec::new();
    for reader in [rust::read, script::read, python::read, go::read] {
        for failure in reader(&lines) {
            match found.iter_mut().find(|known| known.name == failure.name) {
                // Some runners tell everything twice, once with less.
                Some(known) => {
                    known.place = known.place.take().or(failure.place);
                    known.message = known.message.take().or(failure.message);
                }
                None => found.push(failure),
            }
        }
    }
    found.truncate(MOST);
    found
}

/// A line of output as a message: trimmed and cut; nothing of an empty one.
fn message(line: &str) -> Option<String> {
    let line = line.trim();
    (!line.is_empty()).then(|| line.chars().take(MESSAGE).collect())
}

/// `file:line` or `file:line:column` at the end of a text.
fn place(text: &str) -> Option<(String, u32)> {
    let text = text.trim().trim_end_matches([')', ':', ',']);
    let (rest, last) = text.rsplit_once(':')?;
    let last: u32 = last.parse().ok()?;
    let (file, line) = match rest.rsplit_once(':') {
        Some((file, line)) if !file.is_empty() && line.parse::<u32>().is_ok() => (file, line.parse().ok()?),
        _ => (rest, last),
    };
    let file = file.strip_prefix("file://").unwrap_or(file);
    (!file.is_empty() && !file.contains([' ', '\t', '('])).then(|| (file.to_owned(), line))
}

#[cfg(test)]
mod tests;
