//! What the planner decides, rule by rule.

use super::entry::{Look, after, candidate, chain, entry, id, said};
use flow::merge::{Decision, Ground, Input, Returned, order};
use protocol::EntryId;
use protocol::merge::EntryState::{self, Approved, Checking, Landing, Queued, WaitingApproval};
use protocol::merge::{EntryKind, MergeEntry, Strategy, ThrownReason};

fn e(n: usize) -> EntryId {
    id(&format!("e-{n}"))
}

fn build(n: usize, on: Ground) -> Decision {
    Decision::Build { entry: e(n), on }
}

fn behind(n: usize) -> Ground {
    Ground::Entry(e(n))
}

fn cancel(n: usize, reason: ThrownReason, blamed: Option<usize>) -> Decision {
    Decision::Cancel { entry: e(n), reason, blamed: blamed.map(e) }
}

/// Approved entries without candidates.
fn approved(count: usize) -> Vec<MergeEntry> {
    (0..count).map(|n| MergeEntry { state: Approved, ..entry(n) }).collect()
}

fn doubted(entry: &MergeEntry) -> MergeEntry {
    after(entry, Input::Doubted { why: Returned::CheckFailed, said: said("red") })
}

#[test]
fn each_approved_entry_is_built_on_the_one_before_it_as_far_as_the_window_reaches() {
    let mut look = Look::at(approved(10));
    look.window = 3;
    assert_eq!(look.plan(), [build(0, Ground::Tip), build(1, behind(0)), build(2, behind(1))]);
}

#[test]
fn as_many_are_checked_at_the_same_time_as_there_are_slots() {
    let mut look = Look::at(chain(&[Checking, Approved, Approved, Approved, Approved, Approved]));
    assert_eq!(look.plan(), [1, 2, 3].map(|n| Decision::Check(e(n))));
    look.window = 2;
    assert_eq!(look.plan(), [Decision::Check(e(1))], "no further than the window");
    look.running.push(e(1));
    assert_eq!(look.plan(), [], "it is being started");
}

#[test]
fn nothing_is_begun_on_a_candidate_whose_checks_end_in_a_moment() {
    let mut look = Look::at(chain(&[Checking, Approved, Checking, Approved]));
    look.due = vec![e(2)];
    assert_eq!(look.plan(), [Decision::Check(e(1))], "what stands before it does not wait");
    look.due = vec![e(0)];
    assert_eq!(look.plan(), []);
    look.due.clear();
    assert_eq!(look.plan(), [1, 3].map(|n| Decision::Check(e(n))), "it takes longer than it should");
}

#[test]
fn proven_ones_land_from_the_front_and_one_whose_ground_is_not_proven_waits() {
    let look = Look::at(chain(&[Landing, Landing, Checking, Landing]));
    assert_eq!(look.plan(), [0, 1].map(|n| Decision::Land(e(n))));
}

#[test]
fn a_failure_ends_the_checks_of_all_that_stand_on_it_and_they_are_built_without_it() {
    let mut entries = chain(&[Checking, Checking, Checking, Checking]);
    entries[1] = doubted(&entries[1]);
    let look = Look::at(entries);
    assert_eq!(
        look.plan(),
        [
            cancel(2, ThrownReason::AheadFailed, Some(1)),
            cancel(3, ThrownReason::AheadFailed, Some(1)),
            build(2, behind(0)),
            build(3, behind(2)),
        ]
    );
}

#[test]
fn a_failure_on_ground_that_has_yet_to_land_counts_once_that_has_landed() {
    let mut entries = chain(&[Landing, Checking]);
    entries[1] = doubted(&entries[1]);
    let mut look = Look::at(entries);
    assert_eq!(look.plan(), [Decision::Land(e(0))]);
    look.entries.remove(0);
    look.tip = "c-0".into();
    assert_eq!(look.plan(), [Decision::Blame(e(1))]);
}

#[test]
fn nothing_lands_past_one_that_is_about_to_be_judged() {
    let mut entries = chain(&[Landing, Checking, Landing]);
    entries[1] = doubted(&entries[1]);
    (entries[2].onto, entries[2].ahead) = (Some("c-0".into()), Some(e(0)));
    assert_eq!(Look::at(entries).plan(), [Decision::Land(e(0))]);
}

