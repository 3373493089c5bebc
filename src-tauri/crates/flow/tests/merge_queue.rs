//! The merge queue's machine in a simulated world: thousands of seeds with crashes, conflicts, failing checks,
//! answers and outside movement. A failing seed is printed and can be repeated.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use flow::merge::{Candidate, Decision, Input, Next, Returned, View, plan, step};
use protocol::EntryId;
use protocol::merge::{EntryState, MergeEntry, Strategy};
use std::collections::BTreeMap;

fn id<T: serde::de::DeserializeOwned>(text: String) -> T {
    serde_json::from_value(text.into()).unwrap()
}

fn entry(n: usize) -> MergeEntry {
    MergeEntry {
        id: id(format!("e-{n}")),
        completion_id: id(format!("c-{n}")),
        job_id: id(format!("j-{n}")),
        workspace_id: id("w".into()),
        session_id: id("dev".into()),
        title: format!("change {n}"),
        state: EntryState::Queued,
        commit_sha: format!("commit-{n}"),
        base: "base".into(),
        branch: format!("agent/w/{n}"),
        strategy: Strategy::CherryPick,
        target: "main_agents".into(),
        onto: None,
        candidate: None,
        tree: None,
        patch_hash: None,
        files: 1,
        additions: 1,
        deletions: 0,
        risky: Vec::new(),
        verified: true,
        position: None,
        reason: None,
        approval_id: None,
        checks: Vec::new(),
        landed_commit: None,
        created_at: String::new(),
        updated_at: String::new(),
        landed_at: None,
    }
}

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// Branches, answers and verdicts as they really are; the machine sees them only through inputs.
struct World {
    dice: Dice,
    tip: u64,
    /// Candidate by tip it lands as, in order: what the branch is made of.
    branch: Vec<String>,
    /// Trees that passed their checks.
    proven: Vec<String>,
    entries: Vec<MergeEntry>,
    /// Whose checks could not be run, the longest ago first.
    held: Vec<EntryId>,
    /// How often that happened, per entry.
    faults: BTreeMap<String, u32>,
    answers: BTreeMap<String, (bool, String)>,
    /// Patches somebody said yes to, per entry.
    approved: BTreeMap<String, Vec<String>>,
}

impl World {
    fn new(seed: u64, entries: usize) -> Self {
        Self {
            dice: Dice(seed),
            tip: 0,
            branch: Vec::new(),
            proven: Vec::new(),
            entries: (0..entries).map(entry).collect(),
            held: Vec::new(),
            faults: BTreeMap::new(),
            answers: BTreeMap::new(),
            approved: BTreeMap::new(),
        }
    }

    fn tip(&self) -> String {
        format!("tip-{}", self.tip)
    }

    fn feed(&mut self, at: usize, input: Input) {
        if let Next::Entry(next) = step(&self.entries[at], input) {
            self.entries[at] = *next;
        }
    }

