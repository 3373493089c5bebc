//! Keeping the depot small and quick. Every hand-over and candidate adds single objects; now and then they
//! are gathered into a pack, and small packs into larger ones, so that the work is that of what is new and not of
//! the whole history. Nothing is ever dropped, reachable or not.

use std::time::Duration;

use super::Depot;
use crate::Result;
use crate::error::IoContext;
use crate::land::IntegrationLease;

/// Folders of single objects that are worth gathering: about 256 folders with 20 each.
const ENOUGH: usize = 20;

impl Depot {
    /// Gathers single objects if there are many. Says whether it did. Clones that borrow them may be at work: git looks
    /// again for an object that moved into another pack, and none goes away.
    pub fn compact(&self, lease: &IntegrationLease) -> Result<bool> {
        lease.covers(self)?;
        if self.sampled()? < ENOUGH {
            return Ok(false);
        }
        let repack = &["repack", "--geometric=2", "-d", "--quiet"];
        self.call().flags(repack).timeout(Duration::from_secs(600)).success()?;
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
