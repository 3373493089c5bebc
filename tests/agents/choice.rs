//! Which backend works is the user's choice, and nothing else is taken in its place.

use crate::cases::{Cases, MEND};
use crate::crew::{CLAUDE, CODEX, Crew, NATIVE};
use crate::install;
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;

async fn refused(crew: &Crew) -> String {
    let job = crew.task("fixes", 60).await;
    let (end, told) = crew.end_of(&job).await;
    assert_eq!(end, "job_failed", "{told}");
    assert_eq!(crew.asked(NATIVE, "fixes"), 0, "our own loop did not step in");
    let (why, code) = (told["message"].as_str().unwrap(), told["code"].as_str().unwrap());
    assert!(why.contains(&format!("({code})")), "{told}");
    why.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_is_not_installed_fails_the_job_and_says_how_to_install_it() {
    // Whatever the person at this machine has installed.
    let home = tempfile::tempdir().unwrap();
    let env = [("HOME", home.path().to_str().unwrap()), ("PATH", "/usr/bin:/bin")];
    let steps = Cases::new(NATIVE).runs("fixes", &[MEND], "x").script();
    let crew = Crew::with(crate::crew::Kind { backend: "miniswe", ..NATIVE }, 1, None, steps, &[], &env);
    let why = refused(&crew).await;
    assert!(why.contains("mini-swe-agent is not installed") && why.contains("uv tool install"), "{why}");
    assert!(why.contains("workers.backend") && why.ends_with("(agent.missing)"), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_speaks_something_else_fails_the_job_and_says_what_is_needed() {
    for (kind, needs) in [(CODEX, "OpenAI Responses"), (CLAUDE, "Anthropic Messages")] {
        let kind = crate::crew::Kind { dialect: "openai", ..kind };
        let crew = Crew::of(kind, 1, None, Cases::new(NATIVE).runs("fixes", &[MEND], "x").script());
        let why = refused(&crew).await;
        assert!(why.contains(&format!("needs a model that speaks {needs}")), "{why}");
        assert!(why.contains("OpenAI chat completions") && why.contains("(agent.dialect)"), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_found_stands_in_its_capabilities() {
    let folder = tempfile::tempdir().unwrap();
    for (name, script) in [("codex", "echo codex-cli 9.9.9"), ("claude", "exit 3")] {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let crew = Crew::of(NATIVE, 1, Some(folder.path().to_owned()), Cases::new(NATIVE).script());
    let known = async || {
        let list = crew.server.owner("GET", "/workers").send().await.json();
        let can = list["workers"][0]["capabilities"].clone();
        can["agents"].is_array().then_some(can)
    };
    let can = crew.server.eventually("the worker has looked", known).await;
    let names: Vec<_> = can["backends"].as_array().unwrap().iter().map(|b| b.as_str().unwrap()).collect();
    assert!(names.starts_with(&["deterministic", "native"]) && names.contains(&"codex"), "{can}");
    assert!(!names.contains(&"claude"), "one that does not answer is no backend: {can}");
    let codex = can["agents"].as_array().unwrap().iter().find(|a| a["backend"] == "codex").unwrap();
    assert_eq!(codex["version"], "9.9.9");
    let claude = can["agents"].as_array().unwrap().iter().find(|a| a["backend"] == "claude").unwrap();
    assert!(claude["problem"].as_str().unwrap().contains("version"), "{claude}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_sandbox_an_agent_is_started_only_where_the_owner_allowed_it() {
    let bin = install::folder_of("codex");
    let steps = Cases::new(CODEX).runs("fixes", &[MEND], "It adds now.").script();
    let crew = Crew::with(CODEX, 1, bin.clone(), steps, &["--sandbox", "host"], &[]);
    let why = refused(&crew).await;
    assert!(why.contains("only started inside a sandbox") && why.ends_with("(agent.no_sandbox)"), "{why}");
    assert_eq!(crew.asked(CODEX, "fixes"), 0);
    if bin.is_none() {
        return;
    }
    let list = crew.server.owner("POST", "/v1/rpc/workspace.list").json(&json!({})).send().await.json();
    let allow = json!({ "id": list["workspaces"][0]["id"], "allowHost": true });
    let answer = crew.server.owner("POST", "/v1/rpc/workspace.update").json(&allow).send().await;
    assert!(answer.status < 300, "{}", answer.json());
    let job = crew.task("fixes", 60).await;
    // There every command asks.
    crew.server.approve_next("dev", 0, "command").await;
    let (end, told) = crew.end_of(&job).await;
    assert_eq!(end, "job_completed", "{told}");
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"]);
}
