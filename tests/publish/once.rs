//! Pressed at once on two paired devices, and retried: one push, one pull request, one answer.

use crate::key::Key;
use crate::paired::paired;
use crate::scene::{Scene, TOKEN};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::git_host::{self, HttpsGit, SshGit};

async fn ten_at_once(scene: &Scene) -> Vec<Value> {
    let devices =
        [paired(scene, "Ada's phone", Key::p256()).await, paired(scene, "Bob's phone", Key::ed25519()).await];
    assert_ne!(devices[0].id, devices[1].id);
    let calls = (0..10).map(|n| {
        let call = scene.server.bare("POST", "/sessions/dev/pr").header("cookie", &devices[n % 2].cookie);
        call.json(&json!({ "title": "Prices", "body": "Rounded." })).send()
    });
    let mut all = Vec::new();
    for answer in futures_util::future::join_all(calls).await {
        assert_eq!(answer.status, 200);
        all.push(answer.json());
    }
    let by = scene.shown().await["latest"]["by"].as_str().unwrap().to_owned();
    assert!(by.ends_with("'s phone"), "one of the two pressed first: {by}");
    all
}

fn the_same(answers: &[Value]) {
    let different: BTreeSet<String> = answers.iter().map(ToString::to_string).collect();
    assert_eq!((answers.len(), different.len()), (10, 1), "{different:#?}");
    assert_eq!(answers[0]["status"], "pr-created", "{}", answers[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_identical_calls_of_two_paired_devices_make_one_push_over_ssh_and_one_pull_request() {
    let ssh = SshGit::start();
    let command = ssh.command("user", true);
    let scene = Scene::made(|places, start| {
        places.push_to(&ssh.address(&places.remotes.join("tern.git")));
        start.env("GIT_SSH_COMMAND", &command)
    });
    the_same(&ten_at_once(&scene).await);
    assert_eq!(ssh.pushes(), 1, "{:?}", ssh.commands());
    assert_eq!(ssh.log().matches("Accepted publickey").count(), 1, "{}", ssh.log());
    assert_eq!((scene.forge.openings().len(), scene.forge.pulls().len()), (1, 1));
    let order = ["git.push.started", "git.push.succeeded", "git.pr.started", "git.pr.succeeded"];
    assert_eq!(scene.told().await, order);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_identical_calls_of_two_paired_devices_make_one_push_over_https_and_one_pull_request() {
    let remotes = tempfile::tempdir().unwrap();
    git_host::bare(&remotes.path().join("tern.git"));
    let https = HttpsGit::start(remotes.path(), "YWRhOmEtcGFzc3dvcmQ=");
    let scene = Scene::made(|places, start| {
        let helper = "[credential]\n\thelper = \"!f() { test \\\"$1\\\" = get && echo username=ada && echo password=a-password; }; f\"\n";
        places.configure(&format!("[http]\n\tsslCAInfo = {}\n{helper}", https.authority().display()));
        places.push_to(&https.address("tern.git"));
        start
    });
    the_same(&ten_at_once(&scene).await);
    assert_eq!(https.pushes(), 1, "{:?}", https.log());
    assert_eq!((scene.forge.openings().len(), scene.forge.pulls().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_with_its_key_is_the_same_publication_and_never_a_second_pull_request() {
    let scene = Scene::new();
    let press = |key: &str, body: Value| {
        scene.server.owner("POST", "/sessions/dev/pr").header("idempotency-key", key).json(&body).send()
    };
    let body = json!({ "title": "Prices", "base-branch": "main", "create-pr": true });
    let first = press("k1", body.clone()).await.json();
    assert_eq!(first["status"], "pr-created", "{first}");
    scene.forge.close(1, false);
    let retried = press("k1", body.clone()).await.json();
    assert_eq!(retried, first, "though the pull request was closed meanwhile");
    // The other spelling is the same call; another title is not.
    let spelled = json!({ "title": "Prices", "baseBranch": "main", "createPr": true });
    let spelled = press("k1", spelled).await;
    assert_eq!((spelled.status, spelled.json()), (200, first.clone()));
    let other = press("k1", json!({ "title": "Other" })).await;
    assert_eq!((other.status, other.code().as_str()), (409, "conflict"));
    assert_eq!(scene.forge.openings().len(), 1);
    assert!(!first.to_string().contains(TOKEN));
}
