//! From a key to its echo: alone, beside a flood of output, and how soon a flood can be stopped.

use super::Scene;
use super::client::{Client, Held};
use super::raw::RawTerminal;
use crate::row::{Amount, Goal, Row};
use crate::sample::Sample;
use serde_json::json;
use std::time::{Duration, Instant};

const KEYS: usize = 1_000;
/// Keys beside a flood; each waits behind what is on its way.
const FLOODED: usize = 200;
const STOPS: usize = 20;
/// Typed into a program that shows what it gets, and nothing else.
const PROGRAM: &str = "stty -icanon echo; exec cat > /dev/null";

pub fn measure(scene: &Scene) -> anyhow::Result<Vec<Row>> {
    let raw = RawTerminal::run(PROGRAM)?;
    // Its program is there before the first key.
    std::thread::sleep(Duration::from_millis(300));
    let raw = Sample::new(raw.echoes(KEYS)?);
    let (id, mut client, mut held) = echoing(scene)?;
    let ours = Sample::new(keys(&mut client, &mut held, KEYS)?);
    let beside = Sample::new(beside_flood(scene, &mut client, &mut held)?);
    client.call("terminals.close", json!({ "id": id }))?;
    let stopped = Sample::new(stopping(scene)?);
    let added = |q: f64| Amount::Millis((ours.millis(q) - raw.millis(q)).max(0.0));
    let of = |sample: &Sample, q: f64| Amount::Millis(sample.millis(q));
    Ok(vec![
        Row::new("key → its echo, p50", of(&ours, 0.5)).floor(of(&raw, 0.5), "a raw terminal"),
        Row::new("key → its echo, p99", of(&ours, 0.99)).floor(of(&raw, 0.99), "a raw terminal"),
        Row::new("of that added by us, p50", added(0.5)),
        Row::new("of that added by us, p99", added(0.99)).goal(Goal::AtMost(Amount::Millis(5.0))),
        Row::new("key → its echo while another terminal of the connection floods, p50", of(&beside, 0.5))
            .floor(of(&ours, 0.5), "no flood"),
        Row::new("the same, p99", of(&beside, 0.99)).floor(of(&ours, 0.99), "no flood"),
        Row::new("Ctrl C → a flood has ended and the prompt is there, p50", of(&stopped, 0.5)),
        Row::new("the same, p99", of(&stopped, 0.99)),
    ])
}

fn echoing(scene: &Scene) -> anyhow::Result<(String, Client, Held)> {
    let (id, mut client, mut held) = scene.desk.quiet()?;
    client.type_in(&mut held, format!("echo rea''dy; {PROGRAM}\n").as_bytes())?;
    client.until(&mut held, b"ready")?;
    std::thread::sleep(Duration::from_millis(300));
    Ok((id, client, held))
}

fn keys(client: &mut Client, held: &mut Held, times: usize) -> anyhow::Result<Vec<Duration>> {
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        let since = Instant::now();
        client.type_in(held, b"x")?;
        while !client.shown(held)?.contains(&b'x') {}
        took.push(since.elapsed());
    }
    Ok(took)
}

/// Both on one connection: the echo comes through the same line as the flood.
fn beside_flood(scene: &Scene, client: &mut Client, held: &mut Held) -> anyhow::Result<Vec<Duration>> {
    let id = scene.desk.open()?;
    let mut flood = client.attach(&id, json!({ "after": 0 }))?;
    client.run(&mut flood, "stty -echo")?;
    client.type_in(&mut flood, b"yes flood\n")?;
    client.until(&mut flood, b"flood")?;
    let mut took = Vec::with_capacity(FLOODED);
    for _ in 0..FLOODED {
        let since = Instant::now();
        client.type_in(held, b"x")?;
        client.echoed(held, &mut flood)?;
        took.push(since.elapsed());
    }
    client.type_in(&mut flood, b"\x03")?;
    client.run(&mut flood, "true")?;
    client.call("terminals.close", json!({ "id": id }))?;
    Ok(took)
}

fn stopping(scene: &Scene) -> anyhow::Result<Vec<Duration>> {
    let (id, mut client, mut held) = scene.desk.quiet()?;
    client.run(&mut held, "PS1=prom''pt-; trap : INT")?;
    let mut took = Vec::with_capacity(STOPS);
    for _ in 0..STOPS {
        client.type_in(&mut held, b"yes flood\n")?;
        let begun = held.seen;
        while held.seen < begun + (1 << 20) {
            client.shown(&mut held)?;
        }
        let since = Instant::now();
        client.type_in(&mut held, b"\x03")?;
        client.until(&mut held, b"prompt-")?;
        took.push(since.elapsed());
    }
    client.call("terminals.close", json!({ "id": id }))?;
    Ok(took)
}
