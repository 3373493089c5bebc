//! Which commits changed certain files.

use std::path::Path;

use crate::depot::Depot;
use crate::inspect::CommitLine;
use crate::{ObjectId, Result, history};

/// Most commits that are looked into.
const LOOKED: usize = 2_000;

impl Depot {
    /// Of the commits from `from` back to what `exclude` contains those that changed one of `paths`, newest first. A
    /// merge counts where its file is as in none of its parents.
    pub fn log_of_paths(
        &self,
        from: &ObjectId,
        exclude: &ObjectId,
        paths: &[String],
        limit: usize,
    ) -> Result<Vec<CommitLine>> {
        let repo = self.open()?;
        let at = |commit: &git2::Commit<'_>, path: &str| -> Option<(git2::Oid, i32)> {
            let entry = commit.tree().ok()?.get_path(Path::new(path)).ok()?;
            Some((entry.id(), entry.filemode()))
        };
        let mut found = Vec::new();
        for line in history::walk(&repo, from, Some(exclude), LOOKED)? {
            let commit = repo.find_commit(line.commit.raw()?)?;
            let touched = paths.iter().any(|path| {
                let now = at(&commit, path);
                match commit.parent_count() {
                    0 => now.is_some(),
                    _ => commit.parents().all(|parent| at(&parent, path) != now),
                }
            });
            if touched {
                found.push(line);
                if found.len() == limit {
                    break;
                }
            }
        }
        Ok(found)
    }
}
