//! What git itself does not see in a working folder: a `.git` inside a tracked folder, and files in the
//! empty folder that stands for a submodule. Left there, they would be found by the git calls of the next
//! entry's check.

use std::path::{Path, PathBuf};

use git2::ObjectType;

use crate::depot::Depot;
use crate::{ObjectId, Result, libgit, removal, tree_diff};

const MOST_FOLDERS: usize = 2_000_000;

/// Their paths, from the top of the tree.
pub(super) fn find(depot: &Depot, commit: &ObjectId, dir: &Path) -> Result<Vec<String>> {
    let found = look(depot, commit, dir)?;
    Ok(found.into_iter().map(|path| path.to_string_lossy().into_owned()).collect())
}

pub(super) fn remove(depot: &Depot, commit: &ObjectId, dir: &Path) -> Result<()> {
    for path in look(depot, commit, dir)? {
        if stands(dir, &path) {
            removal::remove_tree(&dir.join(path))?;
        }
    }
    Ok(())
}

fn look(depot: &Depot, commit: &ObjectId, dir: &Path) -> Result<Vec<PathBuf>> {
    let repo = depot.open()?;
    let tree = libgit::commit(&repo, commit)?.tree_id();
    let mut found = Vec::new();
    let exists = |path: &Path| stands(dir, path);
    if exists(Path::new(".git")) {
        found.push(".git".into());
    }
    tree_diff::visit(&repo, tree, MOST_FOLDERS, |path, entry| {
        let path = Path::new(&libgit::text(path)).to_owned();
        match entry.kind() {
            Some(ObjectType::Tree) if exists(&path.join(".git")) => found.push(path.join(".git")),
            Some(ObjectType::Commit) => found.extend(inside(dir, &path)),
            _ => {}
        }
        true
    })?;
    Ok(found)
}

/// Whether something is at `path` below `dir` without passing through a link: a check may have replaced a
/// folder by a link to the user's own repository.
fn stands(dir: &Path, path: &Path) -> bool {
    let mut at = dir.to_owned();
    let mut parts = path.components().peekable();
    while let Some(part) = parts.next() {
        at.push(part);
        match std::fs::symlink_metadata(&at) {
            Ok(found) if found.is_dir() || parts.peek().is_none() => {}
            _ => return false,
        }
    }
    true
}

fn inside(dir: &Path, path: &Path) -> Vec<PathBuf> {
    let whole = dir.join(path);
    // A link in its place would be followed by the listing.
    let folder = std::fs::symlink_metadata(&whole).is_ok_and(|found| found.is_dir());
    if !folder || !stands(dir, path) {
        return Vec::new();
    }
    let Ok(entries) = std::fs::read_dir(&whole) else { return Vec::new() };
    entries.flatten().map(|entry| path.join(entry.file_name())).collect()
}
