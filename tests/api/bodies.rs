//! Bodies larger than any may be.

use crate::scene::Scene;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn nine_mebibytes_are_too_large_wherever_they_are_sent() {
    let scene = Scene::quiet();
    let text = "x".repeat(9 * 1024 * 1024);
    let before = scene.footprint().await;
    for path in [
        "/sessions/dev/message",
        "/message",
        "/v1/rpc/chat.send",
        "/sessions/dev/command",
        "/jobs/no-such/log",
        "/auth/exchange",
        "/admin/shutdown",
    ] {
        let answer = scene.post(path, json!({ "text": text })).await;
        assert_eq!((answer.status, answer.code()), (413, "too_large".into()), "{path}");
    }
    assert_eq!(scene.footprint().await, before);
    // Who is not let in is refused before a byte of it is kept.
    let stranger =
        scene.server.bare("POST", "/sessions/dev/message").json(&json!({ "text": text })).send().await;
    assert_eq!(stranger.status, 401);
    let bundle = scene.server.owner("PUT", "/jobs/no-such/bundle").body(text).send().await;
    assert_eq!(bundle.status, 404, "there is no such job, whatever its bundle");
}
