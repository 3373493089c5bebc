//! What a device is told of is what it may read: over the gateway, as a stream, in pages and in the welcome.

use crate::key::Key;
use crate::scene::{Device, Scene};
use crate::wire::{Frame, Wire};
use serde_json::json;

/// Events of the session `dev` up to one that says this, by type, over the gateway.
async fn followed(wire: &mut Wire, until: &str) -> Vec<String> {
    wire.say(json!({ "t": "sub", "id": 1, "sessionId": "dev", "after": 0, "allTypes": true })).await;
    let mut types = Vec::new();
    loop {
        if let Frame::Text(frame) = wire.frame().await
            && frame["t"] == "ev"
        {
            types.push(frame["envelope"]["type"].as_str().unwrap().to_owned());
            if frame["envelope"]["payload"]["message"] == until {
                return types;
            }
        }
    }
}

/// The same in pages of one, from that event backwards; what the server has told meanwhile comes after it.
async fn paged(scene: &Scene, cookie: &str, from: &str) -> Vec<String> {
    let (mut types, mut before, mut reached) = (Vec::new(), None, false);
    loop {
        let mut params = json!({ "sessionId": "dev", "limit": 1 });
        if let Some(before) = before {
            params["before"] = before;
        }
        let (status, page) = scene.with_cookie(cookie, "session.events", params).await;
        assert_eq!(status, 200, "{page}");
        let events = page["events"].as_array().unwrap();
        for one in events {
            reached |= one["envelope"]["payload"]["message"] == from;
            if reached {
                types.push(one["envelope"]["type"].as_str().unwrap().to_owned());
            }
        }
        match page["more"] == true {
            true => before = Some(events[0]["cursor"].clone()),
            false => return types,
        }
    }
}

async fn streamed(scene: &Scene, cookie: &str, path: &str, until: &str) -> String {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let call = client.get(format!("{}{path}", scene.server.url)).header("cookie", cookie);
    let (mut answer, mut text) = (call.send().await.unwrap(), String::new());
    while !text.contains(until) {
        let piece = tokio::time::timeout(std::time::Duration::from_secs(60), answer.chunk()).await;
        text.push_str(&String::from_utf8_lossy(&piece.unwrap().unwrap().expect("it goes on")));
    }
    text
}

async fn say(scene: &Scene, text: &str) {
    let line = json!({ "sessionId": "dev", "type": "log", "payload": { "level": "info", "message": text } });
    scene.done("chat.command", line).await;
}

/// The type of the next word on what is true only now.
async fn next_now(wire: &mut Wire) -> String {
    loop {
        if let Frame::Text(frame) = wire.frame().await
            && frame["t"] == "now"
        {
            return frame["data"]["type"].as_str().unwrap().to_owned();
        }
    }
}

