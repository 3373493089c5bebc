//! Twenty, sixty and two hundred terminals with a connection each, all of them at work at once: what one costs among
//! many must be what it costs among few.

use super::Scene;
use super::client::{Client, Held};
use crate::ground::Ground;
use crate::process::memory_mib;
use crate::row::{Amount, Row};
use crate::sample::Sample;
use std::time::{Duration, Instant};

const SIZES: [usize; 3] = [20, 60, 200];
/// Commands that each runs, one after the other.
const COMMANDS: usize = 5;
/// Threads that look after them: a machine of two cores has better things to do than to switch between two hundred.
const HANDS: usize = 4;

/// What so many of them cost.
struct Cost {
    opened: Duration,
    alone: Sample,
    took: Sample,
    /// From the first word to the last answer, all rounds.
    work: Duration,
    memory: f64,
}

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut few: Option<Cost> = None;
    for count in SIZES {
        let scene = Scene::start(ground, &format!("terminals-{count}"))?;
        let cost = of(&scene, count)?;
        scene.server.terminate();
        rows.extend(rows_of(count, &cost, few.as_ref()));
        few.get_or_insert(cost);
    }
    Ok(rows)
}

fn of(scene: &Scene, count: usize) -> anyhow::Result<Cost> {
    let since = Instant::now();
    let mut open = scene.desk.many(count)?;
    let opened = since.elapsed();
    let alone = Sample::new(at_work(open.iter_mut().take(1))?);
    let chunk = count.div_ceil(HANDS);
    let since = Instant::now();
    let took = std::thread::scope(|scope| {
        let hands: Vec<_> =
            open.chunks_mut(chunk).map(|some| scope.spawn(|| at_work(some.iter_mut()))).collect();
        let mut all = Vec::new();
        for hand in hands {
            all.extend(hand.join().map_err(|_| anyhow::anyhow!("a client panicked"))??);
        }
        anyhow::Ok(all)
    })?;
    let work = since.elapsed();
    let memory = memory_mib(scene.server.pid())?;
    Ok(Cost { opened, alone, took: Sample::new(took), work, memory })
}

/// The floor of what one of them costs is what it costs among the fewest.
fn rows_of(count: usize, cost: &Cost, few: Option<&Cost>) -> Vec<Row> {
    let each = |whole: Duration, of: usize| Amount::Millis(whole.as_secs_f64() * 1e3 / of as f64);
    let millis = |sample: &Sample, q: f64| Amount::Millis(sample.millis(q));
    let beside = |row: Row, floor: Option<Amount>| match floor {
        Some(floor) => row.floor(floor, "the fewest of these"),
        None => row,
    };
    let opened = each(cost.opened, count);
    let worked = each(cost.work, count * COMMANDS);
    vec![
        beside(
            Row::new(
                format!("{count} terminals with a connection each, opened and attached, for each"),
                opened,
            ),
            few.map(|few| each(few.opened, SIZES[0])),
        ),
        beside(
            Row::new(format!("{count} terminals at work, time for each command"), worked),
            few.map(|few| each(few.work, SIZES[0] * COMMANDS)),
        ),
        Row::new("the same, until one has its answer, p50", millis(&cost.took, 0.5))
            .floor(millis(&cost.alone, 0.5), "one at work"),
        Row::new("the same, p99", millis(&cost.took, 0.99)),
        Row::new(
            format!("memory of the server with {count} terminals and connections"),
            Amount::MiB(cost.memory),
        ),
    ]
}

fn at_work<'a>(some: impl Iterator<Item = &'a mut (String, Client, Held)>) -> anyhow::Result<Vec<Duration>> {
    let mut some: Vec<_> = some.collect();
    let mut took = Vec::new();
    for _ in 0..COMMANDS {
        // All are told first, so that all of them are at work before the first answer is read.
        let since = Instant::now();
        for (_, client, held) in &mut some {
            client.type_in(held, b"echo the-$((1+1))nd\n")?;
        }
        for (_, client, held) in &mut some {
            client.until(held, b"the-2nd")?;
            took.push(since.elapsed());
        }
    }
    Ok(took)
}
