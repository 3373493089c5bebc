//! Tokens and passwords are in no argument, log, event, answer or row.

use crate::scene::{Scene, TOKEN, base64};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::git_host::{self, HttpsGit};

const PASSWORD: &str = "correct-horse-battery-staple";

/// Command lines of all processes, looked at until told to stop; those that held a secret. A push that was seen
/// leaves the file `seen`.
pub fn watched(stop: Arc<AtomicBool>, seen: &Path) -> std::thread::JoinHandle<(usize, Vec<String>)> {
    let seen = seen.to_owned();
    std::thread::spawn(move || {
        let (mut looked, mut found) = (0, Vec::new());
        while !stop.load(Ordering::Acquire) {
            for entry in std::fs::read_dir("/proc").unwrap().flatten() {
                let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
                let line = String::from_utf8_lossy(&line).replace('\0', " ");
                looked += usize::from(line.contains("pilothouse-publish"));
                if line.contains(TOKEN) || line.contains(PASSWORD) {
                    found.push(line);
                }
            }
            if looked > 0 {
                std::fs::write(&seen, "").unwrap();
            }
        }
        (looked, found)
    })
}

/// What a hook begins with that holds a push until it was seen.
pub fn until_seen(seen: &Path) -> String {
    format!("while [ ! -e {} ]; do sleep 0.05; done", seen.display())
}

/// The secret is given in a file: other tests look at command lines meanwhile.
pub fn files_with(dir: &Path, secret: &str) -> Vec<String> {
    let pattern = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(pattern.path(), secret).unwrap();
    let output =
        std::process::Command::new("grep").args(["-rlaF", "-f"]).arg(pattern.path()).arg(dir).output();
    String::from_utf8(output.unwrap().stdout).unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_pushes_and_opens_a_pull_request_is_found_nowhere_afterwards() {
    let remotes = tempfile::tempdir().unwrap();
    git_host::bare(&remotes.path().join("tern.git"));
    let https = HttpsGit::start(remotes.path(), &base64(&format!("x-access-token:{TOKEN}")));
    // A hook that repeats what it should not know.
    let seen = remotes.path().join("seen");
    let script = format!("{}; echo 'your token {TOKEN} is fine, but no' >&2; exit 1", until_seen(&seen));
    git_host::hook(&remotes.path().join("tern.git"), "pre-receive", &script);
    let log = tempfile::NamedTempFile::new().unwrap();
    let log_path = log.path().to_string_lossy().into_owned();
    let scene = Scene::made(|places, start| {
        places.configure(&format!("[http]\n\tsslCAInfo = {}\n", https.authority().display()));
        places.push_to(&https.address("tern.git"));
        places.repo.git(&["remote", "set-url", "origin", &https.address("ada/tern.git")]);
        let hosts =
            start.environment.iter().find(|(name, _)| name == "PILOTHOUSE_PUBLISH_GITHUB_HOSTS").unwrap();
        let api = hosts.1.split_once('=').unwrap().1.to_owned();
        let start = start
            .env("PILOTHOUSE_PUBLISH_GITHUB_HOSTS", &format!("{}={api}", https.host()))
            .env("PILOTHOUSE_PUBLISH_TOKEN_VARIABLES", &format!("{}=FORGE_TOKEN", https.host()))
            .env("PILOTHOUSE_LOG", "debug");
        start.under(&["sh", "-c", "exec \"$@\" 2>\"$0\"", &log_path])
    });
    let stop = Arc::new(AtomicBool::new(false));
    let watch = watched(stop.clone(), &seen);
    let refused = scene.publish(json!({})).await;
    assert_eq!(refused["reason"], "remote-rejected", "{refused}");
    assert!(refused["remote-said"].as_str().unwrap().contains("[redacted]"), "{refused}");
    std::fs::remove_file(remotes.path().join("tern.git/hooks/pre-receive")).unwrap();
    let made = scene.publish(json!({})).await;
    assert_eq!(made["status"], "pr-created", "{made}");
    stop.store(true, Ordering::Release);
    let (looked, found) = watch.join().unwrap();
    assert!(looked > 0, "a push was seen");
    assert!(found.is_empty(), "{found:?}");
    let events = scene.rpc("session.events", json!({ "sessionId": "dev", "after": 0, "limit": 1000 })).await;
    for text in [events.to_string(), scene.shown().await.to_string(), refused.to_string(), made.to_string()] {
        assert!(!text.contains(TOKEN));
    }
    let Scene { server, data, .. } = scene;
    assert_eq!(server.terminate(), Some(0));
    assert_eq!(files_with(data.path(), TOKEN), Vec::<String>::new());
    assert!(!std::fs::read_to_string(log.path()).unwrap().contains(TOKEN));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_in_the_remotes_own_address_is_not_repeated() {
    let scene = Scene::made(|places, start| {
        places.push_to(&format!("https://ada:{PASSWORD}@127.0.0.1:1/ada/tern.git"));
        start.env("PILOTHOUSE_LOG", "debug")
    });
    let stop = Arc::new(AtomicBool::new(false));
    let watch = watched(stop.clone(), &scene.remotes.path().join("seen"));
    let answer = scene.publish(json!({})).await;
    let defaults = scene.rpc("publish.defaults", json!({ "sessionId": "dev" })).await;
    stop.store(true, Ordering::Release);
    assert_eq!(answer["reason"], "network", "{answer}");
    let (_, found) = watch.join().unwrap();
    assert!(found.is_empty(), "{found:?}");
    for text in [answer.to_string(), defaults.to_string(), scene.shown().await.to_string()] {
        assert!(!text.contains(PASSWORD), "{text}");
    }
    let Scene { server, data, .. } = scene;
    server.terminate();
    assert_eq!(files_with(data.path(), PASSWORD), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_token_is_used_first_shown_to_nobody_and_forgotten() {
    let scene = Scene::with(|start| {
        start.env("FORGE_TOKEN", "").env("PILOTHOUSE_SECRETS_KEY", "a-long-enough-secret")
    });
    let hosts = scene.rpc("publish.hosts", json!({})).await;
    let forge = |hosts: &serde_json::Value| {
        hosts["hosts"].as_array().unwrap().iter().find(|h| h["host"] == "forge.test").unwrap().clone()
    };
    assert_eq!(forge(&hosts)["source"], "none");
    let saved = scene.rpc("publish.set_token", json!({ "host": "forge.test", "token": TOKEN })).await;
    assert_eq!(saved["source"], "keychain", "{saved}");
    let foreign = json!({ "host": "evil.example", "token": TOKEN });
    assert_eq!(
        scene.server.owner("POST", "/v1/rpc/publish.set_token").json(&foreign).send().await.status,
        400
    );
    let made = scene.publish(json!({})).await;
    assert_eq!(made["status"], "pr-created", "{made}");
    scene.rpc("publish.forget_token", json!({ "host": "forge.test" })).await;
    assert_eq!(forge(&scene.rpc("publish.hosts", json!({})).await)["source"], "none");
    let manual = scene.publish(json!({ "title": "x" })).await;
    assert_eq!(manual["status"], "manual-pr-required");
    let Scene { server, data, .. } = scene;
    server.terminate();
    assert_eq!(files_with(data.path(), TOKEN), Vec::<String>::new());
}
