//! Frames that are none: whatever comes, the connection ends and the server goes on.

use crate::scene::{Scene, attach, type_in};
use crate::wire::{INPUT, SNAPSHOT, connect};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_frame_closes_the_connection_with_a_reason() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let bad: Vec<Message> = vec![
        Message::text("{"),
        Message::text("{}"),
        Message::text("[]"),
        Message::text(r#"{"t":"nothing"}"#),
        Message::text(r#"{"t":"req","id":-1,"method":"x"}"#),
        Message::text(r#"{"t":"req","id":4294967296,"method":"x"}"#),
        Message::text(r#"{"t":"req","id":1,"method":"x","params":[]}"#),
        Message::text(r#"{"t":"req","id":1,"method":"x","more":1}"#),
        Message::text(connect("again").to_string()),
        Message::binary(vec![]),
        Message::binary(vec![1; 15]),
        Message::binary(vec![2; 16]),
        Message::binary([&[1, 99], &[0; 14][..]].concat()),
        // A picture is nothing a client may send.
        Message::binary([&[1, SNAPSHOT, 0, 0, 0, 0, 0, 1], &[0; 8][..]].concat()),
    ];
    for message in bad {
        let mut wire = scene.wire().await;
        attach(&mut wire, &id, json!({ "viewOnly": true })).await;
        wire.send(message.clone()).await;
        assert_eq!(wire.closed().await, 4400, "{message:?}");
    }
    let mut wire = scene.wire().await;
    // It may be closed before all of it is sent.
    wire.try_send(Message::text("x".repeat(2 << 20))).await;
    assert!([4400, 1009, 0].contains(&wire.closed().await));
    assert_eq!(scene.rpc("terminals.list", json!({})).await.0, 200);
}

/// Any bytes, the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn frame(&mut self, stream: u32) -> Message {
        let mut bytes: Vec<u8> = (0..self.roll() % 64).map(|_| self.roll() as u8).collect();
        // Half of them with a head that is right, so that more than the head is tried.
        if bytes.len() >= 16 && self.roll().is_multiple_of(2) {
            bytes[0] = 1;
            bytes[1] = (self.roll() % 3) as u8;
            bytes[4..8].copy_from_slice(&stream.to_be_bytes());
        }
        match self.roll() % 3 {
            0 => Message::text(String::from_utf8_lossy(&bytes).into_owned()),
            _ => Message::binary(bytes),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_of_any_bytes_break_nothing() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut dice = Dice(0x5eed_5eed_5eed_5eed);
    for _ in 0..60 {
        let mut wire = scene.wire().await;
        let (stream, _) = attach(&mut wire, &id, json!({ "viewOnly": true })).await;
        // All are thrown before the first is sent: when the connection ends does not decide what comes next.
        let thrown: Vec<Message> = (0..10).map(|_| dice.frame(stream)).collect();
        for message in thrown {
            if !wire.try_send(message).await {
                break;
            }
        }
    }
    let mut wire = scene.wire().await;
    let (stream, attached) = attach(&mut wire, &id, json!({})).await;
    assert_eq!(attached["controls"], true);
    type_in(&mut wire, stream, "echo al''ive\n").await;
    wire.shown(stream, "alive").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_for_streams_that_are_not_there_are_left_alone() {
    let scene = Scene::trusted();
    let mut wire = scene.wire().await;
    wire.binary(INPUT, 4711, 0, b"lost").await;
    wire.say(json!({ "t": "unsub", "id": 4711 })).await;
    wire.say(json!({ "t": "ping" })).await;
    assert_eq!(wire.frame().await.text()["t"], "pong");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_nothing_keeps_nothing_in_the_memory_of_the_server() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, &id, json!({})).await;
    let mut deaf = Vec::new();
    for _ in 0..10 {
        let mut one = scene.wire().await;
        attach(&mut one, &id, json!({ "viewOnly": true })).await;
        deaf.push(one);
    }
    type_in(&mut wire, stream, "seq 1 2000000; echo en''d\n").await;
    wire.shown(stream, "end\r\n").await;
    let status = std::fs::read_to_string(format!("/proc/{}/status", scene.server.pid())).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kib: u64 = resident.trim().trim_end_matches(" kB").trim().parse().unwrap();
    assert!(kib < 300 * 1024, "{kib} KiB after 14 MB for ten who do not read");
    drop(deaf);
}
