//! What changed between two commits of the depot, for people: as data and as text, bounded. Reading only;
//! no external diff program and no text conversion exists in libgit2.

use git2::{Delta, DiffFindOptions, DiffFormat, DiffOptions, Patch as GitPatch, Repository};
use serde::Serialize;

use crate::depot::Depot;
use crate::{ObjectId, Result, libgit, patch, tree_diff};

#[derive(Clone, Debug)]
pub struct DiffLimits {
    pub files: usize,
    /// Lines of text over all files; beyond them files are listed without hunks.
    pub lines: usize,
    /// Bytes of the unified text.
    pub text: usize,
    pub context: u32,
}

impl Default for DiffLimits {
    fn default() -> Self {
        Self { files: 3000, lines: 20_000, text: 2 << 20, context: 3 }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiffSummary {
    pub files: Vec<FileDiff>,
    /// Files and lines over the whole diff, also those not listed.
    pub total_files: usize,
    pub additions: usize,
    pub deletions: usize,
    /// Some files are not listed, or some hunks are left out.
    pub truncated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileDiff {
    pub path: String,
    /// Where it was, when it was renamed.
    pub old_path: Option<String>,
    pub status: FileStatus,
    pub old_mode: Option<String>,
    pub new_mode: Option<String>,
    pub additions: usize,
    pub deletions: usize,
    pub binary: bool,
    /// None: binary, or beyond the limits.
    pub hunks: Option<Vec<Hunk>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum FileStatus {
    Added,
    Modified,
    Deleted,
    Renamed,
    TypeChanged,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hunk {
    pub old_start: u32,
    pub old_lines: u32,
    pub new_start: u32,
    pub new_lines: u32,
    /// What git shows after the line numbers, such as the function's name.
    pub heading: String,
    pub lines: Vec<DiffLine>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiffLine {
    pub kind: LineKind,
    /// Without its line end; at most 2,000 characters.
    pub text: String,
    /// The file ends here without a line end.
    pub no_newline: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum LineKind {
    Context,
    Added,
    Removed,
}

impl Depot {
    pub fn diff(&self, old: &ObjectId, new: &ObjectId, limits: &DiffLimits) -> Result<DiffSummary> {
        let repo = self.open()?;
        let diff = compare(&repo, old, new, limits.context)?;
        let stats = diff.stats()?;
        let mut summary = DiffSummary {
            files: Vec::new(),
            total_files: diff.deltas().len(),
            additions: stats.insertions(),
            deletions: stats.deletions(),
            truncated: false,
        };
        let mut room = limits.lines;
        for index in 0..summary.total_files {
            if summary.files.len() == limits.files {
                summary.truncated = true;
                break;
            }
            let file = file(&diff, index, &mut room)?;
            summary.truncated |= file.hunks.is_none() && !file.binary;
            summary.files.push(file);
        }
        Ok(summary)
    }

    /// The same in git's own text form, and whether it was cut.
    pub fn diff_text(&self, old: &ObjectId, new: &ObjectId, limits: &DiffLimits) -> Result<(String, bool)> {
        let repo = self.open()?;
        let diff = compare(&repo, old, new, limits.context)?;
        let mut text = Vec::new();
        let mut cut = false;
        let printed = diff.print(DiffFormat::Patch, |_, _, line| {
            let origin = line.origin();
            if matches!(origin, '+' | '-' | ' ') {
                text.push(origin as u8);
            }
            text.extend_from_slice(line.content());
            cut = text.len() > limits.text;
            !cut
        });
        if !cut {
            printed?;
        }
        text.truncate(limits.text);
        Ok((libgit::text(&text), cut))
    }
}

fn compare<'r>(repo: &'r Repository, old: &ObjectId, new: &ObjectId, context: u32) -> Result<git2::Diff<'r>> {
    let (old, new) = (libgit::commit(repo, old)?.tree()?, libgit::commit(repo, new)?.tree()?);
    // Counted first: libgit2 would walk any number of paths.
    tree_diff::between(repo, &old.id().into(), &new.id().into(), patch::MAX_PATHS)?;
    let mut options = DiffOptions::new();
    options.context_lines(context).max_size(4 << 20).include_typechange(true).ignore_submodules(false);
    let mut diff = repo.diff_tree_to_tree(Some(&old), Some(&new), Some(&mut options))?;
    diff.find_similar(Some(DiffFindOptions::new().renames(true).rename_limit(300)))?;
    Ok(diff)
}

fn file(diff: &git2::Diff<'_>, index: usize, room: &mut usize) -> Result<FileDiff> {
    let patch = GitPatch::from_diff(diff, index)?;
    let Some(delta) = diff.get_delta(index) else {
        return Err(git2::Error::from_str("the diff has fewer files than it said").into());
    };
    let path = |file: git2::DiffFile<'_>| file.path_bytes().map(libgit::text);
    let mode = |file: git2::DiffFile<'_>| match i32::from(file.mode()) {
        0 => None,
        mode => Some(format!("{mode:06o}")),
    };
    let (old_path, new_path) = (path(delta.old_file()), path(delta.new_file()));
    let (additions, deletions) = match &patch {
        Some(patch) => patch.line_stats().map(|(_, added, removed)| (added, removed))?,
        None => (0, 0),
    };
    let binary = patch.as_ref().is_none_or(|patch| patch.delta().flags().is_binary());
    let hunks = match &patch {
        Some(patch) if !binary => hunks(patch, room)?,
        _ => None,
    };
    let status = match delta.status() {
        Delta::Added => FileStatus::Added,
        Delta::Deleted => FileStatus::Deleted,
        Delta::Renamed | Delta::Copied => FileStatus::Renamed,
        Delta::Typechange => FileStatus::TypeChanged,
        _ => FileStatus::Modified,
    };
    let moved = status == FileStatus::Renamed && old_path != new_path;
    Ok(FileDiff {
        path: new_path.or(old_path.clone()).unwrap_or_default(),
        old_path: old_path.filter(|_| moved),
        status,
        old_mode: mode(delta.old_file()),
        new_mode: mode(delta.new_file()),
        additions,
        deletions,
        binary,
        hunks,
    })
}

fn hunks(patch: &GitPatch<'_>, room: &mut usize) -> Result<Option<Vec<Hunk>>> {
    let mut lines = 0;
    for index in 0..patch.num_hunks() {
        lines += patch.num_lines_in_hunk(index)?;
    }
    if lines > *room {
        return Ok(None);
    }
    *room -= lines;
    let mut all = Vec::new();
    for index in 0..patch.num_hunks() {
        let (hunk, count) = patch.hunk(index)?;
        let header = libgit::text(hunk.header());
        let mut found = Hunk {
            old_start: hunk.old_start(),
            old_lines: hunk.old_lines(),
            new_start: hunk.new_start(),
            new_lines: hunk.new_lines(),
            heading: header.splitn(3, "@@").nth(2).unwrap_or_default().trim().to_owned(),
            lines: Vec::new(),
        };
        for number in 0..count {
            let line = patch.line_in_hunk(index, number)?;
            let kind = match line.origin() {
                ' ' => LineKind::Context,
                '+' => LineKind::Added,
                '-' => LineKind::Removed,
                _ => {
                    if let Some(last) = found.lines.last_mut() {
                        last.no_newline = true;
                    }
                    continue;
                }
            };
            let text = libgit::text(line.content());
            let text = text.trim_end_matches(['\n', '\r']).chars().take(2000).collect();
            found.lines.push(DiffLine { kind, text, no_newline: false });
        }
        all.push(found);
    }
    Ok(Some(all))
}
