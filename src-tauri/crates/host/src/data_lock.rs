//! A data folder belongs to one server at a time.
//!
//! The lock is one of the operating system and ends with the process that holds it, however it ends. The
//! holder's process id stands in a file of its own beside it (a locked file cannot be read on Windows) and is
//! only ever used to name the holder, never to decide who holds.
//!
//! On Unix a program that the holder was just starting has the lock as well until it has begun. A holder that was killed
//! at that moment keeps the folder a little longer than it lived, which is waited for.

use std::fs::{self, File, OpenOptions};
use std::path::PathBuf;
use std::time::Duration;

use fs4::{FileExt, TryLockError};

use crate::HostError;
use crate::atomic_file;
use crate::paths::DataFolder;

/// How often, and how long each time, a lock is waited for whose holder is gone.
const TRIES: u32 = 50;
const BETWEEN: Duration = Duration::from_millis(20);

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
        let mut tries = 0;
        loop {
            match FileExt::try_lock(&file) {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    let named = read_pid(&holder);
                    if tries == TRIES || named.is_none_or(is_there) {
                        let path = data.root().to_path_buf();
                        return Err(HostError::DataFolderHeld { path, holder: named });
                    }
                }
                Err(TryLockError::Error(source)) => {
                    return Err(HostError::File { action: "lock", path, source });
                }
            }
            tries += 1;
            std::thread::sleep(BETWEEN);
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

#[cfg(unix)]
fn is_there(pid: u32) -> bool {
    crate::spawn::process_is_alive(pid)
}

/// A handle is passed on here only where that is asked for.
#[cfg(not(unix))]
fn is_there(_pid: u32) -> bool {
    true
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

    #[cfg(unix)]
    #[test]
    fn what_a_holder_that_was_killed_was_just_starting_is_waited_for() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataFolder::open(temp.path()).unwrap();
        let lock = File::create(data.root().join("lock")).unwrap();
        FileExt::try_lock(&lock).unwrap();
        // It has the lock until it is told to go on, and a moment longer.
        let mut started = std::process::Command::new("sh")
            .args(["-c", "read go; exec sleep 0.1"])
            .stdin(std::process::Stdio::piped())
            .stderr(lock)
            .spawn()
            .unwrap();
        let holder = data.root().join("lock.holder");
        fs::write(&holder, std::process::id().to_string()).unwrap();
        assert!(DataLock::acquire(&data).is_err(), "its holder is there");
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        fs::write(&holder, gone.id().to_string()).unwrap();
        drop(started.stdin.take());
        DataLock::acquire(&data).unwrap();
        assert!(started.wait().unwrap().success());
    }

    #[test]
    fn a_stale_holder_file_does_not_keep_the_folder() {
        let temp = tempfile::tempdir().unwrap();
        let data = DataFolder::open(temp.path()).unwrap();
        fs::write(data.root().join("lock.holder"), "1").unwrap();
        DataLock::acquire(&data).unwrap();
    }
}
