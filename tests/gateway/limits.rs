//! Every limit docs/PROTOCOL.md names, reached and passed by one.

use crate::document::PAGE;
use crate::scene::{Scene, attach};
use crate::wire::{Frame, Wire, connect, knock};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// As the page has it in its welcome.
fn limit(name: &str) -> usize {
    let (_, rest) = PAGE.split_once(&format!("\"{name}\":")).unwrap();
    rest.split([',', '}']).next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_events_are_followed_and_one_more_is_refused() {
    let scene = Scene::trusted();
    let mut wire = scene.wire().await;
    let most = limit("subscriptions");
    assert_eq!(most, 16);
    let follow = async |wire: &mut Wire, id: usize| {
        wire.say(json!({ "t": "sub", "id": id, "after": 0 })).await;
        wire.answer(id as u32).await
    };
    for id in 0..most {
        follow(&mut wire, id).await.unwrap();
    }
    assert_eq!(follow(&mut wire, 100).await.unwrap_err()["code"], "rate_limited");
    wire.say(json!({ "t": "unsub", "id": 3 })).await;
    follow(&mut wire, 100).await.unwrap();
    assert_eq!(follow(&mut wire, 101).await.unwrap_err()["code"], "rate_limited");
    // Another connection has its own.
    follow(&mut scene.wire().await, 0).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_requests_wait_for_their_answers_and_one_more_is_refused() {
    let scene = Scene::trusted();
    let mut wire = scene.wire().await;
    let most = limit("inFlight");
    assert_eq!(most, 64);
    // A claim waits until there is something.
    let claim = |id: usize| {
        let params = json!({ "agentId": "a", "waitMs": 8_000 });
        json!({ "t": "req", "id": id, "method": "requests.claim", "params": params })
    };
    for id in 0..most {
        wire.say(claim(id)).await;
    }
    for id in [100, 101] {
        wire.say(json!({ "t": "req", "id": id, "method": "session.list" })).await;
        let refused = wire.answer(id).await.unwrap_err();
        assert_eq!((&refused["code"], &refused["retryable"]), (&json!("rate_limited"), &json!(true)));
    }
    // What belongs to the connection itself needs no place, and another connection has its own.
    wire.call("presence.list", json!({})).await.unwrap();
    scene.wire().await.call("session.list", json!({})).await.unwrap();
    // They all come to their end, and there is room again.
    for _ in 0..most {
        let answered = loop {
            match wire.frame().await {
                Frame::Text(frame) if frame["t"] == "res" => break frame,
                Frame::Closed(code) => panic!("closed with {code}"),
                _ => {}
            }
        };
        assert!(answered["id"].as_u64().unwrap() < most as u64, "{answered}");
    }
    wire.call("session.list", json!({})).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_terminals_are_attached_and_one_more_is_refused() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let most = limit("streams");
    assert_eq!(most, 32);
    let mut streams = Vec::new();
    for _ in 0..most {
        streams.push(attach(&mut wire, &id, json!({ "viewOnly": true })).await.0);
    }
    let again = json!({ "id": id, "viewOnly": true });
    let refused = wire.call("terminals.attach", again.clone()).await.unwrap_err();
    assert_eq!(refused["code"], "rate_limited", "{refused}");
    wire.call("terminals.detach", json!({ "stream": streams[7] })).await.unwrap();
    wire.call("terminals.attach", again.clone()).await.unwrap();
    assert_eq!(wire.call("terminals.attach", again.clone()).await.unwrap_err()["code"], "rate_limited");
    scene.wire().await.call("terminals.attach", again).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_of_themselves_is_closed_after_ten_seconds() {
    let scene = Scene::trusted();
    let began = Instant::now();
    let mut wire = knock(&scene.server.url, &[]).await.unwrap();
    assert_eq!(wire.frame().await.text()["t"], "hello");
    let reject = wire.frame().await.text();
    assert_eq!((&reject["t"], &reject["next"]), (&json!("reject"), &json!("wait")), "{reject}");
    assert_eq!(wire.closed().await, 4408);
    let took = began.elapsed();
    // Whoever has said something before is closed after 45.
    assert!(took > Duration::from_secs(9) && took < Duration::from_secs(40), "{took:?}");
    assert!(PAGE.contains("`connect` comes within 10 seconds"));
}

/// A connection whose own side takes in little at a time.
async fn narrow(scene: &Scene) -> Wire {
    let at = scene.server.url.strip_prefix("http://").unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let stream = socket.connect(at.parse().unwrap()).await.unwrap();
    let request = format!("ws://{at}/v1/ws").into_client_request().unwrap();
    let stream = tokio_tungstenite::MaybeTlsStream::Plain(stream);
    let (socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    let mut wire = Wire::over(socket);
    assert_eq!(wire.frame().await.text()["t"], "hello");
    wire.say(connect(&scene.server.token)).await;
    assert_eq!(wire.frame().await.text()["t"], "welcome");
    wire
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_told_of_the_gap_and_goes_on() {
    let scene = Scene::trusted();
    for n in 0..100 {
        let message = format!("{n} {}", "x".repeat(8_000));
        let line = json!({ "type": "log", "payload": { "level": "info", "message": message } });
        scene.server.owner("POST", "/sessions/dev/command").json(&line).send().await;
    }
    let id = scene.open().await;
    let (mut deaf, mut other) = (narrow(&scene).await, scene.wire().await);
    let (mut dropped, mut news) = (0, 0);
    // Where the machine is busy the answers may come after the news, and little or nothing is missed: then it is
    // done again.
    for round in 0..20 {
        // Answers that are not read: nothing more is taken in for it while they wait. All of them together are more than
        // the system takes and less than what cuts a connection, however many of them are made at the same time.
        let asked = 9;
        for id in 0..asked {
            let params = json!({ "sessionId": "dev", "limit": 100 });
            deaf.say(json!({ "t": "req", "id": id, "method": "session.events", "params": params })).await;
            // Some time for it to be answered.
            assert_eq!(scene.rpc("session.events", params).await.0, 200);
        }
        // More news meanwhile than are kept for anybody.
        for n in 0..400 {
            let name = format!("name {round} {n}");
            let (status, reply) = scene.rpc("terminals.rename", json!({ "id": id, "name": name })).await;
            assert_eq!(status, 200, "{reply}");
            while !matches!(other.frame().await, Frame::Text(frame) if frame["t"] == "now") {}
            news += 1;
        }
        deaf.say(json!({ "t": "req", "id": asked, "method": "session.list", "params": {} })).await;
        let mut answered = 0;
        while answered <= asked {
            match deaf.frame().await {
                Frame::Text(frame) if frame["t"] == "res" => {
                    assert_eq!(frame["ok"], true);
                    answered += 1;
                }
                Frame::Text(frame) if frame["t"] == "gap" => dropped += frame["dropped"].as_u64().unwrap(),
                Frame::Text(frame) => assert_eq!(frame["t"], "now", "{frame}"),
                other => panic!("{other:?}"),
            }
        }
        if dropped > 50 {
            break;
        }
    }
    assert!(dropped > 50 && dropped <= news, "{dropped} of {news}");
    // It goes on, and hears what is new.
    let (status, _) = scene.rpc("terminals.rename", json!({ "id": id, "name": "the last" })).await;
    assert_eq!(status, 200);
    let told =
        |frame: &Frame| matches!(frame, Frame::Text(frame) if frame["data"]["type"] == "terminals.changed");
    while !told(&deaf.frame().await) {}
    let sessions: Value = deaf.call("session.list", json!({})).await.unwrap();
    assert!(sessions["sessions"].is_array());
}
