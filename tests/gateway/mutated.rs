//! Frames that are almost right: those of the page with something changed in them, before and after the welcome.

use crate::dice::{Dice, judged};
use crate::document;
use crate::scene::Scene;
use crate::wire::knock;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

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
        // All are thrown before the first is sent: when the connection ends does not decide what comes next.
        let thrown: Vec<String> = (0..4)
            .map(|_| {
                let chosen = dice.below(frames.len());
                dice.change(&frames[chosen])
            })
            .collect();
        for changed in thrown {
            if !wire.try_send(Message::text(changed)).await {
                break;
            }
        }
        judged(wire, &[4400, 4401, 4403, 4408, 4426, 0]).await;
    }
    let hello = frames.iter().find(|frame| frame.contains("\"connect\"")).unwrap();
    for _ in 0..100 {
        let mut wire = knock(&scene.server.url, &[]).await.unwrap();
        assert_eq!(wire.frame().await.text()["t"], "hello");
        let first = dice.change(&hello.replace("secret", &scene.server.token));
        wire.try_send(Message::text(first)).await;
        judged(wire, &[4400, 4401, 4403, 4408, 4426, 0]).await;
    }
    // Nothing of it has harmed the server.
    let mut wire = scene.wire().await;
    assert!(wire.call("session.list", json!({})).await.is_ok());
    assert_eq!(scene.server.bare("GET", "/healthz").send().await.status, 200);
}
