//! How fast output comes through, to one who is in control, and to ten more who watch.

use super::Scene;
use super::raw::RawTerminal;
use crate::process::whole_seconds;
use crate::row::{Amount, Goal, Row};
use crate::sample::median;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// All of it is recorded too, as it is usually.
const BYTES: usize = 24 << 20;
const ROUNDS: usize = 5;
const VIEWERS: usize = 10;

pub fn measure(scene: &Scene) -> anyhow::Result<Vec<Row>> {
    let command = format!("cat {}", scene.text(BYTES)?);
    let (mut raw, mut alone, mut watched, mut cpu) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // In turns, so that whatever else the machine does meets all of them.
    for _ in 0..ROUNDS {
        let (bytes, took) = RawTerminal::run(&command)?.drain()?;
        raw.push(mib(bytes) / took.as_secs_f64());
        let before = whole_seconds(scene.server.pid())?.0;
        let (bytes, rate) = through(scene, &command, 0)?;
        cpu.push((whole_seconds(scene.server.pid())?.0 - before) * 1e3 / mib(bytes));
        alone.push(rate);
        watched.push(through(scene, &command, VIEWERS)?.1);
    }
    let [raw, alone, watched] = [raw, alone, watched].map(|rates| Amount::PerSecond(median(rates)));
    Ok(vec![
        Row::new("MiB of a terminal's output to who is in control", alone)
            .floor(raw, "a raw loop that reads the same")
            .goal(Goal::RatioAtLeast(0.8)),
        Row::new(format!("the same, and {VIEWERS} more watch"), watched).floor(alone, "nobody else watches"),
        Row::new("processor time of the server for a MiB of it", Amount::Millis(median(cpu))),
    ])
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// Bytes, and MiB in a second, until whoever is in control has all.
fn through(scene: &Scene, command: &str, viewers: usize) -> anyhow::Result<(u64, f64)> {
    let (id, mut client, mut held) = scene.desk.quiet()?;
    let over = AtomicBool::new(false);
    let measured = std::thread::scope(|scope| -> anyhow::Result<(u64, f64)> {
        let mut watching = Vec::new();
        for _ in 0..viewers {
            let mut viewer = scene.desk.connect()?;
            let mut seat = viewer.attach(&id, json!({ "viewOnly": true }))?;
            let over = &over;
            watching
                .push(scope.spawn(
                    move || while !over.load(Ordering::Relaxed) && viewer.shown(&mut seat).is_ok() {},
                ));
        }
        let since = Instant::now();
        let bytes = client.run(&mut held, command)?;
        let rate = mib(bytes) / since.elapsed().as_secs_f64();
        over.store(true, Ordering::Relaxed);
        // The last words wake up everybody who still waits for one.
        client.run(&mut held, "true")?;
        for viewer in watching {
            viewer.join().map_err(|_| anyhow::anyhow!("a viewer panicked"))?;
        }
        Ok((bytes, rate))
    })?;
    client.call("terminals.close", json!({ "id": id }))?;
    Ok(measured)
}
