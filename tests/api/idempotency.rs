//! A retried call has the first call's answer and no second effect.

use crate::scene::Scene;
use serde_json::{Value, json};
use testkit::world::Answer;

async fn keyed(scene: &Scene, path: &str, key: &str, body: &Value) -> Answer {
    scene.server.owner("POST", path).header("idempotency-key", key).json(body).send().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_and_body_act_once_and_another_body_conflicts() {
    let scene = Scene::quiet();
    let cases = [
        ("/sessions", json!({ "sessionId": "once" }), json!({ "sessionId": "twice" }), 201),
        (
            "/jobs/enqueue",
            json!({ "taskId": "t", "kind": "k" }),
            json!({ "taskId": "t", "kind": "other" }),
            201,
        ),
        ("/sessions/dev/message", json!({ "text": "/status" }), json!({ "text": "/test" }), 200),
        (
            "/v1/rpc/chat.send",
            json!({ "sessionId": "dev", "text": "/status" }),
            json!({ "sessionId": "dev", "text": "/test" }),
            200,
        ),
        (
            "/requests/enqueue",
            json!({ "sessionId": "dev", "prompt": "/status" }),
            json!({ "sessionId": "dev", "prompt": "/test" }),
            201,
        ),
    ];
    for (n, (path, body, other, status)) in cases.into_iter().enumerate() {
        let key = format!("key-{n}");
        let first = keyed(&scene, path, &key, &body).await;
        assert_eq!(first.status, status, "{path}");
        let before = scene.get("/system/status").await.json()["latestCursor"].clone();
        let counted = scene.get("/jobs").await.json()["counts"].clone();
        let again = keyed(&scene, path, &key, &body).await;
        assert_eq!(
            (again.status, &again.body),
            (first.status, &first.body),
            "{path}: the same answer, byte for byte"
        );
        let conflict = keyed(&scene, path, &key, &other).await;
        assert_eq!((conflict.status, conflict.code()), (409, "conflict".into()), "{path}");
        assert_eq!(scene.get("/jobs").await.json()["counts"], counted, "{path}");
        if path == "/jobs/enqueue" || path == "/sessions" {
            assert_eq!(
                scene.get("/system/status").await.json()["latestCursor"],
                before,
                "{path} acted twice"
            );
        }
    }
    // Fields in another order are the same body; a key of one method is not one of another.
    let reordered = "{\"kind\":\"k\",\"taskId\":\"t\"}";
    let call = scene.server.owner("POST", "/jobs/enqueue").header("idempotency-key", "key-1").body(reordered);
    assert_eq!(call.send().await.status, 201);
    let elsewhere =
        keyed(&scene, "/requests/enqueue", "key-1", &json!({ "sessionId": "dev", "prompt": "/status" }))
            .await;
    assert_eq!(elsewhere.code(), "conflict");
    // One message, however often it was sent.
    let page =
        scene.post("/v1/rpc/session.events", json!({ "sessionId": "dev", "limit": 1000 })).await.json();
    let messages =
        page["events"].as_array().unwrap().iter().filter(|e| e["envelope"]["type"] == "message").count();
    assert_eq!(messages, 2, "one by each face");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_sent_at_the_same_moment_acts_once() {
    let scene = Scene::quiet();
    let body = json!({ "taskId": "t", "kind": "k" });
    let calls = (0..24).map(|_| {
        scene.server.owner("POST", "/jobs/enqueue").header("idempotency-key", "race").json(&body).send()
    });
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(|a| a.status == 201 && a.body == answers[0].body));
    assert_eq!(scene.get("/jobs").await.json()["counts"]["pending"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_once_and_a_retry_hears_the_same() {
    let scene = Scene::quiet();
    let asks = |id: &str| json!({ "type": "tool_call", "payload": { "toolCallId": id, "tool": "rm", "args": {}, "requiresApproval": true } });
    let mut ids = Vec::new();
    for call in ["one", "two"] {
        assert_eq!(scene.post("/sessions/dev/command", asks(call)).await.status, 200);
        let list = scene.get("/approvals?status=pending").await.json();
        ids.push(
            list["approvals"].as_array().unwrap().iter().find(|a| a["subject"] == call).unwrap().clone(),
        );
    }
    let path = format!("/approvals/{}", ids[0]["id"].as_str().unwrap());
    let wrong = scene.post(&path, json!({ "decision": "approve", "hash": "0" })).await;
    assert_eq!((wrong.status, wrong.code()), (409, "stale".into()));
    let answer = json!({ "decision": "approve", "hash": ids[0]["hash"] });
    let first = keyed(&scene, &path, "answer", &answer).await;
    assert_eq!(first.status, 200);
    let again = keyed(&scene, &path, "answer", &answer).await;
    assert_eq!((again.status, again.body), (200, first.body));
    assert_eq!(keyed(&scene, &path, "answer", &json!({ "decision": "deny" })).await.code(), "conflict");
    let late = scene.post(&path, json!({ "decision": "deny" })).await;
    assert_eq!((late.status, late.code()), (409, "already_resolved".into()));
    assert_eq!(late.json()["details"]["decidedBy"], "owner");
    for bad in [json!({}), json!({ "decision": "maybe" }), json!({ "decision": true })] {
        let path = format!("/approvals/{}", ids[1]["id"].as_str().unwrap());
        assert_eq!(scene.post(&path, bad).await.status, 400);
    }
    // Many answers at once: one is taken, the others hear who was first.
    let path = format!("/approvals/{}", ids[1]["id"].as_str().unwrap());
    let calls = (0..16)
        .map(|n| scene.post(&path, json!({ "decision": if n % 2 == 0 { "approve" } else { "deny" } })));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|a| a.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|a| a.code() == "already_resolved").count(), 15);
}
