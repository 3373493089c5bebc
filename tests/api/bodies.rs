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

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_of_garbage_is_refused_with_its_reason_and_takes_nothing_in() {
    let scene = Scene::quiet();
    let job =
        scene.post("/jobs/enqueue", json!({ "taskId": "t", "kind": "k", "sessionId": "dev" })).await.json();
    let claim = scene.post("/jobs/claim", json!({ "workerId": "w" })).await.json();
    let path = format!("/jobs/{}/bundle", job["jobId"].as_str().unwrap());
    let (token, held) = (claim["jobToken"].as_str().unwrap(), claim["claimToken"].as_str().unwrap());
    let header = b"# v2 git bundle\n".to_vec();
    let lying = [header.clone(), format!("{} refs/heads/x\n\nPACK", "0".repeat(40)).into_bytes()].concat();
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("noise", vec![0xff; 4096]),
        ("only a header", header),
        ("a lying header", lying),
    ] {
        for call in [
            scene.server.bare("PUT", &path).bearer(token),
            scene.server.owner("PUT", &path).header("x-claim-token", held),
        ] {
            let answer = call.body(bytes.clone()).send().await;
            answer.assert_refused(what);
            assert_eq!(answer.status, 422, "{what}: {}", answer.json());
        }
    }
    let guess = scene.server.owner("PUT", &path).header("x-claim-token", "guess").body("x").send().await;
    assert_eq!((guess.status, guess.code()), (409, "lease_lost".into()));
    assert_eq!(scene.get(&path.replace("bundle", "diff")).await.status, 404, "nothing was handed over");
    let model = scene
        .server
        .bare("POST", "/broker/v1/chat/completions")
        .bearer(token)
        .json(&json!({ "model": "m" }))
        .send()
        .await;
    assert_eq!((model.status, model.code()), (403, "forbidden".into()), "a job without a model has none");
}
