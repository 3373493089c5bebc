//! A worker that is drained finishes what it has and gets nothing more, wherever it lives and whoever restarts.

use crate::scene::Scene;
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread")]
async fn a_drained_worker_finishes_ends_and_another_takes_its_place() {
    let scene = Scene::of(|start| start.workers(1));
    let first = scene.long_job(None).await;
    scene.until_status(&first, "claimed").await;
    scene.post("/workers/w-1/drain", json!({})).await;
    let second = scene.long_job(None).await;
    let worker = scene.worker("w-1").await.unwrap();
    assert_eq!((worker.drain.unwrap().by.as_str(), worker.supervised), ("owner", true));
    assert!(scene.says(&["worker", "list"]).contains(&format!("finishes {first}, then takes nothing more")));
    assert_eq!(scene.processes().len(), 1, "nobody comes before it has ended: there may be one");

    scene.let_go(&first).await;
    let done = scene.until_status(&first, "completed").await;
    assert_eq!(done["workerId"], "w-1");
    let next = scene.until_status(&second, "claimed").await;
    assert_eq!(next["workerId"], "w-2");
    let gone = scene.until_worker("w-1", "it is gone", |one| !one.is_online && !one.ends.is_empty()).await;
    assert_eq!((gone.ends[0].kind.as_str(), gone.ends[0].in_row), ("drained", 0));
    scene.let_go(&second).await;
    scene.until_status(&second, "completed").await;
    let kinds = ["worker.drained", "worker.undrained"];
    scene.says(&["worker", "undrain", "w-1"]);
    for kind in kinds {
        let told = scene.server.first("dev", 0, kind).await;
        assert_eq!(
            (told.payload()["workerId"].as_str(), told.payload()["by"].as_str()),
            (Some("w-1"), Some("owner"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_outlives_the_server_and_a_worker_of_somebody_else_waits_it_out() {
    let mut scene = Scene::of(|start| start.workers(0));
    scene.post("/workers/heartbeat", json!({ "workerId": "far-1", "status": "idle" })).await;
    scene.says(&["worker", "drain", "far-1"]);
    scene = scene.restarted();
    let job = json!({ "taskId": "t", "kind": "k", "sessionId": "dev" });
    let id = scene.post("/jobs/enqueue", job).await["jobId"].as_str().unwrap().to_owned();
    assert!(scene.says(&["worker", "show", "far-1"]).contains("Drained   by owner"));
    assert_eq!(scene.refused("/jobs/claim?").await, "bad_request");
    let claim = |wait: u64| {
        let body = json!({ "workerId": "far-1", "waitMs": wait });
        scene.server.owner("POST", "/jobs/claim").json(&body).send()
    };
    assert_ne!(claim(0).await.status, 200, "drained");
    // It waits in vain until it is undrained, and then has the job at once.
    let (claimed, ()) = tokio::join!(claim(20_000), async {
        scene.server.eventually("it waits", async || Some(())).await;
        scene.post("/workers/far-1/undrain", json!({})).await;
    });
    assert_eq!(claimed.status, 200, "{}", claimed.json());
    assert_eq!(claimed.json()["job"]["id"], id.as_str());
    assert_eq!(scene.refused("/workers/nobody/drain").await, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_comes_while_a_drained_claim_waits_goes_to_the_other_at_once() {
    let scene = Scene::of(|start| start.workers(0));
    for worker in ["far-1", "far-2"] {
        scene.post("/workers/heartbeat", json!({ "workerId": worker })).await;
    }
    let claim = |worker: &'static str, wait: u64| {
        let body = json!({ "workerId": worker, "waitMs": wait });
        scene.server.owner("POST", "/jobs/claim").json(&body).send()
    };
    let (one, two, took) = tokio::join!(claim("far-1", 20_000), claim("far-2", 30_000), async {
        scene.post("/workers/far-1/drain", json!({})).await;
        let since = Instant::now();
        let job = json!({ "taskId": "t", "kind": "k", "sessionId": "dev" });
        let id = scene.post("/jobs/enqueue", job).await["jobId"].as_str().unwrap().to_owned();
        scene.until_status(&id, "claimed").await;
        since.elapsed()
    });
    assert_ne!(one.status, 200);
    assert_eq!(two.status, 200);
    assert!(took < Duration::from_secs(15), "it did not wait for the drained one's end: {took:?}");
}