    fn perform(&mut self, decision: &Decision) {
        let of = |id: &protocol::EntryId| id.as_str()[2..].parse::<usize>().unwrap();
        match decision {
            Decision::Build(id) => {
                let at = of(id);
                let input = match self.dice.below(12) {
                    0 => Input::GiveBack { why: Returned::Conflict, detail: "conflict".into() },
                    1 => Input::GiveBack { why: Returned::Empty, detail: "empty".into() },
                    n => {
                        let commit = format!("cand-{at}-on-{}", self.tip);
                        // Mostly the same patch on every tip, sometimes another.
                        let patch =
                            if n == 2 { format!("patch-{at}-{}", self.tip) } else { format!("patch-{at}") };
                        Input::Built(Candidate {
                            onto: self.tip(),
                            tree: format!("tree-{commit}"),
                            commit,
                            strategy: Strategy::CherryPick,
                            patch_hash: patch,
                            files: 1,
                            additions: 1,
                            deletions: 0,
                            risky: Vec::new(),
                        })
                    }
                };
                self.feed(at, input);
            }
            Decision::Consult(entry) => {
                let at = of(entry);
                let patch = self.entries[at].patch_hash.clone().unwrap();
                let input = match self.dice.below(4) {
                    0 => {
                        self.approved.entry(entry.to_string()).or_default().push(patch);
                        Input::Allowed { rule: "small".into() }
                    }
                    1 if self.dice.below(8) == 0 => Input::Forbidden { rule: "no".into() },
                    _ => {
                        let approval = format!("a-{at}-{}", self.dice.below(1_000_000));
                        let yes = self.dice.below(6) != 0;
                        self.answers.insert(approval.clone(), (yes, patch));
                        Input::Asked { approval: id(approval), rule: "asks".into() }
                    }
                };
                self.feed(at, input);
            }
            Decision::ReadAnswer(entry) => {
                let at = of(entry);
                if self.dice.below(2) == 0 {
                    return;
                }
                let approval = self.entries[at].approval_id.clone().unwrap();
                let (yes, patch) = self.answers[approval.as_str()].clone();
                // An answer is only read for the patch it was given for; the engine asks anew otherwise.
                if Some(&patch) != self.entries[at].patch_hash.as_ref() {
                    return;
                }
                if yes {
                    self.approved.entry(entry.to_string()).or_default().push(patch);
                }
                let by = "ada".to_owned();
                self.feed(at, if yes { Input::Approved { by } } else { Input::Denied { by } });
            }
            Decision::Check(id) => {
                let at = of(id);
                self.feed(at, Input::CheckStarted);
                if self.dice.below(10) == 0 {
                    // The server dies in the middle.
                    self.feed(at, Input::Restarted);
                    return;
                }
                // Some changes break the machine whenever they are checked.
                if at % 4 == 3 || self.dice.below(10) == 0 {
                    let faults = self.faults.entry(id.to_string()).or_default();
                    *faults += 1;
                    let reason = "no room".to_owned();
                    let input =
                        if *faults < 3 { Input::Blocked { reason } } else { Input::GivenUp { reason } };
                    self.feed(at, input);
                    self.held.retain(|held| held != id);
                    self.held.push(id.clone());
                    return;
                }
                if self.dice.below(5) == 0 {
                    self.feed(at, Input::GiveBack { why: Returned::CheckFailed, detail: "red".into() });
                    return;
                }
                self.proven.push(self.entries[at].tree.clone().unwrap());
                self.feed(at, Input::ChecksPassed(Vec::new()));
            }
            Decision::Settle(id) => {
                let at = of(id);
                let candidate = self.entries[at].candidate.clone().unwrap();
                let input = match self.branch.contains(&candidate) {
                    true => Input::Landed { commit: candidate },
                    false => Input::Blocked { reason: "paused".into() },
                };
                self.feed(at, input);
            }
            Decision::Land(id) => {
                let at = of(id);
                let e = self.entries[at].clone();
                let candidate = e.candidate.clone().unwrap();
                if self.branch.last() == Some(&candidate) {
                    // Found landed after a crash.
                    self.feed(at, Input::Landed { commit: candidate });
                    return;
                }
                if e.onto.as_deref() != Some(self.tip().as_str()) {
                    self.feed(at, Input::TipMoved);
                    return;
                }
                match self.dice.below(8) {
                    0 => self.feed(at, Input::Blocked { reason: "dirty".into() }),
                    1 => {
                        // Moved the branch, died before saying so.
                        self.move_branch(&e);
                    }
                    _ => {
                        self.move_branch(&e);
                        self.feed(at, Input::Landed { commit: candidate });
                    }
                }
            }
        }
    }

    fn move_branch(&mut self, e: &MergeEntry) {
        let tree = e.tree.clone().unwrap();
        assert!(self.proven.contains(&tree), "{tree} moved the branch without proof");
        let patch = e.patch_hash.clone().unwrap();
        assert!(
            self.approved.get(e.id.as_str()).is_some_and(|said| said.contains(&patch)),
            "{} landed a patch nobody said yes to",
            e.id
        );
        self.branch.push(e.candidate.clone().unwrap());
        self.tip += 1;
    }

    fn round(&mut self) {
        if self.dice.below(40) == 0 {
            // Somebody commits to the branch from outside, unless a landing is half way.
            if !self.entries.iter().any(|e| e.state == EntryState::Landing) {
                self.tip += 1;
                self.branch.push(format!("outside-{}", self.tip));
            }
        }
        let open: Vec<MergeEntry> = self.entries.iter().filter(|e| !ended(e.state)).cloned().collect();
        let tip = self.tip();
        self.held.retain(|id| open.iter().any(|e| e.state == EntryState::Approved && e.id == *id));
        let held = self.held.clone();
        let view = View {
            tip: &tip,
            entries: &open,
            held: &held,
            paused: self.dice.below(30) == 0,
            checks_confirmed: true,
        };
        let decisions = plan(&view);
        let moves = |d: &Decision| matches!(d, Decision::Check(_) | Decision::Land(_));
        assert!(!view.paused || !decisions.iter().any(moves), "paused: {decisions:?}");
        let busy =
            open.iter().filter(|e| matches!(e.state, EntryState::Checking | EntryState::Landing)).count();
        assert!(busy <= 1, "one slot");
        for decision in &decisions {
            self.perform(decision);
            if self.dice.below(25) == 0 {
                break;
            }
        }
    }
}

