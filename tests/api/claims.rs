//! Claims: in order, waiting, running out.

use crate::scene::Scene;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn enqueue(scene: &Scene, more: Value) -> String {
    let mut job = json!({ "taskId": "t", "kind": "k", "sessionId": "dev" });
    job.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = scene.post("/jobs/enqueue", job).await;
    assert_eq!(answer.status, 201, "{}", answer.json());
    answer.json()["jobId"].as_str().unwrap().to_owned()
}

async fn claim(scene: &Scene, more: Value) -> Value {
    let mut body = json!({ "workerId": "w", "kinds": ["k"] });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = scene.post("/jobs/claim", body).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_claim_is_404_at_once_or_after_its_wait() {
    let scene = Scene::quiet();
    for (path, who) in
        [("/jobs/claim", "workerId"), ("/requests/claim", "agentId"), ("/completions/claim", "pusherId")]
    {
        let now = scene.post(path, json!({ who: "w" })).await;
        assert_eq!((now.status, now.code()), (404, "empty".into()), "{path}");
        let began = Instant::now();
        let later = scene.post(path, json!({ who: "w", "waitMs": 300 })).await;
        assert_eq!(later.code(), "empty");
        assert!(began.elapsed() >= Duration::from_millis(300), "{path} waited {:?}", began.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_claims_wake_one_by_one_as_work_arrives() {
    let scene = Scene::quiet();
    let waiting = (0..8).map(|n| {
        scene.post("/jobs/claim", json!({ "workerId": format!("w-{n}"), "kinds": ["k"], "waitMs": 30_000 }))
    });
    let began = Instant::now();
    let (answers, ids) = tokio::join!(futures_util::future::join_all(waiting), async {
        let mut ids = Vec::new();
        for _ in 0..8 {
            ids.push(enqueue(&scene, json!({})).await);
        }
        ids
    });
    assert!(began.elapsed() < Duration::from_secs(15), "nobody slept through: {:?}", began.elapsed());
    let mut got: Vec<String> =
        answers.iter().map(|a| a.json()["job"]["id"].as_str().unwrap().to_owned()).collect();
    let mut ids = ids;
    got.sort();
    ids.sort();
    assert_eq!(got, ids, "each job went to exactly one claim");
    // A kind nobody waits for wakes nobody, and a targeted job only its worker.
    let both = async {
        tokio::join!(
            scene.post("/jobs/claim", json!({ "workerId": "other", "kinds": ["k"], "waitMs": 500 })),
            scene.post("/jobs/claim", json!({ "workerId": "chosen", "kinds": ["k"], "waitMs": 30_000 })),
        )
    };
    let ((other, chosen), id) = tokio::join!(both, async {
        enqueue(&scene, json!({ "kind": "unknown" })).await;
        enqueue(&scene, json!({ "targetWorkerId": "chosen" })).await
    });
    assert_eq!(other.code(), "empty");
    assert_eq!(chosen.json()["job"]["id"], id.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_whose_caller_went_away_does_not_swallow_the_work() {
    let scene = Scene::quiet();
    for _ in 0..20 {
        let gone = scene.post("/jobs/claim", json!({ "workerId": "gone", "kinds": ["k"], "waitMs": 30_000 }));
        // Dropped while it waits: its connection closes.
        let _ = tokio::time::timeout(Duration::from_millis(20), gone).await;
        let id = enqueue(&scene, json!({})).await;
        let (began, taken) = (
            Instant::now(),
            scene.post("/jobs/claim", json!({ "workerId": "here", "kinds": ["k"], "waitMs": 30_000 })).await,
        );
        let by = scene.get(&format!("/jobs/{id}")).await.json()["job"]["workerId"].clone();
        assert_eq!((taken.status, &by), (200, &json!("here")));
        assert!(began.elapsed() < Duration::from_secs(15));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bands_are_served_in_order_and_targeted_work_first() {
    let scene = Scene::quiet();
    let background = enqueue(&scene, json!({ "priority": "background" })).await;
    let normal = enqueue(&scene, json!({})).await;
    let interactive = enqueue(&scene, json!({ "priority": "interactive" })).await;
    let planned =
        enqueue(&scene, json!({ "params": { "planning": { "queuePriority": "interactive" } } })).await;
    let normal_too = enqueue(&scene, json!({ "priority": "normal" })).await;
    let mine = enqueue(&scene, json!({ "priority": "background", "targetWorkerId": "w" })).await;
    let not_mine = enqueue(&scene, json!({ "priority": "interactive", "targetWorkerId": "somebody" })).await;
    let snapshot = scene.get("/jobs").await.json();
    assert_eq!(snapshot["counts"]["pending"], 7);
    let mut order = Vec::new();
    for _ in 0..6 {
        order.push(claim(&scene, json!({})).await["job"]["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(order, [mine, interactive, planned, normal, normal_too, background]);
    assert_eq!(scene.post("/jobs/claim", json!({ "workerId": "w", "kinds": ["k"] })).await.code(), "empty");
    assert_eq!(scene.get(&format!("/jobs/{not_mine}")).await.json()["job"]["status"], "pending");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_lease_runs_out_goes_to_the_head_of_its_band_and_fails_after_five_attempts() {
    let scene = Scene::quiet();
    let first = enqueue(&scene, json!({})).await;
    let second = enqueue(&scene, json!({})).await;
    let mut cursor = 0;
    for attempt in 1..=5 {
        let claimed = claim(&scene, json!({ "leaseMs": 3_000 })).await;
        assert_eq!(claimed["job"]["id"], first.as_str(), "attempt {attempt}: ahead of the one behind it");
        assert_eq!(claimed["job"]["attempts"], attempt);
        if attempt < 5 {
            let back = scene.server.first("dev", cursor, "job.requeued").await;
            assert_eq!(back.payload()["jobId"], first.as_str());
            cursor = back.cursor;
        }
    }
    let failed = scene.server.first("dev", cursor, "job_failed").await;
    assert_eq!(failed.payload()["jobId"], first.as_str());
    assert_eq!(failed.payload()["code"], "job.lost");
    let job = scene.get(&format!("/jobs/{first}")).await.json();
    assert_eq!(job["job"]["status"], "failed");
    let why = job["job"]["error"].as_str().unwrap();
    assert!(why.contains('w') && why.contains("5 attempts"), "{why}");
    assert_eq!(claim(&scene, json!({})).await["job"]["id"], second.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stopped_a_job_is_told_in_a_stable_word_and_kept_with_it() {
    let scene = Scene::quiet();
    let mut cursor = 0;
    for (said, kept) in
        [(json!("limit"), "limit"), (Value::Null, "job.failed"), (json!("Not a word!"), "job.failed")]
    {
        let id = enqueue(&scene, json!({})).await;
        let claimed = claim(&scene, json!({})).await;
        let mut body = json!({ "claimToken": claimed["claimToken"], "message": "no" });
        if !said.is_null() {
            body["code"] = said;
        }
        assert_eq!(scene.post(&format!("/jobs/{id}/fail"), body).await.status, 200);
        let failed = scene.server.first("dev", cursor, "job_failed").await;
        cursor = failed.cursor;
        assert_eq!(
            (failed.payload()["code"].as_str(), failed.payload()["jobId"].as_str()),
            (Some(kept), Some(&*id))
        );
        assert_eq!(scene.get(&format!("/jobs/{id}")).await.json()["job"]["result"]["code"], kept);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_lease_holds_and_hears_that_it_should_stop() {
    let scene = Scene::quiet();
    let id = enqueue(&scene, json!({})).await;
    let claimed = claim(&scene, json!({ "leaseMs": 6_000 })).await;
    let renew = json!({ "claimToken": claimed["claimToken"] });
    let began = Instant::now();
    let mut pace = tokio::time::interval(Duration::from_millis(300));
    while began.elapsed() < Duration::from_millis(7_000) {
        pace.tick().await;
        let kept = scene.post(&format!("/jobs/{id}/lease/renew"), renew.clone()).await;
        assert_eq!((kept.status, kept.json()["cancelRequested"].clone()), (200, json!(false)));
    }
    assert_eq!(scene.get(&format!("/jobs/{id}")).await.json()["job"]["attempts"], 1);
    assert_eq!(scene.post(&format!("/jobs/{id}/cancel"), json!({})).await.status, 200);
    assert_eq!(scene.post(&format!("/jobs/{id}/lease/renew"), renew).await.json()["cancelRequested"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_integrator_takes_completions_where_ours_is_switched_off() {
    let scene = Scene::quiet();
    let list = scene.post("/v1/rpc/workspace.list", json!({})).await.json();
    let off = json!({ "id": list["workspaces"][0]["id"], "mergeEnabled": false });
    assert_eq!(scene.post("/v1/rpc/workspace.update", off).await.status, 200);
    let id = enqueue(&scene, json!({})).await;
    let token = claim(&scene, json!({})).await["claimToken"].clone();
    scene.post(&format!("/jobs/{id}/complete"), json!({ "claimToken": token })).await;
    let done =
        scene.post("/completions/enqueue", json!({ "jobId": id, "sessionId": "dev", "message": "m" })).await;
    assert_eq!(done.status, 201, "{}", done.json());
    let taken = scene.post("/completions/claim", json!({ "pusherId": "p", "waitMs": 10_000 })).await.json();
    assert_eq!(taken["completion"]["jobId"], id.as_str());
    let path = format!("/completions/{}", taken["completion"]["id"].as_str().unwrap());
    assert_eq!(
        scene.post(&format!("{path}/processed"), json!({ "claimToken": "guess" })).await.code(),
        "lease_lost"
    );
    assert_eq!(
        scene.post(&format!("{path}/fail"), json!({ "claimToken": taken["claimToken"] })).await.status,
        400,
        "a failure has a reason"
    );
    assert_eq!(
        scene.post(&format!("{path}/processed"), json!({ "claimToken": taken["claimToken"] })).await.status,
        200
    );
    assert_eq!(scene.get(&path).await.json()["completion"]["status"], "processed");
}
