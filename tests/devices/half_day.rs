//! Half a day with a connection open: a device that has a key proves itself anew, one without has nothing to prove.

use crate::key::Key;
use crate::scene::{Scene, text};
use crate::wire::{Frame, Wire};
use serde_json::{Value, json};
use testkit::clock::Clock;
use tokio_tungstenite::tungstenite::Message;

/// Seconds after which it is closed, as docs/PROTOCOL.md and docs/SECURITY.md say.
const LONGEST: i64 = 12 * 60 * 60;
/// Seconds at once: after 45 without a word a connection is given up for that reason.
const STEP: i64 = 30;

/// Whether it is open: a word is answered.
async fn answers(wire: &mut Wire) -> Result<(), u16> {
    if !wire.try_send(Message::text(r#"{"t":"ping"}"#)).await {
        return Err(wire.closed().await);
    }
    loop {
        match wire.frame().await {
            Frame::Text(frame) if frame["t"] == "pong" => return Ok(()),
            Frame::Closed(code) => return Err(code),
            _ => {}
        }
    }
}

/// A device without a key; its token.
async fn keyless(scene: &Scene) -> String {
    let link = scene.link(json!({})).await;
    let claim = json!({ "nonce": link.nonce, "name": "plain", "kind": "phone" });
    let claimed: Value = scene.post("/pair/claim", claim).await.json();
    scene.done("pairing.approve", json!({ "id": link.pairing })).await;
    let ask = json!({ "pairingId": claimed["pairingId"], "claim": claimed["claim"] });
    text(&scene.post("/pair/state", ask).await.json()["token"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_of_a_device_with_a_key_is_closed_after_twelve_hours() {
    let Some(clock) = Clock::made() else {
        testkit::notes::not_run("twelve hours of a connection: no C compiler makes the server's clock");
        return;
    };
    let scene = Scene::with(|start| start.under(&clock.under().each_ref().map(String::as_str)));
    let phone = scene.paired(json!({}), "phone", Key::p256()).await;
    let token = keyless(&scene).await;
    let (mut keyed, welcome) = scene.knocked(&phone).await;
    assert_eq!(welcome["t"], "welcome", "{welcome}");
    let mut plain = Wire::open(&scene.server.url, &token).await;

    // What passes by itself meanwhile is a minute or two.
    let mut passed = 0;
    while passed + STEP < LONGEST - 600 {
        passed += STEP;
        clock.passed(passed);
        for wire in [&mut keyed, &mut plain] {
            assert_eq!(answers(wire).await, Ok(()), "after {passed} seconds");
        }
    }
    let code = loop {
        if passed >= LONGEST {
            break keyed.closed().await;
        }
        passed += STEP;
        clock.passed(passed);
        assert_eq!(answers(&mut plain).await, Ok(()), "after {passed} seconds");
        if let Err(code) = answers(&mut keyed).await {
            break code;
        }
    };
    assert_eq!(code, 1001, "after {passed} seconds");
    assert_eq!(answers(&mut plain).await, Ok(()), "it has nothing to prove");
    // It proves itself anew, and is there again.
    let (mut keyed, welcome) = scene.knocked(&phone).await;
    assert_eq!(welcome["t"], "welcome", "{welcome}");
    assert_eq!(answers(&mut keyed).await, Ok(()));
}
