//! Two hundred terminals with a connection each: all of them at work at once.

use super::Scene;
use super::client::{Client, Held};
use crate::process::memory_mib;
use crate::row::{Amount, Row};
use crate::sample::Sample;
use std::time::{Duration, Instant};

const MANY: usize = 200;
/// Commands that each runs, one after the other.
const COMMANDS: usize = 5;
/// Threads that look after them: a machine of two cores has better things to do than to switch between two hundred.
const HANDS: usize = 4;

pub fn measure(scene: &Scene) -> anyhow::Result<Vec<Row>> {
    let since = Instant::now();
    let mut open = scene.desk.many(MANY)?;
    let opened = since.elapsed();
    let alone = Sample::new(at_work(open.iter_mut().take(1))?);
    let chunk = MANY.div_ceil(HANDS);
    let took = std::thread::scope(|scope| {
        let hands: Vec<_> =
            open.chunks_mut(chunk).map(|some| scope.spawn(|| at_work(some.iter_mut()))).collect();
        let mut all = Vec::new();
        for hand in hands {
            all.extend(hand.join().map_err(|_| anyhow::anyhow!("a client panicked"))??);
        }
        anyhow::Ok(all)
    })?;
    let memory = memory_mib(scene.server.pid())?;
    drop(open);
    let took = Sample::new(took);
    let of = |sample: &Sample, q: f64| Amount::Millis(sample.millis(q));
    let each = Amount::Millis(opened.as_secs_f64() * 1e3 / MANY as f64);
    Ok(vec![
        Row::new("200 terminals with 200 connections, opened and attached, for each", each),
        Row::new("200 terminals at work, a command, p50", of(&took, 0.5))
            .floor(of(&alone, 0.5), "one at work"),
        Row::new("200 terminals at work, a command, p99", of(&took, 0.99)),
        Row::new("memory of the server with 200 terminals and connections", Amount::MiB(memory)),
    ])
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
