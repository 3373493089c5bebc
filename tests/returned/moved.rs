//! The branch is moved from outside, in every way git knows: it stands, it is said, nothing is overwritten and nothing
//! that had landed is lost.

use crate::scene::{Scene, checks, git, write};
use client::StreamEvent;
use serde_json::{Value, json};

fn scene() -> Scene {
    Scene::with(&[("README.md", "# Tern\n"), (".pilothouse/config.toml", &checks(&[("look", "true")]))])
}

async fn land(scene: &Scene, base: &str, file: &str) -> String {
    let entry = scene.change(base, file, |dir| write(dir, file, "new\n")).await;
    scene.landed(&entry).await["landedCommit"].as_str().unwrap().to_owned()
}

/// The next movement that is told; nobody asks for it.
async fn moved(scene: &Scene, how: &str) -> Value {
    let said = |e: &StreamEvent| e.kind() == "merge.branch.moved" && e.payload()["how"] == how;
    scene.server.until("dev", 0, said).await.0.payload().clone()
}

async fn warned(scene: &Scene, part: &str) -> bool {
    let queue = scene.queue().await;
    queue["warnings"].as_array().unwrap().iter().any(|warning| warning.as_str().unwrap().contains(part))
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_of_a_person_are_taken_over_and_the_next_change_lands_on_them() {
    let scene = scene();
    let landed = land(&scene, "main", "a.md").await;
    let theirs = scene.commit("main_agents", "main_agents", |dir| write(dir, "by-hand.md", "mine\n"));
    let said = moved(&scene, "continued").await;
    assert_eq!((&said["old"], &said["new"]), (&json!(landed), &json!(theirs)));
    assert!(said.get("next").is_none() && said.get("kept").is_none(), "{said}");
    land(&scene, "main", "b.md").await;
    assert_eq!(scene.repo.git(&["log", "--format=%s", "main..main_agents"]).lines().count(), 3);
    assert_eq!(scene.repo.git(&["show", "main_agents:by-hand.md"]), "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_is_set_back_behind_what_landed_stays_there_and_what_is_gone_is_named_and_kept() {
    let scene = scene();
    let first = land(&scene, "main", "a.md").await;
    let second = land(&scene, "main_agents", "b.md").await;
    scene.repo.git(&["branch", "--force", "main_agents", &first]);
    let said = moved(&scene, "rewound").await;
    assert_eq!((&said["old"], &said["new"]), (&json!(second), &json!(first)));
    assert!(said["explanation"].as_str().unwrap().contains("Not on it any more: “b.md”"), "{said}");
    assert!(said["next"].as_str().unwrap().contains("git merge"), "{said}");
    assert_eq!(scene.depot_ref(said["kept"].as_str().unwrap()).await.as_deref(), Some(second.as_str()));
    assert!(warned(&scene, "is not on main_agents any more").await);
    // What is next stands on what is there now.
    land(&scene, "main", "c.md").await;
    assert_eq!(
        scene
            .repo
            .git(&["ls-tree", "--name-only", "main_agents"])
            .lines()
            .filter(|f| f.ends_with(".md"))
            .collect::<Vec<_>>(),
        ["README.md", "a.md", "c.md"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebased_branch_stands_also_when_it_was_moved_while_nobody_served() {
    let scene = scene();
    let old = land(&scene, "main", "a.md").await;
    let rebased = scene.commit("main", "elsewhere", |dir| write(dir, "a.md", "other\n"));
    let repo = scene.repo.path().to_owned();
    let scene = scene.again_after(|| drop(git(&repo, &["update-ref", "refs/heads/main_agents", &rebased])));
    let said = moved(&scene, "rewritten").await;
    assert_eq!((&said["old"], &said["new"]), (&json!(old), &json!(rebased)));
    assert_eq!(scene.depot_ref(said["kept"].as_str().unwrap()).await.as_deref(), Some(old.as_str()));
    land(&scene, "main", "b.md").await;
    assert_eq!(scene.repo.git(&["show", "main_agents:a.md"]), "other");
    assert!(scene.repo.try_git(&["merge-base", "--is-ancestor", &rebased, "main_agents"]).0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_branch_is_said_and_made_again_by_the_next_landing_with_all_that_had_landed() {
    let scene = scene();
    let old = land(&scene, "main", "a.md").await;
    scene.repo.git(&["branch", "-D", "main_agents"]);
    let said = moved(&scene, "deleted").await;
    assert_eq!(said["old"], old.as_str());
    assert!(said["new"].is_null());
    assert!(said["next"].as_str().unwrap().contains("git branch main_agents"), "{said}");
    assert!(warned(&scene, "is not in your repository any more").await);
    assert!(
        !scene.repo.try_git(&["rev-parse", "--verify", "--quiet", "main_agents"]).0,
        "nothing is made by itself"
    );
    let new = land(&scene, "main", "b.md").await;
    assert_eq!(scene.tip(), new);
    assert!(scene.repo.try_git(&["merge-base", "--is-ancestor", &old, "main_agents"]).0);
    assert!(!warned(&scene, "any more").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_that_has_more_is_told_and_never_overwritten() {
    let scene = scene();
    land(&scene, "main", "a.md").await;
    let theirs = scene.commit("main_agents", "elsewhere", |dir| write(dir, "theirs.md", "t\n"));
    scene.repo.git(&["update-ref", "refs/remotes/origin/main_agents", &theirs]);
    assert!(warned(&scene, "origin/main_agents has commits").await);
    let new = land(&scene, "main_agents", "b.md").await;
    assert_eq!(scene.repo.git(&["rev-parse", "refs/remotes/origin/main_agents"]), theirs);
    // The person takes it in, as they were told, and the queue goes on from there.
    scene.repo.git(&["switch", "--quiet", "main_agents"]);
    scene.repo.git(&["merge", "--quiet", "-m", "take in", "refs/remotes/origin/main_agents"]);
    scene.repo.git(&["switch", "--quiet", "main"]);
    let said = moved(&scene, "continued").await;
    assert_eq!(said["old"], new.as_str());
    assert!(!warned(&scene, "origin/main_agents").await);
    land(&scene, "main", "c.md").await;
    assert_eq!(scene.repo.git(&["show", "main_agents:theirs.md"]), "t");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_exists_only_as_it_was_fetched_is_gone_on_from_and_made_by_the_first_landing() {
    let scene =
        Scene::with(&[("README.md", "# Tern\n"), (".pilothouse/config.toml", &checks(&[("look", "true")]))]);
    let theirs = scene.commit("main", "elsewhere", |dir| write(dir, "theirs.md", "t\n"));
    scene.repo.git(&["update-ref", "refs/remotes/origin/main_agents", &theirs]);
    land(&scene, "main", "a.md").await;
    assert_eq!(scene.repo.git(&["show", "main_agents:theirs.md"]), "t", "it continues what was fetched");
    assert_eq!(scene.repo.git(&["rev-parse", "refs/remotes/origin/main_agents"]), theirs);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_is_moved_while_a_change_is_checked_is_not_landed_over() {
    let scene = Scene::with(&[
        ("README.md", "# Tern\n"),
        // It is ended once the branch is another; until then it must not pass.
        (".pilothouse/config.toml", &checks(&[("slow", "test -e by-hand.md || sleep 50")])),
    ]);
    let first = scene.job("a change").await;
    let commit = scene.commit("main", "a", |dir| write(dir, "a.md", "a\n"));
    let entry = scene.hand_over(&first, &commit, "a").await;
    scene.told(&entry, "merge.entry.checking").await;
    scene.commit("main", "main_agents", |dir| write(dir, "by-hand.md", "mine\n"));
    let landed = scene.landed(&entry).await;
    let files = scene.repo.git(&["ls-tree", "--name-only", landed["landedCommit"].as_str().unwrap()]);
    assert!(files.contains("by-hand.md") && files.contains("a.md"), "{files}");
}
