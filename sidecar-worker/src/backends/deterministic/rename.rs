//! Moving a file or folder, and the places that mention its old path.

use super::content::{located, make_room, read, write};
use super::tree::{Tree, shown};
use super::{DeterministicError, Edits};
use protocol::{count, fenced};
use std::fs;
use std::path::{Path, PathBuf};

/// Most mentions listed in a report.
const MAX_MENTIONS: usize = 100;

pub(super) fn rename(
    tree: &Tree<'_>,
    from: &str,
    to: &str,
    update: bool,
    max_files: u32,
) -> Result<Edits, DeterministicError> {
    let (source, target) = (tree.place(from)?, tree.place(to)?);
    let Ok(meta) = fs::symlink_metadata(&source) else {
        return Err(DeterministicError::Missing { path: from.to_owned() });
    };
    // On a file system that ignores case the new name of a case-only move is there already: it is the same file.
    let same_name = from.to_lowercase() == to.to_lowercase();
    if fs::symlink_metadata(&target).is_ok() && !(same_name && is_same(&source, &target)) {
        return Err(DeterministicError::Exists { path: to.to_owned() });
    }
    let files = tree.files()?;
    let moved: Vec<(PathBuf, PathBuf)> = if meta.is_dir() {
        let inside = files
            .iter()
            .filter_map(|file| Some((file.clone(), Path::new(to).join(file.strip_prefix(from).ok()?))));
        inside.collect()
    } else if meta.is_file() {
        vec![(PathBuf::from(from), PathBuf::from(to))]
    } else {
        return Err(DeterministicError::NotAFile { path: from.to_owned() });
    };
    let edits = if update { rewritten(tree, &files, from, to, meta.is_dir())? } else { Vec::new() };
    let touched = moved.len() * 2 + edits.len();
    if touched > max_files as usize {
        return Err(DeterministicError::TooManyFiles { found: touched, allowed: max_files });
    }
    let mentions = if update { Vec::new() } else { mentions(tree, &files, from, meta.is_dir())? };
    for (file, bytes) in &edits {
        write(&tree.absolute(file), bytes)?;
    }
    make_room(&target)?;
    fs::rename(&source, &target).map_err(|e| DeterministicError::io("cannot move", &source, e))?;

    let mut changed: Vec<PathBuf> = moved.iter().flat_map(|(old, new)| [old.clone(), new.clone()]).collect();
    // A mention inside a moved file is at its new place now.
    changed.extend(
        edits.iter().map(|(file, _)| file.clone()).filter(|file| !moved.iter().any(|(old, _)| old == file)),
    );
    changed.sort();
    changed.dedup();
    let mut report = format!("Moved {from} to {to} ({}).", count(moved.len(), "file", "files"));
    if update {
        let names: Vec<String> = edits.iter().map(|(file, _)| format!("\n- {}", shown(file))).collect();
        report.push_str(&format!(
            "\n\nThe old path was rewritten in {}:{}",
            count(edits.len(), "file", "files"),
            names.concat()
        ));
    } else if mentions.is_empty() {
        report.push_str(
            "\n\nNo file mentions the old path. Names in code, such as module names, are not looked at.",
        );
    } else {
        let more = if mentions.len() == MAX_MENTIONS { " or more" } else { "" };
        report.push_str(&format!(
            "\n\n{} the old path; nothing of that was changed:\n\n{}\n",
            match mentions.len() {
                1 => "1 line mentions".to_owned(),
                n => format!("{n}{more} lines mention"),
            },
            fenced("", &mentions.join("\n"))
        ));
        if let Some(command) = proposal(from, to) {
            report.push_str(&format!("\nTo change these too, after this has landed: `{command}`\n"));
        }
    }
    Ok(Edits { changed, summary: format!("Moved {from} to {to}"), report: Some(report), ..Edits::default() })
}

/// The command that rewrites the mentions. None for paths that would need quoting: it is shown in a code span.
fn proposal(from: &str, to: &str) -> Option<String> {
    let plain = |path: &str| path.chars().all(|c| c.is_alphanumeric() || "_-./@+".contains(c));
    (plain(from) && plain(to)).then(|| format!("/replace {from} {to}"))
}

