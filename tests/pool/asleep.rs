//! A machine that sleeps while jobs run: afterwards they go on where they were, and nobody else began them anew.
#![cfg(target_os = "linux")]

use crate::scene::Scene;
use serde_json::{Value, json};
use testkit::world::processes::below;

/// Longer than the lease of the claim below, and than what the server takes for slowness.
const ASLEEP: std::time::Duration = std::time::Duration::from_secs(12);

/// What a sleeping machine does to all of them at once: the clock goes on, they do not.
fn signal(scene: &Scene, signal: &str) {
    let all = below(scene.server.pid()).into_iter().map(|process| process.pid).chain([scene.server.pid()]);
    let pids: Vec<String> = all.map(|pid| pid.to_string()).collect();
    // One may have ended between the look and the signal.
    let _ = std::process::Command::new("kill").arg(format!("-{signal}")).args(&pids).status().unwrap();
}

async fn claims_of(scene: &Scene, job: &str) -> usize {
    let last = scene.server.until("dev", 0, |e| e.kind() == "job_completed" && e.payload()["jobId"] == job);
    let (_, seen) = last.await;
    seen.iter().filter(|e| e.kind() == "job_claimed" && e.payload()["jobId"] == job).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_slept_through_a_lease_has_every_job_done_once_by_whoever_had_it() {
    let scene = Scene::of(|start| start.workers(1));
    let ours = scene.long_job(None).await;
    scene.until_status(&ours, "claimed").await;
    // Somebody else's: its lease is over before the machine wakes, and long enough for what is done awake.
    let body = json!({ "taskId": "t", "kind": "theirs", "sessionId": "dev", "params": {} });
    let theirs = scene.post("/jobs/enqueue", body).await["jobId"].clone();
    let claim = json!({ "workerId": "elsewhere", "kinds": ["theirs"], "leaseMs": 8_000 });
    let claimed = scene.post("/jobs/claim", claim).await;
    assert_eq!(claimed["job"]["id"], theirs);

    signal(&scene, "STOP");
    let wakes = tokio::time::Instant::now() + ASLEEP;
    scene.server.eventually("it sleeps", async || (tokio::time::Instant::now() > wakes).then_some(())).await;
    signal(&scene, "CONT");

    let theirs = theirs.as_str().unwrap();
    let done = json!({ "claimToken": claimed["claimToken"], "summary": "done" });
    let answer: Value = scene.post(&format!("/jobs/{theirs}/complete"), done).await;
    assert_eq!(answer["ok"], true, "its claim is still its own: {answer}");
    scene.let_go(&ours).await;
    scene.until_status(&ours, "completed").await;
    for job in [theirs, &ours] {
        assert_eq!(claims_of(&scene, job).await, 1, "nobody else began it");
        assert_eq!(scene.job(job).await["attempts"], 1);
    }
}
