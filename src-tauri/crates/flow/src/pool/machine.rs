//! What to do next with each worker: `decide` is asked at every look and after every end.

use super::back_off::{DOUBT, Died, died};
use std::collections::{BTreeMap, BTreeSet};

/// Jobs that find no free hand for this long get another one.
pub const MOMENT_MS: u64 = 1_000;
/// A worker beyond the least ends after being idle for this long.
pub const IDLE_MS: u64 = 5 * 60_000;
/// A process that has said nothing of itself for this long is no hand to count on.
const STARTS_WITHIN_MS: u64 = 30_000;

/// Whether new things may begin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Held {
    #[default]
    No,
    /// Until somebody resumes: nobody can claim, so no hand is added or taken away.
    ByPerson,
    /// The server is about to end: nothing is started any more.
    Ending,
}

/// One worker as the store knows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hand {
    /// Somebody asked it to take no new jobs.
    pub drained: bool,
    /// Jobs it holds.
    pub claims: u32,
    /// Jobs in line that only it may have.
    pub targeted: u32,
    /// Its process has reported itself.
    pub ready: bool,
    /// It says that it is at work.
    pub at_work: bool,
}

impl Hand {
    fn is_free(&self) -> bool {
        self.claims == 0 && !self.at_work && !self.drained
    }
}

/// One look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    pub now_ms: u64,
    pub held: Held,
    /// Jobs in line that any worker may have.
    pub waiting: u32,
    pub hands: BTreeMap<u32, Hand>,
}

