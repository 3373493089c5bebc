//! The user's uncommitted files, for showing and for asking before anything touches a checkout.

use git2::{Repository, Status, StatusOptions};
use serde::Serialize;

use crate::{Result, libgit};

/// Above this many tracked files the listing is left out: it would stat each of them.
const TOO_MANY: usize = 150_000;
const LISTED: usize = 500;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DirtyFile {
    pub path: String,
    pub staged: bool,
    pub unstaged: bool,
    pub untracked: bool,
    pub conflicted: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DirtyState {
    /// At most 500.
    pub files: Vec<DirtyFile>,
    /// None: the repository is too large to count.
    pub total: Option<usize>,
}

pub(super) fn list(repo: &Repository, tracked: usize) -> Result<DirtyState> {
    if tracked > TOO_MANY {
        return Ok(DirtyState { files: Vec::new(), total: None });
    }
    let statuses = repo.statuses(Some(&mut options(true)))?;
    let mut files = Vec::new();
    for entry in statuses.iter().take(LISTED) {
        files.push(describe(libgit::text(entry.path_bytes()), entry.status()));
    }
    Ok(DirtyState { files, total: Some(statuses.len()) })
}

/// Never writes the index, never enters submodules.
pub(crate) fn options(untracked: bool) -> StatusOptions {
    let mut options = StatusOptions::new();
    options
        .include_untracked(untracked)
        .recurse_untracked_dirs(false)
        .include_ignored(false)
        .exclude_submodules(true)
        .update_index(false)
        .no_refresh(false);
    options
}

fn describe(path: String, status: Status) -> DirtyFile {
    let staged = Status::INDEX_NEW
        | Status::INDEX_MODIFIED
        | Status::INDEX_DELETED
        | Status::INDEX_RENAMED
        | Status::INDEX_TYPECHANGE;
    let unstaged = Status::WT_MODIFIED | Status::WT_DELETED | Status::WT_RENAMED | Status::WT_TYPECHANGE;
    DirtyFile {
        path,
        staged: status.intersects(staged),
        unstaged: status.intersects(unstaged),
        untracked: status.contains(Status::WT_NEW),
        conflicted: status.contains(Status::CONFLICTED),
    }
}
