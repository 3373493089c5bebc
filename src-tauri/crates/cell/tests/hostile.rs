//! What a side without manners can send, and what becomes of the channel: a reason, and nothing kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use bytes::{BufMut as _, BytesMut};
use cell::frame::{Kind, LONGEST, encode};
use cell::mux::{Limits, Mux, Opened, Side, WINDOW};
use cell::{Doors, Hello, Session};
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::sync::mpsc;
use tokio::time::timeout;

fn outside() -> (Mux, mpsc::Receiver<Opened>, DuplexStream) {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let (read, write) = tokio::io::split(near);
    let (mux, incoming) = Mux::start(read, write, BytesMut::new(), Side::Outside, Limits::of(Side::Outside));
    (mux, incoming, far)
}

/// Sends frames to an outside that has stream 1 open and reads nothing. Yields why the channel ended.
async fn ended_by(frames: &[(Kind, u32, Vec<u8>)]) -> &'static str {
    let mut bytes = BytesMut::new();
    frames.iter().for_each(|(kind, stream, payload)| encode(*kind, *stream, payload, &mut bytes));
    let (mux, _incoming, mut far) = outside();
    let _held = mux.open(b"x").unwrap().unwrap();
    let _ = far.write_all(&bytes).await;
    timeout(Duration::from_secs(60), mux.closed()).await.expect("the channel goes on").code()
}

fn data(stream: u32, length: usize) -> (Kind, u32, Vec<u8>) {
    (Kind::Data, stream, vec![1; length])
}

fn window(stream: u32, room: u32) -> (Kind, u32, Vec<u8>) {
    (Kind::Window, stream, room.to_be_bytes().to_vec())
}

const OPEN: fn(u32) -> (Kind, u32, Vec<u8>) = |stream| (Kind::Open, stream, b"{}".to_vec());
const END: fn(u32) -> (Kind, u32, Vec<u8>) = |stream| (Kind::End, stream, Vec::new());
const RESET: fn(u32) -> (Kind, u32, Vec<u8>) = |stream| (Kind::Reset, stream, b"why".to_vec());

#[tokio::test]
async fn each_breach_ends_the_channel_with_its_own_code() {
    let beyond = (0..WINDOW / LONGEST).map(|_| data(1, LONGEST)).chain([data(1, 1)]).collect::<Vec<_>>();
    for (frames, code) in [
        (vec![data(2, 10)], "channel.unknown_stream"),
        (vec![data(3, 10)], "channel.unknown_stream"),
        (vec![window(8, 10)], "channel.unknown_stream"),
        (vec![END(8)], "channel.unknown_stream"),
        (vec![RESET(8)], "channel.unknown_stream"),
        (vec![OPEN(3)], "channel.reused_stream"),
        (vec![OPEN(2), OPEN(2)], "channel.reused_stream"),
        (vec![OPEN(4), OPEN(2)], "channel.reused_stream"),
        (vec![OPEN(1)], "channel.reused_stream"),
        (beyond, "channel.window_exceeded"),
        (vec![window(1, 1)], "channel.window_overflow"),
        (vec![window(1, 0)], "channel.window_overflow"),
        (vec![window(1, u32::MAX)], "channel.window_overflow"),
        (vec![END(1), data(1, 1)], "channel.after_end"),
        (vec![END(1), END(1)], "channel.after_end"),
        (vec![RESET(1), data(1, 1)], "channel.after_end"),
        (vec![(Kind::Hello, 0, b"{}".to_vec())], "channel.unexpected"),
        (vec![(Kind::Goodbye, 0, b"tired".to_vec())], "channel.goodbye"),
    ] {
        assert_eq!(ended_by(&frames).await, code, "{:?}", frames.last());
    }
}

#[tokio::test]
async fn opening_without_end_and_reading_nothing_ends_the_channel() {
    let mut frames: Vec<_> = (1..2000).map(|number| OPEN(number * 2)).collect();
    assert_eq!(ended_by(&frames).await, "channel.too_many_streams");
    // Opened and broken off at once: places come back only when the streams are let go here.
    frames = (1..2000).flat_map(|number| [OPEN(number * 2), RESET(number * 2)]).collect();
    assert_eq!(ended_by(&frames).await, "channel.too_many_streams");
}

#[tokio::test]
async fn bytes_that_are_no_frame_end_the_channel_and_the_sender_is_told() {
    for (bytes, code) in [
        (&[77_u8; 100][..], "channel.unknown_kind"),
        (b"Error response from daemon: no such container\n", "channel.unknown_kind"),
        (&[3, 0, 0xff, 0xff, 0, 0, 0, 1, 0, 0][..], "channel.too_long"),
    ] {
        let (mux, _incoming, mut far) = outside();
        far.write_all(bytes).await.unwrap();
        assert_eq!(timeout(Duration::from_secs(60), mux.closed()).await.unwrap().code(), code);
        let mut said = Vec::new();
        timeout(Duration::from_secs(60), far.read_to_end(&mut said)).await.unwrap().unwrap();
        assert!(said.ends_with(code.as_bytes()), "{said:?}");
    }
}

#[tokio::test]
async fn a_cut_frame_is_told_from_an_end_between_frames() {
    for (bytes, code) in [(&[3_u8, 0, 0, 9, 0][..], "channel.truncated"), (&[][..], "channel.gone")] {
        let (mux, _incoming, mut far) = outside();
        far.write_all(bytes).await.unwrap();
        drop(far);
        assert_eq!(timeout(Duration::from_secs(60), mux.closed()).await.unwrap().code(), code);
    }
}

