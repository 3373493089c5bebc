//! What lands is decided by the change alone: not by this machine's troubles, not by what another change left
//! behind, and wherever the commit was handed over.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use client::StreamEvent;
use protocol::merge::EntryParams;
use protocol::ops::typed;
use protocol::{EntryId, ErrorCode};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use testkit::world::{Ballast, RunningServer, Start, TestRepo};

fn config(checks: &[(&str, &[&str])]) -> String {
    let check = |(name, run): &(&str, &[&str])| {
        format!("[[check]]\nname = \"{name}\"\nrun = {}\ntimeoutS = 60\n", json!(run))
    };
    checks.iter().map(check).collect()
}

fn repo(checks: &[(&str, &[&str])]) -> TestRepo {
    TestRepo::with(&[
        ("src/a.txt", "one\n"),
        ("src/b.txt", "one\n"),
        (".gitignore", "build\n"),
        (".pilothouse/config.toml", &config(checks)),
    ])
}

/// A server without a sandbox, so that its checks find programs in a folder of the test.
fn unconfined(repo: &TestRepo, data: &Path, tools: &Path) -> RunningServer {
    let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap());
    RunningServer::start(
        &Start::on(data, repo.path()).flag("--trust").flag("--sandbox").flag("host").env("PATH", &path),
    )
}

fn program(tools: &Path, name: &str, script: &str) {
    let path = tools.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// Sends a change and approves it; the id of its entry, and the cursor to follow it from.
async fn approved(server: &RunningServer, text: &str) -> (String, i64) {
    let sent = server.say("dev", text).await;
    let question = server.approve_next("dev", sent.cursor, "land").await;
    (question.payload()["details"]["entryId"].as_str().unwrap().to_owned(), question.cursor)
}

/// The event with which an entry landed or came back, and what was told of it before.
async fn end(server: &RunningServer, entry: &str, after: i64) -> (Value, Vec<StreamEvent>) {
    let ended = |e: &StreamEvent| {
        matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned")
            && e.payload()["entry"]["id"] == entry
    };
    let (event, seen) = server.until("dev", after, ended).await;
    (json!({ "type": event.kind(), "payload": event.payload() }), seen)
}

fn wait_for(path: &Path) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !path.exists() {
        assert!(Instant::now() < deadline, "{} did not appear", path.display());
        std::thread::yield_now();
    }
}

