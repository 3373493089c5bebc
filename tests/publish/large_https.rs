//! Large files over HTTPS: git-lfs is the distribution's, the batch interface and its storage are a scripted stand-in.
//! The branch is not pushed without its contents, whatever becomes of them, and nothing is sent twice.

use crate::https::{ADA, helper};
use crate::large::kept;
use crate::scene::{Scene, TOKEN, at, base64, landed, landed_with};
use crate::secrets::{files_with, until_seen, watched};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::git_host::{self, HttpsGit, LfsFault};

/// Larger than what a line holds on its way.
fn content(seed: u8) -> Vec<u8> {
    (0..8_u32 << 20).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 ^ seed).collect()
}

/// A remote over HTTPS, a repository whose change names a large file, and what names it.
struct Large {
    https: HttpsGit,
    remotes: tempfile::TempDir,
    scene: Scene,
    oid: String,
    log: tempfile::NamedTempFile,
}

impl Large {
    /// `sign_in` is git configuration of the user's; without any, it is our token.
    fn new(accepted: &str, sign_in: &str) -> Self {
        let remotes = tempfile::tempdir().unwrap();
        git_host::bare(&remotes.path().join("tern.git"));
        let https = HttpsGit::start(remotes.path(), accepted);
        let log = tempfile::NamedTempFile::new().unwrap();
        let (host, authority) = (https.host(), https.authority());
        let (address, url) = (https.address("tern.git"), https.address("ada/tern.git"));
        let log_path = log.path().to_string_lossy().into_owned();
        let scene = Scene::made(|places, start| {
            let sees = format!("[http]\n\tsslCAInfo = {}\n", authority.display());
            // A line that is cut is tried once more, as git-lfs does it, and not for half a minute.
            places.configure(&format!("{sees}[lfs \"transfer\"]\n\tmaxretries = 1\n{sign_in}"));
            places.push_to(&address);
            places.repo.git(&["remote", "set-url", "origin", &url]);
            let hosts = start.environment.iter().find(|(name, _)| name == "PILOTHOUSE_PUBLISH_GITHUB_HOSTS");
            let api = hosts.unwrap().1.split_once('=').unwrap().1.to_owned();
            let token = if sign_in.is_empty() { &host } else { "other.test" };
            start
                .env("PILOTHOUSE_PUBLISH_GITHUB_HOSTS", &format!("{host}={api}"))
                .env("PILOTHOUSE_PUBLISH_TOKEN_VARIABLES", &format!("{token}=FORGE_TOKEN"))
                .env("PILOTHOUSE_LOG", "debug")
                .under(&["sh", "-c", "exec \"$@\" 2>\"$0\"", &log_path])
        });
        let (pointer, oid) = kept(&scene.repo, &content(0));
        landed_with(&scene.repo, "Add a picture", "picture.bin", &pointer);
        Self { https, remotes, scene, oid, log }
    }

    async fn publish(&self, title: &str) -> Value {
        self.scene.publish(json!({ "create-pr": false, "title": title })).await
    }

    fn bare(&self) -> PathBuf {
        self.remotes.path().join("tern.git")
    }

    fn branch(&self) -> Option<String> {
        at(&self.bare(), "pilothouse/dev")
    }

    /// Contents that were sent and taken, in order with pushes of the branch.
    fn sent(&self) -> Vec<String> {
        let log = self.https.log();
        let of = |line: &String| match line.as_str() {
            line if line.starts_with("200 PUT") => line.rsplit('/').next().map(str::to_owned),
            line if line.starts_with("200 POST") && line.ends_with("/git-receive-pack") => {
                Some("branch".to_owned())
            }
            _ => None,
        };
        log.iter().filter_map(of).collect()
    }