fn of_devices(types: &[String]) -> usize {
    types.iter().filter(|name| name.starts_with("device.")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_other_devices_nobody_is_told_who_may_not_list_them() {
    let scene = Scene::new();
    let viewer = scene.paired(json!({ "scopes": ["read"] }), "viewer", Key::p256()).await;
    let pairer = scene.paired(json!({ "scopes": ["read", "approve", "pair"] }), "pairer", Key::p256()).await;
    say(&scene, "in the midst").await;
    scene.done("device.rename", json!({ "id": pairer.id, "name": "renamed" })).await;
    say(&scene, "at last").await;
    let mut open = Vec::new();
    for (device, told) in [(&viewer, false), (&pairer, true)] {
        let what = if told { "who may pair" } else { "who may not" };
        let (mut wire, welcome) = scene.knocked(device).await;
        assert_eq!(welcome["t"], "welcome", "{welcome}");
        let expected = if told { 3 } else { 0 };
        let types = followed(&mut wire, "at last").await;
        assert_eq!(of_devices(&types), expected, "{what}: {types:?}");
        assert!(types.iter().filter(|one| *one == "log").count() >= 2, "{what}: {types:?}");
        let cookie = scene.signed_in(device).await;
        let mut pages = paged(&scene, &cookie, "at last").await;
        pages.reverse();
        assert_eq!(pages, types, "page by page it is the same, for {what}");
        let forwards = scene.with_cookie(
            &cookie,
            "session.events",
            json!({ "sessionId": "dev", "after": 0, "limit": 2 }),
        );
        assert_eq!(forwards.await.1["events"].as_array().unwrap().len(), 2, "{what}");
        for path in ["/sessions/dev/events?types=all", "/v1/events?types=all"] {
            let text = streamed(&scene, &cookie, path, "at last").await;
            assert_eq!(text.contains("device.renamed"), told, "{path} for {what}");
            assert_eq!(text.contains("device.paired"), told, "{path} for {what}");
        }
        open.push((wire, told));
    }
    // As it happens, too.
    scene.done("device.rename", json!({ "id": viewer.id, "name": "another name" })).await;
    say(&scene, "and now").await;
    for (mut wire, told) in open {
        let mut live = Vec::new();
        while !live.contains(&"log".to_owned()) {
            if let Frame::Text(frame) = wire.frame().await
                && frame["t"] == "ev"
            {
                live.push(frame["envelope"]["type"].as_str().unwrap().to_owned());
            }
        }
        assert_eq!(of_devices(&live), usize::from(told), "{live:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_terminals_nobody_is_told_who_may_not_look_at_them() {
    let scene = Scene::new();
    let opened = scene.done("terminals.open", json!({ "name": "secret plans" })).await;
    let viewer = scene.paired(json!({ "scopes": ["read"] }), "viewer", Key::p256()).await;
    let watcher = scene.paired(json!({ "scopes": ["read", "terminal_read"] }), "watcher", Key::p256()).await;
    let wire_of = async |device: &Device, shown: bool| {
        let (wire, welcome) = scene.knocked(device).await;
        assert_eq!(welcome["t"], "welcome", "{welcome}");
        let terminals = welcome["snapshot"]["terminals"].as_array().unwrap();
        assert_eq!(terminals.len(), usize::from(shown), "{welcome}");
        assert_eq!(welcome.to_string().contains("secret plans"), shown);
        wire
    };
    let (mut viewing, mut watching) = (wire_of(&viewer, false).await, wire_of(&watcher, true).await);
    // Both are told from now on who comes.
    for wire in [&mut viewing, &mut watching] {
        wire.call("presence.list", json!({})).await.unwrap();
    }
    let id = opened["terminal"]["id"].clone();
    scene.done("terminals.rename", json!({ "id": id, "name": "other plans" })).await;
    // Word of who comes and of what has changed goes different ways, and either may be the first; of those who
    // came before the name was changed there is word twice at most.
    while next_now(&mut watching).await != "terminals.changed" {}
    let comers = tokio::spawn(async move {
        let (mut types, mut came) = (Vec::new(), 0);
        while came < 3 {
            let kind = next_now(&mut viewing).await;
            came += usize::from(kind == "presence.changed");
            types.push(kind);
        }
        types
    });
    scene
        .server
        .eventually("it is told", || async {
            let _ = scene.knocked(&viewer).await;
            comers.is_finished().then_some(())
        })
        .await;
    let viewed = comers.await.unwrap();
    assert!(!viewed.contains(&"terminals.changed".to_owned()), "{viewed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_of_terminals_is_for_who_may_look_at_them() {
    let scene = Scene::new();
    let opened = scene.done("terminals.open", json!({})).await;
    scene.done("terminals.close", json!({ "id": opened["terminal"]["id"] })).await;
    scene.server.first("dev", 0, "terminal.session.ended").await;
    say(&scene, "at last").await;
    for (scopes, expected) in [(json!(["read"]), 0), (json!(["read", "terminal_read"]), 2)] {
        let device = scene.paired(json!({ "scopes": scopes }), "someone", Key::p256()).await;
        let (mut wire, _) = scene.knocked(&device).await;
        let types = followed(&mut wire, "at last").await;
        let told = types.iter().filter(|one| one.starts_with("terminal.")).count();
        assert_eq!(told, expected, "{scopes}: {types:?}");
    }
}
