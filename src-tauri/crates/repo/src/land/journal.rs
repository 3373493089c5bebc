//! A note of which working folders are about to follow a landing, kept in the depot while they do. A
//! crash in between leaves files half written; with the note they are put back to the old commit, and the
//! landing is done again from there. Without one, no file of the user's is ever put back.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::torn;
use crate::depot::Depot;
use crate::error::IoContext;
use crate::{ObjectId, RepoError, Result, libgit};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Following {
    pub refname: String,
    pub worktrees: Vec<PathBuf>,
    pub old: Option<ObjectId>,
    pub new: ObjectId,
}

fn path(depot: &Depot) -> PathBuf {
    depot.dir().join("following.json")
}

pub(super) fn begin(depot: &Depot, note: &Following) -> Result<()> {
    let (path, fresh) = (path(depot), depot.dir().join("following.new"));
    let text = serde_json::to_vec(note)
        .map_err(|error| RepoError::Unreadable { path: path.clone(), detail: error.to_string() })?;
    std::fs::write(&fresh, text).at("write", &fresh)?;
    std::fs::rename(&fresh, &path).at("write", &path)
}

pub(super) fn end(depot: &Depot) -> Result<()> {
    match std::fs::remove_file(path(depot)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).at("remove", &path(depot)),
        _ => Ok(()),
    }
}

/// Puts right what a crash left, if it left a note. A branch that reached `new` needs nothing; one that
/// the user moved since is the user's business, and so is a folder that stands on another branch now.
pub(super) fn settle(depot: &Depot, user: &git2::Repository) -> Result<()> {
    let path = path(depot);
    let Ok(text) = std::fs::read(&path) else { return Ok(()) };
    let Ok(note) = serde_json::from_slice::<Following>(&text) else { return end(depot) };
    if libgit::direct_ref(user, &note.refname)? == note.old {
        let since = std::fs::metadata(&path).and_then(|found| found.modified()).at("read", &path)?;
        for worktree in &note.worktrees {
            restore(worktree, &note, since)?;
        }
    }
    end(depot)
}

fn restore(worktree: &Path, note: &Following, since: SystemTime) -> Result<()> {
    let Ok(repo) = libgit::open(worktree) else { return Ok(()) };
    if !super::checkout::stands_on(repo.path(), &note.refname) {
        return Ok(());
    }
    // Ours, if it is not older than the note: nobody else would have kept it since.
    let lock = repo.path().join("index.lock");
    if std::fs::metadata(&lock).and_then(|found| found.modified()).is_ok_and(|made| made >= since) {
        std::fs::remove_file(&lock).at("remove", &lock)?;
    }
    let changes = super::checkout::changes(&repo, note.old.as_ref(), &note.new)?;
    torn::put_back(&repo, note.old.as_ref(), &changes)
}
