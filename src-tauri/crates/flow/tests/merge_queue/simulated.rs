//! The machine in simulated worlds: thousands of seeds with crashes, conflicts, failing checks, pairs that fail only
//! together, answers, wishes, pauses and movement from outside. A failing seed is printed and can be repeated.

use super::world::{Setting, World, ended};
use protocol::merge::EntryState;

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
            assert!(world.blamed.contains(&at), "{} came back without a reason", e.id);
        }
    }
}

#[test]
fn whatever_happens_entries_land_at_most_once_proven_approved_and_in_order_and_the_queue_drains() {
    each(seeds(1_200), |seed| {
        let slots = 1 + (seed % 5) as u32;
        let mut world = World::new(seed, Setting::wild(10, slots));
        world.finish();
        is_sound(&world);
    });
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
        (4, 50, 0.80, 1.27),
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
