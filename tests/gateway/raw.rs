//! Frames no WebSocket library would send: each is the end of its own connection, and of nothing else.

use crate::flood::LEFT_BEHIND;
use crate::requests::memory;
use crate::scene::Scene;
use crate::wire::knock;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(60);
/// First bytes of frames: the last one of its message, or not.
const TEXT: u8 = 0x81;
const TEXT_BEGINS: u8 = 0x01;
const GOES_ON: u8 = 0x00;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;
/// A bit that no extension was agreed on for.
const RESERVED: [u8; 3] = [0x40, 0x20, 0x10];

/// A connection as bytes.
struct Raw(TcpStream);

impl Raw {
    /// Upgraded, with the owner's token; the server has said hello.
    async fn greeted(scene: &Scene) -> Self {
        let at = scene.server.url.strip_prefix("http://").unwrap();
        let mut raw = Self(TcpStream::connect(at).await.unwrap());
        let request = format!(
            "GET /v1/ws HTTP/1.1\r\nHost: {at}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Authorization: Bearer {}\r\n\r\n",
            scene.server.token
        );
        raw.0.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(raw.0.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        assert_eq!(raw.text().await["t"], "hello");
        raw
    }

    /// And let in.
    async fn welcomed(scene: &Scene) -> Self {
        let mut raw = Self::greeted(scene).await;
        let connect = json!({ "t": "connect", "versions": [1, 1], "client": { "name": "raw" } });
        raw.0.write_all(&masked(TEXT, connect.to_string().as_bytes())).await.unwrap();
        assert_eq!(raw.text().await["t"], "welcome");
        raw
    }

    /// The next frame: its first byte and what is in it; none when the connection is over.
    async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.0.read_u8().await.ok()?;
        let length = match self.0.read_u8().await.ok()? {
            126 => u64::from(self.0.read_u16().await.ok()?),
            127 => self.0.read_u64().await.ok()?,
            short => u64::from(short),
        };
        let mut payload = vec![0; usize::try_from(length).unwrap()];
        self.0.read_exact(&mut payload).await.ok()?;
        Some((first, payload))
    }

    async fn text(&mut self) -> Value {
        let (first, payload) = tokio::time::timeout(PATIENCE, self.frame()).await.unwrap().unwrap();
        assert_eq!(first, TEXT);
        serde_json::from_slice(&payload).unwrap()
    }

    /// Says bytes; whoever has hung up already hears no more.
    async fn says(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }

    /// It is closed by the other end, with a code or without.
    async fn ended(mut self) -> Option<u16> {
        let mut code = None;
        let over = async {
            while let Some((first, payload)) = self.frame().await {
                assert!([TEXT, CLOSE, PING, PONG].contains(&first), "{first:#x}");
                if first == CLOSE {
                    code = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
                }
            }
        };
        tokio::time::timeout(PATIENCE, over).await.expect("it is closed");
        code
    }
}