#[test]
fn a_failure_on_ground_that_is_gone_says_nothing_and_it_takes_its_place_again() {
    let mut entries = chain(&[Checking, Checking, Checking]);
    entries[1] = doubted(&entries[1]);
    (entries[2].onto, entries[2].ahead) = (Some("c-0".into()), Some(e(0)));
    entries[0] = doubted(&entries[0]);
    let look = Look::at(entries);
    assert_eq!(
        look.plan(),
        [
            Decision::Blame(e(0)),
            cancel(1, ThrownReason::AheadFailed, Some(0)),
            cancel(2, ThrownReason::AheadFailed, Some(0)),
            build(1, Ground::Tip),
            build(2, behind(1)),
        ]
    );
}

#[test]
fn a_moved_tip_takes_the_ground_of_all() {
    let mut look = Look::at(chain(&[Checking, Landing]));
    look.tip = "outside".into();
    assert_eq!(
        look.plan(),
        [
            cancel(0, ThrownReason::TipMoved, None),
            cancel(1, ThrownReason::TipMoved, None),
            build(0, Ground::Tip),
            build(1, behind(0)),
        ]
    );
}

#[test]
fn another_way_to_land_takes_the_ground_of_all_and_each_is_built_anew() {
    let mut look = Look::at(chain(&[Landing, Checking, Approved, WaitingApproval, Queued]));
    look.strategy = Strategy::Squash;
    let changed = [0, 1].map(|n| cancel(n, ThrownReason::StrategyChanged, None));
    let anew = [
        build(0, Ground::Tip),
        build(1, behind(0)),
        build(2, behind(1)),
        build(3, Ground::Tip),
        build(4, Ground::Tip),
    ];
    assert_eq!(look.plan(), [&changed[..], &anew].concat());
    look.paused = true;
    assert_eq!(look.plan(), [&changed[..], &anew[3..]].concat(), "a pause builds for people alone");
    look.paused = false;
    look.entries.iter_mut().for_each(|e| e.strategy = Strategy::Squash);
    let stands = [Decision::Check(e(2)), Decision::Land(e(0)), Decision::ReadAnswer(e(3))];
    assert_eq!(look.plan()[..3], stands, "what was built like that stands");
}

#[test]
fn what_is_built_the_same_way_whatever_is_chosen_goes_on_when_another_is() {
    let mut look = Look::at(chain(&[Checking, Checking]));
    (look.entries[0].kind, look.entries[0].strategy) = (EntryKind::BringUp, Strategy::NoFf);
    look.strategy = Strategy::Squash;
    assert_eq!(look.plan(), [cancel(1, ThrownReason::StrategyChanged, None), build(1, behind(0))]);
}

#[test]
fn nobody_is_blamed_for_what_would_not_be_built_like_that_any_more() {
    let mut entries = chain(&[Checking]);
    entries[0] = doubted(&entries[0]);
    let mut look = Look::at(entries);
    assert_eq!(look.plan(), [Decision::Blame(e(0))]);
    look.strategy = Strategy::NoFf;
    assert_eq!(look.plan(), [cancel(0, ThrownReason::StrategyChanged, None), build(0, Ground::Tip)]);
}

#[test]
fn one_that_left_the_queue_takes_the_ground_of_those_behind_it() {
    let mut entries = chain(&[Checking, Checking, Checking]);
    entries.remove(1);
    let look = Look::at(entries);
    assert_eq!(look.plan(), [cancel(2, ThrownReason::AheadLeft, Some(1)), build(2, behind(0))]);
}

#[test]
fn an_entry_that_waits_for_a_person_holds_up_nobody_and_is_built_where_it_would_stand() {
    let mut entries = chain(&[Approved, WaitingApproval, Approved]);
    entries[2].onto = Some("c-0".into());
    let look = Look::at(entries.clone());
    assert_eq!(look.plan(), [Decision::Check(e(0)), Decision::Check(e(2)), Decision::ReadAnswer(e(1))]);
    let mut fresh = Look::at(entries);
    fresh.entries[1] = MergeEntry { state: Queued, ..entry(1) };
    assert_eq!(fresh.plan().last(), Some(&build(1, behind(2))));
}

