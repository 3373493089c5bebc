//! A task that was interrupted goes on with its conversation, on top of what it had done.

use crate::scene::{Scene, finish, plan, run, write};
use serde_json::{Value, json};
use testkit::model_server::{Seen, Step};
use testkit::world::processes;

fn scene_of(workers: usize, steps: impl IntoIterator<Item = Step>, variables: &[(&str, &str)]) -> Scene {
    Scene::with(workers, &["REMOTEBUDDY", "WORKERS"], steps, variables)
}

fn both() -> Step {
    plan(&[&["test", "-s", "notes/a.txt"], &["test", "-s", "notes/b.txt"]])
}

/// What the model is asked first after an interruption.
fn resumed(scene: &Scene) -> Option<Seen> {
    scene
        .model
        .requests()
        .into_iter()
        .find(|request| request.all().contains("You were interrupted, and go on now."))
}

async fn first_after(scene: &Scene) -> String {
    let seen = scene.server.eventually("the model is asked again", async || resumed(scene)).await;
    seen.all()
}

async fn holds_both(scene: &Scene, after: i64) {
    scene.lands(after).await;
    assert_eq!(scene.landed("notes/a.txt"), "one");
    assert_eq!(scene.landed("notes/b.txt"), "two");
}

fn sleeper(scene: &Scene) -> Option<processes::Process> {
    processes::below(scene.server.pid()).into_iter().find(|process| process.argv.ends_with("sleep 121"))
}

