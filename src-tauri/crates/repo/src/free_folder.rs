//! The folder a clone is made in. Where it is there already it stays the same one while it is filled: somebody may have
//! shown it to a sandbox by then, and would go on seeing a folder that was replaced.

use std::io::ErrorKind;
use std::path::Path;

use crate::error::IoContext;
use crate::{RepoError, Result, os, removal};

/// Whether the folder is there; an error unless it is missing, or real, empty and this user's.
pub(crate) fn is_there(dir: &Path) -> Result<bool> {
    let found = match std::fs::symlink_metadata(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        found => found.at("look at", dir)?,
    };
    let reason = if !found.is_dir() {
        "the folder of a clone must be a real folder"
    } else if !os::is_ours(&found) {
        "the folder of a clone must be this user's"
    } else if std::fs::read_dir(dir).at("read", dir)?.next().is_some() {
        "the folder of a job clone must be empty"
    } else {
        return Ok(true);
    };
    Err(RepoError::BadRef { name: dir.display().to_string(), reason: reason.into() })
}

/// Makes `from` the folder `dir`, which [`is_there`] or not: under its name, or its contents in the one that is there.
pub(crate) fn move_in(from: &Path, dir: &Path, there: bool) -> Result<()> {
    if !there {
        return std::fs::rename(from, dir).at("rename", from);
    }
    for entry in std::fs::read_dir(from).at("read", from)? {
        let entry = entry.at("read", from)?;
        std::fs::rename(entry.path(), dir.join(entry.file_name())).at("rename", &entry.path())?;
    }
    std::fs::remove_dir(from).at("remove", from)
}

/// Leaves it as it was found: empty where it was there, else gone.
pub(crate) fn give_back(dir: &Path, there: bool) -> Result<()> {
    if !there {
        return removal::remove_tree(dir);
    }
    for entry in std::fs::read_dir(dir).at("read", dir)? {
        removal::remove_tree(&entry.at("read", dir)?.path())?;
    }
    Ok(())
}
