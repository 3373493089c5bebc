//! Entries whose checks could not be run: whose turn it is to be tried again, and how often it happened.
//!
//! Kept in memory on purpose: after a restart each is tried anew, and what is its own fault is found out again in as
//! many attempts.

use protocol::EntryId;
use protocol::merge::{EntryState, MergeEntry};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Attempts that end by a fault before the same change waits for a person.
pub(super) const ATTEMPTS: u32 = 3;
/// How long one waits before the next of them is tried again. Milliseconds.
const TRY_AGAIN_MS: u64 = 3_000;

#[derive(Default)]
pub(crate) struct Held(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// The one tried longest ago first.
    order: Vec<EntryId>,
    /// Patch and attempts. A rebuilt candidate with the same patch is still the same change.
    faults: HashMap<EntryId, (Option<String>, u32)>,
    /// When the next may be tried again; before that only on the bell.
    retry_at: u64,
}

impl Held {
    /// Who is held of these, the one tried longest ago first; what is known of others is forgotten.
    pub(super) fn among(&self, open: &[MergeEntry]) -> Vec<EntryId> {
        let mut known = self.known();
        known.order.retain(|id| open.iter().any(|e| e.id == *id && e.state == EntryState::Approved));
        known.faults.retain(|id, _| open.iter().any(|e| e.id == *id));
        known.order.clone()
    }

    /// It could not be checked now, and waits behind the others that wait: for its turn, which comes by itself, or for
    /// a bell that says that what it alone waits for is there.
    pub(super) fn wait(&self, entry: &MergeEntry, now: u64, by_itself: bool) {
        let mut known = self.known();
        known.order.retain(|id| *id != entry.id);
        known.order.push(entry.id.clone());
        let timed = by_itself || known.order.len() > 1;
        known.retry_at = if timed { now + TRY_AGAIN_MS } else { u64::MAX };
    }

    /// Somebody rang: whatever stood in the way may be gone.
    pub(super) fn bell(&self) {
        self.known().retry_at = 0;
    }

    pub(super) fn may_retry(&self, now: u64) -> bool {
        self.known().retry_at <= now
    }

    /// Milliseconds until one is tried again by itself.
    pub(super) fn next_retry(&self, now: u64) -> Option<u64> {
        let known = self.known();
        let waits = !known.order.is_empty() && known.retry_at != u64::MAX;
        waits.then(|| known.retry_at.saturating_sub(now))
    }

    /// One more attempt that ended by a fault; how many it were for this change.
    pub(super) fn faulted(&self, entry: &MergeEntry) -> u32 {
        let mut known = self.known();
        let (patch, attempts) = known.faults.entry(entry.id.clone()).or_default();
        if *patch != entry.patch_hash {
            (*patch, *attempts) = (entry.patch_hash.clone(), 0);
        }
        *attempts += 1;
        *attempts
    }

    pub(super) fn has_faulted(&self, entry: &MergeEntry) -> bool {
        self.known().faults.contains_key(&entry.id)
    }

    pub(super) fn forget(&self, entry: &MergeEntry) {
        let mut known = self.known();
        known.order.retain(|id| *id != entry.id);
        known.faults.remove(&entry.id);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
