//! The merge queue: how long sixty changes take beside the shortest time there is, and whether each verdict is right.

mod changes;
mod scene;
pub mod wrapper;

use crate::ground::Ground;
use crate::row::{Amount, Goal, Row};
use crate::sample::Sample;
use changes::{Kind, Mix, plan, verdicts};
use scene::{Ran, Scene, starts};
use std::collections::BTreeSet;
use wrapper::Takes;

const CHANGES: usize = 60;
const SLOTS: [usize; 4] = [1, 2, 4, 8];
const SEED: u64 = 20_261;
/// What a check takes, in milliseconds.
const CHECK: f64 = 2_000.0;
const LONGER: f64 = 0.35;
/// Changes one by one into an empty queue.
const ONE_BY_ONE: usize = 20;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let same = Takes { millis: CHECK, sigma: 0.0, seed: SEED, passes: false };
    let mut rows = Vec::new();
    let clean = plan(CHANGES, &Mix { fails: 0, pairs: 0, clashes: 0 }, SEED);
    rows.extend(of_scene(ground, "all good", &clean, same, &[(1, 0.95), (4, 0.90)], None)?);
    let varying = Takes { sigma: LONGER, ..same };
    rows.extend(of_scene(ground, "all good, times differ", &clean, varying, &[], None)?);
    // One in twenty fails on the tip: two alone, one because of another; and two more conflict.
    let mixed = plan(CHANGES, &Mix { fails: 2, pairs: 1, clashes: 2 }, SEED);
    rows.extend(of_scene(ground, "5 % fail", &mixed, same, &[(4, 0.80)], Some((4, 1.2)))?);
    rows.extend(of_scene(ground, "5 % fail, times differ", &mixed, varying, &[], None)?);
    // More trouble than a day brings, for the verdicts.
    let worse = plan(CHANGES, &Mix { fails: 8, pairs: 6, clashes: 4 }, SEED + 1);
    let short = Takes { millis: 300.0, sigma: LONGER, seed: SEED, passes: false };
    rows.extend(of_scene(ground, "every third fails", &worse, short, &[], None)?);
    if ground.wants("in an empty queue") {
        let overhead = Sample::new(Scene::overhead(ground, ONE_BY_ONE, 4)?);
        let row = |part, at| {
            Row::new(
                format!("in an empty queue → its check runs, {part}"),
                Amount::Millis(overhead.millis(at)),
            )
        };
        rows.push(row("p50", 0.5));
        rows.push(row("p95", 0.95).goal(Goal::AtMost(Amount::Millis(150.0))));
    }
    Ok(rows)
}

/// The same changes with each number of slots. `goals` are the least share of the bound for a number of slots, `runs` the
/// most runs for each landed change.
fn of_scene(
    ground: &Ground,
    name: &str,
    kinds: &[Kind],
    takes: Takes,
    goals: &[(usize, f64)],
    runs: Option<(usize, f64)>,
) -> anyhow::Result<Vec<Row>> {
    if !ground.wants(name) {
        return Ok(Vec::new());
    }
    let scene = Scene::lay(ground, &name.replace([' ', ',', '%'], "-"), kinds)?;
    let (lands, guilty) = verdicts(kinds);
    let (mut rows, mut serial, mut wrong) = (Vec::new(), None, 0);
    for slots in SLOTS {
        let ran = scene.run(ground, slots, takes)?;
        wrong += wrong_in(&ran, &lands);
        let label = format!("queue of {CHANGES}, {name}, {slots} at once");
        let took = Amount::Millis(ran.makespan.as_secs_f64() * 1e3);
        let bound = Amount::Millis(bound(&lands, &guilty, takes, slots));
        rows.push(Row::new(label.clone(), took).floor(bound, "no check waits for anything"));
        let score = Amount::Count(bound.number() / took.number());
        let mut row = Row::new(format!("{label}, E"), score);
        for (_, share) in goals.iter().filter(|(of, _)| *of == slots) {
            row = row.goal(Goal::AtLeast(Amount::Count(*share)));
        }
        rows.push(row);
        match serial {
            None => serial = Some(took),
            Some(serial) => rows.push(
                Row::new(format!("{label}, beside one after the other"), took).floor(serial, "1 at once"),
            ),
        }
        let each = starts(&ran.record).count() as f64 / ran.landed.len().max(1) as f64;
        let mut row = Row::new(format!("{label}, runs for each landed"), Amount::Count(each));
        if let Some((_, most)) = runs.filter(|(of, _)| *of == slots) {
            row = row.goal(Goal::AtMost(Amount::Count(most)));
        }
        rows.push(row);
        rows.push(at_once(&label, &ran, slots));
        // A whole run takes a quarter of an hour.
        eprintln!("{label}: {took}, bound {bound}, {each:.2} runs for each landed, {wrong} wrong so far");
    }
    rows.push(
        Row::new(format!("queue of {CHANGES}, {name}, wrong verdicts"), Amount::Count(wrong as f64))
            .goal(Goal::AtMost(Amount::Count(0.0))),
    );
    Ok(rows)
}

/// What is not as it has to be: changes that landed and must not have, or did not and must have, or landed twice;
/// commits of several changes; and those whose very tree no check passed.
fn wrong_in(ran: &Ran, lands: &BTreeSet<usize>) -> usize {
    let numbers = || ran.landed.iter().flat_map(|one| &one.changes).copied();
    let landed: BTreeSet<usize> = numbers().collect();
    let passed: BTreeSet<&str> = ran
        .record
        .iter()
        .filter(|said| said.step == wrapper::Step::Passed)
        .map(|said| said.tree.as_str())
        .collect();
    landed.symmetric_difference(lands).count()
        + (numbers().count() - landed.len())
        + ran.landed.iter().filter(|one| one.changes.len() != 1).count()
        + ran.landed.iter().filter(|one| !passed.contains(one.tree.as_str())).count()
}

/// As the checks themselves counted each other.
fn at_once(label: &str, ran: &Ran, slots: usize) -> Row {
    let most = ran.record.iter().map(|said| said.running).max().unwrap_or_default();
    Row::new(format!("{label}, most checks at once"), Amount::Count(most as f64))
        .goal(Goal::AtMost(Amount::Count(slots as f64)))
}

/// Milliseconds that no queue can stay below in which every landed commit was checked: each that lands and each that is
/// found guilty needs one run.
fn bound(lands: &BTreeSet<usize>, guilty: &BTreeSet<usize>, takes: Takes, slots: usize) -> f64 {
    let times = lands.union(guilty).map(|number| takes.of(Some(*number)).as_secs_f64() * 1e3);
    let (sum, longest) = times.fold((0.0, 0.0_f64), |(sum, longest), one| (sum + one, longest.max(one)));
    (sum / slots as f64).max(longest)
}
