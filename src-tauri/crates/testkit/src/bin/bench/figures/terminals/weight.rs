//! What a terminal weighs in the server's memory: just opened, and with a long past.

use super::Scene;
use crate::process::memory_mib;
use crate::row::{Amount, Row};

const IDLE: usize = 50;
const BUSY: usize = 10;
/// More than is kept of it in memory.
const PAST: usize = 8 << 20;

pub fn measure(scene: &Scene) -> anyhow::Result<Vec<Row>> {
    let pid = scene.server.pid();
    // The first one brings up what all share.
    let _first = scene.desk.quiet()?;
    let before = memory_mib(pid)?;
    let mut open = scene.desk.many(IDLE)?;
    let idle = (memory_mib(pid)? - before) / IDLE as f64;
    let command = format!("cat {}", scene.text(PAST)?);
    let before = memory_mib(pid)?;
    for (_, client, held) in open.iter_mut().take(BUSY) {
        client.run(held, &command)?;
    }
    let busy = idle + (memory_mib(pid)? - before) / BUSY as f64;
    Ok(vec![
        Row::new("memory of an idle terminal with its connection", Amount::MiB(idle)),
        Row::new("memory of one with 8 MiB behind it", Amount::MiB(busy)),
    ])
}
