//! Durable appends over HTTP: one writer, sixteen writers, and sixteen on a long log.

use crate::floor;
use crate::ground::{EVENTS, Ground, SESSIONS};
use crate::http::Address;
use crate::row::{Amount, Goal, Row};
use crate::sample::median;
use crate::serve::OwnServer;
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// Slices are taken in turns, so that what else the machine does touches all of them.
const ROUNDS: usize = 5;
const SLICE: Duration = Duration::from_millis(1_500);
const WRITERS: usize = 16;
/// Most appends of one writer in one slice.
const MOST: usize = 50_000;

const PATH: &str = "/sessions/dev/command";
const BODY: &str = r#"{"type":"log","payload":{"level":"info","message":"one line of a log, durable before it is answered"},"from":"bench"}"#;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let (full, off, past) = (ground.folder("appends"), ground.folder("appends-off"), ground.past()?);
    let _watches = [ground.watch(&full), ground.watch(past)];
    let (full, off) = (OwnServer::start(&full, true)?, OwnServer::start(&off, false)?);
    let past = OwnServer::start(past, true)?;
    for server in [&full, &off, &past] {
        slice(&server.address, WRITERS, SLICE / 5)?;
    }
    let (mut raw, mut one, mut one_off) = (Vec::new(), Vec::new(), Vec::new());
    let (mut many, mut many_off, mut many_past) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        raw.push(synced(ground)?);
        one.push(slice(&full.address, 1, SLICE / 2)?);
        one_off.push(slice(&off.address, 1, SLICE / 2)?);
        many.push(slice(&full.address, WRITERS, SLICE)?);
        many_off.push(slice(&off.address, WRITERS, SLICE)?);
        many_past.push(slice(&past.address, WRITERS, SLICE)?);
    }
    let [raw, one, one_off, many, many_off, many_past] =
        [raw, one, one_off, many, many_off, many_past].map(median).map(Amount::PerSecond);
    Ok(vec![
        Row::new("durable appends, 1 writer", one).floor(raw, "raw write+fsync loop"),
        Row::new("durable appends, 1 writer, beside no fsync", one).floor(one_off, "same, synchronous=OFF"),
        Row::new("durable appends, 16 writers", many)
            .floor(many_off, "same, synchronous=OFF")
            .goal(Goal::RatioAtLeast(0.8)),
        Row::new("durable appends, 16 writers, beside the disk", many).floor(raw, "raw write+fsync loop"),
        Row::new(format!("durable appends, 16 writers, log of {}", SESSIONS * EVENTS), many_past)
            .floor(many, "on a short log")
            .goal(Goal::RatioAtLeast(0.9)),
    ])
}

fn synced(ground: &Ground) -> anyhow::Result<f64> {
    let taken = floor::write_and_sync(ground.dir(), 2_000, SLICE / 3)?;
    Ok(taken.len() as f64 / taken.iter().sum::<Duration>().as_secs_f64())
}

/// Appends per second of some writers, each waiting for its answer before it sends the next.
pub fn slice(address: &Address, writers: usize, length: Duration) -> anyhow::Result<f64> {
    let start = Barrier::new(writers + 1);
    let (counts, took) = std::thread::scope(|scope| {
        let writer = || -> anyhow::Result<usize> {
            let connection = address.connect();
            start.wait();
            let (mut connection, began) = (connection?, Instant::now());
            let mut count = 0;
            while count < MOST && began.elapsed() < length {
                connection.call(PATH, BODY)?;
                count += 1;
            }
            Ok(count)
        };
        let threads: Vec<_> = (0..writers).map(|_| scope.spawn(writer)).collect();
        start.wait();
        let began = Instant::now();
        let counts: Vec<_> = threads.into_iter().map(|thread| thread.join()).collect();
        (counts, began.elapsed())
    });
    let mut total = 0;
    for count in counts {
        total += count.map_err(|_| anyhow::anyhow!("a writer panicked"))??;
    }
    Ok(total as f64 / took.as_secs_f64())
}
