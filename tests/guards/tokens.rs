//! A worker's token covers its own work, a job's token that one job, and neither a conversation or an answer.

use crate::scene::Scene;
use serde_json::{Value, json};
use testkit::world::Answer;

const KIND: &str = "probe";

struct Claim {
    id: String,
    /// Of the claim: finishing calls carry it.
    claim: String,
    /// Of the job: its bearer speaks for it.
    token: String,
}

/// A worker process's own token, as the server gave it.
fn worker_token(scene: &Scene) -> String {
    std::fs::read_to_string(scene.data.path().join("secrets/w-1.token")).unwrap().trim().to_owned()
}

async fn call(scene: &Scene, token: &str, verb: &str, path: &str, body: Value) -> Answer {
    let call = scene.server.bare(verb, path).bearer(token);
    if body.is_null() { call.send().await } else { call.json(&body).send().await }
}

/// A foreign job, claimed in the name of our worker with its token.
async fn claimed(scene: &Scene, worker: &str) -> Claim {
    let job = json!({ "taskId": "probe", "kind": KIND, "sessionId": "dev" });
    let id = scene.server.client.send("POST", "/jobs/enqueue", Some(job)).await.unwrap()["jobId"]
        .as_str()
        .unwrap()
        .to_owned();
    // Whole jobs go by before its tokens are tried.
    let claim = json!({ "workerId": "w-1", "kinds": [KIND], "leaseMs": 600_000 });
    let answer = call(scene, worker, "POST", "/jobs/claim", claim).await;
    assert_eq!(answer.status, 200);
    let claim = answer.json();
    assert_eq!(claim["job"]["id"], id.as_str());
    let text = |key: &str| claim[key].as_str().unwrap().to_owned();
    Claim { id, claim: text("claimToken"), token: text("jobToken") }
}

