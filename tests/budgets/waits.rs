//! A provider's limit, and a person's pause.

use crate::scene::{Scene, finish, plan, worker, write};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};
use testkit::model_server::{Fault, Step};

fn in_seconds(seconds: u64) -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + seconds
}

fn limit(resets_at: u64) -> Step {
    Step::fault(Fault::Status {
        status: 429,
        retry_after: None,
        code: Some("usage_limit_reached".into()),
        message: Some("You have reached your usage limit".into()),
        headers: BTreeMap::from([("anthropic-ratelimit-unified-reset".into(), resets_at.to_string())]),
    })
    .when(worker())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_providers_limit_is_waited_for_and_the_job_goes_on_by_itself_where_that_is_wanted() {
    let steps = [plan(), write("notes/a.txt"), limit(in_seconds(4)), write("notes/b.txt"), finish()];
    let scene = Scene::of(steps, &[("PILOTHOUSE_BUDGET_AUTO_RESUME", "true")]);
    let (cursor, _) = scene.task().await;
    let waiting = scene.server.first("dev", cursor, "job.waiting").await;
    let wait = &waiting.payload()["wait"];
    assert_eq!(wait["reason"], "quota");
    assert!(wait["resetsAt"].is_string() && wait["resumeCommit"].is_string(), "{wait}");
    let resumed = scene.server.first("dev", cursor, "job.resumed").await;
    assert_eq!(resumed.payload()["by"], "server");
    scene.lands(cursor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_that_wish_it_waits_for_a_person() {
    let steps = [plan(), limit(in_seconds(0)), write("notes/a.txt"), write("notes/b.txt"), finish()];
    let scene = Scene::of(steps, &[]);
    let (cursor, id) = scene.task().await;
    let waiting = scene.server.first("dev", cursor, "job.waiting").await;
    assert!(waiting.payload()["wait"]["resumeCommit"].is_null(), "it had done nothing yet");
    let scene = scene.restarted();
    assert_eq!(scene.job(&id).await["status"], "waiting");
    scene.post(&format!("/jobs/{id}/resume"), json!({})).await;
    scene.lands(cursor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_that_is_paused_ends_its_command_keeps_its_work_and_goes_on() {
    let long = Step::call("bash", json!({ "command": "sleep 120" })).when(worker());
    let steps = [plan(), write("notes/a.txt"), long, write("notes/b.txt"), finish()];
    let scene = Scene::of(steps, &[]);
    let (cursor, id) = scene.task().await;
    assert!(scene.model.has_seen(3, scene.server.patience).await, "it sleeps");
    scene.post(&format!("/jobs/{id}/pause"), json!({})).await;
    let waiting = scene.server.first("dev", cursor, "job.waiting").await;
    assert_eq!(waiting.payload()["wait"]["reason"], "paused");
    assert!(waiting.payload()["wait"]["resumeCommit"].is_string());
    assert!(
        testkit::world::processes::below(scene.server.pid()).iter().all(|p| !p.argv.contains("sleep 120"))
    );
    scene.post(&format!("/jobs/{id}/resume"), json!({})).await;
    scene.lands(cursor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_nobody_began_waits_at_once_and_can_be_cancelled_there() {
    let scene = Scene::with_workers(0, [plan()], &[]);
    let (_, id) = scene.task().await;
    scene.post(&format!("/jobs/{id}/pause"), json!({})).await;
    assert_eq!(scene.job(&id).await["waiting"]["reason"], "paused");
    scene.post(&format!("/jobs/{id}/resume"), json!({})).await;
    assert_eq!(scene.job(&id).await["status"], "pending");
    scene.post(&format!("/jobs/{id}/pause"), json!({})).await;
    scene.post(&format!("/jobs/{id}/cancel"), json!({})).await;
    assert_eq!(scene.job(&id).await["status"], "cancelled");
    for act in ["pause", "resume"] {
        let refused = scene.server.owner("POST", format!("/jobs/{id}/{act}")).json(&json!({})).send().await;
        assert_eq!(refused.code(), "conflict", "{act}");
    }
}

/// A worker that is driven by hand, so that a person changes their mind exactly while it is stopping.
async fn stops_for(scene: &Scene, reason: &str, meanwhile: impl AsyncFnOnce(&str)) -> serde_json::Value {
    let (_, id) = scene.task().await;
    let rpc = async |method: &str, params: serde_json::Value| {
        scene.post(&format!("/v1/rpc/{method}"), params).await
    };
    let claimed = rpc("jobs.claim", json!({ "workerId": "w-9", "kinds": ["task.execute"] })).await;
    let claim = json!({ "id": id, "claimToken": claimed["claimToken"] });
    if reason == "paused" {
        rpc("jobs.pause", json!({ "id": id })).await;
    }
    let renewed = rpc("jobs.renew", claim.clone()).await;
    assert_eq!(renewed["pause"]["reason"], reason, "it is told to stop: {renewed}");
    meanwhile(&id).await;
    let mut park = claim;
    park["reason"] = reason.into();
    park["detail"] = renewed["pause"]["detail"].clone();
    rpc("jobs.park", park).await;
    scene.job(&id).await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lets_a_job_go_on_while_it_is_stopping_has_it_go_on() {
    let scene = Scene::with_workers(0, [plan()], &[]);
    let resume = async |id: &str| drop(scene.post(&format!("/jobs/{id}/resume"), json!({})).await);
    let job = stops_for(&scene, "paused", resume).await;
    assert_eq!((job["status"].as_str(), &job["waiting"]), (Some("pending"), &json!(null)), "{job}");
    let scene = Scene::with_workers(0, [plan()], &[]);
    let job = stops_for(&scene, "paused", async |_: &str| {}).await;
    assert_eq!(job["waiting"]["reason"], "paused", "nobody changed their mind: {job}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_raises_a_jobs_budget_while_it_is_stopping_has_it_go_on() {
    let limits = [("PILOTHOUSE_BUDGET_MINUTES_PER_JOB", "0")];
    let scene = Scene::with_workers(0, [plan()], &limits);
    let raise = async |id: &str| {
        drop(scene.post(&format!("/jobs/{id}/raise"), json!({ "minutes": 30 })).await);
    };
    let job = stops_for(&scene, "budget", raise).await;
    assert_eq!((job["status"].as_str(), &job["waiting"]), (Some("pending"), &json!(null)), "{job}");
    let scene = Scene::with_workers(0, [plan()], &limits);
    let raise = async |id: &str| drop(scene.post(&format!("/jobs/{id}/raise"), json!({ "tokens": 5 })).await);
    let job = stops_for(&scene, "budget", raise).await;
    assert_eq!(job["waiting"]["reason"], "budget", "of what it lacks nothing was raised: {job}");
}
