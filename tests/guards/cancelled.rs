//! A job that a person cancelled hands nothing over, however far its worker had come.

use crate::scene::Scene;
use protocol::ErrorCode;
use serde_json::{Value, json};

const KIND: &str = "theirs";

struct Claimed {
    id: String,
    token: String,
    commit: String,
}

/// A claimed job whose work is done and committed, and which is then cancelled.
async fn cancelled(scene: &Scene) -> Claimed {
    let post = |path: String, body: Value| async move {
        scene.server.client.send("POST", &path, Some(body)).await.unwrap()
    };
    let job = json!({ "taskId": "t", "kind": KIND, "sessionId": "dev" });
    let id = post("/jobs/enqueue".into(), job).await["jobId"].as_str().unwrap().to_owned();
    let claim = json!({ "workerId": "theirs-1", "kinds": [KIND], "leaseMs": 600_000 });
    let claimed = post("/jobs/claim".into(), claim).await;
    scene.repo.git(&["switch", "--quiet", "-c", "agent/theirs"]);
    scene.repo.write("note.md", "by a worker that did not hear\n");
    scene.repo.commit_all("Add a note");
    let commit = scene.repo.git(&["rev-parse", "HEAD"]);
    scene.repo.git(&["switch", "--quiet", "main"]);
    post(format!("/jobs/{id}/cancel"), json!({})).await;
    Claimed { id, token: claimed["claimToken"].as_str().unwrap().to_owned(), commit }
}

fn started() -> Scene {
    Scene::started(&[("README.md", "# Tern\n")], |start| start.workers(0).flag("--trust"))
}

/// What is handed over as by an older worker.
fn completion(job: &Claimed) -> Value {
    json!({
        "jobId": job.id, "sessionId": "dev", "message": "Add a note", "commitSha": job.commit, "branch": "agent/theirs",
    })
}

/// Its worker completes it all the same.
async fn ends_cancelled(scene: &Scene, job: &Claimed) {
    let hand_over = json!({ "commitSha": job.commit, "branch": "agent/theirs", "message": "Add a note" });
    let done = json!({ "claimToken": job.token, "summary": "done", "verified": true, "handOver": hand_over });
    let path = format!("/jobs/{}/complete", job.id);
    let answer = scene.server.client.send("POST", &path, Some(done)).await.unwrap();
    assert_eq!(answer["completionId"], Value::Null);
    shows_cancelled_and_nothing_queued(scene, &job.id).await;
}

async fn shows_cancelled_and_nothing_queued(scene: &Scene, id: &str) {
    scene.server.until("dev", 0, |e| e.kind() == "job.cancelled" && e.payload()["jobId"] == id).await;
    let shown = scene.server.client.send("GET", &format!("/jobs/{id}"), None).await.unwrap();
    assert_eq!(shown["job"]["status"], "cancelled");
    let queues = scene.server.client.send("POST", "/v1/rpc/merge.queue", None).await.unwrap();
    let queue = &queues["queues"][0];
    assert_eq!((&queue["entries"], &queue["recent"]), (&json!([]), &json!([])));
    assert_eq!(scene.tip(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_job_that_completes_all_the_same_ends_cancelled_and_enters_no_queue() {
    let scene = started();
    let job = cancelled(&scene).await;
    ends_cancelled(&scene, &job).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_completion_of_a_cancelled_job_is_refused_before_and_after_its_end() {
    let scene = started();
    let job = cancelled(&scene).await;
    let place = || scene.server.client.send("POST", "/completions/enqueue", Some(completion(&job)));
    assert_eq!(place().await.unwrap_err().code, ErrorCode::Conflict, "while it is still claimed");
    let done = json!({ "claimToken": job.token, "summary": "done" });
    scene.server.client.send("POST", &format!("/jobs/{}/complete", job.id), Some(done)).await.unwrap();
    assert_eq!(place().await.unwrap_err().code, ErrorCode::Conflict, "after it");
    shows_cancelled_and_nothing_queued(&scene, &job.id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_was_cancelled_before_its_server_died_ends_cancelled_by_whatever_completes_it_later() {
    let scene = started();
    let job = cancelled(&scene).await;
    let scene = scene.killed();
    // Its worker lived on and never heard of it: it hands over what it has, in both ways there are.
    let place = scene.server.client.send("POST", "/completions/enqueue", Some(completion(&job))).await;
    assert_eq!(place.unwrap_err().code, ErrorCode::Conflict);
    ends_cancelled(&scene, &job).await;
    // The next server finds nothing to land either.
    let scene = scene.killed();
    shows_cancelled_and_nothing_queued(&scene, &job.id).await;
}
