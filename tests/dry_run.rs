//! The checks tried before the first message: on the last commit, in the sandbox, live, and never in the way.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use client::StreamEvent;
use protocol::approval::Decision;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testkit::world::{RunningServer, Start, TestRepo, processes};

/// A repository with checks of these commands.
fn repo(checks: &[&str]) -> TestRepo {
    let entries: Vec<_> = checks
        .iter()
        .enumerate()
        .map(|(n, command)| {
            format!(
                "[[check]]\nname = \"check-{n}\"\nrun = [\"sh\", \"-c\", {}]\ntimeoutS = 600\n",
                json!(command)
            )
        })
        .collect();
    TestRepo::with(&[("README.md", "# Tern\n"), (".pilothouse/config.toml", &entries.join("\n"))])
}

async fn rpc(server: &RunningServer, method: &str) -> Result<Value, protocol::ApiError> {
    let workspaces = server.client.send("POST", "/v1/rpc/workspace.list", None).await?;
    let body = json!({ "workspaceId": workspaces["workspaces"][0]["id"] });
    server.client.send("POST", &format!("/v1/rpc/{method}"), Some(body)).await
}

fn state_is<'a>(states: &'a [&str]) -> impl Fn(&StreamEvent) -> bool + 'a {
    move |e| {
        e.kind() == "checks.dry_run"
            && states.contains(&e.payload()["run"]["state"].as_str().unwrap_or_default())
    }
}

