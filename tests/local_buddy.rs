//! LocalBuddy: what it does with its own hands, and what a (scripted) model adds without anybody depending on it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use client::StreamEvent;
use serde_json::{Value, json};
use testkit::model_server::{Fault, ModelServer, Script, Step, When};
use testkit::world::{RunningServer, Start, TestRepo};

const CONFIG: &str = "[[check]]\nname = \"tests\"\nrun = [\"true\", \"every\", \"test\"]\n";

fn repo() -> TestRepo {
    TestRepo::with(&[("README.md", "# Tern\n"), (".pilothouse/config.toml", CONFIG)])
}

fn answering() -> When {
    When { any: Some("The message:".into()), ..When::system("You are LocalBuddy") }
}

fn restating() -> When {
    When { any: Some("The request as typed:".into()), ..When::system("You are LocalBuddy") }
}

fn planning() -> When {
    When::system("You are RemoteBuddy")
}

/// A plan that is only words.
fn words(text: &str) -> Step {
    let plan = json!({
        "schemaVersion": 2, "requiresWorker": false, "lane": "worker", "assistantMessage": text, "title": "Words",
        "instruction": "",
        "planning": {
            "intent": "question", "riskLevel": "low",
            "scope": { "readAnywhere": true, "writeGlobs": [], "maxFilesToEdit": 0 },
            "acceptanceCriteria": [], "validationSteps": [],
            "queuePriority": "interactive", "queueWaitBudgetMs": 90000, "executionBudgetMs": 300000, "finalizationBudgetMs": 120000
        }
    });
    Step::json(plan).when(planning())
}

fn start(repo: &TestRepo, data: &std::path::Path, model: &ModelServer, roles: &[&str]) -> RunningServer {
    let mut start = Start::on(data, repo.path()).workers(0).flag("--trust");
    for role in roles {
        start = start
            .env(&format!("{role}_LLM_ENDPOINT"), &model.base_url())
            .env(&format!("{role}_LLM_MODEL"), "scripted");
    }
    RunningServer::start(&start)
}

async fn said(server: &RunningServer, text: &str) -> (StreamEvent, Vec<StreamEvent>) {
    let sent = server.say("dev", text).await;
    server.until("dev", sent.cursor, |e| e.kind() == "assistant_message").await
}