fn head(first: u8, mask: u8, length: usize) -> Vec<u8> {
    let mut frame = vec![first];
    match length {
        0..126 => frame.push(mask | length as u8),
        126..0x1_0000 => {
            frame.push(mask | 126);
            frame.extend((length as u16).to_be_bytes());
        }
        _ => {
            frame.push(mask | 127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame
}

/// As a client sends it.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let (mut frame, key) = (head(first, 0x80, payload.len()), [1, 2, 3, 4]);
    frame.extend(key);
    frame.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// As only a server sends it.
fn bare(first: u8, payload: &[u8]) -> Vec<u8> {
    [head(first, 0, payload.len()).as_slice(), payload].concat()
}

fn cases() -> Vec<(String, Vec<u8>)> {
    let ping = br#"{"t":"ping"}"#;
    let mut all = vec![
        ("a frame that is not masked".to_owned(), bare(TEXT, ping)),
        ("a ping that is not masked".to_owned(), bare(PING, b"")),
        ("a ping of 126 bytes".to_owned(), masked(PING, &[b'x'; 126])),
        ("a pong of 64 KiB".to_owned(), masked(PONG, &vec![b'x'; 0x1_0000])),
        ("a ping in pieces".to_owned(), masked(PING & 0x7f, b"x")),
        ("a piece of nothing".to_owned(), masked(GOES_ON, b"x")),
        ("the end of nothing".to_owned(), masked(GOES_ON | 0x80, b"x")),
        (
            "a message inside of another".to_owned(),
            [masked(TEXT_BEGINS, b"{\"t\":"), masked(TEXT_BEGINS, b"{\"t\":")].concat(),
        ),
        ("text that is none".to_owned(), masked(TEXT, &[0xff, 0xfe, 0x80])),
        ("a frame that says it is larger than anything".to_owned(), {
            let mut frame = vec![BINARY, 0x80 | 127];
            frame.extend(u64::MAX.to_be_bytes());
            frame.extend([0; 4]);
            frame
        }),
        (
            "a frame that says it is 1 GiB".to_owned(),
            [head(BINARY, 0x80, 1 << 30).as_slice(), &[0; 4]].concat(),
        ),
        ("a goodbye of one byte".to_owned(), masked(CLOSE, b"x")),
        ("a goodbye with a code there is not".to_owned(), masked(CLOSE, &1_u16.to_be_bytes())),
    ];
    for code in [0x3_u8, 0x4, 0x5, 0x6, 0x7, 0xb, 0xc, 0xd, 0xe, 0xf] {
        all.push((format!("the reserved kind {code:#x}"), masked(0x80 | code, b"x")));
    }
    for bit in RESERVED {
        all.push((format!("the reserved bit {bit:#x}"), masked(TEXT | bit, ping)));
        all.push((format!("a ping with the reserved bit {bit:#x}"), masked(PING | bit, b"")));
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_is_none_closes_its_own_connection_alone() {
    let scene = Scene::trusted();
    let mut beside = scene.wire().await;
    for (what, bytes) in cases() {
        // Before the server knows who is there, and after.
        for known in [false, true] {
            let mut raw = if known { Raw::welcomed(&scene).await } else { Raw::greeted(&scene).await };
            raw.says(&bytes).await;
            let code = raw.ended().await;
            assert!(code.is_none_or(|code| [1000, 1002, 1007, 4400].contains(&code)), "{what}: {code:?}");
            assert!(beside.call("session.list", json!({})).await.is_ok(), "{what}");
        }
    }
    assert!(knock(&scene.server.url, &[]).await.is_ok(), "whoever comes next is greeted");
}

/// One message that never ends: in pieces with something in them, and in empty ones.
async fn endless(scene: &Scene, known: bool) {
    let piece = vec![b'x'; 64 * 1024];
    let mut raw = if known { Raw::welcomed(scene).await } else { Raw::greeted(scene).await };
    raw.says(&masked(TEXT_BEGINS, &piece)).await;
    for _ in 0..40 {
        raw.says(&masked(GOES_ON, &piece)).await;
    }
    let code = raw.ended().await;
    assert!(code.is_none_or(|code| code == 4400), "after more than a message may have: {code:?}");
    // Of empty ones it takes as many as come, for as long as a connection may be without a word.
    let mut raw = if known { Raw::welcomed(scene).await } else { Raw::greeted(scene).await };
    raw.says(&masked(TEXT_BEGINS, b"{")).await;
    let empty = masked(GOES_ON, b"").repeat(1_000);
    for _ in 0..50 {
        raw.says(&empty).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_without_an_end_costs_no_memory_and_nobody_else_anything() {
    let scene = Scene::trusted();
    let mut beside = scene.wire().await;
    let round = async |beside: &mut crate::wire::Wire| {
        for _ in 0..4 {
            for known in [false, true] {
                endless(&scene, known).await;
                assert!(beside.call("session.list", json!({})).await.is_ok());
            }
        }
    };
    round(&mut beside).await;
    let before = memory(&scene);
    for _ in 0..3 {
        round(&mut beside).await;
    }
    let grown = memory(&scene).saturating_sub(before);
    assert!(grown < LEFT_BEHIND, "{grown} KiB after 48 more messages without an end");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_frames_that_are_none_leaves_no_memory_behind() {
    let scene = Scene::trusted();
    let round = async || {
        for (_, bytes) in cases() {
            let mut raw = Raw::welcomed(&scene).await;
            raw.says(&bytes).await;
            raw.ended().await;
        }
    };
    round().await;
    let before = memory(&scene);
    for _ in 0..10 {
        round().await;
    }
    let grown = memory(&scene).saturating_sub(before);
    assert!(grown < LEFT_BEHIND, "{grown} KiB after so many frames that are none");
    assert_eq!(scene.rpc("session.list", json!({})).await.0, 200);
}
