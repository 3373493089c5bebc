//! What the log has of terminals.

use crate::scene::{Scene, attach, type_in};
use serde_json::{Value, json};
use testkit::world::RunningServer;

const STARTED: &str = "terminal.session.started";
const ENDED: &str = "terminal.session.ended";

/// Everything of terminals so far, by type and payload.
async fn told(scene: &Scene) -> Vec<(String, Value)> {
    let line = json!({ "sessionId": "dev", "type": "log", "payload": { "level": "info", "message": "now" } });
    let (status, said) = scene.rpc("chat.command", line).await;
    assert_eq!(status, 200, "{said}");
    let newest = said["cursor"].as_i64();
    let (_, before) = scene.server.until("dev", 0, |event| Some(event.cursor) == newest).await;
    let of_terminals = before.iter().filter(|event| event.kind().starts_with("terminal."));
    of_terminals.map(|event| (event.kind().to_owned(), event.payload().clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_and_ending_are_told_and_nothing_of_what_happens_inside() {
    let scene = Scene::trusted();
    let (_, opened) = scene.rpc("terminals.open", json!({ "name": "build", "folder": "inner" })).await;
    let terminal = &opened["terminal"];
    let id = terminal["id"].as_str().unwrap();
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, id, json!({})).await;
    type_in(&mut wire, stream, "exit 7\n").await;
    scene.server.first("dev", 0, ENDED).await;
    let (started, ended) = (
        json!({ "id": id, "name": "build", "by": "owner", "workspaceId": terminal["workspaceId"] }),
        json!({ "id": id, "name": "build", "state": "exited", "exitCode": 7 }),
    );
    assert_eq!(told(&scene).await, [(STARTED.to_owned(), started), (ENDED.to_owned(), ended)]);
    // Closing one that has ended and taking it off the list ends nothing.
    scene.rpc("terminals.close", json!({ "id": id })).await;
    scene.rpc("terminals.remove", json!({ "id": id })).await;
    assert_eq!(told(&scene).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_told_once_though_the_server_was_killed_or_stopped_meanwhile() {
    let mut scene = Scene::trusted();
    let mut expected = Vec::new();
    for kill in [true, false] {
        let id = scene.open().await;
        let next = scene.start.clone();
        let mut stand_in = next.clone();
        stand_in.data = scene.data.path().join(format!("elsewhere-{kill}"));
        stand_in.repos.clear();
        let old = std::mem::replace(&mut scene.server, RunningServer::start(&stand_in));
        match kill {
            true => old.kill(),
            false => assert_eq!(old.terminate(), Some(0)),
        }
        scene.server = RunningServer::start(&next);
        expected.extend([(STARTED, id.clone()), (ENDED, id)]);
    }
    let told = told(&scene).await;
    let of: Vec<_> =
        told.iter().map(|(kind, of)| (kind.as_str(), of["id"].as_str().unwrap().to_owned())).collect();
    assert_eq!(of, expected);
    let ends = told.iter().filter(|(kind, _)| kind == ENDED);
    for (_, end) in ends {
        assert_eq!((&end["state"], &end["why"]), (&json!("interrupted"), &json!("server")), "{end}");
    }
}
