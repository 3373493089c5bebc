//! The pool's machine in a simulated world: thousands of seeds with bursts of jobs, workers that die, drains, holds
//! and jobs for one worker alone. A failing seed is printed and can be repeated.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flow::pool::{Action, Hand, Held, IDLE_MS, MOMENT_MS, Pool, View};
use std::collections::{BTreeMap, BTreeSet};

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// A process as it really is.
struct Process {
    ready_at: u64,
    /// Its job's end.
    busy_until: Option<u64>,
    idle_since: u64,
    /// It is killed and gone then.
    gone_at: Option<u64>,
    retired: bool,
}

struct World {
    dice: Dice,
    now: u64,
    min: u32,
    max: u32,
    pool: Pool,
    processes: BTreeMap<u32, Process>,
    drained: BTreeSet<u32>,
    held: Held,
    waiting: u32,
    targeted: BTreeMap<u32, u32>,
    done: u64,
    /// Last death of a number, how many in a row, and when it began.
    deaths: BTreeMap<u32, (u64, u32)>,
    began: BTreeMap<u32, u64>,
    /// Whether workers die at their start for now.
    broken: bool,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let max = dice.below(6) as u32;
        let min = dice.below(u64::from(max) + 1) as u32;
        Self {
            dice,
            now: 0,
            min,
            max,
            pool: Pool::new(min, max),
            processes: BTreeMap::new(),
            drained: BTreeSet::new(),
            held: Held::No,
            waiting: 0,
            targeted: BTreeMap::new(),
            done: 0,
            deaths: BTreeMap::new(),
            began: BTreeMap::new(),
            broken: false,
        }
    }

    fn view(&self) -> View {
        let mut hands: BTreeMap<u32, Hand> = BTreeMap::new();
        for (n, process) in &self.processes {
            let hand = hands.entry(*n).or_default();
            hand.ready = process.ready_at <= self.now;
            hand.at_work = process.busy_until.is_some();
            hand.claims = u32::from(process.busy_until.is_some());
        }
        for n in &self.drained {
            hands.entry(*n).or_default().drained = true;
        }
        for (n, count) in &self.targeted {
            hands.entry(*n).or_default().targeted = *count;
        }
        View { now_ms: self.now, held: self.held, waiting: self.waiting, hands }
    }

    fn look(&mut self) {
        let (view, before) = (self.view(), self.processes.len());
        let actions = self.pool.decide(&view);
        let grown = actions.iter().filter(|a| matches!(a, Action::Start(_))).count();
        if self.held == Held::Ending {
            assert!(actions.is_empty(), "nothing is done while the server is about to end");
        }
        for action in actions {
            match action {
                Action::Start(n) => self.start(n),
                Action::End(n) => {
                    assert!(self.drained.contains(&n), "only a drained one is simply ended");
                    self.end(n);
                }
                Action::Retire(n) => {
                    assert_eq!(self.held, Held::No);
                    assert!(!self.processes.values().any(|p| p.retired && p.gone_at.is_none()));
                    // It may have got a job for itself in the meantime.
                    let done = self.dice.below(4) > 0;
                    if done {
                        let process = self.processes.get_mut(&n).unwrap();
                        assert!(self.now - process.idle_since >= IDLE_MS, "{n} was not idle for long");
                        process.retired = true;
                        self.end(n);
                    }
                    self.pool.retired(n, done, self.now);
                }
            }
        }
        assert!(self.processes.len() as u32 <= self.max, "never above the most");
        if self.held == Held::ByPerson && grown > 0 {
            assert!(self.processes.len() as u32 <= self.min.max(before as u32 + grown as u32));
        }
        if self.held != Held::Ending {
            assert!(self.pool.len() >= self.min, "never below the least");
        }
    }

    fn start(&mut self, n: u32) {
        assert!(n > 0 && !self.processes.contains_key(&n), "{n} has a process");
        assert!(!self.drained.contains(&n), "{n} was drained");
        assert_ne!(self.held, Held::Ending);
        if let Some((at, in_row)) =
            self.deaths.get(&n).filter(|(at, _)| self.began.get(&n).is_some_and(|b| b <= at))
        {
            let least = 500 << (in_row - 1).min(6);
            let waited = self.now - at;
            // One that was given up in between and is wanted again has waited for a moment at least.
            assert!(waited >= least.min(MOMENT_MS).min(500), "{n} spins: {waited} after {in_row}");
        }
        self.began.insert(n, self.now);
        let ready_at = self.now + 50 + self.dice.below(2_000);
        let gone_at = (self.broken || self.dice.below(40) == 0).then(|| self.now + 1 + self.dice.below(300));
        let process = Process { ready_at, busy_until: None, idle_since: ready_at, gone_at, retired: false };
        self.processes.insert(n, process);
    }

    fn end(&mut self, n: u32) {
        let process = self.processes.get_mut(&n).unwrap();
        assert!(process.busy_until.is_none(), "{n} is at work");
        process.gone_at = Some(self.now + 1 + self.dice.below(500));
    }

    fn pass(&mut self, ms: u64) {
        self.now += ms;
        let gone: Vec<u32> = self
            .processes
            .iter()
            .filter(|(_, p)| p.gone_at.is_some_and(|at| at <= self.now))
            .map(|(n, _)| *n)
            .collect();
        for n in gone {
            let process = self.processes.remove(&n).unwrap();
            if process.busy_until.is_some() {
                self.waiting += 1; // Its lease ran out.
            }
            match self.pool.ended(n, self.now) {
                None => {
                    self.deaths.remove(&n);
                }
                Some(died) => {
                    if let Some((_, row)) = self.deaths.get(&n) {
                        assert!(died.in_row == row + 1 || died.in_row == 1, "{died:?} after {row}");
                    }
                    self.deaths.insert(n, (self.now, died.in_row));
                }
            }
        }
        for (n, process) in &mut self.processes {
            if process.busy_until.is_some_and(|at| at <= self.now) {
                process.busy_until = None;
                process.idle_since = self.now;
                self.done += 1;
            }
            let may = process.ready_at <= self.now && process.busy_until.is_none() && !process.retired;
            if !may || self.drained.contains(n) || self.held != Held::No {
                continue;
            }
            let own = self.targeted.get_mut(n).filter(|count| **count > 0);
            if let Some(own) = own {
                *own -= 1;
            } else if self.waiting > 0 {
                self.waiting -= 1;
            } else {
                continue;
            }
            process.busy_until = Some(self.now + 200 + self.dice.below(90_000));
        }
    }

    fn something_happens(&mut self) {
        match self.dice.below(60) {
            0..=6 => self.waiting += 1,
            7 => self.waiting += self.dice.below(12) as u32,
            8 => *self.targeted.entry(1 + self.dice.below(6) as u32).or_default() += 1,
            9 => {
                let n = 1 + self.dice.below(6) as u32;
                self.drained.insert(n);
                // Whoever drains one and takes that back asks for a new beginning.
                self.deaths.remove(&n);
            }
            10 | 11 => {
                self.drained.clear();
            }
            12 => self.held = Held::ByPerson,
            13 => self.held = Held::Ending,
            14..=18 => self.held = Held::No,
            19 => self.broken = true,
            20..=24 => self.broken = false,
            25 => {
                let now = self.now;
                if let Some(process) = self.processes.values_mut().next() {
                    process.gone_at = Some(now);
                }
            }
            _ => {}
        }
    }
}

