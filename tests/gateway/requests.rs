//! Requests whose answers are lost, too long, or not read.

use crate::scene::Scene;
use crate::wire::{Frame, Wire};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_answer_was_lost_happens_once() {
    let scene = Scene::trusted();
    for n in 0..8 {
        let mut wire = scene.wire().await;
        let text = format!("said {n}");
        let request = json!({
            "t": "req", "id": 1, "method": "chat.command", "idem": format!("key {n}"),
            "params": { "sessionId": "dev", "type": "log", "payload": { "level": "info", "message": text } },
        });
        wire.say(request.clone()).await;
        // Gone before, while or after it is done.
        if n % 2 == 0 {
            wire.answer(1).await.unwrap();
        }
        drop(wire);
        let mut wire = scene.wire().await;
        wire.say(request).await;
        wire.answer(1).await.unwrap();
    }
    let (_, page) = scene.rpc("session.events", json!({ "sessionId": "dev", "limit": 500 })).await;
    let said: Vec<&str> = page["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| {
            one["envelope"]["payload"]["message"].as_str().filter(|text| text.starts_with("said "))
        })
        .collect();
    assert_eq!(said, (0..8).map(|n| format!("said {n}")).collect::<Vec<_>>());
}

/// Lines of the log that make long answers.
async fn long_log(scene: &Scene, lines: usize) {
    for n in 0..lines {
        let message = format!("{n} {}", "x".repeat(8_000));
        let line = json!({ "type": "log", "payload": { "level": "info", "message": message } });
        scene.server.owner("POST", "/sessions/dev/command").json(&line).send().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_one_message_or_called_for_over_http_and_who_does_not_read_is_cut() {
    let scene = Scene::trusted();
    long_log(&scene, 150).await;
    let all = json!({ "sessionId": "dev", "limit": 500 });
    let mut wire = scene.wire().await;
    let refused = wire.call("session.events", all.clone()).await.unwrap_err();
    assert_eq!((refused["code"].as_str(), refused["retryable"].as_bool()), (Some("too_large"), Some(false)));
    assert_eq!(scene.rpc("session.events", all).await.0, 200);

    // Asked for all at once and read only afterwards: what does not fit the queue is not kept in memory for it.
    let mut deaf = scene.wire().await;
    for id in 0..60 {
        let params = json!({ "sessionId": "dev", "limit": 100 });
        deaf.say(json!({ "t": "req", "id": id, "method": "session.events", "params": params })).await;
    }
    // Whoever reads is not kept waiting by them.
    wire_is_fine(&mut wire).await;
    let resident = memory(&scene);
    assert!(resident < 300 * 1024, "{resident} KiB while 48 MB are asked for and not read");
    // Each comes once, or the line is cut with the reason, and what is asked again is answered.
    let mut answered = BTreeSet::new();
    while answered.len() < 60 {
        match deaf.frame().await {
            Frame::Text(frame) if frame["t"] == "res" => {
                assert_eq!(frame["ok"], true);
                assert!(answered.insert(frame["id"].as_u64().unwrap()), "twice");
            }
            Frame::Closed(code) => {
                assert!([4408, 0].contains(&code), "{code} after {}", answered.len());
                break;
            }
            _ => {}
        }
    }
    let mut again = scene.wire().await;
    for _ in answered.len()..60 {
        again.call("session.events", json!({ "sessionId": "dev", "limit": 100 })).await.unwrap();
    }
}

async fn wire_is_fine(wire: &mut Wire) {
    let sessions: Value = wire.call("session.list", json!({})).await.unwrap();
    assert!(sessions["sessions"].is_array());
}

/// Resident memory of the server in KiB; none where nobody says.
pub fn memory(scene: &Scene) -> u64 {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", scene.server.pid())) else {
        return 0;
    };
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    resident.trim().trim_end_matches(" kB").trim().parse().unwrap()
}
