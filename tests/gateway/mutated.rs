//! Frames that are almost right: those of the page with something changed in them, before and after the welcome.

use crate::document;
use crate::scene::Scene;
use crate::wire::{Frame, Wire, knock};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

/// Any numbers, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    fn change(&mut self, frame: &str) -> String {
        let mut bytes = frame.as_bytes().to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            match self.below(6) {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, b"{}[]\",:0-9e\\u"[self.below(13)]),
                2 => bytes[at] = self.below(128) as u8,
                3 => bytes.truncate(at.max(1)),
                4 => bytes.splice(at..at, b"99999999999999999999".iter().copied()).for_each(drop),
                _ => {
                    let again = bytes[at..].to_vec();
                    bytes.extend(again);
                }
            }
            if bytes.is_empty() {
                bytes.push(b'{');
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// Whatever is answered, it is answered in this protocol, and the end has a reason.
async fn judged(mut wire: Wire) {
    wire.try_send(Message::text(r#"{"t":"ping"}"#)).await;
    loop {
        match wire.frame().await {
            Frame::Text(frame) if frame["t"] == "pong" => return,
            Frame::Text(frame) => assert!(frame["t"].is_string(), "{frame}"),
            Frame::Binary { .. } => {}
            Frame::Closed(code) => {
                assert!([4400, 4401, 4403, 4408, 4426, 0].contains(&code), "{code}");
                return;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn frames_with_something_changed_in_them_break_nothing() {
    let scene = Scene::trusted();
    let frames: Vec<String> = document::frames()
        .into_iter()
        .filter(|(from_client, _)| *from_client)
        .map(|(_, frame)| frame)
        .collect();
    let mut dice = Dice(0x00dd_ba11_0ddb_a110);
    for _ in 0..150 {
        let mut wire = scene.wire().await;
        for _ in 0..4 {
            let chosen = dice.below(frames.len());
            let changed = dice.change(&frames[chosen]);
            if !wire.try_send(Message::text(changed)).await {
                break;
            }
        }
        judged(wire).await;
    }
    let hello = frames.iter().find(|frame| frame.contains("\"connect\"")).unwrap();
    for _ in 0..100 {
        let mut wire = knock(&scene.server.url, &[]).await.unwrap();
        assert_eq!(wire.frame().await.text()["t"], "hello");
        let first = dice.change(&hello.replace("secret", &scene.server.token));
        wire.try_send(Message::text(first)).await;
        judged(wire).await;
    }
    // Nothing of it has harmed the server.
    let mut wire = scene.wire().await;
    assert!(wire.call("session.list", json!({})).await.is_ok());
    assert_eq!(scene.server.bare("GET", "/healthz").send().await.status, 200);
}
