//! A rule that denies a command holds for every backend: our own loop and agents that can be told refuse it and go on,
//! and one that cannot be told is ended when it runs it all the same.

use crate::cases::{Cases, MEND};
use crate::crew::{CLAUDE, CODEX, Crew, GEMINI, Kind, NATIVE, OPENCODE};
use crate::install;
use serde_json::Value;
use std::path::PathBuf;

const RULES: &str = "[[rule]]\nid = \"leave-it\"\neffect = \"deny\"\nkinds = [\"command\"]\nargvPrefix = [\"touch\", \"src/denied.txt\"]\n";

async fn ends(kind: Kind, bin: Option<PathBuf>) -> (Crew, String, String, Value) {
    let settings = tempfile::tempdir().unwrap();
    std::fs::write(settings.path().join("policy.toml"), RULES).unwrap();
    let env = [("PILOTHOUSE_CONFIG_DIR", settings.path().to_str().unwrap())];
    let steps = Cases::new(kind).runs("denied", &["touch src/denied.txt", MEND], "It adds now.").script();
    let crew = Crew::with(kind, 1, bin, steps, &[], &env);
    let job = crew.task("denied", 100).await;
    let (end, told) = crew.end_of(&job).await;
    println!("{}: {end}: {told}", kind.backend);
    (crew, job, end, told)
}

/// It refuses the command and does the rest.
async fn refuses_and_goes_on(kind: Kind, bin: Option<PathBuf>) {
    let (crew, job, end, told) = ends(kind, bin).await;
    assert_eq!(end, "job_completed", "{told}\n{}", crew.log(&job).await);
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"], "what was denied was not done");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_loop_tells_its_model_and_goes_on() {
    let (crew, job, end, told) = ends(NATIVE, None).await;
    assert_eq!(end, "job_completed", "{told}");
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"]);
    assert!(crew.log(&job).await.contains("[not allowed: Your rule `leave-it` denies this]"));
}

/// Nobody wrote a rule; the profile asks, a person says no, and the agent hears it before anything ran.
#[tokio::test(flavor = "multi_thread")]
async fn claude_code_is_asked_before_a_command_that_adds_packages() {
    let Some(bin) = install::folder_of("claude") else { return };
    let commands = ["touch src/asked.txt; npm install left-pad", MEND];
    let steps = Cases::new(CLAUDE).runs("asked", &commands, "It adds now.").script();
    let crew = Crew::of(CLAUDE, 1, Some(bin), steps);
    let job = crew.task("asked", 100).await;
    let (asked, _) = crew
        .server
        .until("dev", 0, |e| e.kind() == "approval_required" && e.payload()["action"] == "command")
        .await;
    assert!(asked.payload()["summary"].as_str().unwrap().contains("npm install left-pad"));
    let id = asked.payload()["approvalId"].as_str().unwrap();
    crew.server.answer(id, protocol::approval::Decision::Deny).await.unwrap();
    let (end, told) = crew.end_of(&job).await;
    assert_eq!(end, "job_completed", "{told}\n{}", crew.log(&job).await);
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"], "nothing of the line ran");
    let said = crew.model.requests().iter().any(|seen| seen.all().contains("commands that add packages ask"));
    assert!(said, "its model was told why");
}

/// There the way to the model wants a key, and its questions come with it.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_sandbox_claude_code_asks_before_every_command() {
    let Some(bin) = install::folder_of("claude") else { return };
    let steps = Cases::new(CLAUDE).runs("hosted", &[MEND], "It adds now.").script();
    let crew = Crew::with(CLAUDE, 1, Some(bin), steps, &["--sandbox", "host"], &[]);
    let all =
        crew.server.owner("POST", "/v1/rpc/workspace.list").json(&serde_json::json!({})).send().await.json();
    let leave = serde_json::json!({ "id": all["workspaces"][0]["id"], "allowHost": true });
    assert_eq!(crew.server.owner("POST", "/v1/rpc/workspace.update").json(&leave).send().await.status, 200);
    let job = crew.task("hosted", 100).await;
    let asked = crew.server.approve_next("dev", 0, "command").await;
    assert_eq!(asked.payload()["details"]["sandbox"], false);
    let (end, told) = crew.end_of(&job).await;
    assert_eq!(end, "job_completed", "{told}\n{}", crew.log(&job).await);
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"], "what was allowed ran");
}

#[tokio::test(flavor = "multi_thread")]
async fn claude_code_is_told_and_goes_on() {
    let Some(bin) = install::folder_of("claude") else { return };
    refuses_and_goes_on(CLAUDE, Some(bin)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codex_is_ended_when_it_runs_it() {
    let Some(bin) = install::folder_of("codex") else { return };
    let (crew, job, end, told) = ends(CODEX, Some(bin)).await;
    assert_eq!(end, "job_failed", "{told}");
    let message = told["message"].as_str().unwrap();
    assert!(
        message.contains("Your rule `leave-it` denies this") && message.ends_with("(agent.denied)"),
        "{message}"
    );
    assert_eq!(told["code"], "agent.denied");
    assert!(crew.changed(&job).await.is_empty(), "nothing is handed over");
}

#[tokio::test(flavor = "multi_thread")]
async fn opencode_and_gemini_cli_are_told_and_go_on_where_they_are_installed() {
    if std::env::var("CI").is_ok_and(|ci| ci == "true") {
        return println!("skipped in CI");
    }
    for (kind, name) in [(OPENCODE, "opencode"), (GEMINI, "gemini")] {
        if let Some(bin) = install::folder_of(name) {
            refuses_and_goes_on(kind, Some(bin)).await;
        }
    }
}
