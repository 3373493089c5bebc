//! Without a git that can do the work.

use std::path::Path;
use testkit::world::{RefusedStart, RunningServer, Start, TestRepo};

/// A folder whose `git` answers with `says`.
fn fake_git(says: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("git");
    std::fs::write(&file, format!("#!/bin/sh\necho '{says}'\n")).unwrap();
    make_executable(&file);
    dir
}

#[cfg(unix)]
fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn with_path(data: &Path, repo: &TestRepo, path: &Path) -> Start {
    Start::on(data, repo.path()).workers(0).env("PATH", &path.to_string_lossy())
}

#[test]
#[cfg(unix)]
fn a_missing_or_too_old_git_is_named_with_what_is_needed() {
    let (repo, data, nothing) =
        (TestRepo::with(&[("a", "a\n")]), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let missing = RefusedStart::of(&with_path(data.path(), &repo, nothing.path()));
    missing.assert_says(3, &["git is not installed, or not on PATH", "Install git 2.38"]);
    let old = fake_git("git version 2.20.1");
    let old = RefusedStart::of(&with_path(data.path(), &repo, old.path()));
    old.assert_says(3, &["2.20.1 is too old", "2.38", "Update git"]);
    let strange = fake_git("this is no git");
    let strange = RefusedStart::of(&with_path(data.path(), &repo, strange.path()));
    strange.assert_says(3, &["this is no git", "Install git"]);
}

#[tokio::test(flavor = "multi_thread")]
#[cfg(unix)]
async fn a_known_repository_is_still_listed_with_the_reason_while_git_is_gone() {
    let (repo, data, nothing) = (
        TestRepo::with(&[("README.md", "# Tern\n")]),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).workers(0));
    server.say("dev", "/status").await;
    assert_eq!(server.terminate(), Some(0));
    let mut without = with_path(data.path(), &repo, nothing.path());
    without.repos.clear();
    let server = RunningServer::start(&without);
    let list = server.client.send("POST", "/v1/rpc/workspace.list", None).await.unwrap();
    assert_eq!(list["workspaces"].as_array().unwrap().len(), 1);
    assert!(!list["workspaces"][0]["warnings"].as_array().unwrap().is_empty(), "{list}");
    let doctor = server.client.send("POST", "/v1/rpc/doctor.run", None).await.unwrap();
    assert!(doctor.to_string().contains("Install git"), "{doctor}");
    let page = server
        .client
        .send("POST", "/v1/rpc/session.events", Some(serde_json::json!({ "sessionId": "dev" })))
        .await
        .unwrap();
    assert!(
        page["events"].as_array().unwrap().iter().any(|e| e["envelope"]["type"] == "message"),
        "the log is all there"
    );
}