#[test]
fn a_question_stays_while_what_it_stands_on_lands_and_is_built_anew_when_that_is_gone() {
    let mut look = Look::at(chain(&[Checking, WaitingApproval]));
    assert_eq!(look.plan(), [Decision::ReadAnswer(e(1))]);
    look.entries.remove(0);
    look.tip = "c-0".into();
    assert_eq!(look.plan(), [Decision::ReadAnswer(e(1))], "it has landed");
    look.tip = "tip".into();
    assert_eq!(look.plan(), [build(1, Ground::Tip)], "it has left");
}

#[test]
fn one_approved_late_goes_behind_what_is_being_checked() {
    let mut entries = approved(1);
    entries.extend(chain(&[Landing, Checking]).into_iter().map(|of| MergeEntry {
        id: e(of.id.as_str()[2..].parse::<usize>().unwrap() + 1),
        ahead: of.ahead.map(|_| e(1)),
        ..of
    }));
    assert_eq!(Look::at(entries).plan(), [Decision::Land(e(1)), build(0, behind(2))]);
}

#[test]
fn land_next_goes_before_what_is_being_checked_but_not_before_what_is_proven() {
    let mut entries = chain(&[Landing, Checking, Checking]);
    entries.push(MergeEntry { state: Approved, next: true, ..entry(3) });
    let look = Look::at(entries);
    assert_eq!(
        look.plan(),
        [
            cancel(1, ThrownReason::Reordered, Some(3)),
            cancel(2, ThrownReason::Reordered, Some(3)),
            Decision::Land(e(0)),
            build(3, behind(0)),
            build(1, behind(3)),
            build(2, behind(1)),
        ]
    );
    assert_eq!(order(&look.view()), [e(0), e(3), e(1), e(2)]);
}

#[test]
fn an_entry_never_goes_before_the_one_it_builds_on() {
    let mut entries = approved(3);
    entries[0].depends_on = Some(e(2));
    let look = Look::at(entries.clone());
    assert_eq!(look.plan(), [build(1, Ground::Tip), build(2, behind(1)), build(0, behind(2))]);
    entries[0].next = true;
    let look = Look::at(entries.clone());
    assert_eq!(look.plan(), [build(2, Ground::Tip), build(0, behind(2)), build(1, behind(0))]);
    entries[2].state = WaitingApproval;
    let plan = Look::at(entries.clone()).plan();
    assert_eq!(plan[0], build(1, Ground::Tip), "it waits with it");
    entries.pop();
    assert_eq!(Look::at(entries).plan()[0], build(0, Ground::Tip), "that has ended");
}

#[test]
fn one_whose_checks_cannot_be_run_lets_the_others_go_first_and_is_tried_again_in_its_turn() {
    let entries: Vec<_> = (0..3)
        .map(|n| MergeEntry {
            state: Approved,
            onto: Some("tip".into()),
            candidate: Some("c".into()),
            ..entry(n)
        })
        .collect();
    let decide = |entries: &[MergeEntry], held: &[EntryId]| {
        let mut look = Look::at(entries.to_vec());
        (look.held, look.window) = (held.to_vec(), 1);
        look.plan()
    };
    assert_eq!(decide(&entries, &[]), [Decision::Check(e(0))], "in order");
    assert_eq!(decide(&entries, &[e(0)]), [Decision::Check(e(1))], "past the one that is held");
    assert_eq!(decide(&entries[..1], &[e(0)]), [Decision::Check(e(0))], "nothing else is ready");
    assert_eq!(decide(&entries, &[e(2), e(0), e(1)]), [Decision::Check(e(2))], "tried longest ago");
    assert_eq!(decide(&entries[..2], &[e(2), e(1), e(0)]), [Decision::Check(e(1))], "that one has ended");
    let mut stale = entries.clone();
    stale[0].onto = Some("older".into());
    assert_eq!(decide(&stale, &[e(0), e(1), e(2)]), [build(0, Ground::Tip)]);
}

#[test]
fn a_held_one_is_not_tried_before_its_time() {
    let look = Look { held: vec![e(0)], ..Look::at(chain(&[Approved])) };
    let view = flow::merge::View { retry_held: false, ..look.view() };
    assert_eq!(flow::merge::plan(&view), []);
}

