//! Repositories in an unusual state: work lands beside it and the state stays.

use protocol::approval::Decision;
use serde_json::Value;
use testkit::world::{RunningServer, Start, TestRepo};

async fn facts(server: &RunningServer) -> Value {
    let list = server.client.send("POST", "/v1/rpc/workspace.list", None).await.unwrap();
    let id = list["workspaces"][0]["id"].clone();
    server
        .client
        .send("POST", "/v1/rpc/workspace.facts", Some(serde_json::json!({ "id": id })))
        .await
        .unwrap()
}

fn blockers(facts: &Value) -> String {
    facts["blockers"].to_string()
}

/// A message becomes a landed commit, whatever state the checkout is in.
async fn lands(server: &RunningServer) {
    let sent = server.say("dev", "append a line \"landed\" to README.md").await;
    server.approve_next("dev", sent.cursor, "land").await;
    server.first("dev", sent.cursor, "merge.entry.landed").await;
}

fn start(data: &tempfile::TempDir, repo: &std::path::Path) -> Start {
    Start::on(data.path(), repo).flag("--trust")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_detached_head_stays_where_it_is_and_work_continues_from_main() {
    let (repo, data) = (TestRepo::with(&[("README.md", "# Tern\n")]), tempfile::tempdir().unwrap());
    repo.git(&["switch", "--quiet", "--detach"]);
    let before = repo.fingerprint();
    let server = RunningServer::start(&start(&data, repo.path()));
    let facts = facts(&server).await;
    assert_eq!((&facts["detached"], &facts["baseBranch"]), (&true.into(), &"main".into()));
    lands(&server).await;
    assert_eq!(repo.fingerprint(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_in_the_middle_is_left_in_the_middle() {
    let (repo, data) =
        (TestRepo::with(&[("README.md", "# Tern\n"), ("a", "1\n")]), tempfile::tempdir().unwrap());
    repo.git(&["switch", "--quiet", "-c", "other"]);
    repo.write("a", "other\n");
    repo.commit_all("other");
    repo.git(&["switch", "--quiet", "main"]);
    repo.write("a", "main\n");
    repo.commit_all("main");
    assert!(!repo.try_git(&["merge", "other"]).0, "it conflicts");
    let (before, text) = (repo.fingerprint(), std::fs::read_to_string(repo.file("a")).unwrap());
    let server = RunningServer::start(&start(&data, repo.path()));
    let facts = facts(&server).await;
    assert_eq!(facts["state"], "merge");
    lands(&server).await;
    assert_eq!(repo.fingerprint(), before);
    assert_eq!(std::fs::read_to_string(repo.file("a")).unwrap(), text);
    assert!(repo.file(".git/MERGE_HEAD").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shallow_clone_works_and_says_that_its_history_is_cut() {
    let (origin, data, folder) = (
        TestRepo::with(&[("README.md", "# Tern\n")]),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    origin.write("README.md", "# Tern\n\nMore.\n");
    origin.commit_all("second");
    let (url, clone) = (format!("file://{}", origin.path().display()), folder.path().join("clone"));
    origin.git(&["clone", "--quiet", "--depth", "1", &url, &clone.to_string_lossy()]);
    let server = RunningServer::start(&start(&data, &clone));
    let facts = facts(&server).await;
    assert_eq!(facts["shallow"], true);
    assert!(blockers(&facts).contains("shallow"), "{facts}");
    lands(&server).await;
    assert!(clone.join(".git/shallow").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clone_without_a_local_main_starts_from_the_remotes() {
    let (origin, data, folder) = (
        TestRepo::with(&[("README.md", "# Tern\n")]),
        tempfile::tempdir().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    origin.git(&["branch", "feature"]);
    let clone = folder.path().join("clone");
    origin.git(&[
        "clone",
        "--quiet",
        "--branch",
        "feature",
        &origin.path().to_string_lossy(),
        &clone.to_string_lossy(),
    ]);
    let server = RunningServer::start(&start(&data, &clone));
    assert_eq!(facts(&server).await["baseBranch"], "main");
    lands(&server).await;
}

#[tokio::test(flavor = "multi_thread")]
#[cfg(target_os = "linux")]
async fn in_a_read_only_repository_nothing_is_lost_and_it_lands_once_it_can_be_written() {
    let (repo, data) = (TestRepo::with(&[("README.md", "# Tern\n")]), tempfile::tempdir().unwrap());
    let root = repo.path().to_string_lossy().into_owned();
    let read_only = start(&data, repo.path()).with_read_only(&root);
    let before = repo.fingerprint();
    let server = RunningServer::start(&read_only);
    let facts = facts(&server).await;
    assert!(blockers(&facts).contains("cannot be written"), "{facts}");
    let sent = server.say("dev", "append a line \"landed\" to README.md").await;
    let asked = server.first("dev", sent.cursor, "approval_required").await;
    server.answer(asked.payload()["approvalId"].as_str().unwrap(), Decision::Approve).await.unwrap();
    let entry = asked.payload()["details"]["entryId"].as_str().unwrap().to_owned();
    let blocked = |e: &client::StreamEvent| {
        e.payload()["entry"]["id"] == entry.as_str()
            && e.payload()["entry"]["state"] == "landing"
            && e.payload()["entry"]["reason"].is_string()
    };
    let (waits, _) = server.until("dev", asked.cursor, blocked).await;
    let reason = waits.payload()["entry"]["reason"].as_str().unwrap();
    assert!(
        reason.contains("written") || reason.contains("Read-only") || reason.contains("read-only"),
        "{reason}"
    );
    assert_eq!(waits.payload()["entry"]["landedCommit"], Value::Null);
    server.kill();
    assert_eq!(repo.fingerprint(), before);
    assert!(!repo.try_git(&["rev-parse", "--verify", "main_agents"]).0);

    let server = RunningServer::start(&start(&data, repo.path()));
    server.first("dev", waits.cursor, "merge.entry.landed").await;
    assert!(repo.git(&["show", "main_agents:README.md"]).ends_with("landed"));
}
