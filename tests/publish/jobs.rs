//! What a job made is published from the depot, and what a job wants to publish asks a person.

use crate::scene::{Scene, at};
use protocol::approval::Decision;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_job_handed_over_can_be_published_although_it_did_not_land_and_its_folder_is_gone() {
    let scene = Scene::with(|start| start.workers(1).flag("--trust"));
    let sent = scene.server.say("dev", "/replace Tern Gull README.md").await;
    let question = scene.server.first("dev", sent.cursor, "approval_required").await;
    scene.server.answer(question.payload()["approvalId"].as_str().unwrap(), Decision::Deny).await.unwrap();
    let (parked, _) =
        scene.server.until("dev", sent.cursor, |e| e.payload()["entry"]["state"] == "parked").await;
    let (branch, commit) = (&parked.payload()["entry"]["branch"], &parked.payload()["entry"]["commitSha"]);
    let jobs = scene.data.path().join("jobs");
    let empty = || async {
        let left = std::fs::read_dir(&jobs)
            .map(|all| all.flatten().filter(|e| e.path().join(".git").exists()).count());
        (left.unwrap_or(0) == 0).then_some(())
    };
    scene.server.eventually("the job's folder is removed", empty).await;
    let made = scene.publish(json!({ "head-branch": branch })).await;
    assert_eq!((&made["status"], &made["commit"]), (&json!("pr-created"), commit), "{made}");
    assert_eq!(at(&scene.bare(), branch.as_str().unwrap()).as_deref(), commit.as_str());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_wants_to_publish_asks_and_a_repository_that_is_gone_is_said_to_be() {
    let scene = Scene::new();
    let job = json!({ "taskId": "t", "kind": "own.kind", "params": {}, "sessionId": "dev" });
    let made = scene.server.owner("POST", "/jobs/enqueue").json(&job).send().await;
    assert_eq!(made.status, 201, "{}", made.json());
    let claim = json!({ "workerId": "mine", "kinds": ["own.kind"] });
    let claimed = scene.server.owner("POST", "/jobs/claim").json(&claim).send().await.json();
    let (id, token) = (claimed["job"]["id"].as_str().unwrap(), &claimed["claimToken"]);
    let ask = |token: serde_json::Value| {
        let body = json!({ "claimToken": token, "create-pr": false });
        scene.server.owner("POST", format!("/jobs/{id}/publish")).json(&body).send()
    };
    assert_eq!(ask(json!("not-the-token")).await.status, 409);
    let waiting = ask(token.clone()).await.json();
    assert_eq!(
        (&waiting["reason"], &waiting["pushed"]),
        (&json!("approval-required"), &json!(false)),
        "{waiting}"
    );
    scene.server.answer(waiting["approval-id"].as_str().unwrap(), Decision::Deny).await.unwrap();
    let done = || async {
        let latest = scene.shown().await["latest"].clone();
        (latest["stage"] == "done").then_some(latest)
    };
    let latest = scene.server.eventually("it ends", done).await;
    assert_eq!(latest["result"]["reason"], "denied", "{latest}");
    assert_eq!(scene.head("pilothouse/dev"), None);
    let away = scene.remotes.path().join("away");
    std::fs::rename(scene.repo.path(), &away).unwrap();
    let gone = scene.publish(json!({})).await;
    assert_eq!((&gone["status"], &gone["reason"]), (&json!("error"), &json!("workspace-gone")), "{gone}");
    std::fs::rename(&away, scene.repo.path()).unwrap();
    assert_eq!(scene.publish(json!({ "create-pr": false })).await["status"], "pushed");
}
