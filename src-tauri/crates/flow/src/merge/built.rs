//! How a candidate is built, by what the workspace wants of changes.

use protocol::merge::{EntryKind, MergeEntry, Strategy};

/// The strategy for entries of a kind where `chosen` is the workspace's. A merge of the base branch stays one whatever
/// the workspace does with changes, or the branches would never come together; and what the server built on a tip that
/// moved is built again on the new.
pub fn strategy_of(kind: EntryKind, chosen: Strategy) -> Strategy {
    match (kind, chosen) {
        (EntryKind::BringUp, _) => Strategy::NoFf,
        (EntryKind::Revert, Strategy::FfOnly) => Strategy::CherryPick,
        (EntryKind::Change | EntryKind::Revert, chosen) => chosen,
    }
}

/// Whether an entry has a candidate that would not be built like that any more: how changes land was changed since.
pub(super) fn is_built_otherwise(entry: &MergeEntry, chosen: Strategy) -> bool {
    entry.candidate.is_some() && entry.strategy != strategy_of(entry.kind, chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_brings_the_base_in_is_a_merge_and_a_revert_is_never_refused_for_its_tip() {
        use Strategy::{CherryPick, FfOnly, NoFf, Squash};
        for (chosen, revert) in
            [(CherryPick, CherryPick), (NoFf, NoFf), (FfOnly, CherryPick), (Squash, Squash)]
        {
            let of = |kind| strategy_of(kind, chosen);
            assert_eq!(
                (of(EntryKind::Change), of(EntryKind::Revert), of(EntryKind::BringUp)),
                (chosen, revert, NoFf)
            );
        }
    }
}