fn run(seed: u64) {
    let mut world = World::new(seed);
    for _ in 0..400 {
        world.something_happens();
        let step = [20, 250, 1_000, 1_000, 5_000, 60_000][world.dice.below(6) as usize];
        world.pass(step);
        world.look();
    }
    // Peace: whatever there is to do is done, and then as few remain as may.
    (world.held, world.broken) = (Held::No, false);
    world.drained.clear();
    world.targeted.clear();
    let mut quiet = 0;
    for _ in 0..50_000 {
        world.pass(2_000);
        world.look();
        let at_rest = world.waiting == 0 && world.pool.len() == world.min;
        quiet = if at_rest || world.max == 0 { quiet + 1 } else { 0 };
        if quiet > 100 {
            return;
        }
    }
    panic!("{} wait and {} run ({} to {})", world.waiting, world.pool.len(), world.min, world.max);
}

#[test]
fn the_pool_keeps_its_bounds_and_its_patience_in_every_world() {
    let seeds = std::env::var("PILOTHOUSE_SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(1_500u64);
    for seed in 0..seeds {
        let result = std::panic::catch_unwind(|| run(seed));
        assert!(result.is_ok(), "seed {seed}");
    }
}

/// A pool of these bounds in a still world, with a view to change.
fn still(min: u32, max: u32) -> (Pool, View) {
    let (mut pool, mut view) = (Pool::new(min, max), View::default());
    for action in pool.decide(&view) {
        let Action::Start(n) = action else { panic!("{action:?}") };
        view.hands.insert(n, Hand { ready: true, ..Hand::default() });
    }
    (pool, view)
}

#[test]
fn hands_are_added_only_when_work_has_waited_for_a_moment_and_as_many_as_lack() {
    let (mut pool, mut view) = still(1, 4);
    view.hands.get_mut(&1).unwrap().claims = 1;
    view.waiting = 2;
    assert_eq!(pool.decide(&view), []);
    view.now_ms = MOMENT_MS - 1;
    assert_eq!(pool.decide(&view), []);
    view.now_ms = MOMENT_MS;
    assert_eq!(pool.decide(&view), [Action::Start(2), Action::Start(3)]);
    view.now_ms += MOMENT_MS * 2;
    assert_eq!(pool.decide(&view), [], "two are on their way for two jobs");
}

#[test]
fn a_worker_that_flickers_between_work_and_rest_is_kept() {
    let (mut pool, mut view) = still(0, 2);
    view.waiting = 1;
    pool.decide(&view);
    view.now_ms = MOMENT_MS;
    assert_eq!(pool.decide(&view), [Action::Start(1)]);
    view.waiting = 0;
    for round in 0..50 {
        view.now_ms += IDLE_MS - 1;
        view.hands.insert(1, Hand { ready: true, claims: round % 2, ..Hand::default() });
        assert_eq!(pool.decide(&view), []);
    }
    view.hands.insert(1, Hand { ready: true, ..Hand::default() });
    pool.decide(&view);
    view.now_ms += IDLE_MS;
    assert_eq!(pool.decide(&view), [Action::Retire(1)]);
    pool.retired(1, true, view.now_ms);
    assert_eq!(pool.ended(1, view.now_ms), None);
    assert!(pool.is_empty());
}

#[test]
fn a_drained_worker_finishes_is_ended_and_makes_room_for_another() {
    let (mut pool, mut view) = still(2, 2);
    view.hands.insert(1, Hand { ready: true, drained: true, claims: 1, at_work: true, ..Hand::default() });
    assert_eq!(pool.decide(&view), [], "it finishes first, and nobody comes on top of the most");
    view.hands.get_mut(&1).unwrap().claims = 0;
    assert_eq!(pool.decide(&view), [], "it still clears up");
    view.hands.get_mut(&1).unwrap().at_work = false;
    assert_eq!(pool.decide(&view), [Action::End(1)]);
    assert_eq!(pool.ended(1, 10), None);
    assert_eq!(pool.decide(&view), [Action::Start(3)], "under a number of its own");
    view.hands.get_mut(&1).unwrap().drained = false;
    assert_eq!(pool.decide(&view), [], "the place is taken");
}

#[test]
fn a_worker_that_dies_at_its_start_is_told_once_and_brings_no_others_along() {
    let (mut pool, mut view) = still(1, 8);
    view.waiting = 5;
    let (mut alarms, mut starts) = (0, 1);
    for _ in 0..600 {
        view.hands.clear();
        let running = pool.decide(&view);
        starts += running.len();
        for n in 1..9 {
            alarms += u32::from(pool.ended(n, view.now_ms).is_some_and(|died| died.alarm));
        }
        view.now_ms += 1_000;
    }
    assert!(starts < 120, "{starts} starts in ten minutes");
    assert!((1..=8).contains(&alarms), "{alarms}");
}

#[test]
fn a_job_for_a_worker_that_rests_brings_that_one_back() {
    let (mut pool, mut view) = still(1, 3);
    view.hands.insert(3, Hand { targeted: 1, ..Hand::default() });
    assert_eq!(pool.decide(&view), [Action::Start(3)]);
    let (mut pool, mut view) = still(1, 3);
    view.hands.insert(3, Hand { targeted: 1, drained: true, ..Hand::default() });
    assert_eq!(pool.decide(&view), [], "not one that was drained");
    view.held = Held::ByPerson;
    view.hands.insert(3, Hand { targeted: 1, ..Hand::default() });
    assert_eq!(pool.decide(&view), [], "not while everything is paused");
}
