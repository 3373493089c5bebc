//! Events at the pace of the client.

use crate::scene::Scene;
use crate::wire::{Frame, Wire};
use serde_json::json;

async fn say(scene: &Scene, from: usize, to: usize) {
    for n in from..to {
        let line = json!({ "type": "log", "payload": { "level": "info", "message": format!("line {n}") } });
        scene.server.owner("POST", "/sessions/dev/command").json(&line).send().await;
    }
}

/// Cursors that came before the answer to a ping: it is sent behind whatever may go.
async fn until_pong(wire: &mut Wire, sub: u32) -> Vec<i64> {
    wire.say(json!({ "t": "ping" })).await;
    let mut cursors = Vec::new();
    loop {
        match wire.frame().await {
            Frame::Text(frame) if frame["t"] == "pong" => return cursors,
            Frame::Text(frame) if frame["t"] == "ev" && frame["sub"] == sub => {
                cursors.push(frame["cursor"].as_i64().unwrap());
            }
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
    }
}

/// The next events of a subscription, so many.
async fn some(wire: &mut Wire, sub: u32, count: usize) -> Vec<i64> {
    let mut cursors = Vec::new();
    while cursors.len() < count {
        match wire.frame().await {
            Frame::Text(frame) if frame["t"] == "ev" && frame["sub"] == sub => {
                cursors.push(frame["cursor"].as_i64().unwrap());
            }
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
    }
    cursors
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_events_come_than_were_acknowledged_and_the_window_holds() {
    let scene = Scene::trusted();
    say(&scene, 0, 60).await;
    let mut wire = scene.wire().await;
    wire.say(json!({ "t": "sub", "id": 1, "after": 0, "window": 0 })).await;
    assert_eq!(wire.answer(1).await.unwrap_err()["code"], "bad_request");
    wire.say(json!({ "t": "sub", "id": 2, "after": 0, "window": 20 })).await;
    wire.answer(2).await.unwrap();
    let mut seen = some(&mut wire, 2, 20).await;
    assert_eq!(until_pong(&mut wire, 2).await, [0_i64; 0]);
    // Part of them taken in: as many more come.
    wire.say(json!({ "t": "ack", "sub": 2, "cursor": seen[4] })).await;
    seen.extend(some(&mut wire, 2, 5).await);
    assert_eq!(until_pong(&mut wire, 2).await, [0_i64; 0]);
    // Backwards, for nothing, and far ahead of what was sent: no harm.
    wire.say(json!({ "t": "ack", "sub": 2, "cursor": -5 })).await;
    wire.say(json!({ "t": "ack", "sub": 77, "cursor": 5 })).await;
    assert_eq!(until_pong(&mut wire, 2).await, [0_i64; 0]);
    wire.say(json!({ "t": "ack", "sub": 2, "cursor": i64::MAX })).await;
    seen.extend(some(&mut wire, 2, 35).await);
    assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_welcome_on_are_complete() {
    let scene = Scene::trusted();
    say(&scene, 0, 3).await;
    let (mut wire, welcome) = Wire::welcomed(&scene.server.url, &scene.server.token).await;
    let cursor = welcome["snapshot"]["cursor"].as_i64().unwrap();
    say(&scene, 3, 8).await;
    wire.say(json!({ "t": "sub", "id": 1, "after": cursor })).await;
    wire.answer(1).await.unwrap();
    let seen = some(&mut wire, 1, 5).await;
    assert!(seen.iter().all(|one| *one > cursor), "{seen:?} after {cursor}");
    wire.say(json!({ "t": "unsub", "id": 1 })).await;
    // The same id may be used again.
    wire.say(json!({ "t": "sub", "id": 1, "after": seen[3] })).await;
    wire.answer(1).await.unwrap();
    assert_eq!(some(&mut wire, 1, 1).await, seen[4..]);
}
