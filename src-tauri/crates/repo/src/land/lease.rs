//! The right to move integration branches, as a value. Whoever has one is alone with it: the lock is the
//! operating system's, so it ends with the process and never goes stale.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

use crate::depot::Depot;
use crate::error::IoContext;
use crate::{RepoError, Result};

/// Released when dropped.
#[derive(Debug)]
pub struct IntegrationLease {
    depot: PathBuf,
    lock: File,
}

impl IntegrationLease {
    /// Takes the depot's lock, or says at once that another has it.
    pub fn acquire(depot: &Depot) -> Result<Self> {
        let path = depot.dir().join("integration.lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path).at("open", &path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { depot: depot.dir().to_owned(), lock: file }),
            Err(TryLockError::WouldBlock) => Err(RepoError::LeaseHeld { path }),
            Err(TryLockError::Error(source)) => Err(source).at("lock", &path),
        }
    }

    pub(crate) fn covers(&self, depot: &Depot) -> Result<()> {
        if self.depot == depot.dir() {
            return Ok(());
        }
        Err(RepoError::LeaseHeld { path: depot.dir().to_owned() })
    }
}

impl Drop for IntegrationLease {
    fn drop(&mut self) {
        // Closing the file would not do: a process being started at this moment holds a copy of it.
        let _ = self.lock.unlock();
    }
}
