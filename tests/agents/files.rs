//! Files an agent writes with its own tools: inside the plan nobody is asked, outside a person decides before anything
//! is written, and a no reaches the model. The real programs.

use crate::cases::{Cases, MEND};
use crate::crew::{CLAUDE, CODEX, Crew, GEMINI, Kind, OPENCODE};
use crate::install;
use protocol::approval::Decision;
use serde_json::{Value, json};
use std::path::PathBuf;
use testkit::model_server::Step;

/// Writes `NOTES.md`, which the plan does not have, and mends the fault with the agent's own tools.
fn steps(kind: Kind, name: &str) -> Vec<Step> {
    let mut cases = Cases::new(kind);
    let mended = "echo $(($1 + $2))\n";
    let (file, writes, reads) = match kind.backend {
        "opencode" => ("filePath", "write", "read"),
        "gemini" => ("file_path", "write_file", "read_file"),
        _ => ("file_path", "Write", "Read"),
    };
    if kind.backend != "codex" {
        cases.first(name, Step::call(writes, json!({ file: "NOTES.md", "content": "mended\n" })));
        cases.first(name, Step::call(reads, json!({ file: "src/sum.sh" })));
        cases.first(name, Step::call(writes, json!({ file: "src/sum.sh", "content": mended })));
    } else {
        let patch = |body: &str| {
            let line = format!("apply_patch <<'EOF'\n*** Begin Patch\n{body}\n*** End Patch\nEOF\n");
            Step::call("exec_command", json!({ "cmd": line }))
        };
        cases.after(name, 0, patch("*** Add File: NOTES.md\n+mended"));
        cases.after(
            name,
            1,
            patch("*** Update File: src/sum.sh\n@@\n-echo $(($1 - $2))\n+echo $(($1 + $2))"),
        );
    }
    cases.runs(name, &[], "It adds now.");
    cases.script()
}

async fn asks_for_the_one_outside(kind: Kind, bin: PathBuf, decision: Decision) {
    let crew = Crew::of(kind, 1, Some(bin), steps(kind, "files"));
    let job = crew.task("files", 100).await;
    let (asked, _) = crew.server.until("dev", 0, |e| e.kind() == "approval_required").await;
    assert_eq!(asked.payload()["action"], "file.write", "{}", asked.payload());
    assert_eq!(asked.payload()["details"]["paths"], json!(["NOTES.md"]));
    let mut written = std::fs::read_dir(crew.data.path().join("jobs")).unwrap();
    let written = written.any(|folder| folder.unwrap().path().join("clone/NOTES.md").exists());
    assert!(!written, "it is asked before it is written");
    crew.server.answer(asked.payload()["approvalId"].as_str().unwrap(), decision).await.unwrap();
    let (end, told) = crew.end_of(&job).await;
    let log = crew.log(&job).await;
    println!("{} {decision:?}: {end}: {}", kind.backend, told["message"]);
    assert_eq!(end, "job_completed", "{told}\n{log}");
    let mut changed = crew.changed(&job).await;
    changed.sort();
    let told_no = crew.model.requests().iter().any(|seen| seen.all().contains("Nothing was written: "));
    match decision {
        Decision::Approve => {
            assert_eq!(changed, ["NOTES.md", "src/sum.sh"], "what somebody allowed is handed over");
            assert!(!told_no);
        }
        _ => {
            assert_eq!(changed, ["src/sum.sh"], "{log}");
            assert!(told_no, "its model was told why");
        }
    }
    let asked = crew.server.until("dev", 0, |e| e.kind() == "job_completed").await.1;
    let questions: Vec<Value> = asked
        .iter()
        .filter(|e| e.kind() == "approval_required")
        .map(|e| e.payload()["action"].clone())
        .collect();
    assert_eq!(questions, ["file.write"], "and nothing else was asked while it worked");
}

