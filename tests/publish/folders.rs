//! A bare repository as the remote, by path and by file URL.

use crate::scene::{Scene, foreign, landed};
use serde_json::json;
use testkit::git_host;

#[tokio::test(flavor = "multi_thread")]
async fn what_landed_is_pushed_once_and_again_when_there_is_more_and_nothing_of_the_users_is_touched() {
    for file_url in [false, true] {
        let scene = Scene::made(|places, start| {
            if file_url {
                places.push_to(&format!("file://{}", places.remotes.join("tern.git").display()));
            }
            start
        });
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
    let scene = Scene::new();
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
    assert_eq!(gone["reason"], "workspace-gone", "{gone}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_never_ends_is_ended_by_its_time_or_by_a_person() {
    let scene = Scene::with(|start| start.env("PILOTHOUSE_PUBLISH_TIMEOUT_S", "5"));
    git_host::hook(&scene.bare(), "pre-receive", "sleep 600");
    let late = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!(late["reason"], "timeout", "{late}");
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
