//! What an input does to an entry.

use super::entry::{after, entry, rule, said};
use flow::merge::{Candidate, Input, Next, Returned, step};
use protocol::because::Because;
use protocol::merge::{EntryState, MergeEntry, Strategy};

#[test]
fn a_built_entry_that_nobody_can_judge_stays_queued_with_the_reason() {
    let mut e = entry(0);
    e.candidate = Some("c".into());
    let Next::Entry(next) = step(&e, Input::Blocked { said: said("policy.toml is broken") }) else {
        panic!("it moves")
    };
    assert_eq!((next.state, next.reason.as_deref()), (EntryState::Queued, Some("policy.toml is broken")));
}

#[test]
fn an_entry_says_the_strategy_its_candidate_was_built_with() {
    let built = Candidate {
        onto: "tip".into(),
        ahead: None,
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
    assert!(matches!(step(&e, Input::CheckStarted { slot: 0, at: String::new() }), Next::Rejected(_)));
    assert!(matches!(step(&e, Input::Landed { commit: "x".into() }), Next::Rejected(_)));
    assert!(matches!(step(&e, Input::Allowed { rule: rule("r") }), Next::Rejected(_)), "without a candidate");
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
            group: None,
            timeout_s: None,
            state: state.into(),
            reason: None,
            because: None,
            duration_ms: None,
            reused: false,
            flaky_retry: false,
            tail: String::new(),
        })
        .to_vec();
    let Next::Entry(next) = step(&e, Input::Blocked { said: said("no room") }) else { panic!("it moves") };
    assert_eq!((next.state, next.reason.as_deref()), (EntryState::Approved, Some("no room")));
    assert!(next.checks.is_empty());
    let back = Input::GiveBack { why: Returned::CheckFailed, said: said("red") };
    let Next::Entry(next) = step(&e, back) else { panic!("it moves") };
    let states: Vec<_> = next.checks.iter().map(|check| check.state.as_str()).collect();
    assert_eq!(states, ["passed", "failed"]);
}

#[test]
fn an_entry_says_in_which_slot_it_is_checked_and_on_whom_it_stands() {
    let built = Candidate { ahead: Some(entry(7).id), ..super::entry::candidate("c-7", "c") };
    let stands = after(&entry(0), Input::Built(built));
    assert_eq!(stands.ahead, Some(entry(7).id));
    let approved = MergeEntry { state: EntryState::Approved, ..stands };
    let checking = after(&approved, Input::CheckStarted { slot: 3, at: "now".into() });
    assert_eq!((checking.slot, checking.checking_since.as_deref()), (Some(3), Some("now")));
    for input in [Input::TipMoved, Input::Restarted, Input::ChecksPassed(Vec::new())] {
        let next = after(&checking, input);
        assert_eq!((next.slot, next.checking_since), (None, None));
    }
}

#[test]
fn a_verdict_in_doubt_keeps_the_entry_where_it_is_until_it_counts_or_is_dropped() {
    let checking = MergeEntry { state: EntryState::Checking, candidate: Some("c".into()), ..entry(0) };
    let doubted = after(&checking, Input::Doubted { why: Returned::CheckFailed, said: said("red") });
    assert_eq!((doubted.state, doubted.doubt.as_deref()), (EntryState::Checking, Some("merge.check_failed")));
    let again = after(&doubted, Input::CheckStarted { slot: 1, at: "now".into() });
    assert_eq!((again.state, again.doubt.is_some(), again.slot), (EntryState::Checking, true, Some(1)));
    let passed = after(&again, Input::ChecksPassed(Vec::new()));
    assert_eq!(
        (passed.state, passed.doubt),
        (EntryState::Landing, None),
        "it passed when it was tried again"
    );
    let dropped = after(&doubted, Input::TipMoved);
    assert_eq!((dropped.state, dropped.doubt), (EntryState::Approved, None));
    let back = after(&doubted, Input::GiveBack { why: Returned::CheckFailed, said: said("red") });
    assert_eq!((back.state, back.doubt), (EntryState::Returned, None));
}

#[test]
fn one_that_is_being_checked_can_be_removed() {
    let checking = MergeEntry { state: EntryState::Checking, candidate: Some("c".into()), ..entry(0) };
    assert_eq!(after(&checking, Input::Remove { by: "ada".into() }).state, EntryState::Removed);
}

#[test]
fn a_question_that_ends_without_an_answer_parks_the_entry_until_somebody_wants_it_asked_again() {
    let asked = MergeEntry {
        state: EntryState::WaitingApproval,
        candidate: Some("c".into()),
        approval_id: Some(super::entry::id("a-1")),
        ..entry(0)
    };
    let parked = after(&asked, Input::Expired);
    assert_eq!((parked.state, parked.because.as_deref()), (EntryState::Parked, Some(&Because::Expired)));
    assert!(parked.reason.is_some_and(|reason| reason.contains("Nobody answered in time")));
    assert!(matches!(step(&entry(0), Input::Expired), Next::Ignored(_)), "it was not asked about");
    let again = after(&after(&asked, Input::Expired), Input::Retry);
    assert_eq!((again.state, again.approval_id, again.because), (EntryState::Queued, None, None));
}
