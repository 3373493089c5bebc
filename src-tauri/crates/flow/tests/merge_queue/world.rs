//! Branches, answers, checks and time as they really are; the machine sees them only through views and inputs.

mod deeds;
mod people;

use super::dice::Dice;
use super::entry::{candidate, entry, id, rule, said};
use flow::merge::{
    Candidate, Decision, Ground, Input, Next, Returned, View, Window, plan, step, strategy_of,
};
use protocol::EntryId;
use protocol::merge::{EntryState, MergeEntry, Strategy, ThrownReason};
use protocol::returned::{MendsBranch, RedBase};
use std::collections::{BTreeMap, BTreeSet};

/// From the decision to check until the check begins: its files are laid meanwhile.
const LAID_WITHIN_MS: u64 = 60;

/// How bad this world is; chances are in a thousand.
#[derive(Clone)]
pub struct Setting {
    pub entries: usize,
    pub slots: u32,
    pub most: u32,
    /// Length of a check, and whether it varies.
    pub check_ms: u64,
    pub varies: bool,
    /// What each decision costs the loop. Milliseconds.
    pub loop_ms: u64,
    pub fails_alone: u64,
    pub pairs: u64,
    pub conflicts: u64,
    pub flaky: u64,
    /// Runs of a failing check beyond the first.
    pub retries: u32,
    /// A check the machine cannot run.
    pub faults: u64,
    pub asks: u64,
    pub shares_a_file: u64,
    /// Each per decision.
    pub crashes: u64,
    pub removals: u64,
    pub outside: u64,
    /// Changes land in another way from then on.
    pub strategies: u64,
    pub pauses: u64,
    pub wishes: u64,
    /// One that ended or is parked is taken up again.
    pub again: u64,
    pub drains: u64,
    /// The last so many come while the queue is at work, each with this chance per decision.
    pub late: usize,
    pub comes: u64,
    pub depends: u64,
    /// The branch fails its check from the beginning, and these come to mend it; some of them do not.
    pub red: bool,
    pub menders: u64,
}

impl Setting {
    pub fn calm(entries: usize, slots: u32) -> Self {
        Self {
            entries,
            slots,
            most: slots * 2,
            check_ms: 2_000,
            varies: false,
            loop_ms: 15,
            fails_alone: 0,
            pairs: 0,
            conflicts: 0,
            flaky: 0,
            retries: 0,
            faults: 0,
            asks: 0,
            shares_a_file: 0,
            crashes: 0,
            removals: 0,
            outside: 0,
            strategies: 0,
            pauses: 0,
            wishes: 0,
            again: 0,
            drains: 0,
            late: 0,
            comes: 0,
            depends: 0,
            red: false,
            menders: 0,
        }
    }

    pub fn wild(entries: usize, slots: u32) -> Self {
        Self {
            varies: true,
            fails_alone: 100,
            pairs: 80,
            conflicts: 60,
            flaky: 50,
            retries: 1,
            faults: 15,
            asks: 300,
            shares_a_file: 200,
            crashes: 8,
            removals: 4,
            outside: 6,
            strategies: 5,
            pauses: 6,
            wishes: 20,
            again: 40,
            drains: 4,
            late: entries / 3,
            comes: 60,
            depends: 80,
            ..Self::calm(entries, slots)
        }
    }
}

/// What is true of a change, whoever finds out.
#[derive(Default)]
struct Truth {
    fails_alone: bool,
    fails_with: Option<usize>,
    conflicts_with: Option<usize>,
    file: Option<u64>,
    breaks_machine: bool,
    /// It makes the check pass that fails on a red branch.
    mends: bool,
}

struct Run {
    slot: u32,
    at: usize,
    candidate: String,
    began: u64,
    ends: u64,
    cut: bool,
    comes: Comes,
}

#[derive(Clone, Copy, PartialEq)]
enum Comes {
    Passes,
    Fails,
    Faults,
}

#[derive(Default)]
struct Memory {
    runs: Vec<Run>,
    held: Vec<EntryId>,
    faults: BTreeMap<EntryId, u32>,
    /// Candidate, and how often it failed.
    doubts: BTreeMap<EntryId, (String, u32)>,
}

