//! A machine that was let in and whose frames are almost right, or no frames at all: its hub and other machines go on.

use crate::claims::{Odd, now_ms};
use crate::dice::{Dice, judged};
use crate::machine::Machine;
use crate::scene::Scene;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

/// Connections it makes, and frames on each.
const ROUNDS: (usize, usize) = (120, 8);

fn frames(id: &str) -> Vec<String> {
    let terminal = json!({
        "id": "t", "name": "t", "cwd": "/", "shell": "/bin/sh", "state": "running", "cols": 80, "rows": 24,
        "createdAt": "2026-01-01T00:00:00.000Z", "bytes": 0, "attached": 0, "recorded": 0,
    });
    let req =
        |id: u32, method: &str, params| json!({ "t": "req", "id": id, "method": method, "params": params });
    let said = json!({
        "hostname": "odd", "os": "linux", "version": "0", "run": "r", "nowMs": 1,
        "offers": [{ "service": "terminals", "version": 1, "features": [] }],
    });
    let work = json!({ "method": "jobs.claim", "params": { "workerId": id }, "crew": true });
    [
        req(1, "node.register", said),
        req(2, "node.heartbeat", json!({ "nowMs": 5 })),
        req(3, "node.terminals", json!({ "terminals": [terminal.clone()] })),
        req(4, "node.work", work),
        req(5, "node.errand", json!({ "id": "j", "claimToken": "c", "errand": { "what": "result" } })),
        req(6, "node.send", json!({ "errand": "e", "at": 0, "piece": "AAAA", "last": true })),
        req(7, "node.read", json!({ "errand": "e", "at": 0 })),
        json!({ "t": "answer", "id": 1, "result": { "ok": true } }),
        json!({ "t": "term", "stream": 1, "controls": true, "terminal": terminal }),
        json!({ "t": "refused", "stream": 1, "error": { "code": "stale", "message": "x", "retryable": false } }),
    ]
    .map(|frame| frame.to_string())
    .to_vec()
}

/// One that is almost right, or bytes.
fn any_frame(dice: &mut Dice, all: &[String], headed: bool) -> Message {
    match dice.below(4) {
        // A head that may be one, and anything behind it.
        0 => {
            let mut bytes: Vec<u8> = (0..dice.below(64)).map(|_| dice.below(256) as u8).collect();
            if let Some(first) = bytes.first_mut().filter(|_| headed) {
                *first = 1;
            }
            Message::binary(bytes)
        }
        _ => {
            let chosen = dice.below(all.len());
            Message::text(dice.change(&all[chosen]))
        }
    }
}

#[cfg(target_os = "linux")]
fn memory(scene: &Scene) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", scene.hub.pid())).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    resident.trim().trim_end_matches(" kB").trim().parse().unwrap()
}

#[cfg(not(target_os = "linux"))]
fn memory(_: &Scene) -> u64 {
    0
}

#[tokio::test(flavor = "multi_thread")]
async fn garbled_frames_of_a_machine_harm_neither_its_hub_nor_another_machine() {
    let scene = Scene::new();
    let mut honest = Machine::new("honest", "");
    let good = scene.serving(&mut honest, str::to_owned).await;
    let terminal = scene.open(&good).await;
    let odd = Odd::new(&scene, "odd").await;
    let all = frames(&odd.id);
    let mut dice = Dice(0x0dd_5eed);
    let mut memories = Vec::new();
    for round in 0..ROUNDS.0 {
        let mut wire = odd.registered_for(&scene, now_ms(), "terminals").await;
        // All are thrown before the first is sent: when the connection ends does not decide what comes next.
        let thrown: Vec<Message> =
            (0..ROUNDS.1).map(|_| any_frame(&mut dice, &all, round % 2 == 0)).collect();
        for message in thrown {
            if !wire.try_send(message).await {
                break;
            }
        }
        judged(wire, &[4400, 4401, 4408, 0]).await;
        if [20, ROUNDS.0 - 1].contains(&round) {
            memories.push(memory(&scene));
        }
    }
    assert!(memories[1] < memories[0] + 32 * 1024, "{memories:?} KiB");
    // What it said of others is not believed, and they notice nothing.
    assert!(scene.sees(&good, true).await["online"] == true);
    let mut wire = scene.wire().await;
    let reply = wire.call("terminals.attach", json!({ "id": terminal, "after": 0 })).await.unwrap();
    let stream = reply["stream"].as_u64().unwrap() as u32;
    wire.binary(crate::wire::INPUT, stream, 0, b"echo fi''ne\n").await;
    wire.shown(stream, "fine\r\n").await;
    let listed = scene.done("terminals.list", json!({})).await;
    assert_eq!(listed["terminals"].as_array().unwrap().len(), 1, "{listed}");
}