#[tokio::test]
async fn data_for_a_stream_that_ended_here_is_dropped_without_a_fuss() {
    let (mux, _incoming, mut far) = outside();
    let stream = mux.open(b"x").unwrap().unwrap();
    stream.reset("enough");
    let mut bytes = BytesMut::new();
    (0..40).for_each(|_| encode(Kind::Data, 1, &[0; LONGEST], &mut bytes));
    // It has taken the reset by then, or the window would be exceeded.
    let mut seen = BytesMut::new();
    while !seen.ends_with(b"enough") {
        far.read_buf(&mut seen).await.unwrap();
    }
    far.write_all(&bytes).await.unwrap();
    let other = mux.open(b"y").unwrap().unwrap();
    seen.clear();
    while !seen.ends_with(b"y") {
        far.read_buf(&mut seen).await.unwrap();
    }
    assert!(timeout(Duration::from_millis(100), mux.closed()).await.is_err());
    drop(other);
}

#[tokio::test]
async fn streams_for_nothing_are_refused_and_the_session_goes_on() {
    let (near, mut far) = tokio::io::duplex(64 * 1024);
    let (read, write) = tokio::io::split(near);
    let welcome = format!(r#"{{"version":{},"refused":null,"doors":[],"pid":1}}"#, cell::VERSION);
    let mut bytes = BytesMut::new();
    encode(Kind::Hello, 0, welcome.as_bytes(), &mut bytes);
    for (at, purpose) in [
        &b""[..],
        b"not json",
        b"{\"door\":\"cellar\"}",
        b"{\"door\":\"model\"}",
        b"{\"put\":{\"path\":\"/etc/passwd\",\"mode\":420}}",
        b"{\"command\":{\"pipes\":2}}",
    ]
    .iter()
    .enumerate()
    {
        encode(Kind::Open, (at as u32 + 1) * 2, purpose, &mut bytes);
    }
    far.write_all(&bytes).await.unwrap();
    let session = Session::over(read, write, Hello::new(), Doors::none()).await.unwrap();
    let mut seen = BytesMut::new();
    let refused = |seen: &BytesMut| {
        let text = String::from_utf8_lossy(seen).into_owned();
        text.matches("not_understood").count() + text.matches("no_such_door").count()
    };
    while refused(&seen) < 6 {
        assert!(timeout(Duration::from_secs(60), far.read_buf(&mut seen)).await.unwrap().unwrap() > 0);
    }
    assert!(timeout(Duration::from_millis(50), session.closed()).await.is_err());
}

#[tokio::test]
async fn a_hello_that_is_none_ends_the_greeting_with_a_code() {
    let hello = |text: &str| {
        let mut bytes = BytesMut::new();
        encode(Kind::Hello, 0, text.as_bytes(), &mut bytes);
        bytes
    };
    let mut early = BytesMut::new();
    encode(Kind::Data, 1, b"x", &mut early);
    let mut noise = BytesMut::new();
    noise.put_slice(b"exec /pilothouse-inside: no such file or directory\n");
    let refusing = format!(r#"{{"version":{},"refused":"no room","doors":[],"pid":1}}"#, cell::VERSION);
    for (bytes, code) in [
        (hello("[]"), "channel.malformed"),
        (hello(r#"{"version":777,"refused":null,"doors":[],"pid":1}"#), "channel.version"),
        (hello(&refusing), "channel.refused"),
        (early, "channel.unexpected"),
        (noise, "channel.unknown_kind"),
        (BytesMut::new(), "channel.gone"),
    ] {
        let (near, mut far) = tokio::io::duplex(64 * 1024);
        let (read, write) = tokio::io::split(near);
        far.write_all(&bytes).await.unwrap();
        far.shutdown().await.unwrap();
        let error = Session::over(read, write, Hello::new(), Doors::none()).await.unwrap_err();
        assert_eq!(error.code(), code);
    }
}

/// Frames that are well-formed and otherwise anything.
fn nonsense() -> impl Strategy<Value = Vec<u8>> {
    let frame = (1_u8..=7, 0_u32..9, proptest::collection::vec(any::<u8>(), 0..80)).prop_map(
        |(kind, stream, payload)| {
            let mut bytes = vec![kind, 0];
            let payload = if kind == 4 { vec![0, 0, payload.len() as u8, 1] } else { payload };
            let payload = if kind == 5 { Vec::new() } else { payload };
            bytes.extend((payload.len() as u16).to_be_bytes());
            bytes.extend(stream.to_be_bytes());
            bytes.extend(payload);
            bytes
        },
    );
    let noise = proptest::collection::vec(any::<u8>(), 1..30);
    proptest::collection::vec(prop_oneof![30 => frame, 1 => noise], 1..60).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn whatever_is_sent_the_channel_ends_or_goes_on_and_nothing_panics(bytes in nonsense(), inside in any::<bool>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let side = if inside { Side::Inside } else { Side::Outside };
            let (near, mut far) = tokio::io::duplex(8 * 1024);
            let (read, write) = tokio::io::split(near);
            let (mux, mut incoming) = Mux::start(read, write, BytesMut::new(), side, Limits::of(side));
            let mut ours: Vec<_> = (0..2).filter_map(|_| mux.open(b"x").unwrap()).collect();
            tokio::spawn(async move {
                while let Some(opened) = incoming.recv().await {
                    let mut stream = opened.stream;
                    let mut some = [0; 16];
                    let _ = timeout(Duration::from_millis(1), stream.read(&mut some)).await;
                }
            });
            let _ = timeout(Duration::from_secs(60), far.write_all(&bytes)).await.unwrap();
            let _ = timeout(Duration::from_millis(1), ours[0].write_all(&[0; 100])).await;
            drop(far);
            // A pipe that ends always ends the channel.
            timeout(Duration::from_secs(60), mux.closed()).await.unwrap();
            drop(ours.pop());
        });
    }
}
