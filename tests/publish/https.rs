//! An HTTPS server with a password as the remote: the user's credential helper, or a token of ours by askpass.

use crate::scene::{Scene, TOKEN, at, base64, foreign};
use serde_json::json;
use testkit::git_host::{self, HttpsGit};

/// `ada:a-password` and `x-access-token:TOKEN`, as they stand in the header.
pub const ADA: &str = "YWRhOmEtcGFzc3dvcmQ=";

/// `helper`: what the user's git signs in with.
fn scene(https: &HttpsGit, remotes: tempfile::TempDir, helper: &str, trusted: bool, token: bool) -> Scene {
    let authority = if trusted {
        format!("[http]\n\tsslCAInfo = {}\n", https.authority().display())
    } else {
        String::new()
    };
    let (address, url, host) = (https.address("tern.git"), https.address("ada/tern.git"), https.host());
    let scene = Scene::made(|places, start| {
        places.configure(&format!("{authority}{helper}"));
        places.push_to(&address);
        places.repo.git(&["remote", "set-url", "origin", &url]);
        let hosts = start.environment.iter().find(|(name, _)| name == "PILOTHOUSE_PUBLISH_GITHUB_HOSTS");
        let api = hosts.unwrap().1.split_once('=').unwrap().1.to_owned();
        let start = start.env("PILOTHOUSE_PUBLISH_GITHUB_HOSTS", &format!("{host}={api}"));
        let named = if token { format!("{host}=FORGE_TOKEN") } else { "other.test=FORGE_TOKEN".to_owned() };
        start.env("PILOTHOUSE_PUBLISH_TOKEN_VARIABLES", &named)
    });
    drop(remotes);
    scene
}

fn served(accepted: &str) -> (HttpsGit, tempfile::TempDir) {
    let remotes = tempfile::tempdir().unwrap();
    (HttpsGit::start(remotes.path(), accepted), remotes)
}

fn ready(remotes: &std::path::Path) {
    git_host::bare(&remotes.join("tern.git"));
}

pub fn helper(user: &str, password: &str) -> String {
    format!(
        "[credential]\n\thelper = \"!f() {{ test \\\"$1\\\" = get && echo username={user} && echo password={password}; }}; f\"\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_users_credential_helper_signs_in() {
    let (https, remotes) = served(ADA);
    ready(remotes.path());
    let bare = remotes.path().join("tern.git");
    let kept = remotes.path().to_owned();
    let scene = scene(&https, tempfile::tempdir().unwrap(), &helper("ada", "a-password"), true, false);
    let pushed = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!(pushed["status"], "pushed", "{pushed} {:?}", https.log());
    assert_eq!(at(&bare, "pilothouse/dev"), Some(scene.repo.git(&["rev-parse", "main_agents"])));
    assert_eq!(https.pushes(), 1);
    assert!(kept.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_ours_is_handed_over_by_askpass_where_the_user_has_nothing() {
    let (https, remotes) = served(&base64(&format!("x-access-token:{TOKEN}")));
    ready(remotes.path());
    let scene = scene(&https, tempfile::tempdir().unwrap(), "", true, true);
    let pushed = scene.publish(json!({ "create-pr": true })).await;
    assert_eq!(pushed["status"], "pr-created", "{pushed} {:?}", https.log());
    assert_eq!(https.pushes(), 1);
    assert_eq!(scene.forge.openings()[0].path, "/repos/ada/tern/pulls");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_no_password_and_an_unknown_authority_have_reasons() {
    let (https, remotes) = served(ADA);
    ready(remotes.path());
    for (sign_in, trusted, reason) in [
        (helper("ada", "wrong"), true, "auth"),
        (String::new(), true, "auth"),
        (helper("ada", "a-password"), false, "host-key"),
    ] {
        let scene = scene(&https, tempfile::tempdir().unwrap(), &sign_in, trusted, false);
        let answer = scene.publish(json!({ "create-pr": false })).await;
        assert_eq!((&answer["status"], &answer["reason"]), (&json!("error"), &json!(reason)), "{answer}");
    }
    assert_eq!(https.pushes(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn hooks_other_commits_and_a_line_that_is_cut_are_told_apart_over_https() {
    let (https, remotes) = served(ADA);
    ready(remotes.path());
    let bare = remotes.path().join("tern.git");
    let scene = scene(&https, tempfile::tempdir().unwrap(), &helper("ada", "a-password"), true, false);
    git_host::hook(&bare, "pre-receive", "echo 'sign the agreement first' >&2; exit 1");
    let refused = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!(refused["reason"], "remote-rejected", "{refused}");
    assert!(refused["remote-said"].as_str().unwrap().contains("sign the agreement first"), "{refused}");
    std::fs::remove_file(bare.join("hooks/pre-receive")).unwrap();
    https.cut(true);
    let cut = scene.publish(json!({ "create-pr": false, "title": "cut" })).await;
    assert_eq!(cut["reason"], "network", "{cut}");
    https.cut(false);
    let eve = foreign(&bare, "pilothouse/dev");
    let behind = scene.publish(json!({ "create-pr": false, "title": "behind" })).await;
    assert_eq!(behind["reason"], "non-fast-forward", "{behind}");
    assert_eq!(at(&bare, "pilothouse/dev"), Some(eve));
}
