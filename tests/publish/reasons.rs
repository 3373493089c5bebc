//! Reasons that nothing of a remote or a forge is needed for.

use crate::scene::{Scene, landed};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn while_everything_is_paused_nothing_is_pushed_and_pressing_again_afterwards_pushes() {
    let scene = Scene::new();
    scene.rpc("system.hold", json!({ "reason": "person", "note": "the disk is exchanged" })).await;
    let paused = scene.publish(json!({ "create-pr": true })).await;
    assert_eq!(
        (&paused["status"], &paused["reason"], &paused["pushed"]),
        (&json!("error"), &json!("paused"), &json!(false)),
        "{paused}"
    );
    assert_eq!(scene.told().await, ["git.push.failed paused"]);
    assert_eq!(scene.head("pilothouse/dev"), None);
    // What stands in the way for good is told first: a pause ends.
    scene.repo.git(&["update-ref", "refs/heads/main_agents", "main"]);
    assert_eq!(scene.publish(json!({ "title": "empty" })).await["reason"], "no-commits");
    let tip = landed(&scene.repo, "Round prices");
    scene.rpc("system.resume", json!({})).await;
    let pushed = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!((&pushed["status"], scene.head("pilothouse/dev")), (&json!("pushed"), Some(tip)), "{pushed}");
    assert!(scene.forge.openings().is_empty(), "nobody opened what was refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_of_a_job_nobody_knows_is_none_and_one_that_handed_nothing_over_is_gone() {
    let scene = Scene::new();
    let nobody = scene.publish(json!({ "head-branch": "agent/w1/no-such-job" })).await;
    assert_eq!((&nobody["status"], &nobody["reason"]), (&json!("error"), &json!("no-branch")), "{nobody}");
    assert!(nobody["message"].as_str().unwrap().contains("agent/w1/no-such-job"), "{nobody}");
    let job = json!({ "taskId": "t", "kind": "own.kind", "params": {}, "sessionId": "dev" });
    assert_eq!(scene.server.owner("POST", "/jobs/enqueue").json(&job).send().await.status, 201);
    let claim = json!({ "workerId": "w1", "kinds": ["own.kind"] });
    let claimed = scene.server.owner("POST", "/jobs/claim").json(&claim).send().await.json();
    let id = claimed["job"]["id"].as_str().unwrap();
    let never = scene.publish(json!({ "head-branch": format!("agent/w1/{id}") })).await;
    assert_eq!(never["reason"], "workspace-gone", "{never}");
    assert_eq!(scene.told().await, ["git.push.failed no-branch", "git.push.failed workspace-gone"]);
    let branches = scene.repo.git(&["--git-dir", &scene.bare().to_string_lossy(), "branch", "--list"]);
    assert_eq!(branches, "", "nothing was pushed");
}
