//! What a program in a real terminal notices: that nobody takes its output, and the signals it is sent.

use crate::scene::{Scene, attach, type_in};
use crate::wire::{ACK, Frame, OUTPUT, Wire};
use protocol::terminal::WINDOW;
use serde_json::json;

/// Lines the program counts: far more bytes than a window and everything between it and the program hold.
const LINES: usize = 1_500_000;

async fn bytes(scene: &Scene, id: &str) -> u64 {
    scene.listed(id).await.unwrap()["bytes"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_stops_while_its_output_is_not_taken_and_then_goes_on_with_every_byte() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, &id, json!({})).await;
    let ended = scene.folder().join("ended");
    type_in(
        &mut wire,
        stream,
        &format!("stty -echo; PS1=; echo be''gin; seq 1 {LINES}; echo > ended; echo en''d\n"),
    )
    .await;
    // It fills the window, and then it is written no further.
    let mut sent = 0;
    while sent < WINDOW {
        sent = scene
            .server
            .eventually("it writes", || async { Some(bytes(&scene, &id).await).filter(|now| *now > sent) })
            .await;
    }
    let mut still = (bytes(&scene, &id).await, 0);
    while still.1 < 50 {
        // Each look is a call to the server, and there are programs that write gigabytes in that time.
        let now = bytes(&scene, &id).await;
        still = if now == still.0 { (now, still.1 + 1) } else { (now, 0) };
    }
    assert!(still.0 < WINDOW + (1 << 20), "{} bytes were taken from it", still.0);
    assert!(!ended.exists(), "it has not come to its end");

    let mut all = Vec::new();
    while !all.ends_with(b"end\r\n") {
        match wire.frame().await {
            Frame::Binary { kind: OUTPUT, offset, bytes, .. } => {
                assert_eq!(offset, all.len() as u64, "nothing is left out or doubled");
                all.extend_from_slice(&bytes);
                wire.binary(ACK, stream, all.len() as u64, &[]).await;
            }
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
    }
    let text = String::from_utf8(all).unwrap();
    let seen = text.split("begin\r\n").nth(1).unwrap().strip_suffix("end\r\n").unwrap();
    let expected: String = (1..=LINES).map(|n| format!("{n}\r\n")).collect();
    assert!(seen == expected, "{} bytes of {}", seen.len(), expected.len());
    assert!(ended.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn output_that_was_there_before_is_marked_and_what_comes_is_not() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, &id, json!({})).await;
    // A question to the emulator, whose answer would be typed: that is what the mark is for. No prompt comes
    // after it, which might be there for whoever comes late and not yet for the list.
    type_in(&mut wire, stream, "stty -echo; PS1=; printf 'ear\\033[6nlier\\n'\n").await;
    wire.shown(stream, "lier\r\n").await;
    let there = bytes(&scene, &id).await;
    let mut late = scene.wire().await;
    let (late_stream, _) = attach(&mut late, &id, json!({ "viewOnly": true })).await;
    let (replayed, _) = output(&mut late, late_stream, "lier\r\n", 0).await;
    assert!(replayed.iter().all(|(_, replay)| *replay), "{replayed:?}");
    type_in(&mut wire, stream, "printf 'la\\033[6nter\\n'\n").await;
    let from = replayed.last().unwrap().0;
    let (live, text) = output(&mut late, late_stream, "ter\r\n", from).await;
    for (end, replay) in &live {
        assert_eq!(*replay, *end <= there, "up to {there} it was there: {live:?}");
    }
    assert!(live.iter().any(|(_, replay)| !replay) && text.contains("\u{1b}[6n"), "{text:?}");
    // After a cut, what was missed was there before, too.
    let mut again = scene.wire().await;
    let (stream, _) = attach(&mut again, &id, json!({ "viewOnly": true, "after": from })).await;
    let (missed, text) = output(&mut again, stream, "ter\r\n", from).await;
    assert!(missed.iter().all(|(_, replay)| *replay) && text.contains("\u{1b}[6n"), "{missed:?}");
}

/// The ends of pieces of output and whether they were marked, up to this text; and the text.
async fn output(wire: &mut Wire, stream: u32, until: &str, from: u64) -> (Vec<(u64, bool)>, String) {
    let (mut pieces, mut all) = (Vec::new(), Vec::new());
    while !String::from_utf8_lossy(&all).contains(until) {
        match wire.frame().await {
            Frame::Binary { kind: OUTPUT, replay, offset, bytes, stream: of } => {
                assert_eq!((of, offset), (stream, from + all.len() as u64));
                all.extend_from_slice(&bytes);
                pieces.push((from + all.len() as u64, replay));
                wire.binary(ACK, stream, from + all.len() as u64, &[]).await;
            }
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
    }
    (pieces, String::from_utf8_lossy(&all).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_signal_reaches_the_program_that_notes_it() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, &id, json!({})).await;
    let noting = scene.folder().join("noting.sh");
    // It waits for a moment at a time, after which the shell comes to its note.
    let script = "for one in INT QUIT TERM HUP; do trap \"echo noted-$one >> noted; echo n''oted-$one\" $one; done\necho wai''ting\nwhile :; do sleep 0.2; done\n";
    std::fs::write(&noting, script).unwrap();
    type_in(&mut wire, stream, "stty -echo; sh noting.sh\n").await;
    wire.shown(stream, "waiting\r\n").await;
    for (signal, noted) in [("interrupt", "INT"), ("quit", "QUIT"), ("terminate", "TERM"), ("hang_up", "HUP")]
    {
        assert_eq!(scene.rpc("terminals.signal", json!({ "id": id, "signal": signal })).await.0, 200);
        wire.shown(stream, &format!("noted-{noted}\r\n")).await;
    }
    let all = std::fs::read_to_string(scene.folder().join("noted")).unwrap();
    assert_eq!(all, "noted-INT\nnoted-QUIT\nnoted-TERM\nnoted-HUP\n", "each once, and no other");
    let (status, refused) = scene.rpc("terminals.signal", json!({ "id": id, "signal": "stop" })).await;
    assert_eq!(status, 400, "{refused}");
    assert_eq!(scene.rpc("terminals.signal", json!({ "id": id, "signal": "kill" })).await.0, 200);
    assert_eq!(wire.exit(stream).await.1["state"], "exited", "the shell goes with it");
}
