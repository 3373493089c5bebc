//! `/local run`: one command of a person's own, on a copy, after a yes to exactly it and never without a sandbox.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use client::StreamEvent;
use protocol::approval::Decision;
use serde_json::json;
use std::path::Path;
use testkit::world::{RunningServer, Start, TestRepo};

fn repo() -> TestRepo {
    TestRepo::with(&[("a.txt", "one\n")])
}

fn start(data: &Path, repo: &TestRepo) -> Start {
    Start::on(data, repo.path()).workers(0).flag("--trust")
}

fn text(event: &StreamEvent) -> String {
    event.payload()["text"].as_str().unwrap().to_owned()
}

async fn said(server: &RunningServer, message: &str) -> String {
    let sent = server.say("dev", message).await;
    text(&server.first("dev", sent.cursor, "assistant_message").await)
}

/// The word that it waits, which comes with its question.
struct Asked {
    id: String,
    cursor: i64,
}

async fn asked(server: &RunningServer, command: &str) -> Asked {
    let sent = server.say("dev", &format!("/local run {command}")).await;
    let question = server.first("dev", sent.cursor, "approval_required").await;
    assert_eq!(question.payload()["action"], "command");
    let waits = server.first("dev", question.cursor, "assistant_message").await;
    assert!(text(&waits).contains("I wait for your answer"), "{}", text(&waits));
    Asked { id: question.payload()["approvalId"].as_str().unwrap().to_owned(), cursor: waits.cursor }
}

async fn answered(server: &RunningServer, asked: &Asked, decision: Decision) -> String {
    server.answer(&asked.id, decision).await.unwrap();
    text(&server.first("dev", asked.cursor, "assistant_message").await)
}

async fn ran(server: &RunningServer, command: &str) -> String {
    let asked = asked(server, command).await;
    answered(server, &asked, Decision::Approve).await
}

