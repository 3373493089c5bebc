//! A server nobody uses: its memory, what it writes, and the processor time it takes.

use crate::ground::Ground;
use crate::process::{memory_mib, processor_seconds, written_bytes};
use crate::row::{Amount, Goal, Row};
use crate::serve;
use std::time::Duration;

/// How long a server is left alone. This is the state to be measured, not a wait for something.
pub const IDLE: Duration = Duration::from_secs(5);
const WAITING: usize = 16;
/// Claims that do not wait and find nothing, spread over that time.
const POLLS: u32 = 50;

pub fn measure(ground: &Ground) -> anyhow::Result<Vec<Row>> {
    let server = serve::built(&ground.folder("idle"));
    std::thread::sleep(IDLE);
    let memory = memory_mib(server.pid())?;
    let mut claims = Vec::new();
    for n in 0..WAITING {
        let mut connection = serve::address(&server).connect()?;
        connection.send("/jobs/claim", &format!(r#"{{"workerId":"b-{n}","waitMs":30000}}"#))?;
        claims.push(connection);
    }
    // Answered after the claims were read.
    serve::address(&server).connect()?.call("/v1/rpc/session.list", "{}")?;
    let (written, worked) = (written_bytes(server.pid())?, processor_seconds(server.pid())?);
    let mut poller = serve::address(&server).connect()?;
    for _ in 0..POLLS {
        poller.send("/jobs/claim", r#"{"workerId":"b-poll"}"#)?;
        let (status, _) = poller.receive()?;
        anyhow::ensure!(status == 404, "an empty claim was answered with {status}");
        std::thread::sleep(IDLE / POLLS);
    }
    let written = written_bytes(server.pid())?.saturating_sub(written);
    let worked = processor_seconds(server.pid())? - worked;
    drop(claims);
    Ok(vec![
        Row::new("memory, idle for 5 s", Amount::MiB(memory)).goal(Goal::AtMost(Amount::MiB(30.0))),
        Row::new("written in 5 s, 16 waiting claims, 50 empty polls", Amount::Bytes(written as f64))
            .goal(Goal::AtMost(Amount::Bytes(0.0))),
        Row::new("processor time per idle second", Amount::Millis(worked * 1e3 / IDLE.as_secs_f64())),
    ])
}
