//! Notes to do later, as a report.

use super::find::{compile, search};
use super::tree::Tree;
use super::{DeterministicError, Edits};
use protocol::{count, fenced};

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
    let report = format!("{summary}.{cut}{}\n\n{}\n", found.left_out(), fenced("", &found.hits.join("\n")));
    Ok(Edits::report(summary, report))
}