/// The copies of commands that are there now.
fn copies(data: &Path) -> Vec<std::path::PathBuf> {
    let rooms = std::fs::read_dir(data.join("candidates")).into_iter().flatten();
    rooms.map(|room| room.unwrap().path().join("command")).filter(|copy| copy.exists()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_allowed_runs_on_a_copy_and_leaves_the_users_files_alone() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&start(data.path(), &repo));
    repo.write("a.txt", "mine, not committed\n");
    let before = repo.fingerprint();
    let command = "sh -c 'cat a.txt; echo two > a.txt; touch new.txt; echo late >&2; exit 3'";
    let question = asked(&server, command).await;
    let open = server.pending_approvals().await;
    assert_eq!(open.len(), 1);
    let details = &open[0].details;
    let line = "cat a.txt; echo two > a.txt; touch new.txt; echo late >&2; exit 3";
    assert_eq!(details["argv"], json!(["sh", "-c", line]));
    assert_eq!(
        (&details["sandbox"], &details["commit"]),
        (&json!(true), &json!(repo.git(&["rev-parse", "HEAD"])))
    );
    assert!(open[0].offer.is_none(), "it is not remembered");
    let told = answered(&server, &question, Decision::Approve).await;
    assert!(told.contains("exit code 3") && told.contains("```\none\nlate\n```"), "{told}");
    assert_eq!(repo.fingerprint(), before);
    assert_eq!(std::fs::read_to_string(repo.file("a.txt")).unwrap(), "mine, not committed\n");
    assert!(!repo.file("new.txt").exists());
    assert!(copies(data.path()).is_empty(), "nothing of it is kept");
    assert!(
        ran(&server, "cat a.txt").await.contains("```\none\n```"),
        "each run begins with what is committed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_no_or_on_another_commit_than_was_asked_about_nothing_runs() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&start(data.path(), &repo));
    let question = asked(&server, "cat a.txt").await;
    assert_eq!(answered(&server, &question, Decision::Deny).await, "Nothing was run.");
    assert!(server.answer(&question.id, Decision::Approve).await.is_err(), "the first answer counts");
    assert!(said(&server, "/local status").await.contains("Nothing is changed"), "and nothing came after it");
    let question = asked(&server, "cat a.txt").await;
    repo.write("a.txt", "two\n");
    repo.commit_all("moved on");
    let told = answered(&server, &question, Decision::Approve).await;
    assert!(told.contains("has moved") && told.ends_with("Nothing was run."), "{told}");
    assert!(ran(&server, "cat a.txt").await.contains("```\ntwo\n```"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_denies_decides_and_one_that_allows_does_not() {
    let (repo, data, settings) = (repo(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let rules = "[[rule]]\nid = \"no-cat\"\neffect = \"deny\"\nkinds = [\"command\"]\nargvPrefix = [\"cat\"]\n\
        [[rule]]\nid = \"rest\"\neffect = \"allow\"\nkinds = [\"command\"]\n";
    std::fs::write(settings.path().join("policy.toml"), rules).unwrap();
    let start = start(data.path(), &repo).env("PILOTHOUSE_CONFIG_DIR", &settings.path().to_string_lossy());
    let server = RunningServer::start(&start);
    let denied = said(&server, "/local run cat a.txt").await;
    assert_eq!(denied, "Your rule `no-cat` denies this. Nothing was run.");
    assert!(server.pending_approvals().await.is_empty());
    let question = asked(&server, "ls").await;
    let open = server.pending_approvals().await;
    assert_eq!(open[0].why, "LocalBuddy runs no command without an answer to exactly that one.");
    assert!(answered(&server, &question, Decision::Approve).await.contains("```\na.txt\n```"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sandbox_or_trust_nobody_is_even_asked() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&start(data.path(), &repo).flag("--sandbox").flag("host"));
    let told = said(&server, "/local run touch planted").await;
    assert!(told.contains("Nothing here confines a command"), "{told}");
    assert!(server.pending_approvals().await.is_empty());
    let (other, elsewhere) = (self::repo(), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&Start::on(elsewhere.path(), other.path()).workers(0));
    let told = said(&server, "/local run touch planted").await;
    assert!(told.contains("not trusted yet"), "{told}");
    assert!(server.pending_approvals().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_reaches_neither_the_network_nor_the_servers_secrets() {
    let (repo, data) = (repo(), tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
    let server = RunningServer::start(&start(data.path(), &repo));
    let port = server.url.rsplit(':').next().unwrap();
    let line = format!(
        "(exec 3<>/dev/tcp/127.0.0.1/{port}) && echo reached: server; cat {}/secrets/local.token && echo reached: token; echo tried",
        data.path().display()
    );
    // The same line outside reaches both, so it is the sandbox that does not let it.
    let outside = std::process::Command::new("bash").args(["-c", &line]).output().unwrap();
    let outside = String::from_utf8(outside.stdout).unwrap();
    assert!(outside.contains("reached: server") && outside.contains("reached: token"), "{outside}");
    let told = ran(&server, &format!("bash -c '{line}'")).await;
    let (_, output) = told.split_once("\n\n").unwrap();
    assert!(output.contains("tried") && !output.contains("reached:"), "{told}");
    assert!(!told.contains(&server.token), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_allowed_before_a_crash_runs_once_afterwards() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let start = start(data.path(), &repo);
    let server = RunningServer::start(&start);
    let question = asked(&server, "cat a.txt").await;
    server.client.send("POST", "/v1/rpc/system.hold", Some(json!({}))).await.unwrap();
    server.answer(&question.id, Decision::Approve).await.unwrap();
    server.kill();
    let server = RunningServer::start(&start);
    let paused = said(&server, "/local log").await;
    assert!(paused.contains("first"), "what only looks is answered while everything is paused: {paused}");
    server.client.send("POST", "/v1/rpc/system.resume", Some(json!({}))).await.unwrap();
    let told = |e: &StreamEvent| e.kind() == "assistant_message" && text(e).contains("exit code 0");
    let (ran, before) = server.until("dev", question.cursor, told).await;
    assert!(before.iter().all(|e| e.kind() != "assistant_message" || text(e) == paused), "{before:#?}");
    server.kill();
    let server = RunningServer::start(&start);
    let asked = server.say("dev", "/local log").await;
    let later = |e: &StreamEvent| e.kind() == "assistant_message" && e.cursor > asked.cursor;
    let (_, between) = server.until("dev", ran.cursor, later).await;
    assert!(!between.iter().any(told), "it ran once: {between:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_ran_when_the_server_died_is_told_and_not_run_again() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let start = start(data.path(), &repo);
    let server = RunningServer::start(&start);
    let question = asked(&server, "sh -c 'touch begun; sleep 600'").await;
    server.answer(&question.id, Decision::Approve).await.unwrap();
    let running = async || copies(data.path()).iter().any(|copy| copy.join("begun").exists()).then_some(());
    server.eventually("the command runs", running).await;
    server.kill();
    let server = RunningServer::start(&start);
    let told = text(&server.first("dev", question.cursor, "assistant_message").await);
    assert!(told.contains("interrupted") && told.contains("not run again"), "{told}");
    let gone = async || copies(data.path()).is_empty().then_some(());
    server.eventually("its copy is removed", gone).await;
}
