//! A server with eight long sessions: its memory, and how fast a reader catches up.

use super::idle::IDLE;
use super::replay::{replay, row};
use crate::ground::{EVENTS, Ground, SESSIONS};
use crate::process::memory_mib;
use crate::row::{Amount, Goal, Row};
use crate::{seed, serve};

/// A tenth of a session, for the cost per event as a session grows.
const FEW: usize = EVENTS / 10;
const MIB: Goal = Goal::AtMost(Amount::MiB(120.0));

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for events in [FEW, EVENTS] {
        let data = ground.folder(&format!("one-{events}"));
        ground.runtime.block_on(seed::sessions(&data, 1, events))?;
        let server = serve::built(&data);
        let (cold, warm) = (
            replay(&serve::address(&server), "s-0", events)?,
            replay(&serve::address(&server), "s-0", events)?,
        );
        let best = if warm.seconds < cold.seconds { warm } else { cold };
        rows.push(
            row(format!("replay of {events} events, one connection"), events, &best)?
                .goal(Goal::AtLeast(Amount::PerSecond(200_000.0))),
        );
    }
    let server = serve::built(ground.past()?);
    std::thread::sleep(IDLE);
    let untouched = memory_mib(server.pid())?;
    let address = serve::address(&server);
    let mut seconds = 0.0;
    let mut bytes = 0;
    for n in 0..SESSIONS {
        let one = replay(&address, &format!("s-{n}"), EVENTS)?;
        seconds += one.seconds;
        bytes += one.bytes;
    }
    let all = super::replay::Replayed { seconds, bytes };
    let log = SESSIONS * EVENTS;
    rows.push(
        row(format!("replay of {EVENTS} events out of a log of {log}"), log, &all)?
            .goal(Goal::AtLeast(Amount::PerSecond(200_000.0))),
    );
    std::thread::sleep(IDLE);
    let name = format!("memory, {SESSIONS} sessions of {EVENTS} events");
    rows.push(Row::new(format!("{name}, idle for 5 s"), Amount::MiB(untouched)).goal(MIB));
    rows.push(Row::new(format!("{name}, all read once"), Amount::MiB(memory_mib(server.pid())?)).goal(MIB));
    Ok(rows)
}
