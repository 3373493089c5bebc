//! A conflict as something a person or a fix-up attempt can read: which files, what kind, and the
//! clashing lines, bounded.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::depot::Depot;
use crate::history::is_binary;
use crate::{ObjectId, Result, libgit};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConflictFile {
    pub path: String,
    /// Git's own sentence, such as `CONFLICT (content): Merge conflict in a.txt`.
    pub note: String,
    pub hunks: Vec<ConflictHunk>,
}

/// One clash with its markers, starting at a line of the half-merged file (from 1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConflictHunk {
    pub line: usize,
    pub text: String,
    pub truncated: bool,
}

const MAX_FILES: usize = 100;
const MAX_HUNKS: usize = 20;
const MAX_HUNK: usize = 4000;
const MAX_FILE: usize = 4 << 20;

pub(super) fn describe(
    depot: &Depot,
    tree: &ObjectId,
    files: Vec<Vec<u8>>,
    messages: &[&[u8]],
) -> Result<Vec<ConflictFile>> {
    let repo = depot.open()?;
    let tree = repo.find_tree(tree.raw()?)?;
    let notes = notes(messages);
    let mut all = Vec::new();
    for path in files.into_iter().take(MAX_FILES) {
        let name = libgit::text(&path);
        let content = tree.get_path(Path::new(&name)).ok().and_then(|entry| repo.find_blob(entry.id()).ok());
        let hunks = match content {
            Some(blob) if blob.size() <= MAX_FILE && !is_binary(blob.content()) => hunks(blob.content()),
            _ => Vec::new(),
        };
        let note = notes.get(&path).cloned().unwrap_or_default();
        all.push(ConflictFile { path: name, note, hunks });
    }
    Ok(all)
}

/// With `-z`: number of paths, the paths, the kind, the sentence, again and again. Sentences about
/// automatic merges are no news.
fn notes(fields: &[&[u8]]) -> BTreeMap<Vec<u8>, String> {
    let mut notes = BTreeMap::new();
    let mut rest = fields;
    while let Some((count, after)) = rest.split_first() {
        let Ok(count) = libgit::text(count).trim().parse::<usize>() else { break };
        let Some(paths) = after.get(..count) else { break };
        let (Some(kind), Some(sentence)) = (after.get(count), after.get(count + 1)) else { break };
        if kind.starts_with(b"CONFLICT") {
            let sentence: String = libgit::text(sentence).trim().chars().take(300).collect();
            for path in paths {
                notes.entry(path.to_vec()).or_insert_with(|| sentence.clone());
            }
        }
        rest = after.get(count + 2..).unwrap_or_default();
    }
    notes
}

fn hunks(content: &[u8]) -> Vec<ConflictHunk> {
    let text = String::from_utf8_lossy(content);
    let mut all: Vec<ConflictHunk> = Vec::new();
    let mut open: Option<ConflictHunk> = None;
    for (number, line) in text.lines().enumerate() {
        if line.starts_with("<<<<<<< ") && open.is_none() {
            open = Some(ConflictHunk { line: number + 1, text: String::new(), truncated: false });
        }
        let Some(hunk) = open.as_mut() else { continue };
        if hunk.text.len() + line.len() < MAX_HUNK {
            hunk.text.push_str(line);
            hunk.text.push('\n');
        } else {
            hunk.truncated = true;
        }
        if line.starts_with(">>>>>>> ") {
            all.extend(open.take());
            if all.len() == MAX_HUNKS {
                break;
            }
        }
    }
    all
}
