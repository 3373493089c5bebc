//! A question is open as long as there is something to answer.

use crate::scene::Scene;
use protocol::ErrorCode;
use protocol::approval::Decision;
use serde_json::json;

fn long_file() -> String {
    (1..=40).map(|n| format!("line {n:02}\n")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_of_an_entry_that_went_back_or_was_removed_closes_with_it() {
    let scene = Scene::trusted(&[("src/a.txt", "one\n"), ("src/b.txt", "one\n")]);
    let first = scene.question("/replace one two src/a.txt").await;
    let conflicting = scene.question("/replace one three src/a.txt").await;
    let removed = scene.question("/replace one four src/b.txt").await;
    let body = json!({ "id": removed.entry });
    scene.server.client.send("POST", "/v1/rpc/merge.remove", Some(body)).await.unwrap();
    scene.approve(&first).await;
    scene.entry_event(&conflicting, "merge.entry.returned").await;
    for gone in [&conflicting, &removed] {
        assert_eq!(scene.state_of(&gone.id).await, "orphaned");
        let late = scene.server.answer(&gone.id, Decision::Approve).await.unwrap_err();
        assert_eq!(late.code, ErrorCode::AlreadyResolved);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_closes_when_policy_forbids_what_the_patch_has_become() {
    let settings = tempfile::tempdir().unwrap();
    let folder = settings.path().to_string_lossy().into_owned();
    let text = long_file();
    let scene = Scene::started(&[("src/a.txt", &text)], |start| {
        start.flag("--trust").env("PILOTHOUSE_CONFIG_DIR", &folder)
    });
    let first = scene.question("/replace \"line 01\" \"line one\" src/a.txt").await;
    let second = scene.question("/replace \"line 40\" \"line forty\" src/a.txt").await;
    let rule = "[[rule]]\nid = \"nothing lands\"\neffect = \"deny\"\nkinds = [\"land\"]\n";
    std::fs::write(settings.path().join("policy.toml"), rule).unwrap();
    // Approved before there was the rule's word on it; it makes the other patch another one.
    scene.approve(&first).await;
    let parked = |e: &client::StreamEvent| {
        e.payload()["entry"]["id"] == second.entry.as_str() && e.payload()["entry"]["state"] == "parked"
    };
    scene.server.until("dev", second.cursor, parked).await;
    assert_eq!(scene.state_of(&second.id).await, "superseded");
    assert!(scene.server.pending_approvals().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_names_the_strategy_its_candidate_was_built_with() {
    let text = long_file();
    let scene = Scene::trusted(&[("src/a.txt", &text)]);
    let first = scene.question("/replace \"line 01\" \"line one\" src/a.txt").await;
    scene.update(json!({ "strategy": "no_ff" })).await;
    let anew = scene.question_after(first.cursor).await;
    assert_eq!(anew.entry, first.entry);
    assert_eq!(scene.state_of(&first.id).await, "superseded", "it was about another way of landing");
    let shown = scene.server.client.send("GET", &format!("/approvals/{}", anew.id), None).await.unwrap();
    assert_eq!(shown["approval"]["details"]["strategy"], "no_ff");
    scene.approve(&anew).await;
    scene.entry_event(&anew, "merge.entry.landed").await;
    assert_eq!(scene.entry(&anew).await["strategy"], "no_ff");
    let parents = scene.repo.git(&["rev-list", "--parents", "-n1", "main_agents"]);
    assert_eq!(parents.split(' ').count(), 3, "a merge commit, as was shown");
}