impl View {
    fn hand(&self, n: u32) -> Hand {
        self.hands.get(&n).copied().unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Start(u32),
    /// End it if it still has nothing to do: keep it from claiming first, then say [`Pool::retired`].
    Retire(u32),
    /// It was drained and has nothing left to do.
    End(u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Running,
    /// It ended by itself and is started again then.
    Resting {
        until: u64,
    },
    /// It is being ended.
    Ending,
}

/// A worker with a process, or one that waits to get one again.
#[derive(Debug, Clone, Copy)]
struct Slot {
    phase: Phase,
    since: u64,
    /// Since when it has had nothing to do, as seen by looks.
    idle_since: Option<u64>,
    in_row: u32,
}

/// The workers of one server.
#[derive(Debug, Clone)]
pub struct Pool {
    min: u32,
    max: u32,
    slots: BTreeMap<u32, Slot>,
    /// Since when jobs have found no free hand.
    lacking_since: Option<u64>,
}

impl Pool {
    pub fn new(min: u32, max: u32) -> Self {
        Self { min: min.min(max), max, slots: BTreeMap::new(), lacking_since: None }
    }

    /// Workers with a process, and those that wait to get one again.
    pub fn len(&self) -> u32 {
        u32::try_from(self.slots.len()).unwrap_or(u32::MAX)
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Decides what is to be done now; the answer is taken as done.
    pub fn decide(&mut self, view: &View) -> Vec<Action> {
        let mut actions = Vec::new();
        if view.held == Held::Ending {
            return actions;
        }
        self.look(view);
        self.end_drained(view, &mut actions);
        self.wake_resting(view, &mut actions);
        while self.len() < self.min {
            self.start(self.free_number(view), view.now_ms, &mut actions);
        }
        if view.held == Held::No {
            self.start_targeted(view, &mut actions);
            self.grow(view, &mut actions);
            self.shrink(view, &mut actions);
        } else {
            self.lacking_since = None;
        }
        actions
    }

    /// What came of [`Action::Retire`]: whether it can claim nothing any more and its process is being ended.
    pub fn retired(&mut self, n: u32, done: bool, now_ms: u64) {
        if let Some(slot) = self.slots.get_mut(&n).filter(|slot| slot.phase == Phase::Ending && !done) {
            slot.phase = Phase::Running;
            slot.idle_since = Some(now_ms);
        }
    }

    /// A process is gone. None when that was wanted; else it is started again after a while.
    pub fn ended(&mut self, n: u32, now_ms: u64) -> Option<Died> {
        let slot = self.slots.get_mut(&n)?;
        match slot.phase {
            Phase::Running => {}
            Phase::Resting { .. } => return None,
            Phase::Ending => {
                self.slots.remove(&n);
                return None;
            }
        }
        let died = died(slot.in_row, now_ms.saturating_sub(slot.since));
        *slot = Slot {
            phase: Phase::Resting { until: now_ms.saturating_add(died.wait_ms) },
            in_row: died.in_row,
            idle_since: None,
            ..*slot
        };
        Some(died)
    }

    /// Notes who is idle since when.
    fn look(&mut self, view: &View) {
        for (n, slot) in &mut self.slots {
            let hand = view.hand(*n);
            let idle = slot.phase == Phase::Running && hand.ready && hand.is_free() && hand.targeted == 0;
            slot.idle_since = idle.then(|| slot.idle_since.unwrap_or(view.now_ms));
        }
    }

    fn end_drained(&mut self, view: &View, actions: &mut Vec<Action>) {
        self.slots.retain(|n, slot| !(view.hand(*n).drained && matches!(slot.phase, Phase::Resting { .. })));
        for (n, slot) in &mut self.slots {
            let hand = view.hand(*n);
            if hand.drained && hand.claims == 0 && !hand.at_work && slot.phase == Phase::Running {
                slot.phase = Phase::Ending;
                actions.push(Action::End(*n));
            }
        }
    }

    /// Those that ended by themselves come back when their time has come, as far as they are wanted.
    fn wake_resting(&mut self, view: &View, actions: &mut Vec<Action>) {
        let due: Vec<u32> = self
            .slots
            .iter()
            .filter(|(_, slot)| matches!(slot.phase, Phase::Resting { until } if until <= view.now_ms))
            .map(|(n, _)| *n)
            .collect();
        for n in due {
            let wanted = view.waiting > 0 || view.hand(n).targeted > 0 || self.len() <= self.min;
            if !wanted {
                self.slots.remove(&n);
            } else if let Some(slot) = self.slots.get_mut(&n) {
                (slot.phase, slot.since) = (Phase::Running, view.now_ms);
                actions.push(Action::Start(n));
            }
        }
    }

    /// A job that only one worker may have brings that one back.
    fn start_targeted(&mut self, view: &View, actions: &mut Vec<Action>) {
        let drained = view.hands.values().filter(|hand| hand.drained).count();
        // Beyond these there never was one of ours.
        let last = self.max.saturating_add(u32::try_from(drained).unwrap_or(u32::MAX));
        for (n, hand) in view.hands.iter().filter(|(n, _)| (1..=last).contains(*n)) {
            let wanted = hand.targeted > 0 && !hand.drained && !self.slots.contains_key(n);
            if wanted && self.len() < self.max {
                self.start(*n, view.now_ms, actions);
            }
        }
    }

    fn grow(&mut self, view: &View, actions: &mut Vec<Action>) {
        let free = self.slots.iter().filter(|(n, slot)| {
            let hand = view.hand(**n);
            let there = hand.ready || view.now_ms.saturating_sub(slot.since) < STARTS_WITHIN_MS;
            slot.phase == Phase::Running && there && hand.is_free()
        });
        let lacking = view.waiting.saturating_sub(u32::try_from(free.count()).unwrap_or(u32::MAX));
        let doubt =
            self.slots.values().any(|s| s.in_row >= DOUBT && matches!(s.phase, Phase::Resting { .. }));
        if lacking == 0 {
            self.lacking_since = None;
            return;
        }
        let since = *self.lacking_since.get_or_insert(view.now_ms);
        if view.now_ms.saturating_sub(since) < MOMENT_MS || doubt {
            return;
        }
        for _ in 0..lacking.min(self.max.saturating_sub(self.len())) {
            self.start(self.free_number(view), view.now_ms, actions);
        }
        self.lacking_since = None;
    }

    /// One at a time, the one that came last, so that a burst is not paid for twice.
    fn shrink(&mut self, view: &View, actions: &mut Vec<Action>) {
        if view.waiting > 0 || self.len() <= self.min {
            return;
        }
        let long = |slot: &Slot| {
            slot.phase == Phase::Running
                && slot.idle_since.is_some_and(|since| view.now_ms.saturating_sub(since) >= IDLE_MS)
        };
        if let Some((n, slot)) = self.slots.iter_mut().rev().find(|(_, slot)| long(slot)) {
            slot.phase = Phase::Ending;
            actions.push(Action::Retire(*n));
        }
    }

    fn free_number(&self, view: &View) -> u32 {
        let drained: BTreeSet<u32> = view.hands.iter().filter(|(_, h)| h.drained).map(|(n, _)| *n).collect();
        (1..).find(|n| !self.slots.contains_key(n) && !drained.contains(n)).unwrap_or(u32::MAX)
    }

    fn start(&mut self, n: u32, now_ms: u64, actions: &mut Vec<Action>) {
        let slot = Slot { phase: Phase::Running, since: now_ms, idle_since: None, in_row: 0 };
        self.slots.insert(n, slot);
        actions.push(Action::Start(n));
    }
}
