//! One device takes no more connections than its part: the others, and the machine itself, find their places.

use crate::key::Key;
use crate::scene::Scene;
use serde_json::json;

/// Connections of one device that docs/PROTOCOL.md names.
const OF_ONE: usize = 64;

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_opens_connection_after_connection_keeps_nobody_else_out() {
    let scene = Scene::new();
    let greedy = scene.paired(json!({ "role": "viewer" }), "greedy", Key::p256()).await;
    let phone = scene.paired(json!({ "role": "viewer" }), "phone", Key::p256()).await;
    let mut held = Vec::new();
    for _ in 0..OF_ONE {
        let (wire, answer) = scene.knocked(&greedy).await;
        assert_eq!(answer["t"], "welcome", "{answer}");
        held.push(wire);
    }
    let (mut wire, answer) = scene.knocked(&greedy).await;
    assert_eq!(
        (&answer["t"], &answer["error"]["code"]),
        (&json!("reject"), &json!("rate_limited")),
        "{answer}"
    );
    assert_eq!(answer["next"], "wait", "{answer}");
    assert_eq!(wire.closed().await, 4408);
    assert_eq!(scene.knocked(&phone).await.1["t"], "welcome");
    scene.server.client.gateway("the machine itself").await.unwrap();
    // Who goes makes room.
    drop(held.pop());
    let again = || async { (scene.knocked(&greedy).await.1["t"] == "welcome").then_some(()) };
    scene.server.eventually("a place", again).await;
}
