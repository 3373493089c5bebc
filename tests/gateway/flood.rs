//! Floods: whatever comes, nobody gets in by it, and the memory of the server is afterwards what it was before.

use crate::requests::memory;
use crate::scene::Scene;
use crate::wire::{Frame, INPUT, Wire, connect, knock};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Error, Message};

/// Connections at once that docs/PROTOCOL.md names.
const MOST: usize = 512;
/// KiB that a round may leave behind once the first has shown what the server needs for it.
const LEFT_BEHIND: u64 = 24 * 1024;

/// Connected with the owner's token in a header, as a script does.
async fn known(scene: &Scene) -> Result<Wire, Box<Error>> {
    let bearer = format!("Bearer {}", scene.server.token);
    let mut wire = knock(&scene.server.url, &[("authorization", &bearer)]).await?;
    wire.frame().await;
    wire.say(json!({ "t": "connect", "versions": [1, 1], "client": { "name": "one of many" } })).await;
    assert_eq!(wire.frame().await.text()["t"], "welcome");
    Ok(wire)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_when_all_places_are_taken_is_told_to_come_later() {
    let scene = Scene::trusted();
    let mut all = Vec::new();
    while all.len() < MOST {
        let wave = join_all((0..16).map(|_| known(&scene))).await;
        all.extend(wave.into_iter().map(|one| one.expect("there is a place")));
    }
    let Err(refused) = known(&scene).await else { panic!("the 513th was let in") };
    let Error::Http(answer) = *refused else { panic!("{refused:?}") };
    let told: Value = serde_json::from_slice(answer.body().as_deref().unwrap_or_default()).unwrap();
    assert_eq!(
        (answer.status().as_u16(), &told["code"], &told["retryable"]),
        (429, &json!("rate_limited"), &json!(true)),
        "{told}"
    );
    // Those inside notice nothing, and what needs no connection of its own is answered.
    all[MOST - 1].call("session.list", json!({})).await.unwrap();
    assert_eq!(scene.rpc("session.list", json!({})).await.0, 200);
    // A place that is given up is there for the next.
    drop(all.pop());
    scene.server.eventually("a place", || async { known(&scene).await.ok() }).await;
}

/// One round of handshakes that all fail; how many got in.
async fn handshakes(scene: &Scene) -> usize {
    let mut inside = 0;
    for wave in 0..25 {
        let knocks = join_all((0..20).map(|_| knock(&scene.server.url, &[]))).await;
        let tries = knocks.into_iter().flatten().enumerate().map(async |(n, mut wire)| {
            if !matches!(wire.frame().await, Frame::Text(_)) {
                return false;
            }
            let device = json!({ "id": "00000000-0000-4000-8000-000000000000", "signature": "A".repeat(86) });
            let frame = match (wave + n) % 4 {
                0 => connect(&"x".repeat(43)),
                1 => {
                    json!({ "t": "connect", "versions": [1, 1], "client": { "name": "d" }, "device": device })
                }
                2 => json!({ "t": "req", "id": 1, "method": "session.list", "params": {} }),
                _ => json!({ "t": "connect", "versions": [9, 9], "client": { "name": "x".repeat(12_000) } }),
            };
            wire.try_send(Message::text(frame.to_string())).await;
            match wire.frame().await {
                Frame::Text(answer) => answer["t"] == "welcome" || answer["t"] == "res",
                _ => false,
            }
        });
        inside += join_all(tries).await.into_iter().filter(|got_in| *got_in).count();
    }
    inside
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_handshakes_lets_nobody_in_and_leaves_no_memory_behind() {
    let scene = Scene::trusted();
    assert_eq!(handshakes(&scene).await, 0);
    let before = memory(&scene);
    for _ in 0..3 {
        assert_eq!(handshakes(&scene).await, 0);
    }
    let grown = memory(&scene).saturating_sub(before);
    assert!(grown < LEFT_BEHIND, "{grown} KiB after 1,500 more handshakes");
    assert_eq!(scene.rpc("session.list", json!({})).await.0, 200);
}

/// One round of frames from somebody who may only look on: none of them changes anything.
async fn frames(scene: &Scene, id: &str) {
    let mut wire = scene.wire().await;
    let attached = wire.call("terminals.attach", json!({ "id": id, "viewOnly": true })).await.unwrap();
    let stream = attached["stream"].as_u64().unwrap() as u32;
    for n in 0..4_000_u32 {
        // To a stream that is not there, and to one that may not be typed into.
        wire.binary(INPUT, stream + 1 + n, 0, &[b'x'; 512]).await;
        if n % 8 == 0 {
            wire.binary(INPUT, stream, u64::from(n), b"echo broken\n").await;
        }
        // What was refused is read, as a client does that goes on.
        if n % 64 == 0 {
            let refused = wire.call("terminals.take_it", json!({})).await.unwrap_err();
            assert_eq!(refused["code"], "unknown_method");
        }
    }
    wire.call("terminals.detach", json!({ "stream": stream })).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_frames_types_nothing_and_leaves_no_memory_behind() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    frames(&scene, &id).await;
    let before = memory(&scene);
    for _ in 0..3 {
        frames(&scene, &id).await;
    }
    let grown = memory(&scene).saturating_sub(before);
    assert!(grown < LEFT_BEHIND, "{grown} KiB after 12,000 more frames");
    let (_, shown) = scene.rpc("terminals.snapshot", json!({ "id": id })).await;
    assert!(!shown["text"].as_str().unwrap().contains("broken"), "{shown}");
}
