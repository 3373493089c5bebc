//! An OpenSSH server as the remote.

use crate::scene::{Scene, at, foreign};
use serde_json::json;
use testkit::git_host::{self, SshGit};

fn scene(ssh: &SshGit, key: &str, known: bool) -> Scene {
    let command = ssh.command(key, known);
    Scene::made(|places, start| {
        places.push_to(&ssh.address(&places.remotes.join("tern.git")));
        start.env("GIT_SSH_COMMAND", &command)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_over_ssh_uses_the_users_own_key_and_arrives() {
    let ssh = SshGit::start();
    let scene = scene(&ssh, "user", true);
    let pushed = scene.publish(json!({ "create-pr": true })).await;
    assert_eq!(pushed["status"], "pr-created", "{pushed} {}", ssh.log());
    assert_eq!(scene.head("pilothouse/dev"), Some(scene.repo.git(&["rev-parse", "main_agents"])));
    assert_eq!(ssh.pushes(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_let_in_and_a_server_nobody_knows_have_reasons_of_their_own() {
    let ssh = SshGit::start();
    let stranger = scene(&ssh, "stranger", true);
    let answer = stranger.publish(json!({ "create-pr": false })).await;
    assert_eq!((&answer["status"], &answer["reason"]), (&json!("error"), &json!("auth")), "{answer}");
    drop(stranger);
    let unknown = scene(&ssh, "user", false);
    let answer = unknown.publish(json!({ "create-pr": false })).await;
    assert_eq!(answer["reason"], "host-key", "{answer}");
    assert_eq!(ssh.pushes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_other_commits_and_a_line_that_is_cut_are_told_apart_over_ssh() {
    let ssh = SshGit::start();
    let scene = scene(&ssh, "user", true);
    git_host::hook(&scene.bare(), "update", "echo 'no branches of machines' >&2; exit 1");
    let refused = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!(refused["reason"], "remote-rejected", "{refused}");
    assert!(refused["remote-said"].as_str().unwrap().contains("no branches of machines"), "{refused}");
    std::fs::remove_file(scene.bare().join("hooks/update")).unwrap();
    ssh.cut(true);
    let cut = scene.publish(json!({ "create-pr": false, "title": "cut" })).await;
    assert_eq!(cut["reason"], "network", "{cut}");
    ssh.cut(false);
    let eve = foreign(&scene.bare(), "pilothouse/dev");
    let behind = scene.publish(json!({ "create-pr": false, "title": "behind" })).await;
    assert_eq!(behind["reason"], "non-fast-forward", "{behind}");
    assert_eq!(at(&scene.bare(), "pilothouse/dev"), Some(eve));
}
