//! What lands is judged on exactly the tree that lands, and a check may not change what it judges.

use crate::scene::{Scene, replacement};
use serde_json::json;

const SUM: [&str; 3] = ["sh", "-c", "test $(( $(cat src/a.txt) + $(cat src/b.txt) )) -le 3"];

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_that_pass_alone_and_fail_together_end_with_one_landed() {
    let config = format!("[[check]]\nname = \"the sum is at most 3\"\nrun = {}\ntimeoutS = 30\n", json!(SUM));
    let scene =
        Scene::trusted(&[("src/a.txt", "1\n"), ("src/b.txt", "1\n"), (".pilothouse/config.toml", &config)]);
    let mut questions = Vec::new();
    for file in ["src/a.txt", "src/b.txt"] {
        let job = json!({ "taskId": file, "kind": "task.execute", "sessionId": "dev", "params": replacement(file, "1", "2", &SUM) });
        let job =
            scene.server.client.send("POST", "/jobs/enqueue", Some(job)).await.unwrap()["jobId"].clone();
        let verified = scene
            .server
            .until("dev", 0, |e| e.kind() == "job.verified" && e.payload()["jobId"] == job)
            .await
            .0;
        assert_eq!(verified.payload()["verified"], true, "it passes in its clone");
        questions.push(scene.question_after(verified.cursor).await);
    }
    // Both are approved before either has landed: it is the check on the landing tree that must refuse.
    scene.approve(&questions[0]).await;
    scene.approve(&questions[1]).await;
    let landed = scene.entry_event(&questions[0], "merge.entry.landed").await;
    let back = scene.entry_event(&questions[1], "merge.entry.returned").await;
    assert_eq!(back["reason"], "merge.check_failed");
    assert_eq!(scene.state_of(&questions[1].id).await, "approved", "the approval was good; the tree was not");
    assert_eq!(
        scene.tip().as_deref(),
        landed["entry"]["landedCommit"].as_str(),
        "only the first is on the branch"
    );
    assert_eq!(scene.repo.git(&["show", "main_agents:src/b.txt"]), "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_edits_the_tree_lands_nothing() {
    let config = "[[check]]\nname = \"helpful\"\nrun = [\"sh\", \"-c\", \"echo mended >> README.md\"]\ntimeoutS = 30\n";
    let scene = Scene::trusted(&[
        ("README.md", "# Tern\n"),
        ("NOTES.md", "# Notes\n"),
        (".pilothouse/config.toml", config),
    ]);
    let question = scene.question("append a line \"x\" to NOTES.md").await;
    scene.approve(&question).await;
    let back = scene.entry_event(&question, "merge.entry.returned").await;
    assert_eq!(back["reason"], "merge.check_edited_tree");
    assert!(back["detail"].as_str().unwrap().contains("README.md"), "it names what was changed");
    assert_eq!(scene.tip(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_commits_or_moves_branches_lands_nothing_but_the_candidate() {
    let run = "git commit --allow-empty -qm sneaky 2>/dev/null; git update-ref refs/heads/main_agents HEAD 2>/dev/null; git config core.hooksPath hooks 2>/dev/null; true";
    let config =
        format!("[[check]]\nname = \"busy\"\nrun = [\"sh\", \"-c\", {}]\ntimeoutS = 30\n", json!(run));
    let scene = Scene::trusted(&[
        ("README.md", "# Tern\n"),
        ("NOTES.md", "# Notes\n"),
        (".pilothouse/config.toml", &config),
    ]);
    let question = scene.question("append a line \"x\" to NOTES.md").await;
    scene.approve(&question).await;
    let landed = scene.entry_event(&question, "merge.entry.landed").await;
    assert_eq!(scene.tip().as_deref(), landed["entry"]["candidate"].as_str());
    assert_eq!(scene.repo.git(&["rev-list", "--count", "main..main_agents"]), "1");
}
