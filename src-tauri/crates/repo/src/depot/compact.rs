//! Keeping the depot small and quick. Every hand-over and candidate adds single objects; now and then they
//! are gathered into one pack. Nothing is ever dropped, reachable or not.

use std::time::Duration;

use super::{Depot, DepotRef};
use crate::Result;
use crate::error::IoContext;
use crate::land::IntegrationLease;

/// Folders of single objects that are worth gathering: about 256 folders with 20 each.
const ENOUGH: usize = 20;

impl Depot {
    /// Gathers single objects if there are many and no job's clone borrows them (a clone with a pack open
    /// would look for objects that moved). Says whether it did.
    pub fn compact(&self, lease: &IntegrationLease) -> Result<bool> {
        lease.covers(self)?;
        let borrowed = self.list_refs()?.iter().any(|(which, _)| matches!(which, DepotRef::Base(_)));
        if borrowed || self.sampled()? < ENOUGH {
            return Ok(false);
        }
        let repack = &["repack", "-a", "-d", "--keep-unreachable", "--quiet"];
        self.call().flags(repack).timeout(Duration::from_secs(3600)).success()?;
        self.call().flags(&["pack-refs", "--all"]).success()?;
        Ok(true)
    }

    /// Objects in one of the 256 folders; ids are spread evenly.
    fn sampled(&self) -> Result<usize> {
        let folder = self.objects_dir().join("17");
        match std::fs::read_dir(&folder) {
            Ok(entries) => Ok(entries.count()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error).at("list", &folder),
        }
    }
}
