//! A worker that is not ours, speaking plain REST: it works as on the servers it was written for, and no further.

use crate::scene::Scene;
use protocol::{ApiError, ErrorCode};
use serde_json::{Value, json};

const KIND: &str = "theirs";

async fn post(scene: &Scene, path: &str, body: Value) -> Result<Value, ApiError> {
    scene.server.client.send("POST", path, Some(body)).await
}

async fn enqueue(scene: &Scene) -> String {
    let job = json!({ "taskId": "t", "kind": KIND, "sessionId": "dev", "unknownField": true });
    post(scene, "/jobs/enqueue", job).await.unwrap()["jobId"].as_str().unwrap().to_owned()
}

fn claim(lease_ms: u64) -> Value {
    json!({ "workerId": "theirs-1", "kinds": [KIND], "leaseMs": lease_ms, "waitMs": 30_000 })
}

#[tokio::test(flavor = "multi_thread")]
async fn it_enqueues_claims_logs_and_completes() {
    let scene = Scene::started(&[("README.md", "# Tern\n")], |start| start.workers(0));
    let beat = json!({ "workerId": "theirs-1", "status": "idle", "pollMs": 2000, "capabilities": { "docker": true } });
    assert_eq!(post(&scene, "/workers/heartbeat", beat).await.unwrap()["ok"], true);
    let id = enqueue(&scene).await;
    let claimed = post(&scene, "/jobs/claim", claim(600_000)).await.unwrap();
    assert_eq!(claimed["job"]["id"], id.as_str());
    assert!(claimed["job"]["params"].is_string(), "params are JSON text");
    assert!(claimed["queueWaitMs"].is_u64() && claimed["job"]["leaseExpiresAt"].is_string());
    // Level 1 logs without a claim's token.
    let logged = post(&scene, &format!("/jobs/{id}/log"), json!({ "message": "hello" })).await.unwrap();
    assert_eq!(logged["jobId"], id.as_str());
    let nothing = post(&scene, &format!("/jobs/{id}/log"), json!({})).await.unwrap_err();
    assert_eq!(nothing.code, ErrorCode::BadRequest);
    let without =
        post(&scene, &format!("/jobs/{id}/complete"), json!({ "summary": "done" })).await.unwrap_err();
    assert_eq!(without.code, ErrorCode::BadRequest, "a finish carries its claim's token");
    let done = post(&scene, &format!("/jobs/{id}/complete"), json!({ "summary": "done", "claimToken": claimed["claimToken"], "artifacts": [{ "kind": "text", "text": "x" }] })).await.unwrap();
    assert_eq!(done["ok"], true);
    let shown = scene.server.client.send("GET", &format!("/jobs/{id}"), None).await.unwrap();
    assert_eq!(shown["job"]["status"], "completed");
    let again = post(&scene, &format!("/jobs/{id}/complete"), json!({ "claimToken": claimed["claimToken"] }))
        .await
        .unwrap_err();
    assert_eq!(again.code, ErrorCode::Conflict, "it ended once");
    let empty = post(&scene, "/jobs/claim", json!({ "workerId": "theirs-1" })).await.unwrap_err();
    assert_eq!(empty.code, ErrorCode::Empty);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_ran_out_cannot_overwrite_its_successor() {
    let scene = Scene::started(&[("README.md", "# Tern\n")], |start| start.workers(0));
    let id = enqueue(&scene).await;
    let first = post(&scene, "/jobs/claim", claim(1_000)).await.unwrap();
    let second = post(&scene, "/jobs/claim", claim(600_000)).await.unwrap();
    assert_eq!(second["job"]["id"], id.as_str(), "it came back when its lease ran out");
    assert_eq!(second["job"]["attempts"], 2);
    let stale = json!({ "claimToken": first["claimToken"], "message": "late" });
    for what in ["complete", "fail", "lease/renew"] {
        let refused = post(&scene, &format!("/jobs/{id}/{what}"), stale.clone()).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::LeaseLost, "{what}");
    }
    let line = post(
        &scene,
        &format!("/jobs/{id}/log"),
        json!({ "line": "late", "claimToken": first["claimToken"] }),
    )
    .await
    .unwrap_err();
    assert_eq!(line.code, ErrorCode::LeaseLost);
    let bundle = scene
        .server
        .client
        .put_bundle(&id, first["claimToken"].as_str().unwrap(), vec![1, 2, 3])
        .await
        .unwrap_err();
    assert_eq!(bundle.code, ErrorCode::LeaseLost);
    post(&scene, &format!("/jobs/{id}/complete"), json!({ "claimToken": second["claimToken"] }))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn its_commit_in_the_users_repository_is_taken_in_asked_about_and_landed() {
    let scene = Scene::started(&[("README.md", "# Tern\n")], |start| start.workers(0).flag("--trust"));
    let id = enqueue(&scene).await;
    let early =
        json!({ "jobId": id, "sessionId": "dev", "message": "Add a note", "commitSha": "1".repeat(40) });
    assert_eq!(
        post(&scene, "/completions/enqueue", early.clone()).await.unwrap_err().code,
        ErrorCode::Conflict,
        "nobody has claimed it"
    );
    let claimed = post(&scene, "/jobs/claim", claim(600_000)).await.unwrap();
    scene.repo.git(&["switch", "--quiet", "-c", "agent/theirs"]);
    scene.repo.write("note.md", "by a foreign worker\n");
    scene.repo.commit_all("Add a note");
    let commit = scene.repo.git(&["rev-parse", "HEAD"]);
    scene.repo.git(&["switch", "--quiet", "main"]);
    let before = scene.repo.fingerprint();
    post(
        &scene,
        &format!("/jobs/{id}/complete"),
        json!({ "claimToken": claimed["claimToken"], "summary": "done" }),
    )
    .await
    .unwrap();

    let unknown = post(&scene, "/completions/enqueue", early).await.unwrap_err();
    assert_eq!(unknown.code, ErrorCode::CommitNotFound);
    let odd = json!({ "jobId": id, "sessionId": "dev", "message": "m", "commitSha": "HEAD" });
    let odd = post(&scene, "/completions/enqueue", odd).await.unwrap_err();
    assert!((400..500).contains(&odd.code.http_status()), "{odd:?}");

    let completion = json!({ "jobId": id, "sessionId": "dev", "message": "Add a note", "commitSha": commit, "branch": "agent/theirs", "prTitle": "Note" });
    let placed = post(&scene, "/completions/enqueue", completion.clone()).await.unwrap();
    let twice = post(&scene, "/completions/enqueue", completion).await.unwrap();
    assert_eq!(placed["completionId"], twice["completionId"], "one commit of a job is one completion");
    let question = scene.question_after(0).await;
    assert_eq!(scene.tip(), None, "it waits for its answer like everything else");
    scene.approve(&question).await;
    scene.entry_event(&question, "merge.entry.landed").await;
    assert_eq!(scene.repo.git(&["show", "main_agents:note.md"]), "by a foreign worker");
    assert_eq!(scene.repo.fingerprint(), before);
    let completion = scene
        .server
        .client
        .send("GET", &format!("/completions/{}", placed["completionId"].as_str().unwrap()), None)
        .await
        .unwrap();
    assert_eq!(completion["completion"]["status"], "processed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_does_not_continue_ours_is_refused() {
    let scene = Scene::started(&[("README.md", "# Tern\n")], |start| start.workers(0).flag("--trust"));
    let id = enqueue(&scene).await;
    post(&scene, "/jobs/claim", claim(600_000)).await.unwrap();
    scene.repo.git(&["switch", "--quiet", "--orphan", "elsewhere"]);
    scene.repo.write("alien.md", "x\n");
    scene.repo.commit_all("From nowhere");
    let commit = scene.repo.git(&["rev-parse", "HEAD"]);
    scene.repo.git(&["switch", "--quiet", "main"]);
    let completion = json!({ "jobId": id, "sessionId": "dev", "message": "m", "commitSha": commit, "branch": "elsewhere" });
    let refused = post(&scene, "/completions/enqueue", completion).await.unwrap_err();
    assert_eq!(refused.code.http_status(), 422, "{refused:?}");
    assert_eq!(scene.tip(), None);
}
