//! A worker takes its branch away once it has handed over: what was handed over is not in its hands any more.

use crate::scene::{Scene, checks, write};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_branch_was_deleted_between_hand_over_and_landing_lands_all_the_same() {
    let scene =
        Scene::with(&[("README.md", "# Tern\n"), (".pilothouse/config.toml", &checks(&[("look", "true")]))]);
    scene.update(json!({ "mergePaused": true })).await;
    let entry = scene.change("main", "theirs", |dir| write(dir, "a.md", "a\n")).await;
    let handed_over = scene.entry(&entry).await;
    let (job, commit) = (handed_over["jobId"].as_str().unwrap(), handed_over["commitSha"].as_str().unwrap());
    // The branch goes, and with it everything that held its commit in the repository.
    scene.repo.git(&["branch", "--quiet", "-D", "theirs"]);
    scene.repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    scene.repo.git(&["gc", "--quiet", "--prune=now"]);
    assert!(!scene.repo.try_git(&["cat-file", "-e", commit]).0, "the repository still has it");
    assert_eq!(scene.depot_ref(&format!("refs/ph/jobs/{job}")).await.as_deref(), Some(commit));
    scene.update(json!({ "mergePaused": false })).await;
    let landed = scene.landed(&entry).await;
    assert_eq!(scene.tip(), landed["landedCommit"].as_str().unwrap());
    assert_eq!(scene.repo.git(&["show", "main_agents:a.md"]), "a");
    assert!(!scene.repo.try_git(&["rev-parse", "--verify", "--quiet", "theirs"]).0, "nobody makes it again");
}
