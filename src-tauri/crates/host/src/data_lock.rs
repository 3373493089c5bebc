//! A data folder belongs to one server at a time.
//!
//! The lock is one of the operating system and ends with the process that holds it, however it ends. The
//! holder's process id stands in a file of its own beside it (a locked file cannot be read on Windows) and is
//! only ever used to name the holder, never to decide who holds.

use std::fs::{self, File, OpenOptions};
use std::path::PathBuf;

use fs4::{FileExt, TryLockError};

use crate::HostError;
use crate::atomic_file;
use crate::paths::DataFolder;

/// Proof that this process owns the data folder. Dropping it gives the folder back.
#[derive(Debug)]
pub struct DataLock {
    file: File,
    holder: PathBuf,
}

impl DataLock {
    /// Takes the folder, or fails with `DataFolderHeld` naming the holder.
    pub fn acquire(data: &DataFolder) -> Result<Self, HostError> {
        let path = data.root().join("lock");
        let holder = data.root().join("lock.holder");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(HostError::file("open", &path))?;
        match FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(HostError::DataFolderHeld {
                    path: data.root().to_path_buf(),
                    holder: read_pid(&holder),
                });
            }
            Err(TryLockError::Error(source)) => return Err(HostError::File { action: "lock", path, source }),
        }
        atomic_file::write(&holder, std::process::id().to_string().as_bytes())?;
        Ok(Self { file, holder })
    }
}

impl Drop for DataLock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.holder);
        let _ = FileExt::unlock(&self.file);
    }
}

fn read_pid(path: &std::path::Path) -> Option<u32> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_one_is_told_who_holds_the_folder() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataFolder::open(temp.path()).unwrap();
        let held = DataLock::acquire(&data).unwrap();
        match DataLock::acquire(&data).unwrap_err() {
            HostError::DataFolderHeld { holder, .. } => assert_eq!(holder, Some(std::process::id())),
            other => panic!("{other}"),
        }
        drop(held);
        DataLock::acquire(&data).unwrap();
    }

    #[test]
    fn a_stale_holder_file_does_not_keep_the_folder() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataFolder::open(temp.path()).unwrap();
        fs::write(data.root().join("lock.holder"), "1").unwrap();
        DataLock::acquire(&data).unwrap();
    }
}
