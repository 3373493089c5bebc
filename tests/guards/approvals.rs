//! An answer counts for the patch it was given for, and for no other.

use crate::scene::Scene;
use protocol::ErrorCode;
use protocol::approval::Decision;
use serde_json::json;

/// Far enough apart that both edits of the file merge without a conflict.
fn long_file() -> String {
    (1..=40).map(|n| format!("line {n:02}\n")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_with_another_patch_closes_the_old_question_and_asks_anew() {
    let text = long_file();
    let scene = Scene::trusted(&[("src/a.txt", &text)]);
    let first = scene.question("/replace \"line 01\" \"line one\" src/a.txt").await;
    let second = scene.question("/replace \"line 40\" \"line forty\" src/a.txt").await;
    scene.approve(&first).await;
    scene.entry_event(&first, "merge.entry.landed").await;
    let tip = scene.tip();
    let anew = scene.question_after(second.cursor).await;
    assert_eq!(anew.entry, second.entry);
    assert_ne!(anew.hash, second.hash, "the same file, other blobs: another patch");
    assert_eq!(scene.state_of(&second.id).await, "superseded");

    let old = scene.server.answer(&second.id, Decision::Approve).await.unwrap_err();
    assert_eq!(old.code, ErrorCode::AlreadyResolved);
    let answer = json!({ "decision": "approve", "hash": second.hash });
    let stale =
        scene.server.client.send("POST", &format!("/approvals/{}", anew.id), Some(answer)).await.unwrap_err();
    assert_eq!(stale.code, ErrorCode::Stale);
    assert_eq!(scene.state_of(&anew.id).await, "pending");
    assert_eq!(scene.tip(), tip, "neither answer landed anything");

    let answer = json!({ "decision": "approve", "hash": anew.hash });
    scene.server.client.send("POST", &format!("/approvals/{}", anew.id), Some(answer)).await.unwrap();
    scene.entry_event(&anew, "merge.entry.landed").await;
    let landed = scene.repo.git(&["show", "main_agents:src/a.txt"]);
    assert!(landed.contains("line one") && landed.contains("line forty"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_given_before_the_patch_changed_does_not_carry_over() {
    let text = long_file();
    let scene = Scene::trusted(&[("src/a.txt", &text)]);
    let first = scene.question("/replace \"line 01\" \"line one\" src/a.txt").await;
    let second = scene.question("/replace \"line 40\" \"line forty\" src/a.txt").await;
    // Approved while its patch was the one shown; the landing of the first makes it another.
    scene.update(json!({ "mergePaused": true })).await;
    scene.approve(&first).await;
    scene.approve(&second).await;
    scene.update(json!({ "mergePaused": false })).await;
    scene.entry_event(&first, "merge.entry.landed").await;
    let anew = scene.question_after(second.cursor).await;
    assert_eq!(anew.entry, second.entry);
    assert_ne!(anew.hash, second.hash);
    assert!(
        !scene.repo.git(&["show", "main_agents:src/a.txt"]).contains("forty"),
        "it waits for a new answer"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_patch_on_a_moved_tip_keeps_its_approval() {
    let scene = Scene::trusted(&[("src/a.txt", "a\n"), ("src/b.txt", "b\n")]);
    let first = scene.question("/replace a one src/a.txt").await;
    let second = scene.question("/replace b two src/b.txt").await;
    scene.approve(&second).await;
    scene.entry_event(&second, "merge.entry.landed").await;
    scene.approve(&first).await;
    scene.entry_event(&first, "merge.entry.landed").await;
    let asked = scene.server.client.send("GET", "/approvals", None).await.unwrap();
    let about: Vec<_> =
        asked["approvals"].as_array().unwrap().iter().filter(|a| a["action"] == "land").collect();
    assert_eq!(about.len(), 2, "nothing was asked twice");
    assert_eq!(scene.repo.git(&["show", "main_agents:src/a.txt"]), "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_landing_said_with_the_hash_of_another_patch_lands_nothing() {
    let text = long_file();
    let scene = Scene::trusted(&[("src/a.txt", &text)]);
    let first = scene.question("/replace \"line 01\" \"line one\" src/a.txt").await;
    let second = scene.question("/replace \"line 40\" \"line forty\" src/a.txt").await;
    let land = |entry: &str, hash: &str| {
        let body = json!({ "id": entry, "hash": hash });
        scene.server.client.send("POST", "/v1/rpc/merge.land", Some(body))
    };
    land(&first.entry, &first.hash).await.unwrap();
    scene.entry_event(&first, "merge.entry.landed").await;
    let anew = scene.question_after(second.cursor).await;
    let tip = scene.tip();

    let stale = land(&second.entry, &second.hash).await.unwrap_err();
    assert_eq!(stale.code, ErrorCode::Stale);
    assert_eq!(scene.state_of(&anew.id).await, "pending");
    assert_eq!(scene.tip(), tip);

    // The command line shows the entry and says the hash it showed.
    let land = std::process::Command::new(testkit::world::program("pilothouse"))
        .arg("--data")
        .arg(scene.data.path())
        .args(["land", &anew.entry])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&land.stdout);
    assert!(land.status.success() && said.contains("waiting_approval"), "{said}");
    scene.entry_event(&anew, "merge.entry.landed").await;
}