#[tokio::test(flavor = "multi_thread")]
async fn after_its_worker_was_killed_the_next_attempt_knows_what_was_said_and_has_what_was_done() {
    let steps =
        [both(), write("notes/a.txt", "one\n"), run("sleep 121"), write("notes/b.txt", "two\n"), finish()];
    let scene = scene_of(1, steps, &[]);
    let (after, id) = scene.task().await;
    scene.server.eventually("it sleeps", async || sleeper(&scene)).await;
    let workers = processes::below(scene.server.pid());
    let worker = workers.into_iter().find(|process| process.argv.contains("--worker-id")).unwrap();
    assert!(worker.kill());
    let asked = first_after(&scene).await;
    assert!(asked.contains("notes/a.txt"), "what it did stands above: {asked}");
    assert!(asked.contains("The clone is as you left it."), "{asked}");
    assert!(asked.contains("nobody knows how far it came") && asked.contains("bash sleep 121"), "{asked}");
    assert!(asked.contains("The work was interrupted while this ran."), "every call is answered: {asked}");
    holds_both(&scene, after).await;
    let log = scene.log(&id).await;
    assert!(log.contains("[it goes on with what was said before the interruption]"), "{log}");
    assert!(scene.model.unmatched().is_empty() && scene.model.unused().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_server_was_killed_too() {
    let steps =
        [both(), write("notes/a.txt", "one\n"), run("sleep 121"), write("notes/b.txt", "two\n"), finish()];
    let scene = scene_of(1, steps, &[]);
    let (after, _) = scene.task().await;
    scene.server.eventually("it sleeps", async || sleeper(&scene)).await;
    let scene = scene.restarted(1);
    let asked = first_after(&scene).await;
    assert!(asked.contains("notes/a.txt") && asked.contains("The clone is as you left it."), "{asked}");
    holds_both(&scene, after).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_pause_it_goes_on_from_the_commit_that_was_kept() {
    let steps =
        [both(), write("notes/a.txt", "one\n"), run("sleep 121"), write("notes/b.txt", "two\n"), finish()];
    let scene = scene_of(1, steps, &[]);
    let (after, id) = scene.task().await;
    scene.server.eventually("it sleeps", async || sleeper(&scene)).await;
    scene.post(&format!("/jobs/{id}/pause"), json!({})).await;
    scene.server.first("dev", after, "job.waiting").await;
    let scene = scene.restarted(1);
    scene.post(&format!("/jobs/{id}/resume"), json!({})).await;
    let asked = first_after(&scene).await;
    assert!(asked.contains("restored from the commit of your work"), "{asked}");
    assert!(asked.contains("The work was interrupted while this ran."), "{asked}");
    holds_both(&scene, after).await;
}

/// Holds the job as somebody who says `pieces` of it and dies.
async fn left_with(scene: &Scene, id: &str, pieces: Value) {
    let claim = json!({ "workerId": "w-1", "kinds": ["task.execute"] });
    let token = scene.post("/jobs/claim", claim).await["claimToken"].clone();
    let remember = json!({ "id": id, "claimToken": token, "from": 0, "pieces": pieces });
    scene.post("/v1/rpc/jobs.remember", remember).await;
    let recalled = scene.post("/v1/rpc/jobs.recall", json!({ "id": id, "claimToken": token })).await;
    assert_eq!(recalled["pieces"], pieces, "it is kept as it was said");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_read_is_not_used_and_that_is_said() {
    let steps = [both(), write("notes/a.txt", "one\n"), write("notes/b.txt", "two\n"), finish()];
    let scene = scene_of(0, steps, &[]);
    let (after, id) = scene.task().await;
    let task = json!({ "message": { "role": "user", "text": "something else" } }).to_string();
    left_with(&scene, &id, json!([task, "{\"standing\": {\"ver"])).await;
    let scene = scene.restarted(1);
    scene.completed(after, &id).await;
    let log = scene.log(&id).await;
    assert!(
        log.contains("cannot be used, so the agent begins anew") && log.contains("memory.unreadable"),
        "{log}"
    );
    assert!(scene.model.requests().iter().all(|request| !request.all().contains("something else")));
    holds_both(&scene, after).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_holds_the_claim_says_what_is_kept_and_nothing_is_kept_of_what_is_over() {
    let scene = scene_of(0, [both()], &[]);
    let (_, id) = scene.task().await;
    left_with(&scene, &id, json!(["a", "b", "c"])).await;
    let stranger = json!({ "id": id, "claimToken": "another", "from": 0, "pieces": [] });
    let late = scene.server.owner("POST", "/v1/rpc/jobs.remember").json(&stranger).send().await;
    assert_eq!(late.code(), "lease_lost");
    let scene = scene.restarted(0);
    let claim = json!({ "workerId": "w-1", "kinds": ["task.execute"] });
    let token = scene.post("/jobs/claim", claim).await["claimToken"].clone();
    let call =
        |from: u64, pieces: Value| json!({ "id": id, "claimToken": token, "from": from, "pieces": pieces });
    scene.post("/v1/rpc/jobs.remember", call(1, json!(["B"]))).await;
    let recall = json!({ "id": id, "claimToken": token });
    assert_eq!(scene.post("/v1/rpc/jobs.recall", recall.clone()).await["pieces"], json!(["a", "B"]));
    let gap = scene.server.owner("POST", "/v1/rpc/jobs.remember").json(&call(7, json!(["x"]))).send().await;
    assert_eq!(gap.code(), "conflict");
    let long =
        scene.server.owner("POST", "/v1/rpc/jobs.remember").json(&call(0, json!(["x".repeat(600 * 1024)])));
    assert_eq!(long.send().await.code(), "too_large");
    scene.post(&format!("/jobs/{id}/fail"), json!({ "claimToken": token, "message": "no" })).await;
    let over = scene.server.owner("POST", "/v1/rpc/jobs.recall").json(&recall).send().await;
    assert!((400..500).contains(&over.status), "{}", over.json());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_looks_like_a_secret_is_not_kept() {
    let secret = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
    let steps = [
        both(),
        run(&format!("echo {secret}")),
        write("notes/a.txt", "one\n"),
        run("sleep 121"),
        write("notes/b.txt", "two\n"),
        finish(),
    ];
    let scene = scene_of(1, steps, &[]);
    let (after, id) = scene.task().await;
    scene.server.eventually("it sleeps", async || sleeper(&scene)).await;
    scene.post(&format!("/jobs/{id}/pause"), json!({})).await;
    scene.server.first("dev", after, "job.waiting").await;
    scene.post(&format!("/jobs/{id}/resume"), json!({})).await;
    let asked = first_after(&scene).await;
    assert!(!asked.contains(&secret) && asked.contains("[redacted]"), "{asked}");
    holds_both(&scene, after).await;
}
