//! The check slots of a workspace: who is in which, what came of it, and what only this server's memory has of the
//! queue. A restart misses none of it: what was running is run again, and what was said of it is stored by its tree.

use super::checks::Came;
use flow::merge::{Input, Window};
use protocol::EntryId;
use protocol::merge::MergeEntry;
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, watch};

#[derive(Default)]
pub(crate) struct Slots {
    known: Mutex<Known>,
    /// Whose candidate the branch is just being moved to.
    landing: watch::Sender<Option<EntryId>>,
    /// Rung when checks have ended.
    pub(super) ended: Notify,
}

#[derive(Default)]
struct Known {
    guests: Vec<Guest>,
    ended: Vec<(u32, Came)>,
    /// Slots there are, and how far ahead is checked; none before the first round.
    size: Option<(u32, Window)>,
    /// What was said of candidates in doubt.
    doubts: HashMap<EntryId, Doubt>,
    /// What the newest checks took that came to an end by themselves. Milliseconds.
    took: Option<u64>,
    /// When nobody waits any more for what was due at the last look.
    until: Option<u64>,
}

/// Checks that are expected to end in a moment are waited for by those that would stand on them: from this part of
/// their usual time before their end to the same behind it. More loses more time than it saves checks where checks
/// differ; less misses some that began together.
const MOMENT: u64 = 10;

/// What was said of a candidate and does not count yet.
#[derive(Clone)]
pub(super) struct Doubt {
    candidate: Option<String>,
    pub said: Input,
    /// Whether the check that said it is to be tried once more before.
    pub again: bool,
    /// How often each check of it failed, by digest.
    pub failed: BTreeMap<String, u32>,
}

/// An entry whose checks are in a slot.
struct Guest {
    slot: u32,
    entry: EntryId,
    candidate: Option<String>,
    /// Milliseconds of a clock that only goes forward.
    began: u64,
    stop: watch::Sender<bool>,
}

impl Guest {
    fn is_cut(&self) -> bool {
        *self.stop.borrow()
    }

    /// Between when its end is waited for, by what such checks usually take.
    fn due(&self, took: u64) -> RangeInclusive<u64> {
        let end = self.began + took;
        end - took / MOMENT..=end + took / MOMENT
    }
}

/// A slot as the task in it has it.
#[derive(Clone)]
pub(crate) struct Slot {
    pub number: u32,
    stop: watch::Receiver<bool>,
}

impl Slot {
    pub(super) fn is_cut(&self) -> bool {
        *self.stop.borrow()
    }

    /// Resolves when its checks are to end.
    pub(super) async fn cut(&self) {
        if self.stop.clone().wait_for(|stop| *stop).await.is_err() {
            std::future::pending().await
        }
    }
}

/// What came of the checks in a slot.
pub(super) struct Ended {
    pub entry: EntryId,
    pub candidate: Option<String>,
    pub came: Came,
}

impl Slots {
    /// As many as are configured now, and how far ahead they check.
    pub(super) fn resize(&self, slots: u32, window: u32) -> Window {
        let mut known = self.known();
        let window = match known.size {
            Some((_, now)) => now.with_most(window),
            None => Window::new(window),
        };
        known.size = Some((slots, window));
        window
    }

    /// Slots, window now and at most.
    pub(crate) fn figures(&self) -> (u32, u32, u32) {
        self.known().size.map_or((0, 0, 0), |(slots, window)| (slots, window.now(), window.most()))
    }

    pub(super) fn landed(&self) {
        if let Some((_, window)) = &mut self.known().size {
            window.landed();
        }
    }

    pub(super) fn failed(&self) {
        if let Some((_, window)) = &mut self.known().size {
            window.failed();
        }
    }

    /// Nobody uses these.
    pub(super) fn free(&self) -> u32 {
        let known = self.known();
        let slots = known.size.map_or(0, |(slots, _)| slots);
        slots.saturating_sub(known.guests.len() as u32)
    }

    /// The first free slot for an entry's candidate, from `now` on.
    pub(super) fn take(&self, entry: &MergeEntry, now: u64) -> Option<Slot> {
        let mut known = self.known();
        let slots = known.size.map_or(0, |(slots, _)| slots);
        let number = (0..slots).find(|n| known.guests.iter().all(|guest| guest.slot != *n))?;
        let (stop, stopped) = watch::channel(false);
        known.guests.push(Guest {
            slot: number,
            entry: entry.id.clone(),
            candidate: entry.candidate.clone(),
            began: now,
            stop,
        });
        Some(Slot { number, stop: stopped })
    }