pub struct World {
    pub dice: Dice,
    pub set: Setting,
    pub now: u64,
    truths: Vec<Truth>,
    pub entries: Vec<MergeEntry>,
    /// Index into `entries`, in the order of places.
    places: Vec<usize>,
    /// What each commit is made of; entries by number, outside commits from 1000 on.
    commits: BTreeMap<String, Vec<usize>>,
    /// Candidates by what they were built on, of whom, and how.
    built: BTreeMap<(String, usize, &'static str), String>,
    /// How changes land now.
    strategy: Strategy,
    tip: String,
    /// Commits the branch has been at.
    pub branch: Vec<String>,
    proven: BTreeSet<String>,
    answers: BTreeMap<String, (bool, String)>,
    approved: BTreeMap<EntryId, BTreeSet<String>>,
    memory: Memory,
    /// What the plan that is carried out builds, and what came of it so far.
    rebuilt: BTreeMap<EntryId, Option<String>>,
    window: Window,
    paused: bool,
    draining: bool,
    /// How often each was taken up again.
    taken_up: BTreeMap<usize, u32>,
    /// What ended once without landing: whoever builds on it goes on without it.
    left_once: BTreeSet<usize>,
    /// How often each of what a seed may do was done.
    pub done: BTreeMap<&'static str, u64>,
    pub runs: u64,
    pub thrown: u64,
    pub blamed: BTreeSet<usize>,
    /// Came to mend the branch and did not.
    pub not_mended: BTreeSet<usize>,
    outside: usize,
}

fn number(id: &EntryId) -> usize {
    id.as_str()[2..].parse().unwrap()
}

pub fn ended(state: EntryState) -> bool {
    matches!(state, EntryState::Landed | EntryState::Returned | EntryState::Failed | EntryState::Removed)
}

impl World {
    pub fn new(seed: u64, set: Setting) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1);
        let mut truths = Vec::new();
        let mut entries = Vec::new();
        for n in 0..set.entries {
            let other = |dice: &mut Dice, chance| {
                (n > 0 && dice.in_thousand(chance)).then(|| dice.below(n as u64) as usize)
            };
            truths.push(Truth {
                fails_alone: dice.in_thousand(set.fails_alone),
                fails_with: other(&mut dice, set.pairs),
                conflicts_with: other(&mut dice, set.conflicts),
                file: dice.in_thousand(set.shares_a_file).then(|| dice.below(3)),
                breaks_machine: dice.in_thousand(set.faults),
                mends: false,
            });
            let depends_on = other(&mut dice, set.depends).map(|on| id(&format!("e-{on}")));
            let mut e = MergeEntry { depends_on, ..entry(n) };
            if set.red && dice.in_thousand(set.menders) {
                let of = MendsBranch { branch: e.target.clone(), check: "tests".into() };
                e.repair.get_or_insert_default().mends_branch = Some(of);
                truths[n].mends = dice.below(3) == 0;
            }
            entries.push(e);
        }
        let most = set.most;
        Self {
            dice,
            now: 0,
            truths,
            places: (0..set.entries - set.late).collect(),
            entries,
            commits: BTreeMap::from([("base".to_owned(), Vec::new())]),
            built: BTreeMap::new(),
            strategy: Strategy::default(),
            tip: "base".into(),
            branch: vec!["base".into()],
            proven: BTreeSet::new(),
            answers: BTreeMap::new(),
            approved: BTreeMap::new(),
            memory: Memory::default(),
            rebuilt: BTreeMap::new(),
            window: Window::new(most),
            paused: false,
            draining: false,
            taken_up: BTreeMap::new(),
            left_once: BTreeSet::new(),
            done: BTreeMap::new(),
            runs: 0,
            thrown: 0,
            blamed: BTreeSet::new(),
            not_mended: BTreeSet::new(),
            outside: 1_000,
            set,
        }
    }

    /// Whether the checks pass on these changes together.
    fn green(&self, content: &[usize]) -> bool {
        let mended = !self.set.red || content.iter().any(|n| *n < 1_000 && self.truths[*n].mends);
        mended
            && content.iter().filter(|n| **n < 1_000).all(|n| {
                let truth = &self.truths[*n];
                !truth.fails_alone && !truth.fails_with.is_some_and(|other| content.contains(&other))
            })
    }

    fn feed(&mut self, at: usize, input: Input) -> bool {
        match step(&self.entries[at], input) {
            Next::Entry(next) if *next != self.entries[at] => {
                self.entries[at] = *next;
                if ended(self.entries[at].state) && self.entries[at].state != EntryState::Landed {
                    self.left_once.insert(at);
                }
                true
            }
            _ => false,
        }
    }

    /// Lets the world go on until every entry has ended or waits for a person for good. Milliseconds it took.
    pub fn finish(&mut self) -> u64 {
        let mut rounds = 0;
        while self.entries.iter().any(|e| !ended(e.state) && !self.waits_for_good(e)) {
            if !self.round() {
                self.wait();
                self.come();
            }
            rounds += 1;
            assert!(rounds < 40_000, "the queue drains: {:#?}", self.left());
        }
        self.now
    }

    /// For a person, itself or with whom it builds on.
    fn waits_for_good(&self, e: &MergeEntry) -> bool {
        let on = || e.depends_on.as_ref().map(|on| &self.entries[number(on)]);
        let red = e.repair.as_ref().and_then(|repair| repair.red_base.as_ref());
        // Nobody is left who would mend the branch.
        let for_the_branch = red.is_some_and(|red| red.commit == self.tip) && e.state == EntryState::Approved;
        let is_here = self.places.contains(&number(&e.id));
        (is_here && (e.state == EntryState::Parked || for_the_branch))
            || on().is_some_and(|on| !ended(on.state) && self.waits_for_good(on))
    }

    /// What has not ended, in few words.
    fn left(&self) -> Vec<String> {
        let said = |e: &MergeEntry| {
            format!(
                "{} {} on {:?} doubt {:?} next {} builds on {:?}",
                e.id, e.state, e.onto, e.doubt, e.next, e.depends_on
            )
        };
        let open = self.entries.iter().filter(|e| !ended(e.state)).map(said);
        open.chain([format!(
            "tip {} paused {} held {:?} runs {}",
            self.tip,
            self.paused,
            self.memory.held,
            self.memory.runs.len()
        )])
        .collect()
    }

    /// Whose checks will have ended within a tenth of what they take.
    fn due(&self) -> Vec<EntryId> {
        let soon = |run: &&Run| !run.cut && run.ends <= self.now + self.set.check_ms / 10;
        self.memory.runs.iter().filter(soon).map(|run| self.entries[run.at].id.clone()).collect()
    }

    /// Until the next check ends, or something else happens.
    fn wait(&mut self) {
        let next = self.memory.runs.iter().map(|run| run.ends).min();
        self.now = next.unwrap_or(self.now + 500).max(self.now);
        if self.paused && self.dice.below(3) == 0 {
            self.paused = false;
        }
    }

    fn round(&mut self) -> bool {
        let settled = self.settle();
        let open: Vec<MergeEntry> =
            self.places.iter().map(|at| self.entries[*at].clone()).filter(|e| !ended(e.state)).collect();
        let strays = self.memory.runs.iter_mut().filter(|run| {
            !run.cut
                && !open
                    .iter()
                    .any(|e| number(&e.id) == run.at && e.candidate.as_ref() == Some(&run.candidate))
        });
        strays.for_each(|run| run.cut = true);
        let open = self.while_draining(open);
        let (entries, memory) = (&self.entries, &mut self.memory);
        let approved = |id: &EntryId| entries[number(id)].state == EntryState::Approved;
        memory.held.retain(approved);
        let running: Vec<EntryId> =
            memory.runs.iter().filter(|run| !run.cut).map(|run| entries[run.at].id.clone()).collect();
        let (tip, held, due) = (self.tip.clone(), self.memory.held.clone(), self.due());
        let view = View {
            tip: &tip,
            entries: &open,
            held: &held,
            retry_held: true,
            running: &running,
            due: &due,
            free: self.set.slots - self.memory.runs.len() as u32,
            window: self.window.now(),
            strategy: self.strategy,
            paused: self.paused,
            checks_confirmed: true,
        };
        let decisions = plan(&view);
        let begins = |d: &Decision| matches!(d, Decision::Check(_) | Decision::Land(_));
        assert!(!self.paused || !decisions.iter().any(begins), "paused: {decisions:?}");
        let new = |d: &Decision| matches!(d, Decision::Check(_));
        assert!(!self.draining || !decisions.iter().any(new), "draining: {decisions:?}");
        let mut moved = settled;
        self.rebuilt = decisions
            .iter()
            .filter_map(|d| match d {
                Decision::Build { entry, .. } => Some((entry.clone(), None)),
                _ => None,
            })
            .collect();
        for decision in &decisions {
            if self.memory.runs.iter().any(|run| run.ends <= self.now) {
                return true;
            }
            // A check runs beside the loop.
            if !matches!(decision, Decision::Check(_)) {
                self.now += self.set.loop_ms;
            }
            moved |= self.perform(decision);
            // Nothing lands past one that did not.
            let landed = |entry: &EntryId| self.entries[number(entry)].state == EntryState::Landed;
            if matches!(decision, Decision::Land(entry) if !landed(entry)) {
                return moved;
            }
            if self.happens() {
                return true;
            }
            assert!(self.memory.runs.len() as u32 <= self.set.slots, "slots");
        }
        moved
    }

    /// What others do. True when the plan is not to be carried on.
    fn happens(&mut self) -> bool {
        let set = self.set.clone();
        if self.dice.in_thousand(set.crashes) {
            self.thrown += self.memory.runs.iter().filter(|run| !run.cut).count() as u64;
            self.memory = Memory::default();
            self.window = Window::new(self.set.most);
            for at in 0..self.entries.len() {
                if self.entries[at].state == EntryState::Checking {
                    self.feed(at, Input::Restarted);
                }
            }
            return true;
        }
        if self.dice.in_thousand(set.outside) {
            self.outside += 1;
            let mut content = self.commits[&self.tip].clone();
            content.push(self.outside);
            let commit = format!("outside-{}", self.outside);
            self.commits.insert(commit.clone(), content);
            self.go_to(commit);
            return true;
        }
        if self.chance(set.comes) {
            self.come();
        }
        let any = self.places[self.dice.below(self.places.len() as u64) as usize];
        let e = &self.entries[any];
        // One that is found on the branch is not removed any more.
        let landed = e.state == EntryState::Landing && self.branch.contains(e.candidate.as_ref().unwrap());
        if !landed && self.dice.in_thousand(set.removals) {
            self.feed(any, Input::Remove { by: "ada".into() });
        }
        if self.chance(set.again) {
            self.take_up_again(any);
        }
        if self.dice.in_thousand(set.pauses) {
            (self.paused, self.draining) = (!self.paused, false);
            return true;
        }
        if !self.paused && self.chance(set.drains) {
            self.draining = true;
            self.note("drained");
            return true;
        }
        if self.dice.in_thousand(set.wishes) {
            self.wish(any);
        }
        // The rest of the plan was made for another one.
        if self.chance(set.strategies) {
            self.choose_strategy();
        }
        false
    }

    fn go_to(&mut self, commit: String) {
        self.tip = commit.clone();
        self.branch.push(commit);
    }

    pub fn tip_is_green(&self) -> bool {
        self.green(&self.commits[&self.tip])
    }

    pub fn came_to_mend(&self, at: usize) -> bool {
        self.entries[at].repair.as_ref().is_some_and(|repair| repair.mends_branch.is_some())
    }

    /// What stands on the branch, the oldest first.
    pub fn on_the_branch(&self) -> &[usize] {
        &self.commits[&self.tip]
    }

    /// How often an entry's change reached the branch.
    pub fn times_on_branch(&self, at: usize) -> usize {
        let mut before = false;
        let mut times = 0;
        for commit in &self.branch {
            let now = self.commits[commit].contains(&at);
            times += usize::from(now && !before);
            before = now;
        }
        times
    }

    pub fn landed(&self) -> usize {
        self.entries.iter().filter(|e| e.state == EntryState::Landed).count()
    }
}