    /// It did not go out, and says why.
    fn assert_kept_back(&self, answer: &Value, reason: &str) {
        assert_eq!(
            (&answer["status"], &answer["reason"], &answer["pushed"]),
            (&json!("error"), &json!(reason), &json!(false)),
            "{answer} {:?}",
            self.https.log()
        );
        assert_eq!(self.branch(), None, "the branch names what is not there");
        assert_eq!(self.https.pushes(), 0);
        assert_eq!(self.https.large_file(&self.oid), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contents_go_before_the_branch_and_are_sent_once() {
    let large = Large::new(ADA, &helper("ada", "a-password"));
    let answer = large.publish("one").await;
    assert_eq!(answer["status"], "pushed", "{answer} {:?}", large.https.log());
    assert_eq!(large.https.large_file(&large.oid).as_deref(), Some(&*content(0)));
    assert_eq!(large.sent(), [&*large.oid, "branch"]);
    let (pointer, second) = kept(&large.scene.repo, &content(7));
    let tip = landed_with(&large.scene.repo, "Add another", "another.bin", &pointer);
    let answer = large.publish("two").await;
    assert_eq!(answer["status"], "pushed", "{answer} {:?}", large.https.log());
    assert_eq!(large.sent(), [&*large.oid, "branch", &*second, "branch"], "what is there is not sent again");
    // With nothing new, nothing is sent at all.
    assert_eq!(large.publish("three").await["status"], "pushed");
    assert_eq!(large.sent().iter().filter(|one| *one != "branch").count(), 2);
    assert_eq!(large.branch(), Some(tip));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_let_in_sends_neither_contents_nor_the_branch() {
    for sign_in in [helper("ada", "wrong"), "[user]\n\tname = Ada\n".to_owned()] {
        let large = Large::new(ADA, &sign_in);
        let answer = large.publish("one").await;
        large.assert_kept_back(&answer, "auth");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contents_that_are_refused_keep_the_branch_back_with_the_remotes_own_words() {
    let large = Large::new(ADA, &helper("ada", "a-password"));
    for (fault, words) in [
        (LfsFault::Refused, "contents of this kind are not taken here"),
        (LfsFault::Full, "the storage is full"),
    ] {
        large.https.fail_large_files(Some(fault));
        let answer = large.publish(words).await;
        large.assert_kept_back(&answer, "remote-rejected");
        assert!(answer["message"].as_str().unwrap().contains("the branch was not pushed"), "{answer}");
        let said = answer["remote-said"].as_str().unwrap();
        assert!(said.contains(words) || said.contains("507"), "{answer}");
    }
    large.https.fail_large_files(None);
    let answer = large.publish("now").await;
    assert_eq!(answer["status"], "pushed", "{answer}");
    assert_eq!(large.sent(), [&*large.oid, "branch"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_cut_while_contents_are_sent_keeps_the_branch_back_and_the_next_press_sends_both() {
    let large = Large::new(ADA, &helper("ada", "a-password"));
    large.https.fail_large_files(Some(LfsFault::Cut));
    let cut = large.publish("cut").await;
    large.assert_kept_back(&cut, "network");
    large.https.fail_large_files(None);
    landed(&large.scene.repo, "Say so");
    let answer = large.publish("again").await;
    assert_eq!(answer["status"], "pushed", "{answer} {:?}", large.https.log());
    assert_eq!(large.sent(), [&*large.oid, "branch"]);
    assert_eq!(large.https.large_file(&large.oid).as_deref(), Some(&*content(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_ours_sends_contents_too_and_is_found_nowhere_afterwards() {
    let large = Large::new(&base64(&format!("x-access-token:{TOKEN}")), "");
    let stop = Arc::new(AtomicBool::new(false));
    let seen = large.remotes.path().join("seen");
    git_host::hook(&large.bare(), "pre-receive", &until_seen(&seen));
    let watch = watched(stop.clone(), &seen);
    let answer = large.publish("one").await;
    stop.store(true, Ordering::Release);
    assert_eq!(answer["status"], "pushed", "{answer} {:?}", large.https.log());
    assert_eq!(large.sent(), [&*large.oid, "branch"]);
    let (looked, found) = watch.join().unwrap();
    assert!(looked > 0, "a push was seen");
    assert!(found.is_empty(), "{found:?}");
    let shown = large.scene.shown().await.to_string();
    assert!(!shown.contains(TOKEN) && !answer.to_string().contains(TOKEN));
    let Large { scene: Scene { server, data, repo, .. }, log, .. } = large;
    assert_eq!(server.terminate(), Some(0));
    assert_eq!(files_with(data.path(), TOKEN), Vec::<String>::new());
    assert_eq!(files_with(&repo.file(".git"), TOKEN), Vec::<String>::new(), "git-lfs keeps notes there");
    assert!(!std::fs::read_to_string(log.path()).unwrap().contains(TOKEN));
}
