//! Telling a job something while an agent with a command line of its own works on it: the real programs, which read
//! nothing while they run, and go on with the same session afterwards.

use crate::cases::{Cases, MEND};
use crate::crew::{CLAUDE, CODEX, Crew, GEMINI, Kind, OPENCODE};
use crate::install;
use serde_json::{Value, json};
use std::path::PathBuf;
use testkit::model_server::Step;

const SAID: &str = "Please mend it the plain way.";

fn shell(kind: Kind, command: &str) -> Step {
    let mut arguments = json!({ kind.argument: command });
    if kind.backend == "opencode" {
        arguments["description"] = Value::from("a step");
    }
    Step::call(kind.tool, arguments)
}

async fn is_told(kind: Kind, bin: Option<PathBuf>) {
    let mut cases = Cases::new(kind);
    cases.first("told", shell(kind, "sleep 8"));
    // It says that it is done, and has done nothing.
    cases.first("told", Step::text("I looked at it."));
    cases.runs("told", &[MEND], "It adds now.");
    let crew = Crew::of(kind, 1, bin, cases.script());
    let job = crew.task("told", 200).await;
    let at_work = async || (crew.asked(kind, "told") > 0).then_some(());
    crew.server.eventually("it is at work", at_work).await;
    let steer = json!({ "text": SAID });
    let said = crew.server.owner("POST", format!("/jobs/{job}/steer")).json(&steer).send().await;
    assert_eq!(said.status, 200, "{}", said.json());
    let (end, told) = crew.end_of(&job).await;
    let log = crew.log(&job).await;
    assert_eq!(end, "job_completed", "{told}\n{log}");
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"]);
    // Gemini CLI keeps its sessions to itself.
    let resumes = kind.backend != "gemini";
    let how = if resumes { "goes on with the session" } else { "starts anew on its own work" };
    assert!(log.contains("[kept: ") && log.contains(how), "it is said at once: {log}");
    assert!(!log.contains("Revision"), "it was told before its work was judged: {log}");
    let requests = crew.model.requests();
    let heard: Vec<_> =
        requests.iter().filter(|seen| seen.all().contains(SAID)).map(|seen| seen.all()).collect();
    let first = heard.first().expect("its model was told");
    assert!(first.contains("the task told."), "it knows what it is about: {first}");
    assert_eq!(first.contains("I looked at it."), resumes, "the same session, or none: {first}");
    let list = crew.server.owner("GET", format!("/jobs/{job}/steer")).send().await.json();
    assert_eq!(list["messages"][0]["state"], "taken", "{list}");
}

/// As in the contract: the large ones are not installed by themselves.
async fn is_told_where_it_is_installed(kind: Kind) {
    if std::env::var("CI").is_ok_and(|ci| ci == "true") {
        return println!("skipped in CI: {}", kind.backend);
    }
    if let Some(bin) = install::folder_of(kind.backend) {
        is_told(kind, Some(bin)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn codex_goes_on_with_what_it_was_told() {
    let Some(bin) = install::folder_of("codex") else { return };
    is_told(CODEX, Some(bin)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claude_code_goes_on_with_what_it_was_told() {
    let Some(bin) = install::folder_of("claude") else { return };
    is_told(CLAUDE, Some(bin)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opencode_goes_on_with_what_it_was_told() {
    is_told_where_it_is_installed(OPENCODE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gemini_cli_goes_on_with_what_it_was_told() {
    is_told_where_it_is_installed(GEMINI).await;
}
