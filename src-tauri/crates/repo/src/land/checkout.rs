//! Working folders of the user's that have the integration branch checked out. Their files follow a
//! landing only when nothing of the user's can be lost: every tracked file is as the old commit has it, and
//! no untracked file is in the way.
//!
//! libgit2 writes the files: it runs no hook and no filter program. Where such a filter would be needed,
//! the folder is left alone and that is said.

use std::path::{Path, PathBuf};

use git2::build::CheckoutBuilder;
use git2::{AttrCheckFlags, AttrValue, Repository, Status};
use serde::Serialize;

use crate::inspect::status_options;
use crate::tree_diff::{self, Change, SUBMODULE};
use crate::{ObjectId, RepoError, Result, libgit, patch};

/// A working folder that followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdatedCheckout {
    pub worktree: PathBuf,
    pub files: usize,
}

/// Why a working folder cannot follow; each names what the user can do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CheckoutBlock {
    /// Uncommitted changes, or untracked files where new ones belong. At most 50 are named.
    Dirty { files: Vec<String> },
    /// A merge, rebase or the like is not finished.
    Unfinished { operation: String },
    /// Another git program is at work there.
    Busy,
    /// The folder is gone; `git worktree prune` forgets it.
    Missing,
    /// Only part of the files is shown; moving it needs git itself.
    Sparse,
    /// A changed file goes through a filter program (such as LFS), which is not run unasked.
    Filtered { file: String },
}

pub(super) struct Checkout {
    path: PathBuf,
    repo: Option<Repository>,
    unfinished: Option<String>,
}

/// Every working folder that stands on `refname`, or will return to it when a rebase or bisect ends.
pub(super) fn of_branch(user: &Repository, refname: &str) -> Result<Vec<Checkout>> {
    let common = user.commondir();
    let mut found = Vec::new();
    let main = libgit::open(common)?;
    if let Some(path) = main.workdir().map(Path::to_owned) {
        let unfinished = unfinished(common, refname);
        if stands_on(common, refname) || unfinished.is_some() {
            found.push(Checkout { path, repo: Some(main), unfinished });
        }
    }
    let Ok(linked) = std::fs::read_dir(common.join("worktrees")) else { return Ok(found) };
    for entry in linked.flatten() {
        let git_dir = entry.path();
        let unfinished = unfinished(&git_dir, refname);
        if !stands_on(&git_dir, refname) && unfinished.is_none() {
            continue;
        }
        let pointer = std::fs::read_to_string(git_dir.join("gitdir")).unwrap_or_default();
        let path = Path::new(pointer.trim()).parent().map(Path::to_owned).unwrap_or_default();
        let repo = if path.join(".git").is_file() { Some(libgit::open(&path)?) } else { None };
        found.push(Checkout { path, repo, unfinished });
    }
    Ok(found)
}

pub(super) fn stands_on(git_dir: &Path, refname: &str) -> bool {
    let head = std::fs::read_to_string(git_dir.join("HEAD")).unwrap_or_default();
    head.trim().strip_prefix("ref:").is_some_and(|target| target.trim() == refname)
}

/// The operation that took HEAD away from the branch and will set the branch when it ends.
fn unfinished(git_dir: &Path, refname: &str) -> Option<String> {
    let short = refname.strip_prefix("refs/heads/").unwrap_or(refname);
    let files = [
        ("rebase-merge/head-name", "rebase"),
        ("rebase-apply/head-name", "rebase"),
        ("BISECT_START", "bisect"),
    ];
    files.into_iter().find_map(|(file, operation)| {
        let text = std::fs::read_to_string(git_dir.join(file)).ok()?;
        let name = text.trim();
        (name == refname || name == short).then(|| operation.to_owned())
    })
}

