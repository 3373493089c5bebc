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

/// What a remote says of itself before anything is pushed to an empty repository.
fn greeting(capabilities: &str) -> String {
    let line = format!("{:040} capabilities^{{}}\0{capabilities}\n", 0);
    format!("{:04x}{line}0000", line.len() + 4)
}

/// A scripted stand-in for ssh, which ends at a moment of the test's choosing; git is the real one.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_cut_is_a_matter_of_the_network_at_whatever_moment() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("ssh"), format!("#!/bin/sh\nexec sh {}\n", at("moment").display())).unwrap();
    std::fs::set_permissions(at("ssh"), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(at("answers"), greeting("report-status delete-refs side-band-64k ofs-delta")).unwrap();
    std::fs::write(at("mute"), "0000").unwrap();
    let scene = Scene::made(|places, start| {
        places.push_to("ssh://h.test/tern.git");
        start.env("GIT_SSH_COMMAND", &at("ssh").to_string_lossy())
    });
    let (gone, killed) = ("echo 'Connection to h.test closed by remote host.' >&2; exit 255", "kill -9 $$");
    let all = "while [ \"$(head -c 65536 | wc -c)\" -gt 0 ]; do :; done";
    let greets = |file: &str| format!("cat {}", at(file).display());
    for (moment, script) in [
        ("before a word", gone.to_owned()),
        ("before a word, killed", killed.to_owned()),
        ("within the greeting", format!("head -c 30 {}; {gone}", at("answers").display())),
        ("after the greeting", format!("{}; {gone}", greets("answers"))),
        ("within what is pushed", format!("{}; head -c 100 > /dev/null; {gone}", greets("answers"))),
        (
            "within what is pushed, killed",
            format!("{}; head -c 100 > /dev/null; {killed}", greets("answers")),
        ),
        (
            "after what was pushed",
            format!("{}; head -c 400 > /dev/null; printf 0000; {gone}", greets("answers")),
        ),
        ("after a greeting that promised no answer", format!("{}; {gone}", greets("mute"))),
        ("after all was written, no answer promised", format!("{}; exec >&-; {all}; {gone}", greets("mute"))),
        ("the same, without a word", format!("{}; exec >&-; {all}; exit 255", greets("mute"))),
        ("the same, killed", format!("{}; exec >&-; {all}; {killed}", greets("mute"))),
    ] {
        std::fs::write(at("moment"), script).unwrap();
        let cut = scene.publish(json!({ "create-pr": false, "title": moment })).await;
        assert_eq!(cut["reason"], "network", "{moment}: {cut}");
        assert_eq!(cut["pushed"], false, "{moment}: {cut}");
    }
}
