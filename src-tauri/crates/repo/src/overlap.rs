//! Whether two lines of work clash, asked before either lands.

use crate::candidate::{ConflictFile, Merged, Sides, merge};
use crate::depot::Depot;
use crate::{ObjectId, Result};

impl Depot {
    /// The files in which merging the two commits would conflict; empty when they go together.
    pub fn overlap(&self, one: &ObjectId, other: &ObjectId) -> Result<Vec<ConflictFile>> {
        match merge(self, &Sides { base: None, ours: one, theirs: other })? {
            Merged::Clean(_) => Ok(Vec::new()),
            Merged::Conflict(files) => Ok(files),
        }
    }
}