fn ended(state: EntryState) -> bool {
    matches!(state, EntryState::Landed | EntryState::Returned | EntryState::Failed | EntryState::Removed)
}

#[test]
fn whatever_happens_entries_land_at_most_once_proven_and_approved_and_the_queue_drains() {
    let seeds = std::env::var("PILOTHOUSE_SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(3_000u64);
    for seed in 0..seeds {
        let result = std::panic::catch_unwind(|| run(seed));
        assert!(result.is_ok(), "seed {seed}");
    }
}

fn run(seed: u64) {
    let mut world = World::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) + 1, 8);
    let mut rounds = 0;
    while world.entries.iter().any(|e| !ended(e.state) && e.state != EntryState::Parked) {
        world.round();
        rounds += 1;
        assert!(
            rounds < 5_000,
            "the queue drains: {:?}",
            world.entries.iter().map(|e| e.state).collect::<Vec<_>>()
        );
    }
    for e in &world.entries {
        let times =
            world.branch.iter().filter(|c| c.starts_with(&format!("cand-{}-", &e.id.as_str()[2..]))).count();
        let wanted = usize::from(e.state == EntryState::Landed);
        assert_eq!(times, wanted, "{} is {} and stands {times} times on the branch", e.id, e.state);
    }
}

#[test]
fn an_entry_that_waits_for_a_person_holds_up_nobody() {
    let (mut waiting, mut ready) = (entry(0), entry(1));
    for e in [&mut waiting, &mut ready] {
        e.onto = Some("tip".into());
        e.candidate = Some("c".into());
    }
    waiting.state = EntryState::WaitingApproval;
    ready.state = EntryState::Approved;
    let view = View {
        tip: "tip",
        entries: &[waiting, ready.clone()],
        paused: false,
        checks_confirmed: true,
        held: &[],
    };
    assert!(plan(&view).contains(&Decision::Check(ready.id)));
}

#[test]
fn one_whose_checks_cannot_be_run_lets_the_others_go_first_and_is_tried_again_in_its_turn() {
    let entries: Vec<_> = (0..3)
        .map(|n| MergeEntry {
            state: EntryState::Approved,
            onto: Some("tip".into()),
            candidate: Some("c".into()),
            ..entry(n)
        })
        .collect();
    let of = |n: usize| entries[n].id.clone();
    let decide = |entries: &[MergeEntry], held: &[EntryId]| {
        plan(&View { tip: "tip", entries, held, paused: false, checks_confirmed: true })
    };
    assert_eq!(decide(&entries, &[]), [Decision::Check(of(0))], "one slot, in order");
    assert_eq!(decide(&entries, &[of(0)]), [Decision::Check(of(1))], "past the one that is held");
    assert_eq!(decide(&entries[..1], &[of(0)]), [Decision::Check(of(0))], "nothing else is ready");
    assert_eq!(decide(&entries, &[of(2), of(0), of(1)]), [Decision::Check(of(2))], "tried longest ago");
    assert_eq!(decide(&entries[..2], &[of(2), of(1), of(0)]), [Decision::Check(of(1))], "that one has ended");
    let mut stale = entries.clone();
    stale[0].onto = Some("older".into());
    assert_eq!(decide(&stale, &[of(0), of(1), of(2)]), [Decision::Build(of(0))]);
}

#[test]
fn one_whose_checks_are_given_up_waits_for_a_person_and_starts_over_on_their_word() {
    let e = MergeEntry { state: EntryState::Checking, candidate: Some("c".into()), ..entry(0) };
    let Next::Entry(next) = step(&e, Input::GivenUp { reason: "no room, three times".into() }) else {
        panic!("it moves")
    };
    assert_eq!((next.state, next.reason.as_deref()), (EntryState::Parked, Some("no room, three times")));
    let view = View {
        tip: "tip",
        entries: std::slice::from_ref(&*next),
        held: &[],
        paused: false,
        checks_confirmed: true,
    };
    assert_eq!(plan(&view), Vec::new());
    let Next::Entry(again) = step(&next, Input::Retry) else { panic!("it moves") };
    assert_eq!((again.state, again.candidate), (EntryState::Queued, None));
}

