//! Everything is paused: nothing is checked and nothing lands, however proven it is, until somebody resumes.

use crate::scene::{Question, Scene};
use serde_json::{Value, json};

async fn rpc(scene: &Scene, method: &str, params: Value) -> Result<Value, protocol::ApiError> {
    scene.server.client.send("POST", &format!("/v1/rpc/{method}"), Some(params)).await
}

/// Waits until the entry says why it does not land.
async fn held_up(scene: &Scene, question: &Question, why: &str) {
    let says = |e: &client::StreamEvent| {
        let entry = &e.payload()["entry"];
        entry["id"] == question.entry.as_str()
            && entry["state"] == "landing"
            && entry["reason"].as_str().is_some_and(|r| r.contains(why))
    };
    scene.server.until("dev", question.cursor, says).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_entry_is_not_checked_and_a_proven_one_does_not_land_until_everything_is_resumed() {
    let scene = Scene::trusted(&[("README.md", "# Tern\n"), ("NOTES.md", "# Notes\n")]);
    let first = scene.question("append a line \"x\" to README.md").await;
    rpc(&scene, "system.hold", json!({})).await.unwrap();
    scene.approve(&first).await;
    let approved = async || Some(scene.entry(&first).await).filter(|e| e["state"] == "approved");
    scene.server.eventually("the answer is taken", approved).await;
    // A whole round goes by: a message is passed on meanwhile, and the entry stays where it is.
    let sent = scene.server.say("dev", "append a line \"z\" to NOTES.md").await;
    scene.server.first("dev", sent.cursor, "buddy.status").await;
    assert_eq!(scene.entry(&first).await["state"], "approved");
    let workspace = scene.workspace().await;
    let refused = rpc(&scene, "checks.dryRun", json!({ "workspaceId": workspace })).await.unwrap_err();
    assert!(refused.message.contains("paused"), "{refused}");
    rpc(&scene, "system.resume", json!({})).await.unwrap();
    scene.entry_event(&first, "merge.entry.landed").await;

    // Proven, and kept from landing by files of the user's own: then everything is paused.
    let second = scene.question_after(sent.cursor).await;
    scene.repo.git(&["switch", "--quiet", "main_agents"]);
    scene.repo.write("NOTES.md", "mine, not committed\n");
    scene.approve(&second).await;
    held_up(&scene, &second, "checked out").await;
    let tip = scene.tip();
    rpc(&scene, "system.hold", json!({})).await.unwrap();
    held_up(&scene, &second, "Everything is paused").await;
    scene.repo.git(&["checkout", "--quiet", "--", "NOTES.md"]);
    let asked = scene.server.say("dev", "/status").await;
    scene.server.first("dev", asked.cursor, "assistant_message").await;
    assert_eq!(scene.tip(), tip, "it is paused");
    rpc(&scene, "system.resume", json!({})).await.unwrap();
    let landed = scene.entry_event(&second, "merge.entry.landed").await;
    assert_eq!(scene.tip().as_deref(), landed["entry"]["candidate"].as_str());
}
