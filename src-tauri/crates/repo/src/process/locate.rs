//! Finding the git program on a search path. Relative entries are skipped: what they name depends on the
//! folder the server happened to start in.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::{RepoError, Result};

const NAME: &str = if cfg!(windows) { "git.exe" } else { "git" };

pub fn locate(search_path: &OsStr) -> Result<PathBuf> {
    std::env::split_paths(search_path)
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join(NAME))
        .find(|file| file.is_file())
        .ok_or_else(|| RepoError::Missing { detail: "git is not installed, or not on PATH".into() })
}
