//! The first frames: who is there, which version, and what is refused.

use crate::scene::Scene;
use crate::wire::{Frame, Wire, connect, knock};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread")]
async fn the_welcome_names_what_the_caller_may_do() {
    let scene = Scene::trusted();
    let mut wire = knock(&scene.server.url, &[]).await.unwrap();
    let hello = wire.frame().await.text();
    assert_eq!((&hello["t"], &hello["versions"]), (&json!("hello"), &json!([1, 1])));
    wire.say(connect(&scene.server.token)).await;
    let welcome = wire.frame().await.text();
    assert_eq!((&welcome["version"], &welcome["who"]), (&json!(1), &json!("owner")));
    assert!(welcome["methods"].as_array().unwrap().contains(&json!("terminals.open")));
    assert!(welcome["limits"]["frameBytes"].as_u64().unwrap() >= 1 << 20);
    // A header says it as well.
    let bearer = format!("Bearer {}", scene.server.token);
    let mut wire = knock(&scene.server.url, &[("authorization", &bearer)]).await.unwrap();
    wire.frame().await;
    wire.say(json!({ "t": "connect", "versions": [1, 7], "client": { "name": "new", "version": "9" } }))
        .await;
    assert_eq!(wire.frame().await.text()["version"], 1);
}

async fn rejected(scene: &Scene, first: Message) -> (Value, u16) {
    let mut wire = knock(&scene.server.url, &[]).await.unwrap();
    wire.frame().await;
    wire.send(first).await;
    let reject = wire.frame().await.text();
    assert_eq!(reject["t"], "reject");
    (reject, wire.closed().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_unknown_old_or_unintelligible_is_let_in() {
    let scene = Scene::trusted();
    let text = |value: Value| Message::text(value.to_string());
    let client = json!({ "name": "x" });
    for (first, code, next, close) in [
        (json!({ "t": "connect", "versions": [1, 1], "client": client }), "unauthenticated", "sign_in", 4401),
        (connect("wrong"), "unauthenticated", "sign_in", 4401),
        (connect(&"x".repeat(9_000)), "unauthenticated", "sign_in", 4401),
        (
            json!({ "t": "connect", "versions": [2, 9], "client": client, "token": scene.server.token }),
            "version_mismatch",
            "update",
            4426,
        ),
        (
            json!({ "t": "connect", "versions": [0, 0], "client": client, "token": scene.server.token }),
            "version_mismatch",
            "update",
            4426,
        ),
        (json!({ "t": "req", "id": 1, "method": "doctor.run" }), "bad_request", "update", 4400),
        (
            json!({ "t": "connect", "versions": [1, 1], "client": client, "token": scene.server.token, "more": 1 }),
            "bad_request",
            "update",
            4400,
        ),
        (json!(17), "bad_request", "update", 4400),
        (
            json!({ "t": "connect", "versions": [1, 1], "client": { "name": "x".repeat(20_000) } }),
            "bad_request",
            "update",
            4400,
        ),
    ] {
        let (reject, closed) = rejected(&scene, text(first.clone())).await;
        assert_eq!(
            (reject["error"]["code"].as_str(), reject["next"].as_str(), closed),
            (Some(code), Some(next), close),
            "{first}"
        );
    }
    assert_eq!(rejected(&scene, Message::binary(vec![1; 32])).await.1, 4400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gate_looks_at_host_and_origin_and_takes_no_token_in_the_address() {
    let scene = Scene::trusted();
    let url = &scene.server.url;
    assert!(knock(url, &[("origin", "http://evil.example")]).await.is_err());
    assert!(knock(url, &[("origin", "null")]).await.is_err());
    assert!(knock(url, &[("host", "evil.example")]).await.is_err());
    let plain = scene.server.bare("GET", "/v1/ws").send().await;
    assert_eq!(plain.status, 401, "without an upgrade it is a route like any other");
    assert_eq!(scene.server.owner("GET", "/v1/ws").send().await.status, 400);
    let named = format!("{}/v1/ws?token={}", url.replace("http:", "ws:"), scene.server.token);
    assert!(tokio_tungstenite::connect_async(named).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_strangers_keeps_nobody_out_who_is_known() {
    let scene = Scene::trusted();
    // At once: whoever came first is closed when ten seconds are over.
    let knocks = (0..60).map(|_| knock(&scene.server.url, &[]));
    let answers = futures_util::future::join_all(knocks).await;
    let refused = answers.iter().filter(|answer| answer.is_err()).count();
    let crowd: Vec<_> = answers.into_iter().flatten().collect();
    assert!(crowd.len() <= 32 && refused >= 28, "{} {refused}", crowd.len());
    let bearer = format!("Bearer {}", scene.server.token);
    let mut wire = knock(&scene.server.url, &[("authorization", &bearer)]).await.unwrap();
    wire.frame().await;
    wire.say(json!({ "t": "connect", "versions": [1, 1], "client": { "name": "known" } })).await;
    assert_eq!(wire.frame().await.text()["t"], "welcome");
    // So does the command line.
    scene.server.client.gateway("known too").await.unwrap();
    drop(crowd);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_answered_by_their_ids_and_unknown_ones_refused() {
    let scene = Scene::trusted();
    let mut wire = scene.wire().await;
    for id in [7, 8, 9] {
        wire.say(json!({ "t": "req", "id": id, "method": "session.list" })).await;
    }
    // They come as they are ready.
    let mut answered = Vec::new();
    while answered.len() < 3 {
        if let Frame::Text(frame) = wire.frame().await
            && frame["t"] == "res"
        {
            assert_eq!(frame["ok"], true);
            answered.push(frame["id"].as_u64().unwrap());
        }
    }
    answered.sort_unstable();
    assert_eq!(answered, [7, 8, 9]);
    assert_eq!(wire.call("no.such", json!({})).await.unwrap_err()["code"], "unknown_method");
    assert_eq!(wire.call("session.list", json!({ "more": 1 })).await.unwrap_err()["code"], "bad_request");
    wire.say(json!({ "t": "ping" })).await;
    assert_eq!(wire.frame().await.text()["t"], "pong");
    // The same key is the same terminal.
    let mut opened = Vec::new();
    for id in [20, 21] {
        wire.say(json!({ "t": "req", "id": id, "method": "terminals.open", "idem": "one" })).await;
        opened.push(wire.answer(id).await.unwrap()["terminal"]["id"].clone());
    }
    assert_eq!(opened[0], opened[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_terminal_is_opened_however_often_its_key_is_asked_for_at_once() {
    let scene = Scene::trusted();
    let params = json!({ "name": "mine" });
    let mut wires = Vec::new();
    for _ in 0..4 {
        wires.push(scene.wire().await);
    }
    for wire in &mut wires {
        let ask = json!({ "t": "req", "id": 9, "method": "terminals.open", "params": params, "idem": "k" });
        wire.say(ask).await;
    }
    let over_http = || {
        let call = scene.server.owner("POST", "/v1/rpc/terminals.open").header("idempotency-key", "k");
        call.json(&params).send()
    };
    let (one, two) = tokio::join!(over_http(), over_http());
    let mut opened = vec![one.json(), two.json()];
    for wire in &mut wires {
        opened.push(wire.answer(9).await.unwrap());
    }
    assert!(opened.iter().all(|one| *one == opened[0]), "{opened:?}");
    let (_, list) = scene.rpc("terminals.list", json!({})).await;
    assert_eq!(list["terminals"].as_array().unwrap().len(), 1, "{list}");
    // The same key for something else, while the first is done or later, is refused and opens nothing.
    for (id, key) in [(10, "k"), (11, "other"), (12, "other")] {
        let params = json!({ "name": format!("number {id}") });
        wires[0]
            .say(json!({ "t": "req", "id": id, "method": "terminals.open", "params": params, "idem": key }))
            .await;
    }
    // They come as they are ready.
    let (mut answered, mut refused) = (0, Vec::new());
    while answered < 3 {
        if let Frame::Text(frame) = wires[0].frame().await
            && frame["t"] == "res"
        {
            answered += 1;
            refused.extend((frame["ok"] == false).then(|| frame["error"]["code"].clone()));
        }
    }
    assert_eq!(refused, ["conflict", "conflict"]);
    let (_, list) = scene.rpc("terminals.list", json!({})).await;
    assert_eq!(list["terminals"].as_array().unwrap().len(), 2, "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_names_of_a_method_are_that_method() {
    let scene = Scene::trusted();
    let (mut wire, welcome) = Wire::welcomed(&scene.server.url, &scene.server.token).await;
    let offered = welcome["methods"].as_array().unwrap();
    for name in ["terminals.open", "terminal.session.start", "jobs.logs_tail", "jobs.logs.tail"] {
        assert!(offered.contains(&json!(name)), "{name}");
    }
    // One key is one call, by whichever name.
    let mut opened = Vec::new();
    for (id, method) in [(20, "terminal.session.start"), (21, "terminals.open")] {
        wire.say(json!({ "t": "req", "id": id, "method": method, "idem": "one" })).await;
        opened.push(wire.answer(id).await.unwrap()["terminal"]["id"].clone());
    }
    assert_eq!(opened[0], opened[1]);
    let id = opened[0].as_str().unwrap();
    let attached = wire.call("terminal.session.attach", json!({ "id": id, "after": 0 })).await.unwrap();
    let stream = attached["stream"].as_u64().unwrap() as u32;
    let size = json!({ "stream": stream, "cols": 70, "rows": 20 });
    wire.call("terminal.session.resize", size).await.unwrap();
    let typed = json!({ "stream": stream, "text": "stty size; echo en''d\n" });
    wire.call("terminal.session.input", typed).await.unwrap();
    assert!(wire.shown(stream, "end\r\n").await.contains("20 70"));
    let (status, list) = scene.rpc("terminal.session.list", json!({})).await;
    assert_eq!((status, list["terminals"].as_array().unwrap().len()), (200, 1));
    assert_eq!(scene.rpc("terminal.session.kill", json!({ "id": id })).await.0, 200);
    assert_eq!(wire.exit(stream).await.1["why"], "closed");
    let (status, refused) = scene.rpc("jobs.logs.tail", json!({ "id": "no-such" })).await;
    assert_eq!((status, &refused["code"]), (404, &json!("not_found")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_whose_caller_hung_up_over_http_is_the_one_that_is_asked_for_again() {
    use tokio::io::AsyncWriteExt;
    let scene = Scene::trusted();
    for n in 0..6 {
        let at = scene.server.url.strip_prefix("http://").unwrap();
        let mut socket = tokio::net::TcpStream::connect(at).await.unwrap();
        let request = format!(
            "POST /v1/rpc/terminals.open HTTP/1.1\r\nhost: {at}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\nidempotency-key: k{n}\r\ncontent-length: 2\r\n\r\n{{}}",
            scene.server.token
        );
        socket.write_all(request.as_bytes()).await.unwrap();
        drop(socket);
        let call = scene.server.owner("POST", "/v1/rpc/terminals.open");
        let again = call.header("idempotency-key", &format!("k{n}")).json(&json!({})).send().await;
        assert_eq!(again.status, 200, "{}", again.json());
    }
    let (_, list) = scene.rpc("terminals.list", json!({})).await;
    assert_eq!(list["terminals"].as_array().unwrap().len(), 6, "{list}");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_followed_from_a_cursor_and_again_after_a_cut() {
    let scene = Scene::trusted();
    let said =
        |n: usize| json!({ "type": "log", "payload": { "level": "info", "message": format!("line {n}") } });
    for n in 0..300 {
        scene.server.owner("POST", "/sessions/dev/command").json(&said(n)).send().await;
    }
    let mut cursors = Vec::new();
    let mut wire = scene.wire().await;
    wire.say(json!({ "t": "sub", "id": 5, "sessionId": "dev", "after": 0 })).await;
    wire.answer(5).await.unwrap();
    collect(&mut wire, 5, &mut cursors, 100).await;
    drop(wire);
    scene.server.owner("POST", "/sessions/dev/command").json(&said(300)).send().await;
    let mut wire: Wire = scene.wire().await;
    wire.say(json!({ "t": "sub", "id": 6, "sessionId": "dev", "after": cursors.last() })).await;
    wire.answer(6).await.unwrap();
    collect(&mut wire, 6, &mut cursors, 301).await;
    assert!(cursors.is_sorted_by(|a, b| a < b));
    wire.say(json!({ "t": "sub", "id": 7, "sessionId": "nowhere" })).await;
    assert_eq!(wire.answer(7).await.unwrap_err()["code"], "not_found");
}

async fn collect(wire: &mut Wire, sub: u32, cursors: &mut Vec<i64>, enough: usize) {
    while cursors.len() < enough {
        if let Frame::Text(frame) = wire.frame().await
            && frame["t"] == "ev"
            && frame["sub"] == sub
            && frame["envelope"]["type"] == "log"
        {
            cursors.push(frame["cursor"].as_i64().unwrap());
        }
    }
}
