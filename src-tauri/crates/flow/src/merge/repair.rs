//! What an entry carries about its repair.

use protocol::merge::MergeEntry;
use protocol::returned::Repair;

pub(super) fn repair(e: &mut MergeEntry) -> &mut Repair {
    e.repair.get_or_insert_default()
}

/// It no longer waits for the branch.
pub(super) fn forget_red(e: &mut MergeEntry) {
    if let Some(repair) = &mut e.repair {
        repair.red_base = None;
    }
    drop_empty(e);
}

/// It begins anew: what went wrong before is in its history, and nobody is asked about it.
pub(super) fn begin_anew(e: &mut MergeEntry) {
    if let Some(repair) = &mut e.repair {
        repair.red_base = None;
        repair.came_back = None;
        repair.ways_out.clear();
    }
    drop_empty(e);
}

/// Nobody is asked about it any more.
pub(super) fn unasked(e: &mut MergeEntry) {
    if let Some(repair) = &mut e.repair {
        repair.ways_out.clear();
    }
}

fn drop_empty(e: &mut MergeEntry) {
    if e.repair.as_deref() == Some(&Repair::default()) {
        e.repair = None;
    }
}

pub(super) fn is_asked_about(e: &MergeEntry) -> bool {
    e.repair.as_ref().is_some_and(|repair| !repair.ways_out.is_empty())
}
