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
pub const LEFT_BEHIND: u64 = 24 * 1024;

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

/// So many requests of nobody to the routes that need no token, from many addresses; how many of them were answered
/// with more than a challenge.
#[cfg(target_os = "linux")]
async fn at_the_open_routes(scene: &Scene, link: &Value, rounds: u8) -> usize {
    let nobody = "00000000-0000-4000-8000-000000000000";
    let (mut inside, mut kept_waiting) = (0, 0);
    for round in 0..rounds {
        let asks = (1..=50_u8).map(async |n| {
            let (pairing, guess) = (&link["id"], format!("{round}-{n}-{}", "g".repeat(40)));
            let (path, body) = match n % 6 {
                0 => ("/pair/claim", json!({ "nonce": guess, "name": "x", "kind": "phone" })),
                1 => ("/pair/state", json!({ "pairingId": pairing, "claim": guess })),
                2 => ("/pair/state", json!({ "pairingId": nobody, "claim": guess, "waitMs": 30_000 })),
                3 => ("/pair/cancel", json!({ "pairingId": pairing, "claim": guess })),
                4 => ("/auth/challenge", json!({ "deviceId": nobody })),
                _ => ("/auth/device", json!({ "deviceId": nobody, "challenge": guess, "signature": guess })),
            };
            // Some addresses come once, some again and again.
            let from = if n % 2 == 0 { [127, 1, round, n] } else { [127, 1, 0, n] };
            let answer = scene.server.bare("POST", path).from(from).json(&body).send().await;
            (path, answer.status, answer.code())
        });
        for (path, status, code) in join_all(asks).await {
            match (path, status) {
                ("/auth/challenge", 200) => {}
                (_, 400..=499) => kept_waiting += usize::from(code == "rate_limited"),
                (_, status) => {
                    assert!(status < 500, "{path}: {status} {code}");
                    inside += 1;
                }
            }
        }
    }
    assert!(kept_waiting > 0, "whoever guesses again and again waits");
    inside
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_flood_at_the_routes_of_pairing_and_of_challenges_lets_nobody_in_and_leaves_nothing_behind() {
    let scene = Scene::trusted();
    let (status, link) = scene.rpc("pairing.start", json!({})).await;
    assert_eq!(status, 200, "{link}");
    assert_eq!(at_the_open_routes(&scene, &link, 10).await, 0);
    let (before, left) = (memory(&scene), written(&scene).await);
    assert_eq!(at_the_open_routes(&scene, &link, 40).await, 0);
    let grown = memory(&scene).saturating_sub(before);
    assert!(grown < LEFT_BEHIND, "{grown} KiB after 2,000 more requests");
    assert_eq!(written(&scene).await, left, "nothing is written for any of them");
    assert_eq!(left.0["devices"], json!([]), "nobody was let in");
    // The link died of the guesses; the owner, and whoever has a new one, are kept from nothing.
    assert_eq!(left.1["pairings"][0]["state"], "dead", "{}", left.1);
    let (_, link) = scene.rpc("pairing.start", json!({})).await;
    let nonce = link["url"].as_str().unwrap().split("&n=").nth(1).unwrap().split('&').next().unwrap();
    let claim = json!({ "nonce": nonce, "name": "phone", "kind": "phone" });
    let claimed = scene.server.bare("POST", "/pair/claim").from([127, 2, 0, 1]).json(&claim).send().await;
    assert_eq!(claimed.status, 200, "{}", claimed.json());
}

/// What the server keeps of devices, pairings and events.
#[cfg(target_os = "linux")]
async fn written(scene: &Scene) -> (Value, Value, Value) {
    let (_, devices) = scene.rpc("device.list", json!({})).await;
    let (_, pairings) = scene.rpc("pairing.list", json!({})).await;
    let (_, status) = scene.rpc("system.status", json!({})).await;
    (devices, pairings, status["latestCursor"].clone())
}
