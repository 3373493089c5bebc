//! Coming to a terminal that has run for long, and coming back to one after a cut.

use super::Scene;
use crate::row::{Amount, Goal, Row};
use crate::sample::Sample;
use serde_json::json;
use std::time::{Duration, Instant};

/// Behind it when somebody comes.
const BEHIND: usize = 8 << 20;
const TIMES: usize = 20;

pub fn measure(scene: &Scene) -> anyhow::Result<Vec<Row>> {
    let (id, mut first, mut held) = scene.desk.quiet()?;
    first.run(&mut held, &format!("cat {}", scene.text(BEHIND)?))?;
    let (mut arrived, mut bytes) = (Vec::new(), Vec::new());
    for _ in 0..TIMES {
        let mut newcomer = scene.desk.connect()?;
        let since = Instant::now();
        let mut seat = newcomer.attach(&id, json!({ "viewOnly": true }))?;
        bytes.push(newcomer.until(&mut seat, b"the-2nd")? as f64);
        arrived.push(since.elapsed());
        newcomer.call("terminals.detach", json!({ "stream": seat.stream }))?;
    }
    let mut back = Vec::new();
    for _ in 0..TIMES {
        first.cut();
        let since = Instant::now();
        first = scene.desk.connect()?;
        held = first.attach(&id, json!({ "seat": held.seat, "after": held.seen }))?;
        first.run(&mut held, "true")?;
        back.push(since.elapsed());
    }
    let mut usual: Vec<Duration> = Vec::new();
    for _ in 0..TIMES {
        let since = Instant::now();
        first.run(&mut held, "true")?;
        usual.push(since.elapsed());
    }
    first.call("terminals.close", json!({ "id": id }))?;
    let [arrived, back, usual] = [arrived, back, usual].map(Sample::new);
    let most = bytes.iter().copied().fold(0.0, f64::max);
    let of = |sample: &Sample, q: f64| Amount::Millis(sample.millis(q));
    Ok(vec![
        Row::new("attach with 8 MiB behind it → prompt, p50", of(&arrived, 0.5)),
        Row::new("attach with 8 MiB behind it → prompt, slowest", of(&arrived, 1.0))
            .goal(Goal::AtMost(Amount::Millis(50.0))),
        Row::new("bytes sent for that", Amount::Bytes(most))
            .goal(Goal::AtMost(Amount::Bytes(200.0 * 1024.0))),
        Row::new("after a cut: connect → a command has run, p50", of(&back, 0.5))
            .floor(of(&usual, 0.5), "the command without a cut"),
        Row::new("after a cut: connect → a command has run, slowest", of(&back, 1.0)),
    ])
}
