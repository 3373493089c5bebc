//! Files that are either the old or the new version, never half of one.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

use crate::HostError;
use crate::ids::{Ids as _, SystemIds};

/// Writes beside the target, syncs, renames over it and syncs the folder, so a crash at any point leaves one
/// whole version. Only the owner may read the file, from before it has content; on Windows the access list of
/// the folder decides that.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), HostError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = folder.join(format!(".{name}.{}.tmp", SystemIds.uuid()));
    let written = create(&beside).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&beside, path));
    if moved.is_err() {
        let _ = fs::remove_file(&beside);
    }
    moved.map_err(HostError::file("write", path))?;
    sync_folder(folder);
    Ok(())
}

/// A rename is durable once its folder is synced; where folders cannot be opened (Windows) the system does it.
pub(crate) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
