//! What a client is told of the present: in its welcome, and while somebody comes, looks and goes.

use crate::scene::Scene;
use crate::wire::{Frame, Wire, knock};
use serde_json::{Value, json};

async fn present(wire: &mut Wire) -> Vec<Value> {
    wire.call("presence.list", json!({})).await.unwrap()["present"].as_array().unwrap().clone()
}

/// Waits for the word that presence has changed.
async fn changed(wire: &mut Wire) {
    loop {
        match wire.frame().await {
            Frame::Text(frame) if frame["t"] == "now" && frame["data"]["type"] == "presence.changed" => {
                return;
            }
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
    }
}

/// Asks until `right` is true of those who are there.
async fn until(wire: &mut Wire, right: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    loop {
        let all = present(wire).await;
        if right(&all) {
            return all;
        }
        changed(wire).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_connected_is_seen_to_come_to_look_and_to_go() {
    let scene = Scene::trusted();
    let mut me = scene.wire().await;
    let alone = present(&mut me).await;
    assert_eq!((alone.len(), &alone[0]["current"], &alone[0]["client"]), (1, &json!(true), &json!("test")));
    assert_eq!((&alone[0]["who"], &alone[0]["visible"]), (&json!("owner"), &json!(false)));

    let mut other = knock(&scene.server.url, &[]).await.unwrap();
    other.frame().await;
    let client = json!({ "name": "pocket", "version": "3", "kind": "phone" });
    other
        .say(json!({ "t": "connect", "versions": [1, 1], "client": client, "token": scene.server.token }))
        .await;
    let welcome = other.frame().await.text();
    let told = welcome["snapshot"]["presence"].as_array().unwrap();
    assert_eq!((told.len(), &told[1]["current"], &told[1]["kind"]), (2, &json!(true), &json!("phone")));
    let all = until(&mut me, |all| all.len() == 2).await;
    assert_eq!(
        (&all[1]["client"], &all[1]["version"], &all[1]["current"]),
        (&json!("pocket"), &json!("3"), &json!(false))
    );

    other.call("presence.heartbeat", json!({ "visible": true })).await.unwrap();
    until(&mut me, |all| all[1]["visible"] == true).await;
    drop(other);
    until(&mut me, |all| all.len() == 1).await;

    // Over HTTP it is looked at and not said.
    let (status, list) = scene.rpc("presence.list", json!({})).await;
    assert_eq!((status, list["present"][0]["current"].as_bool()), (200, Some(false)));
    let (status, refused) = scene.rpc("presence.heartbeat", json!({ "visible": true })).await;
    assert!(status == 400 && refused["message"].as_str().unwrap().contains("/v1/ws"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_welcome_shows_what_waits_and_what_runs() {
    let scene = Scene::with(|start| start.workers(0));
    let ids = |value: &Value| -> Vec<String> {
        let mut ids: Vec<_> =
            value.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    };
    let waiting = || async {
        let (_, list) = scene.rpc("approval.list", json!({ "status": "pending" })).await;
        ids(&list["approvals"])
    };
    // Whether the repository's own checks may run is asked of a person, some time after the start: what is
    // compared was there before the welcome and after it.
    let (snapshot, asked) = scene
        .server
        .eventually("a welcome while nothing new is asked", || async {
            let before = waiting().await;
            let (_, welcome) = Wire::welcomed(&scene.server.url, &scene.server.token).await;
            (waiting().await == before).then(|| (welcome["snapshot"].clone(), before))
        })
        .await;
    assert_eq!(
        (&snapshot["terminals"], &snapshot["jobs"], &snapshot["more"]),
        (&json!([]), &json!([]), &json!(false))
    );
    assert_eq!(ids(&snapshot["approvals"]), asked);

    let scene = Scene::trusted();
    let id = scene.open().await;
    let job = json!({ "taskId": "t", "kind": "own.kind", "params": {} });
    let (status, enqueued) = scene.rpc("jobs.enqueue", job).await;
    assert_eq!(status, 200, "{enqueued}");
    let claim = json!({ "workerId": "mine", "kinds": ["own.kind"], "leaseMs": 60_000 });
    let (status, claimed) = scene.rpc("jobs.claim", claim).await;
    assert_eq!(status, 200, "{claimed}");
    let (_, welcome) = Wire::welcomed(&scene.server.url, &scene.server.token).await;
    let snapshot = &welcome["snapshot"];
    assert_eq!(snapshot["terminals"][0]["id"], id.as_str());
    assert_eq!(
        (&snapshot["jobs"][0]["status"], &snapshot["jobs"][0]["workerId"]),
        (&json!("claimed"), &json!("mine"))
    );
    assert!(snapshot["jobs"][0].get("claimToken").is_none());
    let (status, _) = scene.rpc("terminals.close", json!({ "id": id })).await;
    assert_eq!(status, 200);
    // What has ended is not open; it ends after it was closed.
    let ended = || async {
        let (_, welcome) = Wire::welcomed(&scene.server.url, &scene.server.token).await;
        welcome["snapshot"]["terminals"].as_array().unwrap().is_empty().then_some(())
    };
    scene.server.eventually("the end of the terminal", ended).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_while_somebody_is_let_in_is_in_their_snapshot_or_told_after_it() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    for n in 0..60 {
        let name = format!("name {n}");
        let rename = json!({ "id": id, "name": name });
        let ((mut wire, welcome), (status, _)) = tokio::join!(
            Wire::welcomed(&scene.server.url, &scene.server.token),
            scene.rpc("terminals.rename", rename)
        );
        assert_eq!(status, 200);
        if welcome["snapshot"]["terminals"][0]["name"] == name {
            continue;
        }
        let told = |frame: &Frame| match frame {
            Frame::Text(frame) => frame["data"]["type"] == "terminals.changed",
            other => panic!("{other:?}"),
        };
        while !told(&wire.frame().await) {}
    }
}
