//! Hosts that a command of an agent connects to: the only way out is the job's proxy, which its programs find by the usual
//! variables, and which asks about what nobody listed. The agents are the real programs.

use crate::cases::{Cases, MEND};
use crate::crew::{CLAUDE, CODEX, Crew, Kind, NATIVE};
use crate::install;
use protocol::approval::Decision;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Says to the proxy of its environment what a tool would say, and prints the answer.
fn dials(target: &str) -> String {
    format!(
        "bash -c 'p=${{HTTPS_PROXY#http://}}; exec 3<>/dev/tcp/${{p%:*}}/${{p##*:}} && printf \"CONNECT {target} HTTP/1.1\\r\\n\\r\\n\" >&3 && cat <&3'"
    )
}

async fn is_asked_about(kind: Kind, bin: Option<PathBuf>) {
    // Of the second one nobody is asked: no job reaches the address where clouds keep their metadata.
    let commands = [dials("registry.example:443"), dials("169.254.169.254:80"), MEND.to_owned()];
    let commands = commands.each_ref().map(String::as_str);
    let steps = Cases::new(kind).runs("dials", &commands, "It adds now.").script();
    let crew = Crew::of(kind, 1, bin, steps);
    let job = crew.task("dials", 300).await;
    let asks = ["approval_required", "job_failed", "job_completed"];
    let (asked, _) = crew.server.until("dev", 0, |e| asks.contains(&e.kind())).await;
    assert_eq!(asked.payload()["action"], "network", "{}\n{}", asked.payload(), crew.log(&job).await);
    assert!(asked.payload()["summary"].as_str().unwrap().contains("registry.example:443"));
    let id = asked.payload()["approvalId"].as_str().unwrap();
    crew.server.answer(id, Decision::Deny).await.unwrap();
    let (end, told) = crew.end_of(&job).await;
    assert_eq!(end, "job_completed", "{told}\n{}", crew.log(&job).await);
    assert_eq!(crew.changed(&job).await, ["src/sum.sh"], "the agent goes on");
    let (_, seen) = crew.server.until("dev", 0, |e| e.kind() == "job_completed").await;
    let told = |one: &Value| (one["host"].clone(), one["port"].clone(), one["allowed"].clone());
    let decided: Vec<_> =
        seen.iter().filter(|e| e.kind() == "job.network").map(|e| told(e.payload())).collect();
    let no = json!(false);
    assert_eq!(
        decided,
        [
            (json!("registry.example"), json!(443), no.clone()),
            (json!("169.254.169.254"), json!(80), no.clone())
        ]
    );
    // Not every call of an agent is about its task: the last one may be for a title.
    let asked: Vec<_> = crew.model.requests().iter().map(|seen| seen.all()).collect();
    let heard = |all: &String| all.contains("403 Forbidden") && all.contains("You denied it");
    assert!(asked.iter().any(heard), "{asked:#?}");
    assert!(crew.server.pending_approvals().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_codex_dials_is_asked_about() {
    let Some(bin) = install::folder_of("codex") else { return };
    is_asked_about(CODEX, Some(bin)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_claude_code_dials_is_asked_about() {
    let Some(bin) = install::folder_of("claude") else { return };
    is_asked_about(CLAUDE, Some(bin)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_our_own_loop_dials_is_asked_about() {
    is_asked_about(NATIVE, None).await;
}