async fn scene() -> (Scene, String) {
    let scene = Scene::trusted(&[("README.md", "# Tern\n")]);
    // The worker reports itself once it runs, so its token is there by then.
    let online = || async {
        let workers = scene.server.client.send("GET", "/workers", None).await.ok()?;
        (workers["workers"][0]["workerId"] == "w-1").then_some(())
    };
    scene.server.eventually("the worker is there", online).await;
    let token = worker_token(&scene);
    (scene, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jobs_token_is_refused_for_every_other_job() {
    let (scene, worker) = scene().await;
    let (a, b) = (claimed(&scene, &worker).await, claimed(&scene, &worker).await);
    let (id, claim) = (&b.id, &b.claim);
    let attempts = [
        ("POST", format!("/jobs/{id}/log"), json!({ "line": "not mine", "claimToken": claim })),
        ("POST", format!("/jobs/{id}/complete"), json!({ "claimToken": claim, "summary": "not mine" })),
        ("POST", format!("/jobs/{id}/fail"), json!({ "claimToken": claim, "message": "not mine" })),
        ("POST", format!("/jobs/{id}/lease/renew"), json!({ "claimToken": claim })),
        ("PUT", format!("/jobs/{id}/bundle"), json!("no bundle")),
        (
            "POST",
            "/completions/enqueue".into(),
            json!({ "jobId": id, "sessionId": "dev", "message": "m", "commitSha": "0".repeat(40) }),
        ),
        (
            "POST",
            "/v1/rpc/jobs.allow".into(),
            json!({ "id": id, "claimToken": claim, "call": "c", "begun": false, "action": { "kind": "command", "argv": ["ls"], "cwd": "" } }),
        ),
        ("POST", "/jobs/claim".into(), json!({ "workerId": "w-1" })),
        ("POST", "/workers/heartbeat".into(), json!({ "workerId": "w-1" })),
        ("POST", "/requests/claim".into(), json!({ "agentId": "remotebuddy" })),
    ];
    for (verb, path, body) in attempts {
        let answer = call(&scene, &a.token, verb, &path, body).await;
        assert_eq!((answer.status, answer.code()), (403, "forbidden".into()), "{verb} {path}");
    }
    let untouched = scene.server.client.send("GET", &format!("/jobs/{id}"), None).await.unwrap();
    assert_eq!(untouched["job"]["status"], "claimed");
    let logs = scene.server.client.send("GET", &format!("/jobs/{id}/logs"), None).await.unwrap();
    assert_eq!(logs["logs"].as_array().unwrap().len(), 0);
    // Its own job it may finish, and is nobody afterwards.
    let own =
        call(&scene, &a.token, "POST", &format!("/jobs/{}/complete", a.id), json!({ "claimToken": a.claim }))
            .await;
    assert_eq!(own.status, 200);
    let after = call(
        &scene,
        &a.token,
        "POST",
        &format!("/jobs/{}/log", a.id),
        json!({ "line": "late", "claimToken": a.claim }),
    )
    .await;
    assert_eq!(after.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workers_token_speaks_for_no_other_worker() {
    let (scene, worker) = scene().await;
    let b = claimed(&scene, &worker).await;
    let job = json!({ "taskId": "theirs", "kind": KIND, "sessionId": "dev" });
    scene.server.client.send("POST", "/jobs/enqueue", Some(job)).await.unwrap();
    let theirs = scene
        .server
        .client
        .send("POST", "/jobs/claim", Some(json!({ "workerId": "foreign", "kinds": [KIND] })))
        .await
        .unwrap();
    let id = theirs["job"]["id"].as_str().unwrap();
    for (verb, path, body) in [
        ("POST", "/jobs/claim".to_owned(), json!({ "workerId": "w-2", "kinds": [KIND] })),
        ("POST", "/workers/heartbeat".to_owned(), json!({ "workerId": "w-2" })),
        ("PUT", format!("/jobs/{id}/bundle"), json!("no bundle")),
        (
            "POST",
            "/completions/enqueue".to_owned(),
            json!({ "jobId": id, "sessionId": "dev", "message": "m", "commitSha": "0".repeat(40) }),
        ),
    ] {
        let answer = call(&scene, &worker, verb, &path, body).await;
        assert_eq!((answer.status, answer.code()), (403, "forbidden".into()), "{verb} {path}");
    }
    // Without the current claim's token not even its own job can be finished.
    let guess = call(
        &scene,
        &worker,
        "POST",
        &format!("/jobs/{}/complete", b.id),
        json!({ "claimToken": theirs["claimToken"] }),
    )
    .await;
    assert_eq!((guess.status, guess.code()), (409, "lease_lost".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_a_workers_nor_a_jobs_token_reads_a_conversation_or_answers_a_question() {
    let (scene, worker) = scene().await;
    let job = claimed(&scene, &worker).await;
    let question = scene.question("append a line \"x\" to README.md").await;
    let answer = json!({ "decision": "approve", "approvalId": question.id });
    for token in [&worker, &job.token] {
        for (verb, path, body) in [
            ("POST", format!("/approvals/{}", question.id), answer.clone()),
            ("POST", "/v1/rpc/approval.answer".into(), answer.clone()),
            (
                "POST",
                "/v1/rpc/approval.answer".into(),
                json!({ "decision": "approve", "approvalId": question.id, "remember": { "for": "always" } }),
            ),
            ("POST", "/v1/rpc/policy.revoke".into(), json!({ "id": "grant-1" })),
            ("POST", "/v1/rpc/policy.grants".into(), json!({})),
            ("POST", "/v1/rpc/config.set_network".into(), json!({ "allow": ["npm"] })),
            ("POST", "/v1/rpc/merge.land".into(), json!({ "id": question.entry })),
            ("GET", "/approvals".into(), Value::Null),
            ("GET", "/sessions".into(), Value::Null),
            ("GET", "/sessions/dev/events".into(), Value::Null),
            ("GET", "/v1/events".into(), Value::Null),
            ("POST", "/v1/rpc/session.events".into(), json!({ "sessionId": "dev" })),
            ("POST", "/sessions/dev/message".into(), json!({ "text": "/land me" })),
            ("POST", "/message".into(), json!({ "text": "/land me" })),
            ("POST", "/v1/rpc/workspace.update".into(), json!({ "id": "x", "profile": "autopilot" })),
            ("POST", "/auth/link".into(), json!({})),
            ("POST", "/admin/shutdown".into(), json!({})),
            ("GET", "/metrics".into(), Value::Null),
        ] {
            let refused = call(&scene, token, verb, &path, body).await;
            assert_eq!((refused.status, refused.code()), (403, "forbidden".into()), "{verb} {path}");
        }
    }
    assert_eq!(scene.state_of(&question.id).await, "pending");
    assert_eq!(scene.tip(), None);
}
