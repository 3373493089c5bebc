//! A change put onto a tip whatever comes of it: for whoever has to mend it, conflict markers and all. Nothing of it
//! lands; what is handed over later is refused while a marker is left.

use super::three_way::{Base, Sides, raw};
use super::{CommitObject, Signature};
use crate::depot::Depot;
use crate::{ObjectId, Result, libgit};

/// A change on a new base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HalfMerged {
    /// One commit on the tip; the tip itself when there is nothing left of the change.
    pub commit: ObjectId,
    pub conflicts: bool,
}

impl Depot {
    /// Puts what `entry` changed since `entry_base` onto `tip`, as one commit.
    pub fn half_merged(
        &self,
        tip: &ObjectId,
        entry: &ObjectId,
        entry_base: &ObjectId,
        message: &str,
        committer: &Signature,
    ) -> Result<HalfMerged> {
        let answer = raw(self, &Sides { base: Some(Base::Commit(entry_base)), ours: tip, theirs: entry })?;
        if answer.status > 1 || answer.status < 0 {
            return Err(answer.failure("merge-tree"));
        }
        let tree = answer.stdout.split(|byte| *byte == 0).next().unwrap_or_default();
        let tree = ObjectId::parse(libgit::text(tree).trim())?;
        let conflicts = answer.status == 1;
        if tree == self.tree_of(tip)? {
            return Ok(HalfMerged { commit: tip.clone(), conflicts });
        }
        let author = committer.line();
        let object = CommitObject {
            tree: &tree,
            parents: std::slice::from_ref(tip),
            author: &author,
            committer,
            message: format!("{}\n", message.trim_end()).into_bytes(),
        };
        Ok(HalfMerged { commit: object.write(self)?, conflicts })
    }
}
