//! Many at once: at the door, and inside.

use crate::requests::memory;
use crate::scene::Scene;
use crate::wire::{Frame, Wire, connect, knock};
use futures_util::future::join_all;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_connections_all_hear_the_same_event_and_leave_nothing_behind() {
    let scene = Scene::trusted();
    let before = memory(&scene);
    // In waves: so many strangers at once would be too many.
    let mut all: Vec<Wire> = Vec::new();
    while all.len() < 200 {
        all.extend(join_all((0..10).map(|_| scene.wire())).await);
    }
    for wire in &mut all {
        wire.say(json!({ "t": "sub", "id": 1, "sessionId": "dev", "after": 0 })).await;
    }
    let line = json!({ "type": "log", "payload": { "level": "info", "message": "for everybody" } });
    scene.server.owner("POST", "/sessions/dev/command").json(&line).send().await;
    let heard = all.iter_mut().map(async |wire| {
        loop {
            match wire.frame().await {
                Frame::Text(frame) if frame["envelope"]["payload"]["message"] == "for everybody" => return,
                Frame::Closed(code) => panic!("closed with {code}"),
                _ => {}
            }
        }
    });
    join_all(heard).await;
    let (_, list) = scene.rpc("presence.list", json!({})).await;
    assert_eq!(list["present"].as_array().unwrap().len(), 200);
    let grown = memory(&scene).saturating_sub(before);
    assert!(grown < 200 * 1024, "{grown} KiB for 200 connections");
    drop(all);
    scene
        .server
        .eventually("everybody to be gone", || async {
            let (_, list) = scene.rpc("presence.list", json!({})).await;
            list["present"].as_array().unwrap().is_empty().then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_at_the_door_ends_where_it_began() {
    let scene = Scene::trusted();
    let url = &scene.server.url;
    let before = memory(&scene);
    // Some say nothing, some say nonsense, some are nobody, some leave before the hello.
    for wave in 0..20 {
        let knocks = join_all((0..25).map(|_| knock(url, &[]))).await;
        for (n, wire) in knocks.into_iter().flatten().enumerate() {
            let mut wire = wire;
            match (wave + n) % 4 {
                0 => wire.say(connect("wrong")).await,
                1 => wire.say(json!({ "t": "connect" })).await,
                2 => drop(wire.frame().await),
                _ => {}
            }
        }
    }
    let grown = memory(&scene).saturating_sub(before);
    assert!(grown < 100 * 1024, "{grown} KiB after 500 at the door");
    // Their places are free again, and a stranger with the right word is let in.
    let mut wire =
        scene.server.eventually("a place at the door", || async { knock(url, &[]).await.ok() }).await;
    wire.frame().await;
    wire.say(connect(&scene.server.token)).await;
    assert_eq!(wire.frame().await.text()["t"], "welcome");
}
