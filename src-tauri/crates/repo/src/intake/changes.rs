//! The changed paths of a hand-over, as data for people and for the scope check.

use std::collections::HashMap;

use serde::Serialize;

use super::content::Sizes;
use crate::tree_diff::{Change, SUBMODULE, Side};
use crate::{ObjectId, libgit};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeStatus {
    Added,
    Modified,
    Deleted,
    /// Same content, other mode (executable or not).
    ModeChanged,
    /// File to link, file to submodule and the like.
    TypeChanged,
}

/// One path. Renames appear as a deletion and an addition, since both places must be allowed;
/// `renamed_from` marks an addition whose content was deleted elsewhere unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChangedPath {
    pub path: String,
    pub status: ChangeStatus,
    pub old_blob: Option<ObjectId>,
    pub new_blob: Option<ObjectId>,
    pub old_mode: Option<String>,
    pub new_mode: Option<String>,
    pub renamed_from: Option<String>,
    /// Bytes of the new content.
    pub size: u64,
}

pub(super) fn describe(changes: &[Change], sizes: &Sizes) -> Vec<ChangedPath> {
    let deleted: HashMap<&ObjectId, &Change> = changes
        .iter()
        .filter(|change| change.new.is_none())
        .filter_map(|change| change.old.as_ref().map(|old| (&old.id, change)))
        .collect();
    let mode = |side: &Option<Side>| side.as_ref().map(|side| format!("{:06o}", side.mode));
    let blob = |side: &Option<Side>| side.as_ref().map(|side| side.id.clone());
    let describe = |change: &Change| {
        let moved = match (&change.old, &change.new) {
            (None, Some(new)) => deleted.get(&new.id).map(|from| libgit::text(&from.path)),
            _ => None,
        };
        ChangedPath {
            path: libgit::text(&change.path),
            status: status(change),
            old_blob: blob(&change.old),
            new_blob: blob(&change.new),
            old_mode: mode(&change.old),
            new_mode: mode(&change.new),
            renamed_from: moved,
            size: change.new.as_ref().and_then(|new| sizes.of(&new.id)).unwrap_or(0),
        }
    };
    changes.iter().map(describe).collect()
}

fn status(change: &Change) -> ChangeStatus {
    match (&change.old, &change.new) {
        (None, _) => ChangeStatus::Added,
        (_, None) => ChangeStatus::Deleted,
        (Some(old), Some(new)) if old.mode & 0o170000 != new.mode & 0o170000 => ChangeStatus::TypeChanged,
        (Some(old), Some(new)) if old.id == new.id => ChangeStatus::ModeChanged,
        _ => ChangeStatus::Modified,
    }
}

pub(super) fn submodules(changes: &[Change]) -> Vec<String> {
    let touched = |side: &Option<Side>| side.as_ref().is_some_and(|side| side.mode == SUBMODULE);
    let found = changes.iter().filter(|change| touched(&change.old) || touched(&change.new));
    found.map(|change| libgit::text(&change.path)).collect()
}
