//! Pause everything: nothing is claimed, whoever waits goes on waiting, and all of them go on at once.

use crate::scene::Scene;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn rpc(scene: &Scene, method: &str, params: Value) -> Value {
    let answer = scene.post(&format!("/v1/rpc/{method}"), params).await;
    assert_eq!(answer.status, 200, "{method}: {}", answer.json());
    answer.json()
}

async fn enqueue(scene: &Scene) -> String {
    let job = json!({ "taskId": "t", "kind": "k", "sessionId": "dev" });
    scene.post("/jobs/enqueue", job).await.json()["jobId"].as_str().unwrap().to_owned()
}

async fn status(scene: &Scene) -> Value {
    scene.get("/system/status").await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn while_everything_is_paused_no_claim_is_granted_and_each_is_told_that_there_is_nothing() {
    let scene = Scene::quiet();
    let id = enqueue(&scene).await;
    let held = rpc(&scene, "system.hold", json!({ "note": "  lunch " })).await;
    assert_eq!(
        (&held["holds"][0]["reason"], &held["holds"][0]["by"], &held["holds"][0]["note"]),
        (&json!("person"), &json!("owner"), &json!("lunch"))
    );
    let again = rpc(&scene, "system.hold", json!({ "note": "dinner" })).await;
    assert_eq!(again["holds"], held["holds"], "whoever was first is named");
    let told = scene.server.first("dev", 0, "system.held").await;
    assert_eq!(told.payload()["hold"], held["holds"][0]);

    for (path, body) in [
        ("/jobs/claim", json!({ "workerId": "w", "kinds": ["k"] })),
        ("/jobs/claim", json!({ "workerId": "w" })),
        ("/jobs/claim", json!({ "workerId": "w", "waitMs": 300 })),
        ("/requests/claim", json!({ "agentId": "a" })),
        ("/completions/claim", json!({ "pusherId": "p" })),
    ] {
        let answer = scene.post(path, body.clone()).await;
        assert_eq!((answer.status, answer.code()), (404, "empty".into()), "{path} {body}");
    }
    let shown = status(&scene).await;
    assert_eq!(shown["holds"], held["holds"]);
    let row = &shown["queues"]["jobPendingSnapshot"][0];
    assert_eq!((&row["id"], &row["held"], &row["etaMs"]), (&json!(id), &json!(true), &Value::Null));
    let metrics = scene.get("/metrics").await;
    assert!(String::from_utf8_lossy(&metrics.body).contains("pilothouse_held 1\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_that_wait_go_on_at_once_when_everything_is_resumed() {
    let scene = Scene::quiet();
    rpc(&scene, "system.hold", json!({})).await;
    let waiting = (0..4).map(|n| {
        scene.post("/jobs/claim", json!({ "workerId": format!("w-{n}"), "kinds": ["k"], "waitMs": 30_000 }))
    });
    let began = Instant::now();
    let (answers, mut ids) = tokio::join!(futures_util::future::join_all(waiting), async {
        let mut ids = Vec::new();
        for _ in 0..4 {
            ids.push(enqueue(&scene).await);
        }
        assert_eq!(status(&scene).await["queues"]["jobs"]["pending"], 4, "nobody takes them");
        assert_eq!(rpc(&scene, "system.resume", json!({})).await["holds"], json!([]));
        ids
    });
    assert!(began.elapsed() < Duration::from_secs(15), "nobody slept through: {:?}", began.elapsed());
    let mut got: Vec<String> =
        answers.iter().map(|a| a.json()["job"]["id"].as_str().unwrap().to_owned()).collect();
    got.sort();
    ids.sort();
    assert_eq!(got, ids, "each went to one of them");
    let told = scene.server.first("dev", 0, "system.resumed").await;
    assert_eq!((&told.payload()["by"], &told.payload()["held"]), (&json!("owner"), &json!(false)));
    let latest = status(&scene).await["latestCursor"].clone();
    rpc(&scene, "system.resume", json!({})).await;
    assert_eq!(status(&scene).await["latestCursor"], latest, "nothing was held, so nothing is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_goes_on_and_who_writes_is_answered_while_requests_wait() {
    let scene = Scene::quiet();
    let id = enqueue(&scene).await;
    let claimed = scene.post("/jobs/claim", json!({ "workerId": "w", "kinds": ["k"] })).await.json();
    rpc(&scene, "system.hold", json!({})).await;
    let token = json!({ "claimToken": claimed["claimToken"] });
    assert_eq!(scene.post(&format!("/jobs/{id}/lease/renew"), token.clone()).await.status, 200);
    assert_eq!(scene.post(&format!("/jobs/{id}/complete"), token).await.status, 200);

    let asked = scene.server.say("dev", "/status").await;
    let answer = scene.server.first("dev", asked.cursor, "assistant_message").await;
    assert!(answer.payload()["text"].as_str().unwrap().contains("Everything is paused"), "{answer:?}");
    let sent = scene.server.say("dev", "/find Tern").await;
    assert_eq!(sent.eta_ms, None, "nobody knows when");
    let passed_on = scene.server.first("dev", sent.cursor, "buddy.status").await;
    assert!(passed_on.payload()["message"].as_str().unwrap().contains("waits until you resume"));
    let request = format!("/requests/{}", sent.request_id.unwrap());
    assert_eq!(scene.get(&request).await.json()["request"]["status"], "pending");
    rpc(&scene, "system.resume", json!({})).await;
    scene.server.first("dev", sent.cursor, "plan.ready").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_and_a_persons_pause_are_ended_apart_and_only_by_who_may() {
    let scene = Scene::quiet();
    rpc(&scene, "system.hold", json!({})).await;
    let both = rpc(&scene, "system.hold", json!({ "reason": "drain" })).await;
    assert_eq!(both["holds"].as_array().unwrap().len(), 2);
    let left = rpc(&scene, "system.resume", json!({ "reason": "drain" })).await;
    assert_eq!(left["holds"][0]["reason"], "person");
    let told = scene.server.first("dev", 0, "system.resumed").await;
    assert_eq!(
        (&told.payload()["held"], &told.payload()["ended"][0]["reason"]),
        (&json!(true), &json!("drain"))
    );

    for bad in [json!({ "reason": "lunch" }), json!({ "note": "x".repeat(501) }), json!({ "until": 1 })] {
        let answer = scene.post("/v1/rpc/system.hold", bad.clone()).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
    let claimed = {
        rpc(&scene, "system.resume", json!({})).await;
        enqueue(&scene).await;
        scene.post("/jobs/claim", json!({ "workerId": "w", "kinds": ["k"] })).await.json()
    };
    let job = claimed["jobToken"].as_str().unwrap();
    let refused = scene.server.bare("POST", "/v1/rpc/system.hold").bearer(job).json(&json!({})).send().await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden".into()));
    assert_eq!(status(&scene).await["holds"], json!([]));
}
