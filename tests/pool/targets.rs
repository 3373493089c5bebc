//! A job for one worker alone waits for that one, is told about, and may be given to any.

use crate::scene::Scene;
use protocol::message::SendMessage;
use protocol::ops::typed;
use protocol::{SessionId, worker::WorkerParams};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_for_a_drained_worker_waits_until_any_may_have_it() {
    let scene = Scene::of(|start| start.workers(2));
    for id in ["w-1", "w-2"] {
        scene.until_worker(id, "it is there", |worker| worker.is_online).await;
    }
    scene.says(&["worker", "drain", "w-1"]);
    scene.until_worker("w-1", "it is gone", |worker| !worker.is_online).await;
    scene.until_worker("w-3", "another took its place", |worker| worker.is_online).await;
    let job = scene.long_job(Some("w-1")).await;
    assert_eq!(scene.worker("w-1").await.unwrap().waiting_for_it, 1);
    let other = scene.long_job(None).await;
    scene.until_status(&other, "claimed").await;
    assert_eq!(scene.job(&job).await["status"], "pending");

    let said = scene.says(&["job", "give", &job, "w-9"]);
    assert!(said.contains("It waits: w-9 is not known to this server."), "{said}");
    let said = scene.says(&["job", "give", &job, "w-1"]);
    assert!(said.contains("It waits: w-1 was drained and takes no new jobs."), "{said}");
    scene.says(&["job", "give", &job, "--any"]);
    scene.until_status(&job, "claimed").await;
    let told = scene.server.first("dev", 0, "job.targeted").await;
    assert_eq!(told.payload()["workerId"], "w-9");
    assert_eq!(scene.refused(&format!("/jobs/{job}/target")).await, "conflict", "somebody has it");
    for id in [&job, &other] {
        scene.let_go(id).await;
        scene.until_status(id, "completed").await;
    }
    let again = scene.says(&["--json", "job", "retry", &job, "--worker", "w-2"]);
    let again: serde_json::Value = serde_json::from_str(&again).unwrap();
    let again = again["jobId"].as_str().unwrap();
    scene.let_go(again).await;
    assert_eq!(scene.until_status(again, "completed").await["workerId"], "w-2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_for_one_worker_becomes_a_job_for_it_alone() {
    let scene = Scene::of(|start| start.workers(2));
    for id in ["w-1", "w-2"] {
        scene.until_worker(id, "it is there", |worker| worker.is_online).await;
    }
    for target in ["w-2", "w-1", "w-2"] {
        let message = SendMessage {
            session_id: SessionId::parse("dev").unwrap(),
            text: "/overview".into(),
            intent: None,
            priority: None,
            target_worker_id: Some(target.into()),
        };
        let sent = scene.server.client.call(typed::ChatSend, &message, None).await.unwrap();
        let claimed = scene.server.first("dev", sent.cursor, "job_claimed").await;
        assert_eq!(claimed.payload()["workerId"], target);
        scene.server.first("dev", sent.cursor, "job_completed").await;
    }
    let odd = SendMessage {
        session_id: SessionId::parse("dev").unwrap(),
        text: "/overview".into(),
        intent: None,
        priority: None,
        target_worker_id: Some("two\nlines".into()),
    };
    assert!(scene.server.client.call(typed::ChatSend, &odd, None).await.is_err());
    let no_worker = WorkerParams { worker_id: "w-77".into() };
    assert!(scene.server.client.call(typed::WorkersDrain, &no_worker, None).await.is_err());
}
