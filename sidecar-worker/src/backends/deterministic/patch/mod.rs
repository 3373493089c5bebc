//! Applying a unified diff, strictly: every line of context has to stand where the diff says, or in exactly one other
//! place. Nothing is written before the whole diff is known to fit.

mod apply;
mod parse;

use super::content::{MAX_FILE, make_room, read_named, write};
use super::tree::Tree;
use super::{DeterministicError, Edits};
use parse::FilePatch;
use protocol::count;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// What becomes of one file.
struct Outcome {
    old: Option<String>,
    new: Option<String>,
    bytes: Vec<u8>,
    executable: Option<bool>,
    notes: Vec<String>,
}

pub(super) fn apply(tree: &Tree<'_>, patch: &str, max_files: u32) -> Result<Edits, DeterministicError> {
    let files = parse::parse(patch).map_err(DeterministicError::Patch)?;
    let named: BTreeSet<&String> = files.iter().flat_map(|f| f.old.iter().chain(&f.new)).collect();
    if named.len() > max_files as usize {
        return Err(DeterministicError::TooManyFiles { found: named.len(), allowed: max_files });
    }
    let mut targets = BTreeSet::new();
    for file in &files {
        for path in [&file.old, &file.new].into_iter().flatten().collect::<BTreeSet<_>>() {
            if !targets.insert(path.clone()) {
                return Err(DeterministicError::Patch(format!("{path} is named by two parts of it")));
            }
        }
    }
    let outcomes: Vec<Outcome> = files.iter().map(|file| outcome(tree, file)).collect::<Result<_, _>>()?;
    for outcome in &outcomes {
        carry_out(tree, outcome)?;
    }
    let changed: Vec<PathBuf> = targets.into_iter().map(PathBuf::from).collect();
    let notes: Vec<String> =
        outcomes.iter().flat_map(|o| o.notes.iter().map(|note| format!("- {note}"))).collect();
    let summary = format!("Applied a patch to {}", count(outcomes.len(), "file", "files"));
    let report = (!notes.is_empty()).then(|| format!("{summary}.\n\n{}\n", notes.join("\n")));
    Ok(Edits { changed, summary, report, ..Edits::default() })
}

/// The new bytes of one file, without writing anything.
fn outcome(tree: &Tree<'_>, file: &FilePatch) -> Result<Outcome, DeterministicError> {
    let bytes = match &file.old {
        Some(old) => read_named(&tree.file(old)?, old)?,
        None => Vec::new(),
    };
    let appears = file.new.as_ref().filter(|new| file.old.as_ref() != Some(new));
    if let Some(new) = appears
        && fs::symlink_metadata(tree.place(new)?).is_ok()
    {
        return Err(DeterministicError::Exists { path: new.clone() });
    }
    let name = file.new.as_ref().or(file.old.as_ref()).cloned().unwrap_or_default();
    let (new_bytes, notes) = apply::hunks(&bytes, file, &name).map_err(DeterministicError::PatchMisfit)?;
    if file.new.is_none() && !new_bytes.is_empty() {
        let message = format!("it deletes {name}, which holds more than the patch takes away");
        return Err(DeterministicError::Patch(message));
    }
    if new_bytes.len() as u64 > MAX_FILE {
        return Err(DeterministicError::TooLarge { path: name });
    }
    Ok(Outcome {
        old: file.old.clone(),
        new: file.new.clone(),
        bytes: new_bytes,
        executable: file.executable,
        notes,
    })
}

fn carry_out(tree: &Tree<'_>, outcome: &Outcome) -> Result<(), DeterministicError> {
    let removed = outcome.old.as_ref().filter(|old| outcome.new.as_ref() != Some(old));
    if let Some(new) = &outcome.new {
        let place = tree.place(new)?;
        if let Some(old) = removed {
            // A moved file keeps its mode; its new bytes follow.
            let source = tree.file(old)?;
            make_room(&place)?;
            fs::rename(&source, &place).map_err(|e| DeterministicError::io("cannot move", &source, e))?;
        }
        make_room(&place)?;
        write(&place, &outcome.bytes)?;
        set_executable(&place, outcome.executable)?;
    } else if let Some(old) = removed {
        let place = tree.file(old)?;
        fs::remove_file(&place).map_err(|e| DeterministicError::io("cannot remove", &place, e))?;
    }
    Ok(())
}

#[cfg(unix)]
fn set_executable(place: &std::path::Path, executable: Option<bool>) -> Result<(), DeterministicError> {
    use std::os::unix::fs::PermissionsExt;
    let Some(executable) = executable else { return Ok(()) };
    let io = |e| DeterministicError::io("cannot change the mode of", place, e);
    let mode = fs::symlink_metadata(place).map_err(io)?.permissions().mode();
    // As git: whoever may read it may run it.
    let mode = if executable { mode | ((mode & 0o444) >> 2) } else { mode & !0o111 };
    fs::set_permissions(place, fs::Permissions::from_mode(mode)).map_err(io)
}

/// Other systems keep no such mode on disk; git records it when the change is committed.
#[cfg(not(unix))]
fn set_executable(_place: &std::path::Path, _executable: Option<bool>) -> Result<(), DeterministicError> {
    Ok(())
}

/// Reads a text as a diff and fits it to itself, for a test that only looks for panics.
#[cfg(test)]
pub(super) fn try_to_read(text: &str) {
    for file in parse::parse(text).unwrap_or_default() {
        drop(apply::hunks(text.as_bytes(), &file, "f"));
    }
}