    /// Entries at work in slots, without those that are being ended.
    pub(super) fn running(&self) -> Vec<EntryId> {
        self.known().guests.iter().filter(|guest| !guest.is_cut()).map(|guest| guest.entry.clone()).collect()
    }

    /// Those of them that are expected to end in a moment.
    pub(super) fn due(&self, now: u64) -> Vec<EntryId> {
        let mut known = self.known();
        let Some(took) = known.took else { return Vec::new() };
        let due = |guest: &&Guest| !guest.is_cut() && guest.due(took).contains(&now);
        let until = known.guests.iter().filter(due).map(|guest| guest.due(took).end() + 1).min();
        let entries = known.guests.iter().filter(due).map(|guest| guest.entry.clone()).collect();
        known.until = until;
        entries
    }

    /// In how many milliseconds one that was due is not waited for any more. Told once for each look.
    pub(super) fn overdue_in(&self, now: u64) -> Option<u64> {
        self.known().until.take().map(|until| until.saturating_sub(now))
    }

    /// Those of them that are not what is open any more: removed, or with another candidate.
    pub(super) fn strays(&self, open: &[MergeEntry]) -> Vec<EntryId> {
        let known = self.known();
        let same = |guest: &Guest| open.iter().any(|e| e.id == guest.entry && e.candidate == guest.candidate);
        known.guests.iter().filter(|g| !g.is_cut() && !same(g)).map(|g| g.entry.clone()).collect()
    }

    /// Has the entry's checks ended. Its slot is free once they are gone.
    pub(super) fn cut(&self, entry: &EntryId) {
        for guest in self.known().guests.iter().filter(|guest| guest.entry == *entry) {
            guest.stop.send_replace(true);
        }
    }

    /// The task of a slot has ended. `took` says in how many milliseconds, where it ended by itself and something ran.
    pub(super) fn end(&self, slot: &Slot, came: Came, took: Option<u64>) {
        let mut known = self.known();
        known.ended.push((slot.number, came));
        known.took = took.or(known.took);
        drop(known);
        self.ended.notify_one();
    }

    pub(super) fn any_ended(&self) -> bool {
        !self.known().ended.is_empty()
    }

    /// What came since the last time, of checks that were not cut. Their slots are free from now on.
    pub(super) fn take_ended(&self) -> Vec<Ended> {
        let mut known = self.known();
        let ended = std::mem::take(&mut known.ended);
        let mut told = Vec::new();
        for (slot, came) in ended {
            let Some(at) = known.guests.iter().position(|guest| guest.slot == slot) else { continue };
            let guest = known.guests.swap_remove(at);
            if !guest.is_cut() {
                told.push(Ended { entry: guest.entry, candidate: guest.candidate, came });
            }
        }
        told
    }

    /// What was said of an entry's candidate in doubt.
    /// `once` is the check that is to be tried once more before it counts.
    pub(super) fn doubt(&self, entry: &MergeEntry, said: Input, once: Option<String>) {
        let mut doubt = Doubt {
            candidate: entry.candidate.clone(),
            said,
            again: once.is_some(),
            failed: self.doubted(entry).map(|doubt| doubt.failed).unwrap_or_default(),
        };
        if let Some(check) = once {
            *doubt.failed.entry(check).or_default() += 1;
        }
        self.known().doubts.insert(entry.id.clone(), doubt);
    }

    /// The same; none for another candidate.
    pub(super) fn doubted(&self, entry: &MergeEntry) -> Option<Doubt> {
        let doubt = self.known().doubts.get(&entry.id).cloned()?;
        (doubt.candidate == entry.candidate).then_some(doubt)
    }

    pub(super) fn forget_doubt(&self, entry: &EntryId) {
        self.known().doubts.remove(entry);
    }

    /// What is kept of entries that are not open any more is forgotten.
    pub(super) fn keep(&self, open: &[MergeEntry]) {
        self.known().doubts.retain(|id, _| open.iter().any(|e| e.id == *id));
    }

    /// From now on the entry cannot be removed, until this is said of none.
    pub(super) fn set_landing(&self, entry: Option<EntryId>) {
        self.landing.send_replace(entry);
    }

    /// Whether the branch is just being moved to the entry's candidate.
    pub(crate) fn is_landing(&self, entry: &EntryId) -> bool {
        self.landing.borrow().as_ref() == Some(entry)
    }

    /// Resolves when the branch is not being moved to the entry's candidate, which takes no longer than git does.
    pub(crate) async fn not_landing(&self, entry: &EntryId) {
        // An error means that the sender is gone, and with it whoever lands.
        let _ = self.landing.subscribe().wait_for(|landing| landing.as_ref() != Some(entry)).await;
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
