//! What a change is, independent of the commits that carry it: per path the blob before and after. An
//! approval is given for this. A rebuild that results in the same patch keeps it; any other voids it.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::depot::Depot;
use crate::tree_diff::{self, Change, Side};
use crate::{ObjectId, Result, libgit};

/// More changed paths than this are refused as a change.
pub(crate) const MAX_PATHS: usize = 50_000;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Patch {
    /// Sorted by the bytes of the path.
    pub entries: Vec<PatchEntry>,
    /// SHA-256 in hex over the entries, the target branch and the strategy.
    pub hash: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PatchEntry {
    pub path: String,
    pub old: Option<PatchSide>,
    pub new: Option<PatchSide>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PatchSide {
    pub blob: ObjectId,
    /// Octal, as git shows it: 100644, 100755, 120000, 160000.
    pub mode: String,
}

impl Depot {
    /// The patch from one tree to another, bound to where and how it will land.
    pub fn patch(&self, old: &ObjectId, new: &ObjectId, target: &str, strategy: &str) -> Result<Patch> {
        let changes = tree_diff::between(&self.open()?, old, new, MAX_PATHS)?;
        let hash = hash(&changes, target, strategy);
        let side = |side: Side| PatchSide { blob: side.id, mode: format!("{:06o}", side.mode) };
        let entries = changes.into_iter().map(|change| PatchEntry {
            path: libgit::text(&change.path),
            old: change.old.map(side),
            new: change.new.map(side),
        });
        Ok(Patch { entries: entries.collect(), hash })
    }
}

/// Every part is preceded by its length, so no two different patches make the same bytes.
pub(crate) fn hash(changes: &[Change], target: &str, strategy: &str) -> String {
    let mut digest = Sha256::new();
    let mut put = |bytes: &[u8]| {
        digest.update((bytes.len() as u64).to_be_bytes());
        digest.update(bytes);
    };
    put(b"pilothouse patch 1");
    put(target.as_bytes());
    put(strategy.as_bytes());
    for change in changes {
        put(&change.path);
        for side in [&change.old, &change.new] {
            match side {
                Some(side) => put(format!("{:06o} {}", side.mode, side.id).as_bytes()),
                None => put(b"-"),
            }
        }
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, old: Option<char>, new: Option<char>) -> Change {
        let side = |digit: char| Side {
            id: ObjectId::parse(&digit.to_string().repeat(40)).unwrap(),
            mode: 0o100644,
        };
        Change { path: path.into(), old: old.map(side), new: new.map(side) }
    }

    #[test]
    fn the_hash_depends_on_every_part() {
        let patch = [change("a", Some('1'), Some('2'))];
        let base = hash(&patch, "main_agents", "squash");
        assert_eq!(base.len(), 64);
        assert_eq!(base, hash(&patch, "main_agents", "squash"));
        assert_ne!(base, hash(&patch, "main", "squash"));
        assert_ne!(base, hash(&patch, "main_agents", "no-ff"));
        assert_ne!(base, hash(&[change("b", Some('1'), Some('2'))], "main_agents", "squash"));
        assert_ne!(base, hash(&[change("a", Some('1'), Some('3'))], "main_agents", "squash"));
        assert_ne!(base, hash(&[change("a", None, Some('2'))], "main_agents", "squash"));
        let mut executable = patch.clone();
        if let Some(side) = executable[0].new.as_mut() {
            side.mode = 0o100755;
        }
        assert_ne!(base, hash(&executable, "main_agents", "squash"));
    }
}
