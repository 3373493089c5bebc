//! A pause and a withdrawn trust hold up a landing that was proven before, too.

use crate::scene::{Question, Scene};
use serde_json::json;

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
async fn a_blocked_landing_waits_for_the_pause_and_for_trust_before_it_goes_on() {
    let scene =
        Scene::trusted(&[("README.md", "# Tern\n"), ("NOTES.md", "# Notes\n"), ("MORE.md", "# More\n")]);
    let first = scene.question("append a line \"x\" to README.md").await;
    scene.approve(&first).await;
    scene.entry_event(&first, "merge.entry.landed").await;
    let tip = scene.tip();
    scene.repo.git(&["switch", "--quiet", "main_agents"]);
    scene.repo.write("NOTES.md", "mine, not committed\n");
    let second = scene.question("append a line \"y\" to NOTES.md").await;
    scene.approve(&second).await;
    held_up(&scene, &second, "checked out").await;

    scene.update(json!({ "mergePaused": true })).await;
    held_up(&scene, &second, "paused").await;
    scene.repo.git(&["checkout", "--quiet", "--", "NOTES.md"]);
    // Nothing stands in its way but the pause, and a whole other job goes by meanwhile.
    scene.question("append a line \"z\" to MORE.md").await;
    assert_eq!(scene.tip(), tip, "it is paused");

    scene.update(json!({ "mergePaused": false, "trusted": false })).await;
    held_up(&scene, &second, "not confirmed").await;
    assert_eq!(scene.tip(), tip, "nobody confirms its checks any more");
    scene.update(json!({ "trusted": true })).await;
    let landed = scene.entry_event(&second, "merge.entry.landed").await;
    assert_eq!(scene.tip().as_deref(), landed["entry"]["candidate"].as_str());
}
