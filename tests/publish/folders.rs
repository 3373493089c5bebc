//! A bare repository as the remote, by path and by file URL.

use crate::scene::{Scene, foreign, landed};
use serde_json::json;
use testkit::git_host;

/// The folder as the remote, by its path or by its address.
fn by(file_url: bool) -> Scene {
    Scene::made(|places, start| {
        if file_url {
            places.push_to(&format!("file://{}", places.remotes.join("tern.git").display()));
        }
        start
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_landed_is_pushed_once_and_again_when_there_is_more_and_nothing_of_the_users_is_touched() {
    for file_url in [false, true] {
        let scene = by(file_url);
        let before = scene.repo.fingerprint();
        let defaults = scene.rpc("publish.defaults", json!({ "sessionId": "dev" })).await;
        assert_eq!(
            (&defaults["headBranch"], &defaults["title"]),
            (&json!("pilothouse/dev"), &json!("Round prices"))
        );
        assert!(defaults["body"].as_str().unwrap().contains("- Round prices"));
        let first = scene.publish(json!({ "create-pr": false })).await;
        assert_eq!((&first["status"], &first["pushed"]), (&json!("pushed"), &json!(true)), "{first}");
        let tip = scene.repo.git(&["rev-parse", "main_agents"]);
        assert_eq!(scene.head("pilothouse/dev").as_deref(), Some(tip.as_str()));
        assert_eq!(scene.repo.fingerprint(), before);
        // The same again with other parameters is up to date, which counts as pushed.
        let again = scene.publish(json!({ "createPr": false, "title": "Other" })).await;
        assert_eq!(again["status"], "pushed");
        assert_ne!(again["publish-id"], first["publish-id"]);
        // A rewritten integration branch is pushed over our own old one, under a lease.
        scene.repo.git(&["update-ref", "refs/heads/main_agents", "main"]);
        let other = landed(&scene.repo, "Round taxes");
        let rewritten = scene.publish(json!({ "create-pr": false })).await;
        assert_eq!(rewritten["status"], "pushed", "{rewritten}");
        assert_eq!(scene.head("pilothouse/dev"), Some(other));
        let told = scene.told().await;
        assert_eq!(told, ["git.push.started", "git.push.succeeded"].repeat(3));
        let shown = scene.shown().await;
        assert_eq!(
            (&shown["latest"]["result"]["status"], &shown["latest"]["by"]),
            (&json!("pushed"), &json!("owner"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hook_that_says_no_is_quoted_and_what_others_pushed_is_never_overwritten() {
    for file_url in [false, true] {
        refused_and_never_overwritten(by(file_url)).await;
    }
}

async fn refused_and_never_overwritten(scene: Scene) {
    git_host::hook(&scene.bare(), "pre-receive", "echo 'not on a Saturday' >&2; exit 1");
    let refused = scene.publish(json!({ "create-pr": true })).await;
    assert_eq!(
        (&refused["status"], &refused["reason"]),
        (&json!("error"), &json!("remote-rejected")),
        "{refused}"
    );
    assert!(refused["remote-said"].as_str().unwrap().contains("not on a Saturday"), "{refused}");
    assert_eq!(refused["pushed"], false);
    std::fs::remove_file(scene.bare().join("hooks/pre-receive")).unwrap();
    let eve = foreign(&scene.bare(), "pilothouse/dev");
    let behind = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!(behind["reason"], "non-fast-forward", "{behind}");
    assert_eq!(scene.head("pilothouse/dev"), Some(eve.clone()));
    // The user's own branch is only ever continued.
    scene.repo.git(&["branch", "topic", "main_agents"]);
    let topic = foreign(&scene.bare(), "topic");
    let own = scene.publish(json!({ "create-pr": false, "head-branch": "topic" })).await;
    assert_eq!((&own["reason"], scene.head("topic")), (&json!("non-fast-forward"), Some(topic)));
    assert_eq!(scene.told().await.last().unwrap(), "git.push.failed non-fast-forward");
    // Deleted on the remote after it was merged: it is made anew.
    let named = scene.publish(json!({ "create-pr": false, "head-branch": "fix/prices" })).await;
    assert_eq!(named["status"], "pushed", "{named}");
    scene.repo.git(&[
        "--git-dir",
        &scene.bare().to_string_lossy(),
        "update-ref",
        "-d",
        "refs/heads/fix/prices",
    ]);
    let tip = landed(&scene.repo, "Round taxes");
    let anew = scene.publish(json!({ "create-pr": false, "head-branch": "fix/prices" })).await;
    assert_eq!((&anew["status"], scene.head("fix/prices")), (&json!("pushed"), Some(tip)), "{anew}");
    assert_eq!(scene.head("pilothouse/dev"), Some(eve));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_push_and_nowhere_to_push_are_told_apart() {
    let scene = Scene::new();
    scene.repo.git(&["update-ref", "refs/heads/main_agents", "main"]);
    let empty = scene.publish(json!({})).await;
    assert_eq!((&empty["status"], &empty["reason"]), (&json!("error"), &json!("no-commits")), "{empty}");
    landed(&scene.repo, "Round prices");
    scene.repo.git(&["remote", "set-url", "--push", "origin", "/nowhere/at/all.git"]);
    assert_eq!(scene.publish(json!({})).await["reason"], "not-found");
    scene.repo.git(&["remote", "set-url", "--push", "origin", "ext::sh -c touch% /tmp/pwned"]);
    assert_eq!(scene.publish(json!({ "title": "x" })).await["reason"], "unsupported");
    scene.repo.git(&["remote", "remove", "origin"]);
    assert_eq!(scene.publish(json!({})).await["reason"], "no-remote");
    scene.repo.git(&["remote", "add", "one", "/a"]);
    scene.repo.git(&["remote", "add", "two", "/b"]);
    let several = scene.publish(json!({})).await;
    assert_eq!(several["reason"], "no-remote");
    assert!(several["message"].as_str().unwrap().contains("remote.pushDefault"));
    let gone = scene.publish(json!({ "head-branch": "agent/w1/no-such-job" })).await;
    assert_eq!(gone["reason"], "no-remote", "the first obstacle is told");
    scene.repo.git(&["config", "remote.pushDefault", "two"]);
    let gone = scene.publish(json!({ "head-branch": "agent/w1/no-such-job" })).await;
    assert_eq!(gone["reason"], "no-branch", "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_never_ends_is_ended_by_its_time_or_by_a_person() {
    let scene = Scene::with(|start| start.env("PILOTHOUSE_PUBLISH_TIMEOUT_S", "5"));
    git_host::hook(&scene.bare(), "pre-receive", "sleep 600");
    let late = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!(late["reason"], "timeout", "{late}");
    drop(scene);
    // With all the time there is, it is the person who ends it.
    let scene = Scene::new();
    git_host::hook(&scene.bare(), "pre-receive", "sleep 600");
    let press = scene.publish(json!({ "create-pr": false, "title": "again" }));
    let cancel = async {
        let look = || async {
            let latest = scene.shown().await["latest"].clone();
            (latest["stage"] == "pushing" && latest["title"] == "again").then_some(latest)
        };
        let latest = scene.server.eventually("a push under way", look).await;
        scene.rpc("publish.cancel", json!({ "publishId": latest["id"] })).await
    };
    let (pressed, cancelled) = tokio::join!(press, cancel);
    assert_eq!((&cancelled["ok"], &pressed["reason"]), (&json!(true), &json!("cancelled")), "{pressed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_that_dies_is_broken_or_somebody_elses_has_a_reason_and_what_it_said() {
    for file_url in [false, true] {
        let scene = by(file_url);
        let publish = |title: &'static str| scene.publish(json!({ "create-pr": false, "title": title }));
        // The remote's own git is killed while it takes the push.
        git_host::hook(&scene.bare(), "pre-receive", "kill -9 $PPID");
        let cut = publish("cut").await;
        assert_eq!((&cut["reason"], &cut["pushed"]), (&json!("network"), &json!(false)), "{cut}");
        std::fs::remove_file(scene.bare().join("hooks/pre-receive")).unwrap();
        // A branch that a worktree there has checked out.
        let (git_dir, beside) = (scene.bare(), scene.remotes.path().join("beside"));
        let git =
            |args: &[&str]| scene.repo.git(&[&["--git-dir", &*git_dir.to_string_lossy()], args].concat());
        let branch = ["branch", "fix/there", "main"];
        scene.repo.git(&["push", "--quiet", &git_dir.to_string_lossy(), "main"]);
        git(&branch);
        git(&["worktree", "add", "--quiet", &beside.to_string_lossy(), "fix/there"]);
        let held = scene.publish(json!({ "create-pr": false, "head-branch": "fix/there" })).await;
        assert_eq!(held["reason"], "remote-rejected", "{held}");
        assert!(held["remote-said"].as_str().unwrap().contains("refusing to update checked out branch"));
        assert_eq!(scene.head("fix/there"), Some(scene.repo.git(&["rev-parse", "main"])));
        git(&["worktree", "remove", "--force", &beside.to_string_lossy()]);
        // Nothing of all this stands in the way of a remote that is in order again.
        assert_eq!(publish("again").await["status"], "pushed");

        for (what, reason) in [("objects", "not-found"), ("HEAD", "not-found")] {
            let kept = scene.remotes.path().join("kept");
            std::fs::rename(scene.bare().join(what), &kept).unwrap();
            let broken = publish(what).await;
            assert_eq!(broken["reason"], reason, "without {what}: {broken}");
            std::fs::rename(&kept, scene.bare().join(what)).unwrap();
        }
        let away = scene.remotes.path().join("away");
        std::fs::rename(scene.bare(), &away).unwrap();
        assert_eq!(publish("away").await["reason"], "not-found");
        std::fs::write(scene.bare(), "no repository\n").unwrap();
        assert_eq!(publish("a file").await["reason"], "not-found");
        std::fs::remove_file(scene.bare()).unwrap();
        std::fs::rename(&away, scene.bare()).unwrap();
        assert_eq!(publish("back").await["status"], "pushed");
    }
}

/// Who is allowed everything cannot be shown a folder that may not be written; another's folder git refuses to anybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_ones_own_to_write_is_forbidden_and_says_why() {
    for file_url in [false, true] {
        forbidden_and_says_why(by(file_url)).await;
    }
}

async fn forbidden_and_says_why(scene: Scene) {
    const SOMEBODY_ELSE: u32 = 61_234;
    let owner = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(scene.bare()).unwrap());
    let all = owner == 0;
    if all {
        std::os::unix::fs::chown(scene.bare(), Some(SOMEBODY_ELSE), None).unwrap();
    } else {
        rights(&scene.bare().join("objects"), 0o555);
    }
    let refused = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!((&refused["status"], &refused["reason"]), (&json!("error"), &json!("forbidden")), "{refused}");
    let said = refused["remote-said"].as_str().unwrap_or_default();
    if all {
        assert!(said.contains("dubious ownership"), "{refused}");
        std::os::unix::fs::chown(scene.bare(), Some(owner), None).unwrap();
    } else {
        assert!(said.contains("insufficient permission"), "{refused}");
        rights(&scene.bare().join("objects"), 0o755);
    }
    assert_eq!(scene.head("pilothouse/dev"), None);
    assert_eq!(scene.publish(json!({ "create-pr": false, "title": "again" })).await["status"], "pushed");
}

fn rights(folder: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_gone_before_its_question_is_answered_is_no_fault_of_the_remote() {
    let scene = Scene::new();
    let tree = scene.repo.git(&["rev-parse", "main^{tree}"]);
    let gone = scene.repo.git(&["commit-tree", &tree, "-p", "main", "-m", "Soon gone"]);
    scene.repo.git(&["branch", "topic", &gone]);
    let waits = scene.publish(json!({ "head-branch": "topic", "force": true, "create-pr": false })).await;
    assert_eq!(waits["reason"], "approval-required", "{waits}");
    scene.repo.git(&["branch", "--quiet", "-D", "topic"]);
    let depot = std::fs::read_dir(scene.data.path().join("depots")).unwrap().next().unwrap().unwrap().path();
    for place in [scene.repo.file(".git"), depot] {
        let object = place.join("objects").join(&gone[..2]).join(&gone[2..]);
        let _ = std::fs::remove_file(object);
        let found = scene.repo.try_git(&["--git-dir", &place.to_string_lossy(), "cat-file", "-e", &gone]).0;
        assert!(!found, "{} still has it", place.display());
    }
    let id = waits["approval-id"].as_str().unwrap();
    scene.server.answer(id, protocol::approval::Decision::Approve).await.unwrap();
    let done = || async {
        let latest = scene.shown().await["latest"].clone();
        (latest["stage"] == "done").then_some(latest)
    };
    let latest = scene.server.eventually("it ends", done).await;
    assert_eq!(latest["result"]["reason"], "workspace-gone", "{latest}");
    assert_eq!(scene.head("topic"), None);
}
