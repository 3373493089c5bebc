//! Removing folders that a worker or a check filled: what they made unreadable is opened first, and no
//! link is ever followed.

use std::path::Path;

use crate::Result;
use crate::error::IoContext;

/// Removes a file, a link, or a folder with all in it. Fine when it does not exist.
pub(crate) fn remove_tree(path: &Path) -> Result<()> {
    let Ok(found) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if !found.is_dir() {
        return std::fs::remove_file(path).at("remove", path);
    }
    if std::fs::remove_dir_all(path).is_ok() {
        return Ok(());
    }
    open_up(path);
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other.at("remove", path),
    }
}

/// Gives this user back the right to list and empty every folder below. Best effort: what it could not do
/// shows when the removal fails.
#[cfg(unix)]
pub(crate) fn open_up(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let _ = std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700));
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open_up(&entry.path());
        }
    }
}

#[cfg(not(unix))]
pub(crate) fn open_up(_dir: &Path) {}
