//! What people and newcomers do to the queue while it is at work.

use super::*;
use protocol::Priority;

/// Most times a person takes up the same entry again.
const TRIES: u32 = 2;

impl World {
    pub(super) fn chance(&mut self, in_thousand: u64) -> bool {
        in_thousand > 0 && self.dice.in_thousand(in_thousand)
    }

    pub(super) fn note(&mut self, what: &'static str) {
        *self.done.entry(what).or_default() += 1;
    }

    /// Changes are to land in another way. None that refuses what does not continue the tip.
    pub(super) fn choose_strategy(&mut self) {
        self.strategy = match self.strategy {
            Strategy::CherryPick | Strategy::FfOnly => Strategy::Squash,
            Strategy::Squash => Strategy::NoFf,
            Strategy::NoFf => Strategy::CherryPick,
        };
        self.note("landed in another way");
    }

    /// The next newcomer is put where its priority says.
    pub(super) fn come(&mut self) {
        let at = self.places.len();
        if at == self.entries.len() {
            return;
        }
        if self.set.wishes > 0 {
            self.entries[at].priority = self.any_priority();
        }
        self.put_by_priority(at);
        self.note("came late");
    }

    fn any_priority(&mut self) -> Priority {
        match self.dice.below(4) {
            0 => Priority::Interactive,
            1 => Priority::Background,
            _ => Priority::Normal,
        }
    }

    /// Behind the last of the same priority, before all of a lesser one, and never before one that should land next.
    fn put_by_priority(&mut self, at: usize) {
        self.places.retain(|other| *other != at);
        let band = self.entries[at].priority.band();
        let lesser = |other: &&usize| {
            let e = &self.entries[**other];
            !ended(e.state) && (e.next || e.priority.band() <= band)
        };
        let to = self.places.iter().rposition(|other| lesser(&other)).map_or(0, |last| last + 1);
        self.places.insert(to, at);
    }

    /// One that came back, was parked or taken out, or that waits for the branch, is tried once more.
    pub(super) fn take_up_again(&mut self, at: usize) {
        let e = &self.entries[at];
        let waits = e.repair.as_ref().is_some_and(|repair| repair.red_base.is_some());
        let may = match e.state {
            EntryState::Returned | EntryState::Failed | EntryState::Removed | EntryState::Parked => true,
            EntryState::Approved => waits,
            _ => false,
        };
        let tries = self.taken_up.entry(at).or_default();
        if !may || *tries >= TRIES {
            return;
        }
        *tries += 1;
        let id = self.entries[at].id.clone();
        // What is known of it was said of what it was before.
        self.memory.held.retain(|held| *held != id);
        self.memory.faults.remove(&id);
        self.memory.doubts.remove(&id);
        self.blamed.remove(&at);
        self.not_mended.remove(&at);
        assert!(self.feed(at, Input::Retry), "{} is taken up again", self.entries[at].id);
        self.note("taken up again");
    }

    /// What a person wants of its place.
    pub(super) fn wish(&mut self, at: usize) {
        match self.dice.below(3) {
            0 => {
                self.entries[at].next = !self.entries[at].next;
                self.note("wished next");
            }
            1 => {
                let to = self.dice.below(self.places.len() as u64) as usize;
                let from = self.places.iter().position(|other| *other == at).unwrap();
                self.places.remove(from);
                self.places.insert(to.min(self.places.len()), at);
                self.note("moved");
            }
            _ => {
                self.entries[at].next = false;
                self.entries[at].priority = self.any_priority();
                self.put_by_priority(at);
                self.note("given another priority");
            }
        }
    }

    /// Only what is under way while the queue drains; once that is nothing, it is paused.
    pub(super) fn while_draining(&mut self, open: Vec<MergeEntry>) -> Vec<MergeEntry> {
        if !self.draining {
            return open;
        }
        let under_way = |e: &MergeEntry| matches!(e.state, EntryState::Checking | EntryState::Landing);
        let left: Vec<_> = open.into_iter().filter(under_way).collect();
        if left.is_empty() {
            (self.draining, self.paused) = (false, true);
            assert!(self.memory.runs.iter().all(|run| run.cut), "nothing is checked once it is drained");
            self.note("came to its end");
        }
        left
    }
}