/// Starts one and waits for its end, which is its state.
async fn tried(server: &RunningServer) -> Value {
    let latest = server.say("dev", "/status").await.cursor;
    rpc(server, "checks.dryRun").await.unwrap();
    let (end, _) = server.until("dev", latest, state_is(&["passed", "failed", "stopped"])).await;
    assert_eq!(end.payload()["run"]["lines"], json!([]), "events carry no output");
    rpc(server, "checks.dryRunState").await.unwrap()["run"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_on_the_last_commit_and_what_passed_counts_the_next_time() {
    let repo = repo(&["test ! -e not-committed && echo all is well", "cat README.md"]);
    let data = tempfile::tempdir().unwrap();
    repo.write("not-committed", "x");
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).workers(0).flag("--trust"));
    assert_eq!(rpc(&server, "checks.dryRunState").await.unwrap(), json!({ "run": null }), "none yet");
    let run = tried(&server).await;
    assert_eq!(run["state"], "passed", "{run:#}");
    assert_eq!(run["commit"], repo.git(&["rev-parse", "HEAD"]).trim());
    let lines: Vec<_> = run["lines"].as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
    assert_eq!(lines[1..3], ["all is well", "$ sh -c cat README.md"], "{lines:?}");
    assert_eq!(run["checks"][1]["tail"], "# Tern");
    let again = tried(&server).await;
    assert_eq!(
        (again["state"].as_str(), again["checks"][0]["reused"].as_bool()),
        (Some("passed"), Some(true))
    );
    let left = data.path().join("candidates");
    let left = walk(&left).into_iter().find(|path| path.ends_with("dry-run"));
    assert_eq!(left, None, "its files are gone");
    assert!(!repo.try_git(&["rev-parse", "--verify", "main_agents"]).0, "nothing landed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_fails_already_is_named_the_others_are_tried_and_a_repaired_machine_is_asked_again() {
    let repo = repo(&["echo it is broken >&2; exit 3", "echo x > README.md", "true"]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).workers(0).flag("--trust"));
    let run = tried(&server).await;
    assert_eq!(run["state"], "failed");
    let states: Vec<_> = (0..3).map(|n| run["checks"][n]["state"].as_str().unwrap()).collect();
    assert_eq!(states[..2], ["failed", "failed"], "{run:#}");
    assert_eq!(run["checks"][0]["tail"], "it is broken");
    assert!(run["checks"][1]["tail"].as_str().unwrap().contains("README.md"), "an edit is no pass");
    let again = tried(&server).await;
    assert_eq!(again["checks"][0]["reused"], false, "a failure is not kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_output_is_there_while_it_runs_a_second_call_joins_it_and_a_stop_ends_it() {
    let marker = format!("47{}", std::process::id());
    let repo = repo(&[&format!("echo begun; (setsid sleep {marker} &); sleep {marker}")]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).workers(0).flag("--trust"));
    let first = rpc(&server, "checks.dryRun").await.unwrap();
    let begun = || async {
        let run = rpc(&server, "checks.dryRunState").await.unwrap();
        run["run"]["lines"].as_array().unwrap().contains(&json!("begun")).then_some(())
    };
    server.eventually("its first line", begun).await;
    let joined = rpc(&server, "checks.dryRun").await.unwrap();
    assert_eq!((&joined["state"], &joined["startedAt"]), (&json!("running"), &first["startedAt"]));
    let began = Instant::now();
    assert_eq!(server.terminate(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(60), "it is not waited for: {:?}", began.elapsed());
    nothing_is_left(&marker);
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_stops_it_and_it_can_be_tried_again() {
    let marker = format!("48{}", std::process::id());
    let repo = repo(&[&format!("echo begun; sleep {marker}"), "true"]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).workers(0).flag("--trust"));
    assert_eq!(rpc(&server, "checks.dryRunStop").await.unwrap(), json!({ "run": null }), "nothing runs");
    for _ in 0..2 {
        let latest = server.say("dev", "/status").await.cursor;
        rpc(&server, "checks.dryRun").await.unwrap();
        let begun = || async {
            let run = rpc(&server, "checks.dryRunState").await.unwrap();
            run["run"]["lines"].as_array().unwrap().contains(&json!("begun")).then_some(())
        };
        server.eventually("its first line", begun).await;
        rpc(&server, "checks.dryRunStop").await.unwrap();
        let (end, _) = server.until("dev", latest, state_is(&["passed", "failed", "stopped"])).await;
        let run = &end.payload()["run"];
        assert_eq!(run["state"], "stopped", "{run:#}");
        assert!(run["reason"].as_str().unwrap().contains("stopped"), "{run:#}");
        assert_eq!(run["checks"][1]["state"], "waiting", "the rest is not tried: {run:#}");
    }
    nothing_is_left(&marker);
}

/// What was killed is gone a moment later.
fn nothing_is_left(marker: &str) {
    let (sleeps, since) = (format!("sleep {marker}"), Instant::now());
    while !processes::naming(&sleeps).is_empty() {
        assert!(since.elapsed() < Duration::from_secs(60), "{:#?}", processes::naming(&sleeps));
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_for_the_answer_its_set_up_needs_and_goes_on_with_it() {
    let (repo, data) = (repo(&["true"]), tempfile::tempdir().unwrap());
    repo.write(
        ".pilothouse/config.toml",
        "[[setup]]\nrun = [\"false\"]\nnetwork = [\"example.invalid\"]\n[[check]]\nname = \"c\"\nrun = [\"true\"]\n",
    );
    repo.commit_all("set-up");
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).workers(0).flag("--trust"));
    rpc(&server, "checks.dryRun").await.unwrap();
    let (waits, _) = server.until("dev", 0, state_is(&["waiting"])).await;
    let told = &waits.payload()["run"];
    assert_eq!(told["because"], json!({ "code": "set_up_waits" }), "{told}");
    assert!(told["reason"].as_str().unwrap().contains("waits for an answer"), "{told}");
    let asked = server.first("dev", 0, "approval_required").await;
    server.answer(asked.payload()["approvalId"].as_str().unwrap(), Decision::Deny).await.unwrap();
    let (end, _) = server.until("dev", waits.cursor, state_is(&["failed"])).await;
    assert!(end.payload()["run"]["reason"].as_str().unwrap().contains("denied"), "{:#}", end.payload());
}

/// A set-up that has to be asked about and then succeeds, and a check that leaves a trace outside.
fn asks_first(repo: &TestRepo, trace: &std::path::Path) {
    let check = json!(["sh", "-c", format!("echo >> {}", trace.display())]);
    repo.write(
        ".pilothouse/config.toml",
        &format!(
            "[[setup]]\nrun = [\"true\"]\nnetwork = [\"example.invalid\"]\n[[check]]\nname = \"c\"\nrun = {check}\n"
        ),
    );
    repo.commit_all("set-up");
}

async fn update(server: &RunningServer, mut change: Value) {
    let workspaces = server.client.send("POST", "/v1/rpc/workspace.list", None).await.unwrap();
    change["id"] = workspaces["workspaces"][0]["id"].clone();
    server.client.send("POST", "/v1/rpc/workspace.update", Some(change)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_that_are_withdrawn_or_replaced_while_it_waits_do_not_run_and_it_ends() {
    let (repo, data) = (repo(&["true"]), tempfile::tempdir().unwrap());
    let trace = data.path().join("trace");
    asks_first(&repo, &trace);
    let start = Start::on(data.path(), repo.path()).workers(0).flag("--trust").flag("--sandbox").flag("host");
    let server = RunningServer::start(&start);
    let mut cursor = 0;
    let theirs = json!([{ "name": "mine", "run": ["true"], "timeoutS": 60 }]);
    let changes = [
        (json!({ "trusted": false }), "not confirmed any more"),
        (json!({ "trusted": true, "checks": theirs }), "changed meanwhile"),
    ];
    for (change, why) in changes {
        rpc(&server, "checks.dryRun").await.unwrap();
        let (waits, _) = server.until("dev", cursor, state_is(&["waiting"])).await;
        update(&server, change).await;
        let (end, _) = server.until("dev", waits.cursor, state_is(&["passed", "failed"])).await;
        let run = &end.payload()["run"];
        assert_eq!(run["state"], "failed", "{run:#}");
        assert!(run["reason"].as_str().unwrap().contains(why), "{run:#}");
        cursor = end.cursor;
        update(&server, json!({ "trusted": true })).await;
    }
    let open = server.pending_approvals().await;
    let question = open.iter().find(|asked| asked.action.contains("setup")).unwrap();
    server.answer(question.id.as_str(), Decision::Approve).await.unwrap();
    let run = tried(&server).await;
    assert_eq!((&run["state"], &run["checks"][0]["name"]), (&json!("passed"), &json!("mine")), "{run:#}");
    assert!(!trace.exists(), "what nobody confirms any more never ran");
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_nobody_has_confirmed_do_not_run() {
    let (repo, data) = (repo(&["true"]), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).workers(0));
    let refused = rpc(&server, "checks.dryRun").await.unwrap_err();
    assert_eq!(refused.code, protocol::ErrorCode::Conflict);
    assert!(refused.message.contains("not confirmed"), "{}", refused.message);
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            let below = if path.is_dir() && !path.join(".git").exists() { walk(&path) } else { Vec::new() };
            std::iter::once(path).chain(below)
        })
        .collect()
}