#[test]
fn one_whose_checks_are_given_up_waits_for_a_person_and_starts_over_on_their_word() {
    let checking = MergeEntry { state: Checking, candidate: Some("c".into()), ..entry(0) };
    let parked = after(&checking, Input::GivenUp { said: said("no room, three times") });
    assert_eq!((parked.state, parked.reason.as_deref()), (EntryState::Parked, Some("no room, three times")));
    assert_eq!(Look::at(vec![parked.clone()]).plan(), []);
    let again = after(&parked, Input::Retry);
    assert_eq!((again.state, again.candidate), (Queued, None));
}

#[test]
fn one_that_waits_for_the_branch_to_be_mended_is_tried_again_when_the_branch_has_moved() {
    let mut entries = chain(&[Approved]);
    let red = serde_json::json!({
        "branch": "main_agents", "commit": "tip", "tree": "t", "check": "tests", "run": ["x"], "log": "", "ask": "",
    });
    entries[0].repair.get_or_insert_default().red_base = Some(serde_json::from_value(red).unwrap());
    let mut look = Look::at(entries);
    assert_eq!(look.plan(), []);
    look.tip = "mended".into();
    assert_eq!(look.plan(), [build(0, Ground::Tip)]);
}

#[test]
fn nothing_is_begun_while_paused_or_before_the_owner_confirmed_the_checks_and_what_runs_may_end() {
    for (paused, confirmed) in [(true, true), (false, false)] {
        let look = Look { paused, confirmed, ..Look::at(chain(&[Checking, Approved])) };
        assert_eq!(look.plan(), []);
    }
}

#[test]
fn nothing_lands_while_paused_or_without_confirmed_checks_and_an_interrupted_landing_is_still_settled() {
    for reason in [None, Some("The branch is checked out and dirty.".to_owned())] {
        let mut entries = chain(&[Landing, Landing]);
        entries[0].reason = reason;
        entries.push(entry(2));
        let decide = |paused, confirmed| Look { paused, confirmed, ..Look::at(entries.clone()) }.plan();
        let settled = [Decision::Settle(e(0)), build(2, behind(1))];
        assert_eq!(decide(true, true), settled);
        assert_eq!(decide(false, false), settled);
        assert_eq!(decide(false, true), [Decision::Land(e(0)), Decision::Land(e(1)), build(2, behind(1))]);
    }
}

#[test]
fn what_conflicts_with_one_that_has_yet_to_land_is_left_out_until_it_has_landed_or_is_gone() {
    let mut entries = chain(&[Checking, Approved, Approved]);
    let conflict = Input::Unfit {
        onto: "c-0".into(),
        ahead: Some(e(0)),
        why: Returned::Conflict,
        said: said("It conflicts."),
    };
    entries[1] = after(&entries[1], conflict);
    (entries[2].onto, entries[2].ahead) = (Some("c-0".into()), Some(e(0)));
    let mut look = Look::at(entries);
    assert_eq!(look.plan(), [Decision::Check(e(2))]);
    let first = look.entries.remove(0);
    look.running.clear();
    look.tip = "c-0".into();
    assert!(look.plan().contains(&build(1, Ground::Tip)), "it has landed, and there it counts");
    look.tip = "tip".into();
    assert_eq!(look.plan(), [build(1, Ground::Tip), build(2, behind(1))], "{} is gone", first.id);
}

#[test]
fn whoever_fits_again_keeps_its_approval_when_its_patch_is_the_same() {
    let approved = chain(&[Approved]).remove(0);
    let unfit = Input::Unfit { onto: "x".into(), ahead: None, why: Returned::Conflict, said: said("no") };
    let doubted = after(&approved, unfit);
    assert_eq!((doubted.state, doubted.doubt.as_deref()), (Approved, Some("merge.conflict")));
    let same = flow::merge::Candidate { patch_hash: "p-0".into(), ..candidate("tip", "c") };
    let built = after(&doubted, Input::Built(same));
    assert_eq!((built.state, built.doubt, built.reason), (Approved, None, None));
    assert_eq!(
        after(&doubted, Input::Built(candidate("tip", "c"))).state,
        Queued,
        "another patch asks again"
    );
}