fn text(event: &StreamEvent) -> &str {
    event.payload()["text"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_answered_by_its_own_model_from_facts_and_needs_no_planner() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let model =
        ModelServer::start(Script::new([Step::text("With `true every test`.").when(answering())])).unwrap();
    let server = start(&repo, data.path(), &model, &["LOCALBUDDY"]);
    let (answer, _) = said(&server, "how are the tests run here?").await;
    assert_eq!(
        (text(&answer), answer.envelope["from"].as_str()),
        ("With `true every test`.", Some("localbuddy"))
    );
    let request = answer.envelope["correlationId"].as_str().unwrap();
    let kept = server.client.send("GET", &format!("/requests/{request}"), None).await.unwrap();
    assert_eq!(kept["request"]["status"], "completed");
    let seen = model.requests();
    assert!(seen[0].all().contains("Checks that decide: true every test"), "it was given the facts");
    assert!(model.unmatched().is_empty() && model.unused().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_delegates_is_restated_for_the_planner() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let model = ModelServer::start(Script::new([
        Step::text("DELEGATE").when(answering()),
        Step::text("**Wanted**: a restated wish").when(restating()),
        words("Planned."),
    ]))
    .unwrap();
    let server = start(&repo, data.path(), &model, &["LOCALBUDDY", "REMOTEBUDDY"]);
    let (answer, seen) = said(&server, "could you think about the tests?").await;
    assert_eq!((text(&answer), answer.envelope["from"].as_str()), ("Planned.", Some("remotebuddy")));
    let planned = model.requests().into_iter().find(|r| r.system().contains("You are RemoteBuddy")).unwrap();
    assert!(planned.all().contains("a restated wish"), "the planner has it");
    let ended = seen.iter().find(|e| e.kind() == "request.changed").unwrap();
    let id = ended.payload()["requestId"].as_str().unwrap();
    let kept = server.client.send("GET", &format!("/requests/{id}"), None).await.unwrap();
    assert_eq!(kept["request"]["enhancedPrompt"], "**Wanted**: a restated wish");
    assert!(model.unmatched().is_empty() && model.unused().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_broken_or_silent_keeps_nothing_from_being_planned_and_is_told_of() {
    for fault in [Fault::status(400), Fault::Hang { ms: None, headers_first: true }] {
        let (repo, data) = (repo(), tempfile::tempdir().unwrap());
        let model = ModelServer::start(Script::new([
            Step::fault(fault).when(When::system("You are LocalBuddy")).always(),
            words("Planned all the same."),
        ]))
        .unwrap();
        let server = start(&repo, data.path(), &model, &["LOCALBUDDY", "REMOTEBUDDY"]);
        let (answer, seen) = said(&server, "make the tests nicer in some way").await;
        assert_eq!(text(&answer), "Planned all the same.");
        let told = |e: &&StreamEvent| {
            e.kind() == "buddy.status" && e.payload()["message"].as_str().unwrap().contains("was of no help")
        };
        assert!(seen.iter().any(|e| told(&e)), "{seen:#?}");
        let planned =
            model.requests().into_iter().find(|r| r.system().contains("You are RemoteBuddy")).unwrap();
        assert!(planned.all().contains("## Facts about the repository"), "the plain facts are there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_delegated_by_name_is_not_answered_by_it() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let model = ModelServer::start(Script::new([
        Step::text("Mine.").when(answering()),
        Step::text("restated").when(restating()),
        words("Planned."),
    ]))
    .unwrap();
    let server = start(&repo, data.path(), &model, &["LOCALBUDDY", "REMOTEBUDDY"]);
    let (answer, _) = said(&server, "/ask_remote_buddy how are the tests run here?").await;
    assert_eq!(text(&answer), "Planned.");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_own_diff_shows_what_is_not_committed_and_what_it_offers_it_does() {
    let repo = TestRepo::with(&[("a.txt", "one\ntwo\n"), ("b.txt", "x\n")]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).workers(0));
    assert!(text(&said(&server, "/local diff").await.0).contains("Nothing that git tracks"));
    repo.write("a.txt", "one\nthree\n");
    repo.write("b.txt", "staged\n");
    repo.git(&["add", "b.txt"]);
    repo.write("new.txt", "not tracked\n");
    let (before, index) = (repo.fingerprint(), std::fs::read(repo.path().join(".git/index")).unwrap());
    let shown = said(&server, "/local diff").await.0;
    let shown = text(&shown);
    assert!(
        shown.starts_with("```diff\n") && shown.contains("-two\n+three") && shown.contains("+staged"),
        "{shown}"
    );
    assert!(!shown.contains("not tracked"));
    assert_eq!(std::fs::read(repo.path().join(".git/index")).unwrap(), index, "it only looked");
    assert_eq!(repo.fingerprint(), before);
    repo.write("a.txt", &"long line of text\n".repeat(5_000));
    assert!(text(&said(&server, "/local diff").await.0).contains("There is more than is shown here"));
    let usage = said(&server, "/local shell").await.0;
    assert!(text(&usage).contains("/local diff") && text(&usage).contains("/local run"), "{}", text(&usage));
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_on_this_machine_are_named_with_their_version_and_never_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let (repo, data, bin) = (repo(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, script) in
        [("codex", "#!/bin/sh\necho 'codex-cli 1.2.3'\n"), ("ollama", "#!/bin/sh\necho no\n")]
    {
        let path = bin.path().join(name);
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:/usr/bin:/bin", bin.path().display());
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).workers(0).env("PATH", &path));
    let found: Value = server.client.send("POST", "/v1/rpc/config.providers", None).await.unwrap();
    let clis = found["clis"].as_array().unwrap();
    let codex = clis.iter().find(|cli| cli["name"] == "codex").unwrap();
    assert_eq!(codex["version"], "1.2.3");
    assert!(codex["path"].as_str().unwrap().starts_with(bin.path().to_str().unwrap()));
    assert!(!clis.iter().any(|cli| cli["name"] == "ollama"), "a model server is no agent");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn marks_in_a_title_are_shown_as_they_were_typed() {
    let (repo, data) = (repo(), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust"));
    let sent = server.say("dev", "/replace '*absent* [x](y)' z README.md").await;
    let told = |e: &StreamEvent| {
        e.kind() == "assistant_message" && e.payload()["text"].as_str().unwrap().contains("did not work")
    };
    let (failed, _) = server.until("dev", sent.cursor, told).await;
    let said = text(&failed);
    assert!(said.contains("\\*absent\\* \\[x](y)") || said.contains("`*absent* [x](y)`"), "{said}");
}
