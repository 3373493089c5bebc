//! Replacing text in many files. Every file is judged before the first one is written.

use super::content::{Skipped, is_crlf, read, with_endings, write};
use super::find::compile;
use super::tree::{Tree, matcher, shown};
use super::{DeterministicError, Edits};
use protocol::count;
use regex::bytes::NoExpand;
use std::borrow::Cow;
use std::path::PathBuf;

pub(super) struct Wanted<'a> {
    pub(super) from: &'a str,
    pub(super) to: &'a str,
    pub(super) glob: Option<&'a str>,
    /// `from` is a regular expression and `to` may name its groups as `$1`.
    pub(super) regex: bool,
}

struct Edit {
    file: PathBuf,
    bytes: Vec<u8>,
    times: usize,
}

pub(super) fn replace(
    tree: &Tree<'_>,
    wanted: &Wanted<'_>,
    max_files: u32,
) -> Result<Edits, DeterministicError> {
    if wanted.from.is_empty() {
        return Err(DeterministicError::Unclear("the text to look for is empty".into()));
    }
    let within = wanted.glob.map(matcher).transpose()?;
    let (mut edits, mut binary, mut large) = (Vec::new(), 0usize, 0usize);
    for file in tree.files()? {
        if within.as_ref().is_some_and(|set| !set.is_match(&file)) {
            continue;
        }
        match read(&tree.absolute(&file))? {
            Err(Skipped::Binary) => binary += 1,
            Err(Skipped::TooLarge) => large += 1,
            Ok(bytes) => {
                let (times, new) = edited(&bytes, wanted)?;
                if times > 0 && new != bytes {
                    edits.push(Edit { file, bytes: new, times });
                }
            }
        }
    }
    let place = wanted.glob.map(|g| format!(" in {g}")).unwrap_or_default();
    let skipped = match (binary, large) {
        (0, 0) => String::new(),
        (binary, large) => format!(
            " Left alone: {}, {} over 1 MiB.",
            count(binary, "binary file", "binary files"),
            count(large, "file", "files")
        ),
    };
    if edits.is_empty() {
        return Err(DeterministicError::NothingToDo(format!(
            "`{}` does not occur{place}.{skipped}",
            wanted.from
        )));
    }
    if edits.len() > max_files as usize {
        return Err(DeterministicError::TooManyFiles { found: edits.len(), allowed: max_files });
    }
    for edit in &edits {
        write(&tree.absolute(&edit.file), &edit.bytes)?;
    }
    let times: usize = edits.iter().map(|edit| edit.times).sum();
    let summary = format!(
        "Replaced `{}` with `{}` {} in {}",
        wanted.from,
        wanted.to,
        if times == 1 { "once".to_owned() } else { format!("{times} times") },
        count(edits.len(), "file", "files")
    );
    let lines: Vec<String> =
        edits.iter().map(|edit| format!("- {}: {}", shown(&edit.file), edit.times)).collect();
    let report = format!("{summary}{place}.{skipped}\n\n{}\n", lines.join("\n"));
    Ok(Edits {
        changed: edits.into_iter().map(|edit| edit.file).collect(),
        summary,
        report: Some(report),
        ..Edits::default()
    })
}

/// How often the text occurs in a file, and the file without it. Bytes that are not UTF-8 stay as they are.
fn edited(bytes: &[u8], wanted: &Wanted<'_>) -> Result<(usize, Vec<u8>), DeterministicError> {
    let crlf = is_crlf(bytes);
    let (from, to): (Cow<'_, str>, Cow<'_, str>) = if wanted.regex {
        (Cow::Borrowed(wanted.from), Cow::Borrowed(wanted.to))
    } else {
        // A text of several lines means the lines of this file.
        (Cow::Owned(with_endings(wanted.from, crlf)), Cow::Owned(with_endings(wanted.to, crlf)))
    };
    let pattern = if wanted.regex { from.into_owned() } else { regex::escape(&from) };
    let regex = compile(&pattern, wanted.from, false)?;
    let times = regex.find_iter(bytes).count();
    let new = match times {
        0 => Vec::new(),
        _ if wanted.regex => regex.replace_all(bytes, to.as_bytes()).into_owned(),
        _ => regex.replace_all(bytes, NoExpand(to.as_bytes())).into_owned(),
    };
    Ok((times, new))
}
