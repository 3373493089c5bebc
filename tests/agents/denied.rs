//! A rule that denies a command holds for every backend: our own loop and agents that ask or can be told refuse it and
//! go on, and one that can do neither is ended when it runs it all the same.

use crate::cases::{Cases, MEND};
use crate::crew::{CLAUDE, CODEX, Crew, GEMINI, Kind, MINISWE, NATIVE, OPENCODE, OPENHANDS};
use crate::{install, older};
use serde_json::Value;
use std::path::PathBuf;

const RULES: &str = "[[rule]]\nid = \"leave-it\"\neffect = \"deny\"\nkinds = [\"command\"]\nargvPrefix = [\"touch\", \"src/denied.txt\"]\n";

async fn ends(kind: Kind, bin: Option<PathBuf>) -> (Crew, String, String, Value) {
    let settings = tempfile::tempdir().unwrap();
    std::fs::write(settings.path().join("policy.toml"), RULES).unwrap();
    let env = [("PILOTHOUSE_CONFIG_DIR", settings.path().to_str().unwrap())];
    let steps = Cases::new(kind).runs("denied", &["touch src/denied.txt", MEND], "It adds now.").script();
    let crew = Crew::with(kind, 1, bin, steps, &[], &env);
    let job = crew.task("denied", 300).await;
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
    is_asked_before_a_command_that_adds_packages(CLAUDE, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codex_is_asked_before_a_command_that_adds_packages() {
    let Some(bin) = install::folder_of("codex") else { return };
    is_asked_before_a_command_that_adds_packages(CODEX, bin).await;
}

async fn is_asked_before_a_command_that_adds_packages(kind: Kind, bin: PathBuf) {
    let commands = ["touch src/asked.txt; npm install left-pad", MEND];
    let steps = Cases::new(kind).runs("asked", &commands, "It adds now.").script();
    let crew = Crew::of(kind, 1, Some(bin), steps);
    let job = crew.task("asked", 300).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn opencode_is_asked_before_a_command_that_adds_packages_where_it_is_installed() {
    let Some(bin) = install::where_it_is("opencode") else { return };
    is_asked_before_a_command_that_adds_packages(OPENCODE, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gemini_cli_is_asked_before_a_command_that_adds_packages_where_it_is_installed() {
    let Some(bin) = install::where_it_is("gemini") else { return };
    is_asked_before_a_command_that_adds_packages(GEMINI, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mini_swe_agent_is_asked_and_refuses_what_is_denied_where_it_is_installed() {
    let Some(bin) = install::on_path("mini") else { return };
    is_asked_before_a_command_that_adds_packages(MINISWE, bin.clone()).await;
    refuses_and_goes_on(MINISWE, Some(bin)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn openhands_is_asked_and_refuses_what_is_denied_where_it_is_installed() {
    let Some(bin) = install::on_path("openhands") else { return };
    is_asked_before_a_command_that_adds_packages(OPENHANDS, bin.clone()).await;
    refuses_and_goes_on(OPENHANDS, Some(bin)).await;
}

/// There the way to the model wants a key, and its questions come with it.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_sandbox_claude_code_asks_before_every_command() {
    let Some(bin) = install::folder_of("claude") else { return };
    without_a_sandbox_it_asks_before_every_command(CLAUDE, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sandbox_codex_asks_before_every_command() {
    let Some(bin) = install::folder_of("codex") else { return };
    without_a_sandbox_it_asks_before_every_command(CODEX, bin).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sandbox_opencode_asks_before_every_command_where_it_is_installed() {
    let Some(bin) = install::where_it_is("opencode") else { return };
    without_a_sandbox_it_asks_before_every_command(OPENCODE, bin).await;
}

/// Also before those it takes for safe.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_sandbox_gemini_cli_asks_before_every_command_where_it_is_installed() {
    let Some(bin) = install::where_it_is("gemini") else { return };
    without_a_sandbox_it_asks_before_every_command(GEMINI, bin).await;
}

async fn without_a_sandbox_it_asks_before_every_command(kind: Kind, bin: PathBuf) {
    let steps = Cases::new(kind).runs("hosted", &[MEND], "It adds now.").script();
    let crew = Crew::with(kind, 1, Some(bin), steps, &["--sandbox", "host"], &[]);
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
async fn codex_is_asked_is_told_no_and_goes_on() {
    let Some(bin) = install::folder_of("codex") else { return };
    refuses_and_goes_on(CODEX, Some(bin)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_codex_that_cannot_be_spoken_with_is_ended_when_it_runs_it() {
    let Some(bin) = install::folder_of("codex") else { return };
    let (_older, bin) =
        older::without(&bin, "codex", "app-server", "error: unrecognized subcommand 'app-server'");
    let (crew, job, end, told) = ends(CODEX, Some(bin)).await;
    assert_eq!(end, "job_failed", "{told}");
    let message = told["message"].as_str().unwrap();
    assert!(
        message.contains("Your rule `leave-it` denies this") && message.ends_with("(agent.denied)"),
        "{message}"
    );
    assert_eq!(told["code"], "agent.denied");
    assert!(crew.changed(&job).await.is_empty(), "nothing is handed over");
    assert!(crew.log(&job).await.contains("[this Codex cannot be spoken with while it works"));
}

#[tokio::test(flavor = "multi_thread")]
async fn opencode_and_gemini_cli_are_told_and_go_on_where_they_are_installed() {
    for (kind, name) in [(OPENCODE, "opencode"), (GEMINI, "gemini")] {
        if let Some(bin) = install::where_it_is(name) {
            refuses_and_goes_on(kind, Some(bin)).await;
        }
    }
}
