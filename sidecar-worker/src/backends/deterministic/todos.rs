//! Notes to do later, as a report.

use super::find::{compile, search};
use super::tree::Tree;
use super::{DeterministicError, Edits};
use protocol::{count, fenced};

/// Notes as they were found. How old they are only git knows, and that is asked by whoever runs git.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    heading: String,
    lines: Vec<String>,
    /// File and line of each note.
    pub places: Vec<(String, u32)>,
}

impl Notes {
    /// The report; `age` says when and by whom a line was written, where that is known.
    pub fn report(&self, age: impl Fn(&str, u32) -> Option<String>) -> String {
        let lines =
            self.lines.iter().zip(&self.places).map(|(line, (file, number))| match age(file, *number) {
                Some(age) => format!("{age}  {line}"),
                None => line.clone(),
            });
        format!("{}\n\n{}\n", self.heading, fenced("", &lines.collect::<Vec<_>>().join("\n")))
    }
}

pub(super) fn todos(tree: &Tree<'_>) -> Result<Edits, DeterministicError> {
    let regex = compile(r"\b(?:TODO|FIXME|HACK|XXX)\b", "TODO", false)?;
    let found = search(tree, &regex, None)?;
    if found.hits.is_empty() {
        return Ok(Edits::report(
            "No TODO or FIXME notes",
            format!("There are no TODO, FIXME, HACK or XXX notes.{}", found.left_out()),
        ));
    }
    let summary =
        format!("{} in {}", count(found.lines, "note", "notes"), count(found.files, "file", "files"));
    let cut = if found.lines > found.hits.len() {
        format!(" The first {} are listed.", found.hits.len())
    } else {
        String::new()
    };
    let heading = format!("{summary}.{cut}{}", found.left_out());
    let notes = Notes { heading, lines: found.hits, places: found.places };
    Ok(Edits { notes: Some(notes.clone()), ..Edits::report(summary, notes.report(|_, _| None)) })
}
