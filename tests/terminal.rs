//! The command in a terminal: what it approves, what it prints, and what it says where nothing runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use protocol::approval::Decision;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use testkit::world::{RunningServer, Start, TestRepo, program};

fn command(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program("pilothouse"));
    command.args(args).arg("--data").arg(data);
    command.env("PILOTHOUSE_CONFIG_DIR", data.join("no-settings"));
    command
}

async fn run(data: &Path, args: &[&str]) -> Output {
    let mut command = command(data, args);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn json_lines(output: &Output) -> Vec<Value> {
    printed(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect()
}

fn server(data: &Path) -> (TestRepo, RunningServer) {
    let repo = TestRepo::with(&[("a.txt", "quiet\n"), ("b.txt", "still\n")]);
    let broken = "[recipes.broken]\nrun = [\"false\"]\n";
    let check = "[[check]]\nname = \"always\"\nrun = [\"true\"]\n";
    repo.write(".pilothouse/config.toml", &format!("{check}{broken}"));
    repo.commit_all("checks");
    let server = RunningServer::start(&Start::on(data, repo.path()).flag("--trust"));
    (repo, server)
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn ask_and_wait_approves_what_it_asked_for_and_nothing_else() {
    let data = tempfile::tempdir().unwrap();
    let (repo, server) = server(data.path());
    let other = server.say("dev", "/replace still moving b.txt").await;
    server.until("dev", other.cursor, |e| e.kind() == "approval_required").await;
    let output = run(data.path(), &["ask", "--wait", "--approve", "/replace quiet loud a.txt"]).await;
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("Approved: Land “Replace quiet with loud"), "{text}");
    assert!(text.contains("  Changes   1 file, +1 -1"), "{text}");
    assert!(text.contains("  Diff      pilothouse job diff "), "{text}");
    assert!(!text.contains('`') && !text.contains("**"), "a terminal shows words: {text}");
    assert_eq!(repo.git(&["show", "main_agents:a.txt"]).trim(), "loud");
    assert_eq!(repo.git(&["show", "main_agents:b.txt"]).trim(), "still");
    let open = server.pending_approvals().await;
    assert_eq!(open.len(), 1, "the other one still waits");
    let job = open[0].details["jobId"].as_str().unwrap();
    let diff = printed(&run(data.path(), &["job", "diff", &job[..8]]).await);
    assert!(
        diff.starts_with("diff --git a/b.txt b/b.txt\n") && diff.ends_with("\n-still\n+moving\n"),
        "{diff}"
    );
    let diff = json_lines(&run(data.path(), &["job", "diff", job, "--json"]).await).remove(0);
    assert_eq!((&diff["files"][0]["path"], &diff["truncated"]), (&json!("b.txt"), &json!(false)));
    assert!(open[0].summary.contains("still"), "{}", open[0].summary);

    let id = open[0].id.to_string();
    let output = run(data.path(), &["approve", &id]).await;
    let text = printed(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.starts_with("Land “Replace still with moving") && text.contains("This is approved now."),
        "{text}"
    );
    server.first("dev", other.cursor, "merge.entry.landed").await;
    let again = run(data.path(), &["approve", &id, "--json"]).await;
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(json_lines(&again)[0]["code"], "already_resolved");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn ask_and_wait_says_why_it_ended_in_vain() {
    let data = tempfile::tempdir().unwrap();
    let (_repo, server) = server(data.path());
    for (text, why) in [
        ("refactor the combat module", "no model is connected"),
        ("/run broken", "Run the recipe broken did not work: "),
    ] {
        let output = run(data.path(), &["ask", "--wait", "--approve", text]).await;
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(printed(&output).contains(why), "{output:?}");
    }
    let mut asks = command(data.path(), &["ask", "--wait", "/replace quiet loud a.txt"]);
    let asks = asks.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let open = server.eventually("it asks", || async { server.pending_approvals().await.pop() }).await;
    server.answer(open.id.as_str(), Decision::Deny).await.unwrap();
    let output = tokio::task::spawn_blocking(move || asks.wait_with_output().unwrap()).await.unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let told = printed(&output);
    assert!(told.contains("Replace quiet with loud") && told.contains("did not land: "), "{output:?}");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn in_json_a_question_that_waits_is_a_line_of_its_own() {
    let data = tempfile::tempdir().unwrap();
    let (_repo, server) = server(data.path());
    let mut child = command(data.path(), &["ask", "--wait", "--json", "/replace quiet loud a.txt"]);
    let mut child = child.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = move || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    let (next, waiting) = tokio::task::spawn_blocking(move || {
        next();
        let waiting = next()["waiting"].take();
        (next, waiting)
    })
    .await
    .unwrap();
    assert_eq!((waiting["action"].as_str(), waiting["state"].as_str()), (Some("land"), Some("pending")));
    assert!(waiting["hash"].is_string() && waiting["summary"].is_string());
    server.answer(waiting["id"].as_str().unwrap(), Decision::Approve).await.unwrap();
    let last = tokio::task::spawn_blocking(next).await.unwrap();
    assert_eq!((last["ok"].as_bool(), &last["last"]["type"]), (Some(true), &json!("merge.entry.landed")));
    assert_eq!(tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_looks_by_himself_where_no_server_runs() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("never-used");
    let output = run(&data, &["doctor"]).await;
    let text = printed(&output);
    let first = text.lines().next().unwrap();
    assert!(first.starts_with("warning Server: not running"), "{text}");
    for title in ["Git: git 2.", "Sandbox: ", "Data folder: "] {
        assert!(text.contains(title), "{title} is not in\n{text}");
    }
    assert!(!data.exists(), "looking makes nothing");
    let report = &json_lines(&run(&data, &["doctor", "--json"]).await)[0];
    assert_eq!(
        (report["lines"][0]["id"].as_str(), report["lines"][0]["finding"].as_str()),
        (Some("server"), Some("warning"))
    );
    assert!(report["ok"].is_boolean());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_tells_a_server_that_is_gone_from_one_that_does_not_answer() {
    let data = tempfile::tempdir().unwrap();
    let (_repo, server) = server(data.path());
    let with = run(data.path(), &["doctor", "--json"]).await;
    assert_eq!(json_lines(&with)[0]["lines"][0]["id"], "git", "the server's own report");
    let place = data.path().join("server.json");
    let record = std::fs::read_to_string(&place).unwrap();
    let pid = server.pid().to_string();
    let port = server.url.rsplit(':').next().unwrap().parse().unwrap();
    server.kill();
    // Nobody else is given its address meanwhile, and answers there.
    let _kept = testkit::ports::kept("127.0.0.1", port);
    let text = printed(&run(data.path(), &["doctor"]).await);
    let gone = format!("warning Server: not running; the last one, process {pid}, did not end by itself");
    assert!(text.starts_with(&gone), "{text}");
    // A record that names a living process, which is this test and answers nothing at that address.
    std::fs::write(&place, record.replace(&pid, &std::process::id().to_string())).unwrap();
    let output = run(data.path(), &["doctor"]).await;
    let text = printed(&output);
    assert!(text.starts_with("PROBLEM Server: process "), "{text}");
    assert!(text.lines().next().unwrap().contains("does not answer"), "{text}");
    assert_eq!(output.status.code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_window_can_be_shown_open_opens_the_repository_and_prints_a_link() {
    let data = tempfile::tempdir().unwrap();
    let (_repo, server) = server(data.path());
    let other = TestRepo::with(&[("README.md", "# Bär und Möwe\n")]);
    let folder = other.path().to_string_lossy().into_owned();
    let open = |what: &str| {
        let mut command = command(data.path(), &["open", what]);
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    let opened = open(&folder).await.unwrap();
    assert!(opened.status.success(), "{opened:?}");
    assert!(printed(&opened).starts_with(&format!("{}/#code=", server.url)), "{opened:?}");
    let list = server.client.send("POST", "/v1/rpc/workspace.list", None).await.unwrap();
    assert_eq!(list["workspaces"].as_array().unwrap().len(), 2);
    for odd in ["pilothouse://session/dev", "/nowhere/at all"] {
        let refused = open(odd).await.unwrap();
        assert_eq!(refused.status.code(), Some(1), "{odd}");
        assert!(!refused.stderr.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_paused_and_resumed_and_status_says_so() {
    let data = tempfile::tempdir().unwrap();
    let (_repo, server) = server(data.path());
    let paused = run(data.path(), &["pause", "--why", "a \u{1b}[2Jdemo"]).await;
    assert_eq!(paused.status.code(), Some(0));
    assert!(printed(&paused).contains("Everything is paused, 0 waiting. What runs goes on."), "{paused:?}");
    server.say("dev", "/find quiet").await;
    let status = printed(&run(data.path(), &["status"]).await);
    let line = status.lines().find(|line| line.starts_with("PAUSED")).unwrap();
    assert!(line.contains("by owner since") && line.ends_with("1 waiting"), "{line}");
    assert!(!status.contains('\u{1b}'), "{status:?}");
    let resumed = run(data.path(), &["resume", "--json"]).await;
    assert_eq!((resumed.status.code(), &json_lines(&resumed)[0]["holds"]), (Some(0), &json!([])));
    server.first("dev", 0, "job_completed").await;
    assert!(!printed(&run(data.path(), &["status"]).await).contains("PAUSED"));
}
