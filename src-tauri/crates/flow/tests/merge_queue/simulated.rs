//! The machine in simulated worlds: thousands of seeds with crashes, conflicts, failing checks, pairs that fail only
//! together, answers, late arrivals, wishes of all kinds, second tries, pauses, drains, other ways to land and movement
//! from outside. A failing seed is printed and can be repeated.

use super::world::{Setting, World, ended};
use protocol::merge::EntryState;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

fn seeds(usual: u64) -> u64 {
    std::env::var("PILOTHOUSE_SEEDS").ok().and_then(|s| s.parse().ok()).unwrap_or(usual)
}

fn each(seeds: u64, run: impl Fn(u64) + std::panic::RefUnwindSafe) {
    let one = std::env::var("PILOTHOUSE_SEED").ok().and_then(|s| s.parse::<u64>().ok());
    for seed in one.map_or(0..seeds, |one| one..one + 1) {
        let result = std::panic::catch_unwind(|| run(seed));
        assert!(result.is_ok(), "seed {seed}");
    }
}

fn is_sound(world: &World) {
    for (at, e) in world.entries.iter().enumerate() {
        let wanted = usize::from(e.state == EntryState::Landed);
        assert_eq!(world.times_on_branch(at), wanted, "{} is {}", e.id, e.state);
        if e.state == EntryState::Returned {
            let known = world.blamed.contains(&at) || world.not_mended.contains(&at);
            assert!(known, "{} came back without a reason", e.id);
        }
        assert!(
            !world.not_mended.contains(&at) || world.came_to_mend(at),
            "{} waits and is not blamed",
            e.id
        );
    }
}

#[test]
fn whatever_happens_entries_land_at_most_once_proven_approved_and_in_order_and_the_queue_drains() {
    let done = Mutex::new(BTreeMap::<&str, u64>::new());
    let usual = seeds(1_200);
    each(usual, |seed| {
        let slots = 1 + (seed % 5) as u32;
        let mut world = World::new(seed, Setting::wild(10, slots));
        world.finish();
        is_sound(&world);
        let mut all = done.lock().unwrap_or_else(PoisonError::into_inner);
        for (what, times) in &world.done {
            *all.entry(what).or_default() += times;
        }
    });
    let done = done.into_inner().unwrap();
    println!("{done:?}");
    let all = [
        "came late",
        "came to its end",
        "drained",
        "given another priority",
        "landed in another way",
        "moved",
        "taken up again",
        "wished next",
    ];
    if std::env::var_os("PILOTHOUSE_SEED").is_none() && usual >= 1_200 {
        for what in all {
            assert!(done.get(what).is_some_and(|times| *times >= 100), "{what}: {done:?}");
        }
    }
}

#[test]
fn without_people_and_crashes_every_innocent_lands_and_every_culprit_comes_back() {
    each(seeds(300), |seed| {
        let quiet = Setting {
            asks: 0,
            faults: 0,
            crashes: 0,
            removals: 0,
            pauses: 0,
            wishes: 0,
            again: 0,
            drains: 0,
            outside: 3,
            ..Setting::wild(24, 4)
        };
        let mut world = World::new(seed, quiet);
        world.finish();
        is_sound(&world);
        for (at, e) in world.entries.iter().enumerate() {
            let wanted = if world.blamed.contains(&at) { EntryState::Returned } else { EntryState::Landed };
            assert_eq!(e.state, wanted, "{}", e.id);
        }
        assert!(world.entries.iter().all(|e| ended(e.state)));
    });
}

#[test]
fn without_wishes_everything_lands_in_the_order_it_came() {
    each(seeds(200), |seed| {
        let set =
            Setting { fails_alone: 100, pairs: 100, retries: 1, ..Setting::calm(30, 1 + (seed % 8) as u32) };
        // Some only come while the others are on their way.
        let set = Setting { late: 10, comes: 40, ..set };
        let mut world = World::new(seed, set);
        world.finish();
        is_sound(&world);
        let landed = world.on_the_branch();
        assert!(landed.windows(2).all(|two| two[0] < two[1]), "{landed:?}");
        assert!(landed.len() > 10 && landed.len() < 30, "{landed:?}");
    });
}