/// A file in the check tree of the server's one workspace.
fn in_slot(data: &Path, path: &str) -> PathBuf {
    let candidates = data.join("candidates");
    let workspace = std::fs::read_dir(&candidates).unwrap().next().unwrap().unwrap().path();
    workspace.join("slot-0").join(path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_whose_program_is_missing_here_waits_with_the_reason_and_lands_once_it_is_there() {
    let (repo, data, tools) =
        (repo(&[("look", &["tern-look"])]), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = unconfined(&repo, data.path(), tools.path());
    let (entry, cursor) = approved(&server, "/replace one two src/a.txt").await;
    let (told, _) = server
        .until("dev", cursor, |e| {
            e.kind() == "merge.entry.returned"
                || e.payload()["entry"]["reason"].as_str().is_some_and(|reason| reason.contains("tern-look"))
        })
        .await;
    assert_eq!(told.kind(), "merge.entry.queued", "{}", told.payload());
    assert_eq!(told.payload()["entry"]["state"], "approved");
    program(tools.path(), "tern-look", "exit 0");
    let (landed, seen) = end(&server, &entry, told.cursor).await;
    assert_eq!(landed["type"], "merge.entry.landed", "{landed:#}");
    let begun = |e: &&StreamEvent| e.kind() == "merge.check.started";
    assert_eq!(seen.iter().filter(begun).count(), 1, "it was not begun again and again meanwhile");
}

/// Waits for a sign, then needs some room on the disk.
const NEEDS_ROOM: &str = "mkdir -p build; touch build/wait; while test -e build/wait; do sleep 0.05; done; head -c 500000 /dev/zero > build/big";

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_failed_on_a_full_disk_is_run_again_when_there_is_room() {
    let repo = repo(&[("room", &["sh", "-c", NEEDS_ROOM])]);
    let start = Start::on(repo.path(), repo.path()).flag("--trust");
    let start = match start.on_small_disk(48 << 20) {
        Ok(start) => start,
        Err(reason) => return testkit::notes::not_run(&format!("a full disk: {reason}")),
    };
    let server = RunningServer::start(&start);
    let data = server.small_disk().join("pilothouse");
    let (entry, cursor) = approved(&server, "/replace one two src/a.txt").await;
    server.first("dev", cursor, "merge.check.started").await;
    let sign = in_slot(&data, "build/wait");
    wait_for(&sign);
    let ballast = Ballast::fill(&server.small_disk());
    std::fs::remove_file(&sign).unwrap();
    // On a full disk nothing can be told; that it was given up is seen by what it made being gone.
    let gone = || async { (!sign.parent().unwrap().exists()).then_some(()) };
    server.eventually("the check is given up", gone).await;
    ballast.remove();
    let landed = server.eventually("it lands", || async {
        let _ = std::fs::remove_file(&sign);
        repo.try_git(&["rev-parse", "--verify", "--quiet", "main_agents"]).0.then_some(())
    });
    landed.await;
    assert_eq!(end(&server, &entry, cursor).await.0["type"], "merge.entry.landed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_of_an_older_tool_is_not_used_again() {
    let (repo, data, tools) =
        (repo(&[("look", &["tern-look"])]), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    program(
        tools.path(),
        "tern-look",
        "grep -q two src/a.txt || exit 0; echo 'version 1 knows no two'; exit 1",
    );
    let server = unconfined(&repo, data.path(), tools.path());
    let (entry, cursor) = approved(&server, "/replace one two src/a.txt").await;
    let (back, _) = end(&server, &entry, cursor).await;
    assert_eq!(back["payload"]["reason"], "merge.check_failed", "{back:#}");
    program(tools.path(), "tern-look", "exit 0");
    let (entry, cursor) = approved(&server, "/replace one two src/a.txt").await;
    let (landed, _) = end(&server, &entry, cursor).await;
    assert_eq!(landed["type"], "merge.entry.landed", "the same tree, judged by the new version: {landed:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_comes_back_carries_verdicts_and_nothing_unfinished() {
    let repo = repo(&[
        ("first", &["true"]),
        ("second", &["sh", "-c", "! grep -q two src/a.txt"]),
        ("third", &["true"]),
    ]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust"));
    let (entry, cursor) = approved(&server, "/replace one two src/a.txt").await;
    let (back, _) = end(&server, &entry, cursor).await;
    let checks = back["payload"]["entry"]["checks"].as_array().unwrap();
    let states: Vec<_> = checks.iter().map(|check| (&check["name"], &check["state"])).collect();
    assert_eq!(states, [(&json!("first"), &json!("passed")), (&json!("second"), &json!("failed"))]);
    assert_eq!(checks[1]["flakyRetry"], true);
}

/// Leaves a file behind for a tree that says `two`, and fails wherever it finds one that another tree left.
const POISON: &str =
    "if grep -q two src/a.txt; then mkdir -p build; touch build/left; else ! test -e build/left; fi";

#[tokio::test(flavor = "multi_thread")]
async fn what_an_entry_left_that_passed_and_was_then_removed_does_not_reach_the_next_one() {
    let repo = repo(&[("poison", &["sh", "-c", POISON])]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust"));
    let (first, cursor) = approved(&server, "/replace one three src/b.txt").await;
    assert_eq!(end(&server, &first, cursor).await.0["type"], "merge.entry.landed");
    // Proven, but the branch is checked out with somebody's work in it.
    repo.git(&["switch", "--quiet", "main_agents"]);
    repo.write("src/a.txt", "mine\n");
    let (second, cursor) = approved(&server, "/replace one two src/a.txt").await;
    server
        .until("dev", cursor, |e| {
            e.payload()["entry"]["id"] == second.as_str()
                && e.payload()["entry"]["reason"].as_str().is_some_and(|r| r.contains("checked out"))
        })
        .await;
    assert!(in_slot(data.path(), "build/left").exists());
    let id = EntryId::parse(&second).unwrap();
    server.client.call(typed::MergeRemove, &EntryParams { id }, None).await.unwrap();
    repo.git(&["checkout", "--quiet", "--", "."]);
    repo.git(&["switch", "--quiet", "main"]);
    let (third, cursor) = approved(&server, "/replace three four src/b.txt").await;
    let (landed, _) = end(&server, &third, cursor).await;
    assert_eq!(landed["type"], "merge.entry.landed", "{landed:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_check_left_does_not_reach_its_second_run() {
    let outside = tempfile::tempdir().unwrap();
    let go = outside.path().join("go");
    let check = format!(
        "test -e build/left && exit 1; mkdir build && touch build/left; until test -e {}; do sleep 0.05; done",
        go.display()
    );
    let repo = repo(&[("slow", &["sh", "-c", &check])]);
    let data = tempfile::tempdir().unwrap();
    let server = unconfined(&repo, data.path(), outside.path());
    let (entry, cursor) = approved(&server, "/replace one two src/a.txt").await;
    server.first("dev", cursor, "merge.check.started").await;
    wait_for(&in_slot(data.path(), "build/left"));
    server.kill();
    std::fs::write(&go, "").unwrap();
    let server = unconfined(&repo, data.path(), outside.path());
    let (landed, _) = end(&server, &entry, cursor).await;
    assert_eq!(landed["type"], "merge.entry.landed", "{landed:#}");
}

/// Waits until an entry says that its check was killed; its cursor.
async fn said_killed(server: &RunningServer, entry: &str, after: i64) -> i64 {
    let says = |e: &StreamEvent| {
        let told = &e.payload()["entry"];
        told["id"] == entry && told["reason"].as_str().is_some_and(|r| r.contains("“big” was killed"))
    };
    server.until("dev", after, says).await.0.cursor
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_the_system_kills_says_nothing_about_the_change_and_is_run_again() {
    let tools = tempfile::tempdir().unwrap();
    let once = tools.path().join("once");
    let check = format!("test -e {0} && exit 0; touch {0}; kill -9 $$", once.display());
    let (repo_a, data) = (repo(&[("big", &["sh", "-c", &check])]), tempfile::tempdir().unwrap());
    let server = unconfined(&repo_a, data.path(), tools.path());
    let (entry, cursor) = approved(&server, "/replace one two src/a.txt").await;
    let cursor = said_killed(&server, &entry, cursor).await;
    assert_eq!(end(&server, &entry, cursor).await.0["type"], "merge.entry.landed");
    // A sandbox tells of it in its own way.
    let (repo_b, data) = (repo(&[("big", &["sh", "-c", "kill -9 $$"])]), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&Start::on(data.path(), repo_b.path()).flag("--trust"));
    let (entry, cursor) = approved(&server, "/replace one two src/a.txt").await;
    said_killed(&server, &entry, cursor).await;
}

/// A job that a worker which is not ours has claimed: its id and claim.
async fn foreign_job(server: &RunningServer) -> (String, String) {
    let send = async |path: &str, body: Value| server.client.send("POST", path, Some(body)).await.unwrap();
    let job = send("/jobs/enqueue", json!({ "taskId": "t", "kind": "theirs", "sessionId": "dev" })).await;
    let claim = json!({ "workerId": "theirs-1", "kinds": ["theirs"], "leaseMs": 600_000, "waitMs": 20_000 });
    let claimed = send("/jobs/claim", claim).await;
    (job["jobId"].as_str().unwrap().to_owned(), claimed["claimToken"].as_str().unwrap().to_owned())
}

async fn complete(
    server: &RunningServer,
    job: &str,
    commit: &str,
    branch: Option<&str>,
) -> Result<Value, protocol::ApiError> {
    let mut body = json!({ "jobId": job, "sessionId": "dev", "message": "Theirs", "commitSha": commit });
    if let Some(branch) = branch {
        body["branch"] = branch.into();
    }
    server.client.send("POST", "/completions/enqueue", Some(body)).await
}

fn git(dir: &Path, args: &[&str]) -> String {
    let who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"];
    let output = Command::new("git").current_dir(dir).args(who).args(args).output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// Commits a file on a new branch; the commit.
fn branch_with(dir: &Path, branch: &str, file: &str) -> String {
    git(dir, &["switch", "--quiet", "-c", branch]);
    std::fs::write(dir.join(file), "theirs\n").unwrap();
    git(dir, &["add", "--all"]);
    git(dir, &["commit", "--quiet", "-m", branch]);
    git(dir, &["rev-parse", "HEAD"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_was_only_pushed_to_the_remote_is_found_by_its_branch_and_lands() {
    let repo = repo(&[("look", &["true"])]);
    let (data, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (remote, theirs) = (elsewhere.path().join("tern.git"), elsewhere.path().join("theirs"));
    git(elsewhere.path(), &["clone", "--quiet", "--bare", repo.path().to_str().unwrap(), "tern.git"]);
    git(elsewhere.path(), &["clone", "--quiet", remote.to_str().unwrap(), "theirs"]);
    let commit = branch_with(&theirs, "agent/theirs", "note.md");
    git(&theirs, &["push", "--quiet", "origin", "agent/theirs"]);
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust").workers(0));
    let (job, _) = foreign_job(&server).await;

    let alone = complete(&server, &job, &commit, Some("agent/theirs")).await.unwrap_err();
    assert_eq!(alone.code, ErrorCode::CommitNotFound);
    assert!(alone.message.contains("no remote"), "{alone:?}");
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()]);
    let unnamed = complete(&server, &job, &commit, None).await.unwrap_err();
    assert!(unnamed.message.contains("no branch"), "{unnamed:?}");
    let other = complete(&server, &job, &commit, Some("agent/nobody")).await.unwrap_err();
    assert_eq!(other.code, ErrorCode::CommitNotFound);
    assert!(other.message.contains("agent/nobody"), "the cause is told: {other:?}");
    let before = repo.fingerprint();
    complete(&server, &job, &commit, Some("agent/theirs")).await.unwrap();
    server.approve_next("dev", 0, "land").await;
    server.first("dev", 0, "merge.entry.landed").await;
    assert_eq!(repo.git(&["show", "main_agents:note.md"]), "theirs");
    assert_eq!(repo.fingerprint(), before, "nothing was fetched into the user's repository");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_holds_another_commit_does_not_hide_the_one_in_the_users_repository() {
    let repo = repo(&[("look", &["true"])]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust").workers(0));
    let (job, claim) = foreign_job(&server).await;
    let branch = format!("agent/theirs-1/{job}");
    branch_with(repo.path(), &branch, "first.md");
    let bundle = data.path().join("theirs.bundle");
    repo.git(&["bundle", "create", "--quiet", bundle.to_str().unwrap(), &format!("main..{branch}")]);
    server.client.put_bundle(&job, &claim, std::fs::read(&bundle).unwrap()).await.unwrap();
    let second = branch_with(repo.path(), "theirs-later", "second.md");
    repo.git(&["switch", "--quiet", "main"]);

    let nowhere = complete(&server, &job, &"1".repeat(40), None).await.unwrap_err();
    assert_eq!(nowhere.code, ErrorCode::CommitNotFound);
    assert!(nowhere.message.contains("bundle holds"), "{nowhere:?}");
    complete(&server, &job, &second, Some("theirs-later")).await.unwrap();
    server.approve_next("dev", 0, "land").await;
    server.first("dev", 0, "merge.entry.landed").await;
    assert_eq!(repo.git(&["show", "main_agents:second.md"]), "theirs");
}

/// Breaks the machine for a tree that says `two`: the program of the check is gone then.
const BREAKS: &str = "grep -q two src/a.txt || exit 0; rm -- \"$0\"; exit 1";

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_breaks_the_machine_each_time_holds_up_nobody_and_waits_for_a_person_after_three_attempts()
 {
    let (repo, data, tools) =
        (repo(&[("look", &["tern-look"])]), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let tool = tools.path().join("tern-look");
    program(tools.path(), "tern-look", BREAKS);
    let server = unconfined(&repo, data.path(), tools.path());
    let (first, cursor) = approved(&server, "/replace one two src/a.txt").await;
    let of_first = |e: &StreamEvent| e.payload()["entry"]["id"] == first.as_str();
    let held = |e: &StreamEvent| {
        of_first(e) && e.payload()["entry"]["reason"].as_str().is_some_and(|r| r.contains("tern-look"))
    };
    server.until("dev", cursor, held).await;
    let (second, _) = approved(&server, "/replace one three src/b.txt").await;
    // Put back once the fault was seen; before that, nobody would know of it.
    let repaired = || async {
        let gone = !tool.exists();
        let body = json!({ "id": first });
        let entry = server.client.send("POST", "/v1/rpc/merge.entry", Some(body)).await.unwrap();
        if gone && entry["state"] == "approved" {
            program(tools.path(), "tern-look", BREAKS);
        }
        (entry["state"] == "parked").then_some(())
    };
    server.eventually("it is given up", repaired).await;
    let (parked, seen) =
        server.until("dev", cursor, |e| e.kind() == "merge.entry.failed" && of_first(e)).await;
    let detail = parked.payload()["detail"].as_str().unwrap();
    assert!(detail.contains("3 times") && detail.contains("tern-look"), "{detail}");
    let begun =
        |e: &&StreamEvent| e.kind() == "merge.check.started" && e.payload()["entryId"] == first.as_str();
    assert_eq!(seen.iter().filter(begun).count(), 3);
    let landed =
        |e: &StreamEvent| e.kind() == "merge.entry.landed" && e.payload()["entry"]["id"] == second.as_str();
    assert!(seen.iter().any(landed), "the one behind it went first");
    // On a person's word it starts over.
    program(tools.path(), "tern-look", "exit 0");
    let job = parked.payload()["entry"]["jobId"].as_str().unwrap();
    let short = &job[..8];
    let back = answered(&server, &format!("/land {short}")).await;
    assert!(back.ends_with("is back in the merge queue."), "{back}");
    server.approve_next("dev", parked.cursor, "land").await;
    assert_eq!(end(&server, &first, parked.cursor).await.0["type"], "merge.entry.landed");
    let landed = repo.git(&["rev-parse", "main_agents"]);
    let told = answered(&server, &format!("/land {short}")).await;
    assert!(told.contains("has landed as") && told.contains(&landed), "{told}");
    let none = answered(&server, "/land nothing").await;
    assert_eq!(none, "No job whose id begins with `nothing` has anything to land.");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lands_what_was_given_up_has_its_checks_run_anew() {
    let (repo, data, tools) =
        (repo(&[("look", &["tern-look"])]), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // It fails for the change alone, and for a cause outside of it that goes away.
    program(tools.path(), "tern-look", "grep -q one src/a.txt");
    let path = format!("{}:{}", tools.path().display(), std::env::var("PATH").unwrap());
    let start = Start::on(data.path(), repo.path()).flag("--trust").flag("--sandbox").flag("host");
    let start = start.env("PATH", &path).env("PILOTHOUSE_MERGE_FIX_UPS", "0");
    let server = RunningServer::start(&start.env("PILOTHOUSE_MERGE_FLAKY_RETRIES", "0"));
    let (entry, cursor) = approved(&server, "/replace one two src/a.txt").await;
    let given_up = |e: &StreamEvent| {
        e.payload()["entry"]["id"] == entry.as_str() && e.payload()["entry"]["state"] == "parked"
    };
    let (parked, _) = server.until("dev", cursor, given_up).await;
    program(tools.path(), "tern-look", "exit 0");
    let land = json!({ "id": entry });
    server.client.send("POST", "/v1/rpc/merge.land", Some(land)).await.unwrap();
    server.approve_next("dev", parked.cursor, "land").await;
    let (ended, seen) = end(&server, &entry, parked.cursor).await;
    assert_eq!(ended["type"], "merge.entry.landed", "{ended:#}");
    let finished =
        |e: &&StreamEvent| e.kind() == "merge.check.finished" && e.payload()["entryId"] == entry.as_str();
    let runs: Vec<_> =
        seen.iter().filter(finished).map(|e| (&e.payload()["ok"], &e.payload()["reused"])).collect();
    assert_eq!(runs, [(&json!(true), &json!(false))], "what was stored of the tree does not count");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_in_a_repository_with_a_submodule_leaves_it_as_it_is() {
    let (repo, data, tools) =
        (repo(&[("look", &["true"])]), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = repo.git(&["rev-parse", "main"]);
    repo.write(".gitmodules", "[submodule \"lib\"]\n\tpath = lib\n\turl = https://lib.invalid/lib.git\n");
    std::fs::create_dir_all(repo.path().join("lib")).unwrap();
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{first},lib")]);
    repo.commit_all("a part");
    assert_eq!(repo.git(&["rev-parse", "main:lib"]), first);
    let server = unconfined(&repo, data.path(), tools.path());
    let (entry, cursor) = approved(&server, "/replace one two src/a.txt").await;
    assert_eq!(end(&server, &entry, cursor).await.0["type"], "merge.entry.landed");
    assert_eq!(repo.git(&["rev-parse", "main_agents:lib"]), first);
    assert_eq!(repo.git(&["diff", "--name-only", "main", "main_agents"]), "src/a.txt");
}

/// What is answered to a command.
async fn answered(server: &RunningServer, text: &str) -> String {
    let cursor = server.say("dev", text).await.cursor;
    server.first("dev", cursor, "assistant_message").await.payload()["text"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_of_the_tree_that_cannot_be_executed_fails_the_change_and_not_the_machine() {
    let repo = repo(&[("own", &["./src/check.sh"])]);
    repo.write("src/check.sh", "#!/bin/sh\nexit 0\n");
    repo.commit_all("a check without its executable bit");
    let (data, tools) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = unconfined(&repo, data.path(), tools.path());
    let (entry, cursor) = approved(&server, "/replace one two src/a.txt").await;
    let (back, _) = end(&server, &entry, cursor).await;
    assert_eq!(back["payload"]["reason"], "merge.check_failed", "{back:#}");
    assert!(back["payload"]["detail"].as_str().unwrap().contains("./src/check.sh"), "{back:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_is_refused_decides_only_about_its_own_commit() {
    let repo = repo(&[("look", &["true"])]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust").workers(0));
    let (job, claim) = foreign_job(&server).await;
    let branch = format!("agent/theirs-1/{job}");
    let marked = "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n";
    git(repo.path(), &["switch", "--quiet", "-c", &branch]);
    repo.write("src/marked.txt", marked);
    repo.commit_all("with markers");
    let refused = repo.git(&["rev-parse", "HEAD"]);
    let bundle = data.path().join("theirs.bundle");
    repo.git(&["bundle", "create", "--quiet", bundle.to_str().unwrap(), &format!("main..{branch}")]);
    repo.git(&["switch", "--quiet", "main"]);
    let wanted = branch_with(repo.path(), "theirs-later", "second.md");
    repo.git(&["switch", "--quiet", "main"]);

    let error = server.client.put_bundle(&job, &claim, std::fs::read(&bundle).unwrap()).await.unwrap_err();
    assert!(error.message.contains("conflict markers"), "{error:?}");
    let kept = data.path().join("bundles").join(format!("{job}.bundle"));
    assert!(kept.parent().unwrap().is_dir() && !kept.exists(), "a refused upload is not kept");
    // As an older server left it.
    std::fs::copy(&bundle, &kept).unwrap();
    let own = complete(&server, &job, &refused, Some(&branch)).await.unwrap_err();
    assert!(own.message.contains("conflict markers"), "its own commit stays refused: {own:?}");
    let nowhere = complete(&server, &job, &"1".repeat(40), None).await.unwrap_err();
    assert_eq!(nowhere.code, ErrorCode::CommitNotFound);
    assert!(nowhere.message.contains("the uploaded bundle: src/marked.txt holds"), "{nowhere:?}");
    complete(&server, &job, &wanted, Some("theirs-later")).await.unwrap();
    server.approve_next("dev", 0, "land").await;
    server.first("dev", 0, "merge.entry.landed").await;
    assert_eq!(repo.git(&["show", "main_agents:second.md"]), "theirs");
}