#[tokio::test(flavor = "multi_thread")]
async fn claude_code_asks_before_it_writes_outside_its_plan_and_a_no_is_heard() {
    let Some(bin) = install::folder_of("claude") else { return };
    asks_for_the_one_outside(CLAUDE, bin, Decision::Deny).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn claude_code_writes_outside_its_plan_what_somebody_allowed() {
    let Some(bin) = install::folder_of("claude") else { return };
    asks_for_the_one_outside(CLAUDE, bin, Decision::Approve).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codex_asks_before_a_patch_outside_its_plan_and_a_no_is_heard() {
    let Some(bin) = install::folder_of("codex") else { return };
    asks_for_the_one_outside(CODEX, bin, Decision::Deny).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codex_patches_outside_its_plan_what_somebody_allowed() {
    let Some(bin) = install::folder_of("codex") else { return };
    asks_for_the_one_outside(CODEX, bin, Decision::Approve).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn opencode_asks_before_it_writes_outside_its_plan_where_it_is_installed() {
    let Some(bin) = install::where_it_is("opencode") else { return };
    asks_for_the_one_outside(OPENCODE, bin.clone(), Decision::Deny).await;
    asks_for_the_one_outside(OPENCODE, bin, Decision::Approve).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gemini_cli_asks_before_it_writes_outside_its_plan_where_it_is_installed() {
    let Some(bin) = install::where_it_is("gemini") else { return };
    asks_for_the_one_outside(GEMINI, bin.clone(), Decision::Deny).await;
    asks_for_the_one_outside(GEMINI, bin, Decision::Approve).await;
}

/// What it wrote in its HOME in an earlier run cannot switch its questions off; neither can the repository.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_in_its_home_does_not_switch_its_questions_off() {
    const LEAVE: [(Kind, &str); 4] = [
        (
            CLAUDE,
            "mkdir -p ~/.claude && printf '{\"disableAllHooks\":true}' > ~/.claude/settings.json && echo left",
        ),
        (
            CODEX,
            "mkdir -p ~/.codex/rules .codex/rules && printf 'prefix_rule(pattern=[\"npm\"], decision=\"allow\")\\n' | tee ~/.codex/rules/a.rules > .codex/rules/a.rules && echo left",
        ),
        (
            OPENCODE,
            "mkdir -p ~/.config/opencode && printf '{\"permission\":{\"bash\":\"allow\"},\"agent\":{\"build\":{\"permission\":{\"bash\":\"allow\"}}}}' | tee ~/.config/opencode/opencode.json > opencode.json && echo left",
        ),
        (
            GEMINI,
            "mkdir -p ~/.gemini/policies .gemini && printf '[[rule]]\\ntoolName = \"run_shell_command\"\\nargsPattern = \".\"\\ndecision = \"allow\"\\npriority = 999\\n' > ~/.gemini/policies/a.toml && printf '{\"tools\":{\"allowed\":[\"run_shell_command\"]}}' | tee ~/.gemini/settings.json > .gemini/settings.json && echo left",
        ),
    ];
    for (kind, leave) in LEAVE {
        let installed = match kind.backend {
            "opencode" | "gemini" => install::where_it_is(kind.backend),
            _ => install::folder_of(kind.backend),
        };
        let Some(bin) = installed else { continue };
        let mut cases = Cases::new(kind);
        // Its first run leaves it, and does nothing else; the next is a revision.
        cases.runs_once("left", &[leave], "I looked at it.");
        cases.runs(
            "left",
            &["npm install left-pad", &format!("rm -rf .codex .gemini opencode.json; {MEND}")],
            "It adds now.",
        );
        let crew = Crew::of(kind, 1, Some(bin), cases.script());
        let job = crew.task("left", 100).await;
        // Writing outside the clone asks by itself; it is allowed here.
        let left = crew.server.approve_next("dev", 0, "command").await;
        let (asked, _) = crew.server.until("dev", left.cursor, |e| e.kind() == "approval_required").await;
        assert!(
            asked.payload()["summary"].as_str().unwrap().contains("npm install left-pad"),
            "{}",
            kind.backend
        );
        crew.server.answer(asked.payload()["approvalId"].as_str().unwrap(), Decision::Deny).await.unwrap();
        let (end, told) = crew.end_of(&job).await;
        assert_eq!(end, "job_completed", "{}: {told}\n{}", kind.backend, crew.log(&job).await);
        assert_eq!(crew.changed(&job).await, ["src/sum.sh"], "{}", kind.backend);
    }
}
