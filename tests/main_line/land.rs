//! A person moves `main`, and everything that keeps it from moving.

use crate::scene::{Scene, codes};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn main_goes_forward_when_a_person_says_so_and_their_files_follow() {
    let scene = Scene::new();
    let before = scene.show().await;
    assert_eq!((&before["standing"], &before["ahead"]), (&json!("level"), &json!(0)));
    let entry = scene.land("append a line \"more\" to NOTES.md").await;
    let line = scene.show().await;
    assert_eq!(
        (&line["standing"], &line["ahead"], &line["proof"]),
        (&json!("ahead"), &json!(1), &json!("proven"))
    );
    assert_eq!(line["entries"][0]["id"], entry["id"]);
    assert_eq!(line["commits"][0]["entryId"], entry["id"]);
    assert!(codes(&line).is_empty(), "{line:#}");
    assert_eq!(scene.read("NOTES.md"), "# Notes\n", "nothing is moved by itself");

    let landing = scene.land_main("server", false).await;
    assert_eq!(landing["state"], "landed", "{landing:#}");
    assert_eq!(landing["by"], "owner");
    assert!(landing["checks"][0]["reused"] == true, "what is proven is not run again: {landing:#}");
    assert_eq!(scene.rev("main"), scene.rev("main_agents"));
    assert!(scene.read("NOTES.md").ends_with("more\n"));
    assert_eq!(scene.repo.git(&["status", "--porcelain"]), "");
    assert!(scene.repo.git(&["reflog", "-1", "main"]).contains("main_agents as owner said"));
    assert_eq!(scene.show().await["standing"], "level");
    // Work goes on from there.
    scene.land("append a line \"and more\" to NOTES.md").await;
    assert_eq!(scene.show().await["ahead"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dirty_checkout_is_told_before_and_refused() {
    let scene = Scene::new();
    scene.land("append a line \"more\" to NOTES.md").await;
    let main = scene.rev("main");
    scene.repo.write("README.md", "mine, not committed\n");
    let line = scene.show().await;
    assert_eq!(codes(&line), ["checkout"], "{line:#}");
    let refused = scene.wish("server", false).await.unwrap_err();
    assert_eq!(refused.details.unwrap()["code"], "main.checkout");
    assert!(
        refused.message.contains("README.md") && refused.message.contains("Commit or stash"),
        "{}",
        refused.message
    );
    let refused = scene.wish("my_git", false).await.unwrap_err();
    assert!(refused.message.contains("README.md"), "{}", refused.message);
    assert_eq!(scene.rev("main"), main);
    assert_eq!(scene.read("README.md"), "mine, not committed\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_main_that_moved_by_itself_is_brought_in_through_the_queue_and_never_forced() {
    let scene = Scene::new();
    scene.land("append a line \"more\" to NOTES.md").await;
    scene.repo.write("src/a.txt", "by hand\n");
    scene.repo.commit_all("By hand");
    let line = scene.show().await;
    assert_eq!(
        (&line["standing"], &line["ahead"], &line["behind"]),
        (&json!("diverged"), &json!(1), &json!(1))
    );
    assert_eq!(codes(&line), ["diverged"]);
    let refused = scene.wish("server", false).await.unwrap_err();
    assert_eq!(refused.details.unwrap()["code"], "main.diverged");
    assert!(refused.message.contains("bring-up"), "{}", refused.message);

    let (ok, said) = scene.cli(&["main", "bring-up"]);
    assert!(ok && said.contains("Bring main into main_agents"), "{said}");
    let queue = scene.call("merge.queue", json!({})).await.unwrap();
    let entry = queue["queues"][0]["entries"][0].clone();
    assert_eq!(entry["kind"], "bring_up", "{queue:#}");
    let landed = scene.approve_entry(entry["id"].as_str().unwrap()).await;
    assert_eq!(scene.repo.git(&["rev-list", "--count", "--merges", "main..main_agents"]), "1", "{landed:#}");
    assert_eq!(scene.show().await["standing"], "ahead");
    let landing = scene.land_main("server", false).await;
    assert_eq!(landing["state"], "landed", "{landing:#}");
    assert_eq!(scene.read("src/a.txt"), "by hand\n");
    assert!(scene.read("NOTES.md").ends_with("more\n"));
    let refused = scene.call("main.bring_up", json!({ "workspaceId": scene.workspace().await })).await;
    assert!(refused.is_err(), "there is nothing to bring in any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_proof_is_made_before_anything_moves() {
    let scene = Scene::new();
    scene.land("append a line \"more\" to NOTES.md").await;
    let by_hand = scene.commit_on_agents("src/a.txt", "by hand\n");
    let line = scene.show().await;
    assert_eq!((&line["proof"], &line["ahead"]), (&json!("missing"), &json!(2)), "{line:#}");
    let proofs: Vec<_> = line["commits"].as_array().unwrap().iter().map(|c| c["proof"].clone()).collect();
    assert_eq!(proofs, ["missing", "proven"]);
    let landing = scene.land_main("server", false).await;
    assert_eq!(landing["state"], "landed", "{landing:#}");
    assert_eq!(
        (&landing["checks"][0]["state"], &landing["checks"][0]["reused"]),
        (&json!("passed"), &json!(false))
    );
    assert_eq!(scene.rev("main"), by_hand);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_that_fails_its_check_stays_off_main() {
    let scene = Scene::new();
    scene.land("append a line \"more\" to NOTES.md").await;
    let main = scene.rev("main");
    scene.commit_on_agents("README.md", "RED\n");
    let landing = scene.land_main("server", false).await;
    assert_eq!(
        (&landing["state"], &landing["code"]),
        (&json!("refused"), &json!("main.checks")),
        "{landing:#}"
    );
    assert!(landing["reason"].as_str().unwrap().contains("no red"));
    assert_eq!(scene.rev("main"), main);
    let (ok, said) = scene.cli(&["main", "land"]);
    assert!(!ok && said.contains("main.checks"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_counts_for_what_was_shown_and_once() {
    let scene = Scene::new();
    scene.land("append a line \"more\" to NOTES.md").await;
    let line = scene.show().await;
    scene.land("append a line \"and more\" to NOTES.md").await;
    let body =
        json!({ "workspaceId": line["workspaceId"], "expectedTip": line["tip"], "hash": line["hash"] });
    let stale = scene.call("main.land", body).await.unwrap_err();
    assert_eq!(stale.code.as_str(), "stale");
    let line = scene.show().await;
    let body = json!({ "workspaceId": line["workspaceId"], "expectedTip": line["tip"], "hash": "other" });
    assert_eq!(scene.call("main.land", body).await.unwrap_err().code.as_str(), "stale");
    let (ok, said) = scene.cli(&["main", "show"]);
    assert!(ok && said.contains("main_agents is 2 commits ahead of main."), "{said}");
    let (ok, said) = scene.cli(&["main", "land"]);
    assert!(ok && said.contains("2 commits") && said.contains("main is at"), "{said}");
    let (ok, said) = scene.cli(&["main", "land"]);
    assert!(!ok && said.contains("has everything"), "{said}");
}