impl Checkout {
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn blocked(&self, old: Option<&ObjectId>, new: &ObjectId) -> Result<Option<CheckoutBlock>> {
        let Some(repo) = &self.repo else { return Ok(Some(CheckoutBlock::Missing)) };
        if let Some(operation) = self.unfinished.clone() {
            return Ok(Some(CheckoutBlock::Unfinished { operation }));
        }
        if repo.state() != git2::RepositoryState::Clean {
            let operation = format!("{:?}", repo.state()).to_lowercase();
            return Ok(Some(CheckoutBlock::Unfinished { operation }));
        }
        if repo.path().join("index.lock").exists() {
            return Ok(Some(CheckoutBlock::Busy));
        }
        if repo.config()?.get_bool("core.sparseCheckout").unwrap_or(false) {
            return Ok(Some(CheckoutBlock::Sparse));
        }
        let changes = changes(repo, old, new)?;
        let files = in_the_way(repo, &changes)?;
        if !files.is_empty() {
            return Ok(Some(CheckoutBlock::Dirty { files }));
        }
        Ok(filtered(repo, &changes)?.map(|file| CheckoutBlock::Filtered { file }))
    }

    /// Brings files and index from `old` to `new`. Anything that changed since `blocked` stops it.
    pub fn follow(&self, old: Option<&ObjectId>, new: &ObjectId) -> Result<UpdatedCheckout> {
        let Some(repo) = &self.repo else {
            return Err(RepoError::NotFound { what: self.path.display().to_string() });
        };
        let changes = changes(repo, old, new)?;
        let target = libgit::commit(repo, new)?.into_object();
        let mut options = CheckoutBuilder::new();
        // What it compares with is HEAD, which is still at `old` while its lock is held.
        options.safe().recreate_missing(true).overwrite_ignored(false);
        repo.checkout_tree(&target, Some(&mut options))?;
        Ok(UpdatedCheckout { worktree: self.path.clone(), files: changes.len() })
    }
}

pub(super) fn changes(repo: &Repository, old: Option<&ObjectId>, new: &ObjectId) -> Result<Vec<Change>> {
    let before = match old {
        Some(old) => libgit::commit(repo, old)?.tree_id().into(),
        None => ObjectId::empty_tree(),
    };
    tree_diff::between(repo, &before, &libgit::commit(repo, new)?.tree_id().into(), patch::MAX_PATHS)
}

/// Files of the user's that would be lost or mixed up.
pub(super) fn in_the_way(repo: &Repository, changes: &[Change]) -> Result<Vec<String>> {
    let statuses = repo.statuses(Some(&mut status_options(false)))?;
    let mut files: Vec<String> = statuses
        .iter()
        .filter(|entry| entry.status() != Status::CURRENT)
        .map(|entry| libgit::text(entry.path_bytes()))
        .collect();
    let root = repo.workdir().unwrap_or(Path::new(""));
    let added = changes.iter().filter(|change| change.old.is_none() && change.new.is_some());
    files.extend(added.map(|change| libgit::text(&change.path)).filter(|name| occupied(root, name)));
    files.sort();
    files.dedup();
    files.truncate(50);
    Ok(files)
}

/// Whether something of the user's stands where `path` will be, or where one of its folders will be.
fn occupied(root: &Path, path: &str) -> bool {
    let mut at = root.to_owned();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        at.push(part);
        match std::fs::symlink_metadata(&at) {
            Err(_) => return false,
            Ok(found) if parts.peek().is_some() && found.is_dir() => {}
            Ok(_) => return true,
        }
    }
    true
}

/// A changed file with a filter attribute, now or by a changed `.gitattributes`.
fn filtered(repo: &Repository, changes: &[Change]) -> Result<Option<String>> {
    for change in changes {
        let name = libgit::text(&change.path);
        let value = repo.get_attr_bytes(Path::new(&name), "filter", AttrCheckFlags::FILE_THEN_INDEX)?;
        if matches!(AttrValue::from_bytes(value), AttrValue::String(_) | AttrValue::Bytes(_)) {
            return Ok(Some(name));
        }
        let attributes = name == ".gitattributes" || name.ends_with("/.gitattributes");
        let new = change.new.as_ref().filter(|new| attributes && new.mode != SUBMODULE);
        if let Some(new) = new {
            let text = libgit::text(repo.find_blob(new.id.raw()?)?.content());
            if text.contains("filter=") {
                return Ok(Some(name));
            }
        }
    }
    Ok(None)
}
