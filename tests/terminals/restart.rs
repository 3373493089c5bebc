//! What becomes of terminals when the server ends, by itself or not.

use crate::scene::{Scene, attach, type_in};
use serde_json::{Value, json};
use testkit::world::RunningServer;

fn of<'a>(list: &'a Value, id: &str) -> &'a Value {
    list["terminals"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap()
}

async fn begun(scene: &Scene, sleep: &str) -> String {
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, &id, json!({})).await;
    type_in(&mut wire, stream, &format!("trap '' HUP; nohup {sleep} & echo be''gun\n")).await;
    wire.shown(stream, "begun").await;
    id
}

/// Nothing of that command line is left: what was killed is gone in a moment.
async fn is_gone(scene: &Scene, what: &str) {
    let none = || async {
        let found = std::process::Command::new("pgrep").args(["-fx", what]).output().unwrap();
        found.stdout.is_empty().then_some(())
    };
    scene.server.eventually(what, none).await;
}

async fn is_interrupted(scene: &Scene, id: &str) {
    let list = scene.rpc("terminals.list", json!({})).await.1;
    let kept = of(&list, id);
    assert_eq!((kept["state"].as_str(), kept["end"]["why"].as_str()), (Some("interrupted"), Some("server")));
    let (status, piece) = scene.rpc("terminals.export", json!({ "id": id })).await;
    assert!(status == 200 && piece["text"].as_str().unwrap().contains("begun"), "{piece}");
    let mut wire = scene.wire().await;
    let refused = wire.call("terminals.attach", json!({ "id": id })).await.unwrap_err();
    assert_eq!(refused["code"], "terminal.ended");
    assert_eq!(scene.rpc("terminals.remove", json!({ "id": id })).await.0, 200);
    assert_eq!(scene.listed(id).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_ends_its_terminals_and_keeps_their_recordings() {
    let mut scene = Scene::trusted();
    let id = begun(&scene, "sleep 6161").await;
    let mut wire = scene.wire().await;
    attach(&mut wire, &id, json!({})).await;
    let next = scene.start.clone();
    let other = RunningServer::start(&elsewhere(&scene));
    let old = std::mem::replace(&mut scene.server, other);
    assert_eq!(old.terminate(), Some(0));
    assert_eq!(wire.closed().await, 1001);
    is_gone(&scene, "sleep 6161").await;
    scene.server = RunningServer::start(&next);
    is_interrupted(&scene, &id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_leaves_nothing_running_behind_the_next_start() {
    let mut scene = Scene::trusted();
    let id = begun(&scene, "sleep 6262").await;
    let next = scene.start.clone();
    let other = RunningServer::start(&elsewhere(&scene));
    let old = std::mem::replace(&mut scene.server, other);
    old.kill();
    scene.server = RunningServer::start(&next);
    is_gone(&scene, "sleep 6262").await;
    is_interrupted(&scene, &id).await;
}

/// Stands in for the one that ends, since a scene always has a server.
fn elsewhere(scene: &Scene) -> testkit::world::Start {
    let mut start = scene.start.clone();
    start.data = scene.data.path().join("elsewhere");
    start.repos.clear();
    start
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_run_at_once_than_may() {
    let scene = Scene::with(|start| start.flag("--trust").env("PILOTHOUSE_TERMINAL_MOST", "2"));
    let (first, _second) = (scene.open().await, scene.open().await);
    let (status, refused) = scene.rpc("terminals.open", json!({})).await;
    assert_eq!((status, refused["code"].as_str()), (429, Some("terminal.limit")));
    assert_eq!(scene.rpc("terminals.list", json!({})).await.1["most"], 2);
    scene.rpc("terminals.close", json!({ "id": first })).await;
    scene
        .server
        .eventually("its end", || async { (scene.listed(&first).await?["state"] == "exited").then_some(()) })
        .await;
    scene.open().await;
}
