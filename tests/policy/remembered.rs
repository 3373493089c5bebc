//! Grants: made from an approval, used, listed, revoked, and gone by themselves.

use crate::scene::{Given, Scene, bash};
use protocol::ErrorCode;
use protocol::approval::Decision;
use protocol::grant::{GrantFor, GrantsParams, RevokeGrant};
use protocol::ops::typed;
use serde_json::json;

const ADD: &str = "npm install left-pad";

impl Scene {
    async fn grants(&self) -> Vec<protocol::grant::KeptGrant> {
        self.server.client.call(typed::PolicyGrants, &GrantsParams::default(), None).await.unwrap().grants
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_answers_the_same_question_until_it_is_revoked_and_no_other() {
    let tools = vec![bash(ADD), bash(ADD), bash("npm install right-pad"), bash(ADD)];
    let mut scene = Scene::of(Given { tools, ..Given::default() }).await;
    let asked = scene.asked("command").await;
    let answered = scene.remember(&asked, GrantFor::Hour).await.unwrap();
    assert_eq!(answered.remembered, Some(GrantFor::Hour));
    // The second time nobody is asked; another command asks.
    let other = scene.asked("command").await;
    assert!(other.summary.contains("right-pad"), "{}", other.summary);
    let kept = scene.grants().await;
    assert_eq!((kept.len(), kept[0].used, kept[0].span), (1, 1, GrantFor::Hour));
    assert_eq!(kept[0].covers, format!("Running exactly `{ADD}`, in a sandbox"));
    assert!(kept[0].expires_at.is_some() && kept[0].last_used_at.is_some() && kept[0].by == "owner");
    assert_eq!(kept[0].grant.workspace_id, asked.workspace_id);
    let revoke = RevokeGrant { id: kept[0].grant.id.clone() };
    scene.server.client.call(typed::PolicyRevoke, &revoke, None).await.unwrap();
    let again = scene.server.client.call(typed::PolicyRevoke, &revoke, None).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::NotFound);
    scene.server.answer(other.id.as_str(), Decision::Deny).await.unwrap();
    let anew = scene.asked("command").await;
    assert!(anew.summary.contains(ADD), "it asks again: {}", anew.summary);
    scene.server.answer(anew.id.as_str(), Decision::Deny).await.unwrap();
    let used = scene.ends("policy.grant_used").await;
    assert_eq!((used.len(), &used[0]["grantId"]), (1, &json!(revoke.id)));
    assert_eq!(scene.ends("policy.granted").await.len(), 1);
    assert_eq!(scene.ends("policy.revoked").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jobs_grant_ends_with_the_job_and_a_denial_is_not_remembered() {
    let tools = vec![bash(ADD), bash(ADD), bash("npm i other")];
    let mut scene = Scene::of(Given { tools, ..Given::default() }).await;
    let asked = scene.asked("command").await;
    let body = json!({ "decision": "deny", "remember": { "for": "job" } });
    let refused =
        scene.server.client.send("POST", &format!("/approvals/{}", asked.id), Some(body)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::BadRequest);
    scene.remember(&asked, GrantFor::Job).await.unwrap();
    let other = scene.asked("command").await;
    let kept = scene.grants().await;
    assert_eq!((kept[0].used, kept[0].grant.job_id.is_some()), (1, true));
    scene.server.answer(other.id.as_str(), Decision::Deny).await.unwrap();
    scene.ends("policy.granted").await;
    assert!(scene.grants().await.is_empty(), "the job is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_remembered_survives_a_restart_and_only_on_its_port() {
    let through = |target: &str| {
        format!(
            "bash -c 'exec 3<>/dev/tcp/127.0.0.1/3128 && printf \"CONNECT {target} HTTP/1.1\\r\\n\\r\\n\" >&3 && cat <&3'"
        )
    };
    // `localhost` is asked about by name, and never reached: nothing leaves this machine.
    let tools = vec![
        bash(&through("localhost:443")),
        bash(&through("localhost:443")),
        bash(&through("localhost:8443")),
    ];
    let mut scene = Scene::of(Given { tools, ..Given::default() }).await;
    let asked = scene.asked("network").await;
    assert_eq!(asked.offer.as_deref().unwrap().covers, "Connecting to localhost on port 443");
    scene.remember(&asked, GrantFor::Always).await.unwrap();
    let other = scene.asked("network").await;
    assert!(other.summary.contains("localhost:8443"), "another port asks: {}", other.summary);
    assert_eq!(scene.grants().await.len(), 1, "the second connection asked nobody");
    scene.server.answer(other.id.as_str(), Decision::Deny).await.unwrap();
    scene.ends("job.network").await;
    let start = testkit::world::Start::on(scene.data.path(), scene.repo.path()).workers(0);
    let Scene { server, data: _data, .. } = scene;
    server.kill();
    let again = testkit::world::RunningServer::start(&start);
    let kept = again.client.call(typed::PolicyGrants, &GrantsParams::default(), None).await.unwrap().grants;
    assert_eq!((kept.len(), kept[0].expires_at.is_none()), (1, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_landing_cannot_be_remembered() {
    let repo = testkit::world::TestRepo::with(&[("a.txt", "a\n")]);
    let data = tempfile::tempdir().unwrap();
    let server = testkit::world::RunningServer::start(
        &testkit::world::Start::on(data.path(), repo.path()).flag("--trust").workers(1),
    );
    let cursor = server.say("dev", "/replace a b a.txt").await.cursor;
    let (asked, _) = server
        .until("dev", cursor, |e| e.kind() == "approval_required" && e.payload()["action"] == "land")
        .await;
    let path = format!("/approvals/{}", asked.payload()["approvalId"].as_str().unwrap());
    let body = json!({ "decision": "approve", "remember": { "for": "always" } });
    let refused = server.client.send("POST", &path, Some(body)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::BadRequest);
    assert_eq!(server.pending_approvals().await.len(), 1, "and nothing was answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_whose_job_died_with_the_server_closes_and_the_job_asks_anew() {
    let mut scene = Scene::of(Given { tools: vec![bash(ADD), bash(ADD)], ..Given::default() }).await;
    let asked = scene.asked("command").await;
    let start = scene.again();
    let Scene { server, model, repo, data, cursor, .. } = scene;
    server.kill();
    let server = testkit::world::RunningServer::start(&start);
    let (anew, _) = server
        .until("dev", cursor, |e| e.kind() == "approval_required" && e.payload()["action"] == "command")
        .await;
    let id = anew.payload()["approvalId"].as_str().unwrap().to_owned();
    assert_ne!(id, asked.id.as_str(), "an answer counts for one call of one attempt");
    let old = server.client.send("GET", &format!("/approvals/{}", asked.id), None).await.unwrap();
    assert_eq!(old["approval"]["state"], "superseded");
    server.answer(&id, Decision::Deny).await.unwrap();
    let (_, seen) = server.until("dev", anew.cursor, |e| e.kind() == "job_completed").await;
    assert!(!seen.iter().any(|e| e.kind() == "job_failed"));
    assert!(model.requests().last().unwrap().all().contains("was not run"));
    drop((repo, data));
}
