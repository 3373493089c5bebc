//! A message becomes a checked, approved, landed commit: without a model, through the built programs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use protocol::approval::Decision;
use testkit::world::{RunningServer, Start, TestRepo};

const CONFIG: &str = r#"
[[check]]
name = "no forbidden word"
run = ["sh", "-c", "! grep -r FORBIDDEN src"]
timeoutS = 30

[recipes.count]
run = ["sh", "-c", "ls src | wc -l"]
timeoutS = 30
"#;

fn repo() -> TestRepo {
    TestRepo::with(&[
        ("src/lib.rs", "pub fn foo() -> u32 {\n    1\n}\n"),
        ("src/other.rs", "// foo is used here too\n"),
        ("README.md", "# Tern\n"),
        (".pilothouse/config.toml", CONFIG),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_is_planned_done_approved_checked_and_landed_and_nothing_else_is_touched() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    repo.write("README.md", "# Tern\nan uncommitted line\n");
    repo.write("untracked.txt", "mine\n");
    let before = repo.fingerprint();
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust"));
    let sent = server.say("dev", "replace foo with bar in src/**").await;
    assert!(sent.request_id.is_some());
    let plan = server.first("dev", sent.cursor, "plan.ready").await;
    assert_eq!(plan.payload()["plan"]["lane"], "deterministic");
    let diff = server.first("dev", sent.cursor, "diff_ready").await;
    assert!(diff.payload()["unifiedDiff"].as_str().unwrap().contains("+pub fn bar()"));
    let question = server.approve_next("dev", sent.cursor, "land").await;
    assert_eq!(question.payload()["details"]["target"], "main_agents");
    let landed = server.first("dev", sent.cursor, "merge.entry.landed").await;
    let check = server.first("dev", sent.cursor, "merge.check.finished").await;
    assert_eq!(check.payload()["ok"], true);
    let commit = landed.payload()["entry"]["landedCommit"].as_str().unwrap();
    assert_eq!(repo.git(&["rev-parse", "main_agents"]), commit);
    let committed = server.first("dev", sent.cursor, "committed").await;
    let title = &landed.payload()["entry"]["title"];
    let said = serde_json::json!({ "branch": "main_agents", "commitHash": commit, "message": title });
    assert_eq!(committed.payload(), &said);
    assert!(repo.git(&["show", "main_agents:src/lib.rs"]).contains("pub fn bar()"));
    assert!(repo.git(&["show", "main_agents:src/other.rs"]).contains("bar is used"));
    assert_eq!(repo.git(&["rev-parse", "main_agents~1"]), repo.git(&["rev-parse", "main"]));
    assert_eq!(repo.fingerprint(), before, "the user's checkout, index, configuration and other branches");
    assert_eq!(server.terminate(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deterministic_lane_reads_appends_runs_recipes_and_refuses_honestly() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust"));

    let status = server.say("dev", "/status").await;
    assert_eq!(status.request_id, None, "LocalBuddy answers by itself");
    let answer = server.first("dev", status.cursor, "assistant_message").await;
    assert!(answer.payload()["text"].as_str().unwrap().contains("Sandbox"));

    let append = server.say("dev", "append a line \"A line\" to README.md").await;
    server.approve_next("dev", append.cursor, "land").await;
    server.first("dev", append.cursor, "merge.entry.landed").await;
    assert_eq!(repo.git(&["show", "main_agents:README.md"]), "# Tern\nA line");

    let run = server.say("dev", "/run count").await;
    let question = server.approve_next("dev", run.cursor, "recipe.first_use").await;
    assert!(question.payload()["summary"].as_str().unwrap().contains("count"));
    let (report, _) = server
        .until("dev", run.cursor, |e| {
            e.kind() == "assistant_message"
                && e.payload()["text"].as_str().is_some_and(|t| t.contains("succeeded"))
        })
        .await;
    assert!(report.payload()["text"].as_str().unwrap().contains('2'));
    let again = server.say("dev", "/run count").await;
    let (_, between) = server.until("dev", again.cursor, |e| e.kind() == "job_completed").await;
    assert!(!between.iter().any(|e| e.kind() == "approval_required"), "a recipe asks once");

    let refused = server.say("dev", "refactor the combat module").await;
    let waiting = server.first("dev", refused.cursor, "request.waiting").await;
    assert!(waiting.payload()["why"].as_str().unwrap().contains("model"));
    assert!(!waiting.payload()["nearest"].as_array().unwrap().is_empty());
    let jobs = server.client.send("GET", "/jobs?status=pending", None).await.unwrap();
    assert_eq!(jobs["jobs"].as_array().unwrap().len(), 0, "nothing is guessed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_fails_its_check_on_the_landing_tree_does_not_land_and_its_commit_is_kept() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust"));
    let sent = server.say("dev", "/replace foo FORBIDDEN src/**").await;
    server.approve_next("dev", sent.cursor, "land").await;
    let back = server.first("dev", sent.cursor, "merge.entry.returned").await;
    assert_eq!(back.payload()["reason"], "merge.check_failed");
    assert!(!repo.try_git(&["rev-parse", "--verify", "main_agents"]).0, "nothing landed");
    let job = back.payload()["entry"]["jobId"].as_str().unwrap();
    let diff = server.client.send("GET", &format!("/jobs/{job}/diff"), None).await.unwrap();
    assert!(diff["unified"].as_str().unwrap().contains("FORBIDDEN"), "the commit is still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_landing_is_parked_and_lands_after_a_second_thought() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust"));
    let sent = server.say("dev", "/replace foo bar src/**").await;
    let question = server.first("dev", sent.cursor, "approval_required").await;
    let id = question.payload()["approvalId"].as_str().unwrap();
    server.answer(id, Decision::Deny).await.unwrap();
    let again = server.answer(id, Decision::Approve).await.unwrap_err();
    assert_eq!(again.code, protocol::ErrorCode::AlreadyResolved);
    let (parked, _) = server.until("dev", sent.cursor, |e| e.payload()["entry"]["state"] == "parked").await;
    let entry = parked.payload()["entry"]["id"].as_str().unwrap().to_owned();
    assert!(!repo.try_git(&["rev-parse", "--verify", "main_agents"]).0);
    server.client.send("POST", "/v1/rpc/merge.land", Some(serde_json::json!({ "id": entry }))).await.unwrap();
    server.approve_next("dev", parked.cursor, "land").await;
    server.first("dev", parked.cursor, "merge.entry.landed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_that_touch_the_same_line_end_with_one_landed_and_one_repeated_on_the_new_tip() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust"));
    let first = server.say("dev", "/replace \"pub fn foo\" \"pub fn one\" src/lib.rs").await;
    let q1 = server.first("dev", first.cursor, "approval_required").await;
    let second = server.say("dev", "/replace foo two src/lib.rs").await;
    let q2 = server.first("dev", second.cursor, "approval_required").await;
    server.answer(q1.payload()["approvalId"].as_str().unwrap(), Decision::Approve).await.unwrap();
    server.first("dev", first.cursor, "merge.entry.landed").await;
    let back = server.first("dev", second.cursor, "merge.entry.returned").await;
    assert_eq!(back.payload()["reason"], "merge.conflict");
    let id = q2.payload()["approvalId"].as_str().unwrap();
    let stale = server.answer(id, Decision::Approve).await.unwrap_err();
    assert_eq!(stale.code, protocol::ErrorCode::AlreadyResolved, "its question closed when the patch went");
    let shown = server.client.send("GET", &format!("/approvals/{id}"), None).await.unwrap();
    assert_eq!(shown["approval"]["state"], "orphaned");
    assert!(repo.git(&["show", "main_agents:src/lib.rs"]).contains("one"));
}