fn is_same(a: &Path, b: &Path) -> bool {
    matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

fn mentions(
    tree: &Tree<'_>,
    files: &[PathBuf],
    from: &str,
    is_folder: bool,
) -> Result<Vec<String>, DeterministicError> {
    let mut out = Vec::new();
    for file in files {
        let Ok(bytes) = read(&tree.absolute(file))? else { continue };
        for (number, line) in bytes.split(|b| *b == b'\n').enumerate() {
            if !places(line, from, is_folder, depth(file)).is_empty() {
                out.push(located(file, number + 1, line));
                if out.len() == MAX_MENTIONS {
                    return Ok(out);
                }
            }
        }
    }
    Ok(out)
}

fn rewritten(
    tree: &Tree<'_>,
    files: &[PathBuf],
    from: &str,
    to: &str,
    is_folder: bool,
) -> Result<Vec<(PathBuf, Vec<u8>)>, DeterministicError> {
    let mut out = Vec::new();
    for file in files {
        let Ok(bytes) = read(&tree.absolute(file))? else { continue };
        let found = places(&bytes, from, is_folder, depth(file));
        if found.is_empty() {
            continue;
        }
        let mut new = Vec::with_capacity(bytes.len());
        let mut done = 0;
        for at in found {
            new.extend_from_slice(bytes.get(done..at).unwrap_or_default());
            new.extend_from_slice(to.as_bytes());
            done = at + from.len();
        }
        new.extend_from_slice(bytes.get(done..).unwrap_or_default());
        out.push((file.clone(), new));
    }
    Ok(out)
}

/// How many folders a file lies below the root.
fn depth(file: &Path) -> usize {
    file.components().count().saturating_sub(1)
}

/// Where a text names exactly this path: from the root, or by as many `../` as lead to the root from where it stands.
fn places(text: &[u8], path: &str, is_folder: bool, depth: usize) -> Vec<usize> {
    let path = path.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| rest.windows(path.len()).position(|w| w == path)) {
        let start = at + found;
        let end = start + path.len();
        if begins(text.get(..start).unwrap_or_default(), depth)
            && ends(text.get(end..).unwrap_or_default(), is_folder)
        {
            out.push(start);
        }
        at = end;
    }
    out
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-') || byte >= 0x80
}

fn begins(before: &[u8], depth: usize) -> bool {
    let mut rest = before;
    let mut up = 0;
    while let Some(shorter) = rest.strip_suffix(b"../") {
        rest = shorter;
        up += 1;
    }
    if up == 0 {
        if let Some(shorter) = rest.strip_suffix(b"./") {
            return depth == 0 && shorter.last().is_none_or(|b| !is_word(*b) && *b != b'/' && *b != b'.');
        }
    } else if up != depth {
        return false;
    }
    rest.last().is_none_or(|b| !is_word(*b) && *b != b'/' && *b != b'.' && *b != b'\\')
}

fn ends(after: &[u8], is_folder: bool) -> bool {
    match after {
        [] => true,
        [b'/', ..] => is_folder,
        [b'.', next, ..] => !is_word(*next),
        [next, ..] => !is_word(*next),
    }
}

#[cfg(test)]
mod tests {
    use super::places;

    #[test]
    fn only_the_very_path_counts_as_a_mention() {
        let count = |text: &str, depth| places(text.as_bytes(), "src/a.rs", false, depth).len();
        assert_eq!(count("see src/a.rs, `src/a.rs` and (src/a.rs).", 0), 3);
        assert_eq!(count("lib/src/a.rs src/a.rs.bak src/a.rsx xsrc/a.rs src/a.rs/b", 0), 0);
        assert_eq!(count("../src/a.rs", 1), 1);
        assert_eq!(count("../src/a.rs", 2), 0);
        assert_eq!(count("./src/a.rs", 0), 1);
        assert_eq!(count("./src/a.rs", 1), 0);
        assert_eq!(places(b"src/net/x.rs", "src/net", true, 0).len(), 1);
        assert_eq!(places(b"src/network", "src/net", true, 0).len(), 0);
    }
}
