//! Taking back what landed: an entry like any other.

use crate::scene::Scene;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_revert_goes_through_the_queue_and_a_revert_of_it_brings_the_change_back() {
    let scene = Scene::new();
    let entry = scene.land("append a line \"more\" to NOTES.md").await;
    let id = entry["id"].as_str().unwrap();
    let revert = scene.call("merge.revert", json!({ "id": id })).await.unwrap();
    assert_eq!(
        (&revert["kind"], &revert["reverts"]["entryId"]),
        (&json!("revert"), &entry["id"]),
        "{revert:#}"
    );
    assert_eq!(scene.entry(id).await["revertedBy"], revert["id"]);
    let twice = scene.call("merge.revert", json!({ "id": id })).await.unwrap_err();
    assert!(twice.message.contains("being taken back already"), "{}", twice.message);
    // It can be tried like any other, and what passed is not run again when it lands.
    scene.call("merge.dry_run", json!({ "id": revert["id"] })).await.unwrap();
    let tried = || async {
        let shown = scene.call("merge.dry_run_state", json!({ "id": revert["id"] })).await.unwrap();
        Some(shown["run"].clone()).filter(|run| !run["finishedAt"].is_null())
    };
    let tried = scene.server.eventually("it has been tried", tried).await;
    assert_eq!(tried["state"], "passed", "{tried:#}");
    assert_eq!(scene.entry(id).await["state"], "landed");
    let landed = scene.approve_entry(revert["id"].as_str().unwrap()).await;
    assert!(landed["checks"].as_array().unwrap().iter().all(|check| check["reused"] == true), "{landed:#}");
    assert!(!landed["checks"].as_array().unwrap().is_empty(), "it is checked like any other: {landed:#}");
    assert_eq!(scene.repo.git(&["show", "main_agents:NOTES.md"]), "# Notes");
    let message = scene.repo.git(&["log", "-1", "--format=%B", "main_agents"]);
    assert!(message.contains("This reverts commit") && message.contains("Job: "), "{message}");
    assert_eq!(scene.entry(id).await["landedAt"], entry["landedAt"], "when it landed stays");

    let twice = scene.call("merge.revert", json!({ "id": id })).await.unwrap_err();
    assert!(twice.message.contains("was taken back already"), "{}", twice.message);
    let again = scene.call("merge.revert", json!({ "id": revert["id"] })).await.unwrap();
    assert!(again["title"].as_str().unwrap().starts_with("Reapply"), "{again:#}");
    scene.approve_entry(again["id"].as_str().unwrap()).await;
    assert!(scene.repo.git(&["show", "main_agents:NOTES.md"]).ends_with("more"));
    let third = scene.call("merge.revert", json!({ "id": id })).await.unwrap();
    assert_eq!(third["kind"], "revert", "it is in force again, so it can be taken back again");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_said_in_the_conversation_or_typed_in_a_terminal() {
    let scene = Scene::new();
    let entry = scene.land("append a line \"more\" to NOTES.md").await;
    let commit = entry["landedCommit"].as_str().unwrap();
    let (revert, approval) = scene.asked(&format!("/revert {}", &commit[..12])).await;
    assert_eq!(scene.entry(&revert).await["reverts"]["entryId"], entry["id"]);
    scene.server.answer(&approval, protocol::approval::Decision::Approve).await.unwrap();
    scene.landed(&revert).await;
    assert_eq!(scene.repo.git(&["show", "main_agents:NOTES.md"]), "# Notes");
    let sent = scene.server.say("dev", &format!("/revert {}", entry["id"].as_str().unwrap())).await;
    let said = |e: &client::StreamEvent| e.kind() == "assistant_message";
    let (answer, _) = scene.server.until("dev", sent.cursor, said).await;
    assert!(
        answer.payload()["text"].as_str().unwrap().contains("was taken back already"),
        "{}",
        answer.payload()
    );
    let (ok, text) = scene.cli(&["queue", "revert", &revert]);
    assert!(ok && text.contains("Reapply"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_later_work_builds_on_comes_back_with_the_lines_that_clash() {
    let scene = Scene::new();
    let first = scene.land("replace `second` with `deuxième` in src/a.txt").await;
    scene.land("replace `deuxième` with `zweite` in src/a.txt").await;
    let tip = scene.rev("main_agents");
    let revert = scene.call("merge.revert", json!({ "id": first["id"] })).await.unwrap();
    assert_eq!(revert["state"], "parked", "{revert:#}");
    let reason = revert["reason"].as_str().unwrap();
    assert!(reason.contains("src/a.txt") && reason.contains("zweite"), "{reason}");
    assert_eq!(scene.rev("main_agents"), tip);
    // Tried again it says the same, and not that there is nothing to do.
    let before = scene.call("system.status", json!({})).await.unwrap()["latestCursor"].as_i64().unwrap();
    scene.call("merge.retry", json!({ "id": revert["id"] })).await.unwrap();
    let back = |e: &client::StreamEvent| {
        e.payload()["entry"]["id"] == revert["id"] && e.payload()["entry"]["state"] == "parked"
    };
    let seen = scene.server.until("dev", before, back).await.0;
    assert!(seen.payload()["entry"]["reason"].as_str().unwrap().contains("zweite"));
    // Given up, it can be asked for anew.
    scene.call("merge.remove", json!({ "id": revert["id"] })).await.unwrap();
    assert!(scene.call("merge.revert", json!({ "id": first["id"] })).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_landed_is_not_taken_back() {
    let scene = Scene::new();
    let (entry, _) = scene.asked("append a line \"more\" to NOTES.md").await;
    let refused = scene.call("merge.revert", json!({ "id": entry })).await.unwrap_err();
    assert_eq!(refused.code.as_str(), "conflict");
    assert!(refused.message.contains("has not landed"));
}