#[test]
fn nothing_is_checked_while_paused_or_before_the_owner_confirmed_the_checks() {
    let mut e = entry(0);
    e.state = EntryState::Approved;
    e.onto = Some("tip".into());
    e.candidate = Some("c".into());
    for (paused, confirmed) in [(true, true), (false, false)] {
        let view = View {
            tip: "tip",
            entries: std::slice::from_ref(&e),
            held: &[],
            paused,
            checks_confirmed: confirmed,
        };
        assert_eq!(plan(&view), Vec::new());
    }
}

#[test]
fn nothing_lands_while_paused_or_without_confirmed_checks_and_an_interrupted_landing_is_still_settled() {
    for reason in [None, Some("The branch is checked out and dirty.".to_owned())] {
        let mut landing = entry(0);
        landing.state = EntryState::Landing;
        landing.onto = Some("tip".into());
        landing.candidate = Some("c".into());
        landing.reason = reason;
        let waiting = entry(1);
        let entries = [landing, waiting.clone()];
        let decide = |paused, checks_confirmed| {
            plan(&View { tip: "tip", entries: &entries, held: &[], paused, checks_confirmed })
        };
        let settled = vec![Decision::Settle(id("e-0".into())), Decision::Build(waiting.id.clone())];
        assert_eq!(decide(true, true), settled);
        assert_eq!(decide(false, false), settled);
        assert_eq!(decide(false, true), vec![Decision::Land(id("e-0".into()))]);
    }
}

#[test]
fn a_built_entry_that_nobody_can_judge_stays_queued_with_the_reason() {
    let mut e = entry(0);
    e.candidate = Some("c".into());
    let Next::Entry(next) = step(&e, Input::Blocked { reason: "policy.toml is broken".into() }) else {
        panic!("it moves")
    };
    assert_eq!((next.state, next.reason.as_deref()), (EntryState::Queued, Some("policy.toml is broken")));
}

#[test]
fn an_entry_says_the_strategy_its_candidate_was_built_with() {
    let built = Candidate {
        onto: "tip".into(),
        commit: "c".into(),
        tree: "t".into(),
        strategy: Strategy::Squash,
        patch_hash: "p".into(),
        files: 1,
        additions: 1,
        deletions: 0,
        risky: Vec::new(),
    };
    let Next::Entry(next) = step(&entry(0), Input::Built(built)) else { panic!("it moves") };
    assert_eq!(next.strategy, Strategy::Squash);
}

#[test]
fn only_an_approved_entry_is_checked_and_only_a_checked_one_lands() {
    let e = entry(0);
    assert!(matches!(step(&e, Input::CheckStarted), Next::Rejected(_)));
    assert!(matches!(step(&e, Input::Landed { commit: "x".into() }), Next::Rejected(_)));
    assert!(
        matches!(step(&e, Input::Allowed { rule: "r".into() }), Next::Rejected(_)),
        "without a candidate"
    );
}

#[test]
fn a_check_that_the_machine_could_not_run_is_no_verdict_and_what_comes_back_has_only_verdicts() {
    let mut e = entry(0);
    e.state = EntryState::Checking;
    e.candidate = Some("c".into());
    e.checks = ["passed", "failed", "running", "waiting"]
        .map(|state| protocol::merge::CheckVerdict {
            name: state.into(),
            run: Vec::new(),
            state: state.into(),
            duration_ms: None,
            reused: false,
            flaky_retry: false,
            tail: String::new(),
        })
        .to_vec();
    let Next::Entry(next) = step(&e, Input::Blocked { reason: "no room".into() }) else { panic!("it moves") };
    assert_eq!((next.state, next.reason.as_deref()), (EntryState::Approved, Some("no room")));
    assert!(next.checks.is_empty());
    let back = Input::GiveBack { why: Returned::CheckFailed, detail: "red".into() };
    let Next::Entry(next) = step(&e, back) else { panic!("it moves") };
    let states: Vec<_> = next.checks.iter().map(|check| check.state.as_str()).collect();
    assert_eq!(states, ["passed", "failed"]);
}
