//! Durable appends over HTTP: one writer, sixteen writers, and sixteen on a long log.

use crate::floor;
use crate::ground::{EVENTS, Ground, SESSIONS};
use crate::load::Load;
use crate::row::{Amount, Goal, Row};
use crate::sample::median;
use crate::serve::OwnServer;
use std::time::Duration;

/// Slices are taken in turns, so that what else the machine does touches all of them.
const ROUNDS: usize = 5;
const SLICE: Duration = Duration::from_millis(1_500);
const WRITERS: usize = 16;

const PATH: &str = "/sessions/dev/command";
const BODY: &str = r#"{"type":"log","payload":{"level":"info","message":"one line of a log, durable before it is answered"},"from":"bench"}"#;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let (full, off, past) = (ground.folder("appends"), ground.folder("appends-off"), ground.past()?);
    let _watches = [ground.watch(&full), ground.watch(past)];
    let (full, unsynced) = (OwnServer::start(&full, true)?, off);
    let off = OwnServer::start(&unsynced, false)?;
    let past = OwnServer::start(past, true)?;
    let write = |load: &mut Load, server: &OwnServer, writers: usize, length: Duration| {
        load.slice((&server.address, server.pid()), writers, length, |connection, _| {
            connection.call(PATH, BODY).map(drop)
        })
    };
    for server in [&full, &off, &past] {
        write(&mut Load::default(), server, WRITERS, SLICE / 5)?;
    }
    let (mut raw, mut one, mut one_off) = (Vec::new(), Load::default(), Load::default());
    let (mut many, mut many_off, mut many_past) = (Load::default(), Load::default(), Load::default());
    for _ in 0..ROUNDS {
        raw.push(floor::syncs_per_second(ground.dir(), SLICE / 3)?);
        write(&mut one, &full, 1, SLICE / 2)?;
        write(&mut one_off, &off, 1, SLICE / 2)?;
        floor::settle(&unsynced)?;
        write(&mut many, &full, WRITERS, SLICE)?;
        write(&mut many_off, &off, WRITERS, SLICE)?;
        floor::settle(&unsynced)?;
        write(&mut many_past, &past, WRITERS, SLICE)?;
    }
    let raw = Amount::PerSecond(median(raw));
    let rate = |load: &Load| Amount::PerSecond(load.per_second());
    let worked = |load: &Load| Amount::Micros(load.micros_each());
    let log = SESSIONS * EVENTS;
    Ok(vec![
        Row::new("durable appends, 1 writer", rate(&one)).floor(raw, "raw write+fsync loop"),
        Row::new("durable appends, 1 writer, beside no fsync", rate(&one))
            .floor(rate(&one_off), "same, synchronous=OFF"),
        Row::new("durable appends, 16 writers", rate(&many))
            .floor(rate(&many_off), "same, synchronous=OFF")
            .goal(Goal::RatioAtLeast(0.8)),
        Row::new("durable appends, 16 writers, beside the disk", rate(&many))
            .floor(raw, "raw write+fsync loop"),
        Row::new(format!("durable appends, 16 writers, log of {log}"), rate(&many_past))
            .floor(rate(&many), "on a short log")
            .goal(Goal::RatioAtLeast(0.9)),
        Row::new("processor time per append, 16 writers", worked(&many))
            .floor(worked(&many_off), "same, synchronous=OFF"),
        Row::new(format!("processor time per append, log of {log}"), worked(&many_past))
            .floor(worked(&many), "on a short log")
            .goal(Goal::RatioAtMost(1.1)),
    ])
}