#[test]
fn on_a_branch_that_fails_already_only_who_came_to_mend_it_comes_back_for_that_and_the_others_wait() {
    let (mut mended, mut waited, mut came_back) = (0, 0, 0);
    each(seeds(400), |seed| {
        let set = Setting {
            red: true,
            menders: 150,
            outside: 2,
            asks: 100,
            ..Setting::wild(10, 1 + (seed % 4) as u32)
        };
        let mut world = World::new(seed, set);
        world.finish();
        is_sound(&world);
        let waits = |e: &protocol::merge::MergeEntry| e.repair.as_ref().is_some_and(|r| r.red_base.is_some());
        for e in world.entries.iter().filter(|e| world.tip_is_green() && !ended(e.state)) {
            assert!(
                !waits(e) || e.state != EntryState::Approved,
                "{} waits for a branch that is mended",
                e.id
            );
        }
        for (at, e) in world.entries.iter().enumerate() {
            assert!(!(waits(e) && world.came_to_mend(at)), "{} waits for itself", e.id);
        }
    });
    for seed in 0..40 {
        let set = Setting { red: true, menders: 150, ..Setting::calm(10, 2) };
        let mut world = World::new(seed, set);
        world.finish();
        mended += usize::from(world.tip_is_green());
        waited += usize::from(world.entries.iter().any(|e| !ended(e.state)));
        came_back += world.not_mended.len();
        assert_eq!(world.tip_is_green(), world.entries.iter().all(|e| ended(e.state)));
        let landed = (0..10).filter(|at| !world.not_mended.contains(at)).count();
        assert_eq!(world.landed(), if world.tip_is_green() { landed } else { 0 });
    }
    println!("{mended} branches mended, {waited} not, {came_back} repairs that did not mend");
    assert!(mended > 5 && waited > 5 && came_back > 10, "all of it happens: {mended} {waited} {came_back}");
}

/// Bound over makespan, and runs for each landing, over many worlds. The second try that every culprit gets before it is
/// blamed is counted as a run.
fn measure(set: &Setting, worlds: u64) -> (f64, f64) {
    let (mut score, mut runs) = (0.0, 0.0);
    for seed in 0..worlds {
        let mut world = World::new(seed, set.clone());
        let took = world.finish();
        is_sound(&world);
        let needed = set.entries.div_ceil(set.slots as usize) as u64 * set.check_ms;
        score += needed as f64 / took as f64;
        runs += world.runs as f64 / world.landed() as f64;
    }
    (score / worlds as f64, runs / worlds as f64)
}

#[test]
fn it_comes_close_to_what_the_slots_allow() {
    let worlds = seeds(24).min(200);
    for (slots, fails, least, most_runs) in [
        (1, 0, 0.95, 1.0),
        (4, 0, 0.90, 1.0),
        (8, 0, 0.85, 1.0),
        (4, 20, 0.85, 1.15),
        (4, 50, 0.80, 1.2),
        (1, 50, 0.92, 1.12),
    ] {
        let set = Setting { fails_alone: fails, retries: 1, ..Setting::calm(60, slots) };
        let (score, runs) = measure(&set, worlds);
        println!("W={slots} q={}%: E {score:.3}, {runs:.3} runs for each landing", fails / 10);
        assert!(score >= least, "W={slots} q={fails}: E is {score}");
        assert!(runs <= most_runs, "W={slots} q={fails}: {runs} runs for each landing");
    }
}

#[test]
fn many_failures_never_make_it_slower_than_one_after_the_other() {
    for fails in [100, 300, 600, 1_000] {
        let mean = |slots: u32| {
            let set = Setting { fails_alone: fails, retries: 1, ..Setting::calm(40, slots) };
            (0..20).map(|seed| World::new(seed, set.clone()).finish()).sum::<u64>() / 20
        };
        let (serial, chain) = (mean(1), mean(4));
        println!("q={}%: serial {serial} ms, four slots {chain} ms", fails / 10);
        assert!(chain <= serial + serial / 50, "q={fails}: {chain} ms, serial {serial} ms");
    }
}
