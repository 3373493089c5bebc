//! The machine from one end to the other, and everything that must not move it.

use super::*;

fn offer() -> Offer {
    Offer { version: "0.2.0".into(), notes: "Better.".into() }
}

fn busy() -> Running {
    Running { jobs: 2, checks: 1, ..Running::default() }
}

fn failure() -> Failure {
    Failure::new("update.unreachable", "no")
}

/// A machine that has the offer on disk.
fn ready() -> Machine {
    let mut machine = Machine::default();
    for (wish, news) in [(Wish::Check, News::Found(offer())), (Wish::Download, News::Stored)] {
        machine.wish(wish).unwrap();
        assert_eq!(machine.news(machine.turn(), news), None);
    }
    assert_eq!(machine.state(), &State::Ready { offer: offer(), running: None });
    machine
}

#[test]
fn a_good_update_goes_from_check_to_restart() {
    let mut machine = Machine::default();
    assert_eq!(machine.wish(Wish::Check), Ok(Order::Check));
    assert_eq!(machine.state(), &State::Checking);
    machine.news(machine.turn(), News::Found(offer()));
    assert_eq!(machine.wish(Wish::Download), Ok(Order::Download));
    for (received, total, percent) in
        [(0, None, None), (1, Some(0), None), (333, Some(1000), Some(33)), (1000, Some(1000), Some(100))]
    {
        machine.news(machine.turn(), News::Progress { received, total });
        assert_eq!(machine.state(), &State::Downloading { offer: offer(), percent });
    }
    machine.news(machine.turn(), News::Stored);
    assert_eq!(machine.wish(Wish::Restart), Ok(Order::Ask));
    assert_eq!(machine.news(machine.turn(), News::Runs(Running::default())), Some(Order::Install));
    assert_eq!(machine.state(), &State::Installing(offer()));
}

#[test]
fn nothing_newer_leaves_it_idle() {
    let mut machine = Machine::default();
    machine.wish(Wish::Check).unwrap();
    machine.news(machine.turn(), News::UpToDate);
    assert_eq!(machine.state(), &State::Idle);
}

#[test]
fn a_restart_while_something_runs_is_put_off_and_says_what_runs() {
    let mut machine = ready();
    machine.wish(Wish::Restart).unwrap();
    assert_eq!(machine.news(machine.turn(), News::Runs(busy())), None);
    assert_eq!(machine.state(), &State::Ready { offer: offer(), running: Some(busy()) });
}

#[test]
fn waiting_follows_what_runs_and_restarts_when_nothing_does() {
    let mut machine = ready();
    assert_eq!(machine.wish(Wish::Wait), Ok(Order::Watch));
    let one = Running { jobs: 1, ..Running::default() };
    for running in [busy(), one] {
        assert_eq!(machine.news(machine.turn(), News::Runs(running)), None);
        assert_eq!(machine.state(), &State::Waiting { offer: offer(), running: Some(running) });
    }
    assert_eq!(machine.news(machine.turn(), News::Runs(Running::default())), Some(Order::Install));
}

#[test]
fn waiting_can_be_given_up_or_cut_short() {
    let mut machine = ready();
    machine.wish(Wish::Wait).unwrap();
    let watched = machine.turn();
    assert_eq!(machine.wish(Wish::Cancel), Ok(Order::GoOn), "new work begins again");
    assert_eq!(machine.news(watched, News::Runs(Running::default())), None, "the watch was dropped");
    assert_eq!(machine.state(), &State::Ready { offer: offer(), running: None });
    machine.wish(Wish::Wait).unwrap();
    assert_eq!(machine.news(machine.turn(), News::CalledOff), None, "somebody resumed everything");
    assert_eq!(machine.state(), &State::Ready { offer: offer(), running: None });
    machine.wish(Wish::Wait).unwrap();
    assert_eq!(machine.wish(Wish::Drain), Ok(Order::Install));
    assert_eq!(machine.wish(Wish::Drain), Err(Failure::not_now()), "it installs once");
}

#[test]
fn a_dropped_download_says_nothing_anymore() {
    let mut machine = Machine::default();
    machine.wish(Wish::Check).unwrap();
    machine.news(machine.turn(), News::Found(offer()));
    machine.wish(Wish::Download).unwrap();
    let dropped = machine.turn();
    machine.wish(Wish::Cancel).unwrap();
    for news in [News::Stored, News::Failed(failure()), News::Progress { received: 1, total: Some(1) }] {
        assert_eq!(machine.news(dropped, news), None);
    }
    assert_eq!(machine.state(), &State::Available(offer()));
}

#[test]
fn a_failure_keeps_what_can_be_tried_again() {
    let mut machine = Machine::default();
    machine.wish(Wish::Check).unwrap();
    machine.news(machine.turn(), News::Failed(failure()));
    assert_eq!(machine.state(), &State::Failed { failure: failure(), offer: None });
    assert_eq!(machine.wish(Wish::Download), Err(Failure::not_now()), "there is nothing to download");
    machine.wish(Wish::Check).unwrap();
    machine.news(machine.turn(), News::Found(offer()));
    machine.wish(Wish::Download).unwrap();
    machine.news(machine.turn(), News::Failed(failure()));
    assert_eq!(machine.state(), &State::Failed { failure: failure(), offer: Some(offer()) });
    assert_eq!(machine.wish(Wish::Download), Ok(Order::Download));
}

#[test]
fn nothing_is_installed_that_was_not_stored_and_nothing_is_done_twice() {
    let every = [Wish::Check, Wish::Download, Wish::Restart, Wish::Wait, Wish::Drain, Wish::Cancel];
    let refused = |machine: &mut Machine, allowed: &[Wish]| {
        let before = machine.state().clone();
        for wish in every.iter().filter(|wish| !allowed.contains(wish)) {
            assert_eq!(machine.wish(*wish), Err(Failure::not_now()), "{before:?} {wish:?}");
            assert_eq!(machine.state(), &before);
        }
    };
    let mut machine = Machine::default();
    refused(&mut machine, &[Wish::Check]);
    machine.wish(Wish::Check).unwrap();
    refused(&mut machine, &[]);
    machine.news(machine.turn(), News::Found(offer()));
    refused(&mut machine, &[Wish::Check, Wish::Download]);
    machine.wish(Wish::Download).unwrap();
    refused(&mut machine, &[Wish::Cancel]);
    refused(&mut ready(), &[Wish::Restart, Wish::Wait, Wish::Drain]);
}

#[test]
fn the_clock_does_not_disturb_a_person() {
    let mut machine = ready();
    assert!(!machine.may_check_by_itself());
    machine.wish(Wish::Wait).unwrap();
    assert!(!machine.may_check_by_itself());
    assert!(Machine::default().may_check_by_itself());
}

#[test]
fn the_page_reads_one_flat_object() {
    let shown = |state: &State| serde_json::to_value(state).unwrap();
    assert_eq!(
        shown(&State::Ready { offer: offer(), running: Some(busy()) }),
        serde_json::json!({
            "kind": "ready", "version": "0.2.0", "notes": "Better.",
            "running": { "jobs": 2, "plans": 0, "checks": 1, "setUps": 0 },
        })
    );
    assert_eq!(
        shown(&State::Failed { failure: failure(), offer: None }),
        serde_json::json!({ "kind": "failed", "code": "update.unreachable", "text": "no", "offer": null })
    );
    assert_eq!(shown(&State::Idle), serde_json::json!({ "kind": "idle" }));
}
