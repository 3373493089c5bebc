//! A recipe runs as it was allowed, or not at all.

use crate::scene::Scene;
use protocol::approval::Decision;
use serde_json::{Value, json};

fn config(run: &[&str]) -> String {
    format!("[recipes.note]\nrun = {}\ntimeoutS = 30\nwrites = [\"note.md\"]\n", json!(run))
}

fn command(question: &client::StreamEvent) -> &Value {
    &question.payload()["details"]["argv"]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recipe_that_changed_while_its_question_was_open_does_not_run() {
    let shown = ["sh", "-c", "echo as shown"];
    let scene = Scene::trusted(&[("README.md", "# Tern\n"), (".pilothouse/config.toml", &config(&shown))]);
    let asked = |e: &client::StreamEvent| {
        e.kind() == "approval_required" && e.payload()["action"] == "recipe.first_use"
    };
    let run = scene.server.say("dev", "/run note").await;
    let question = scene.server.until("dev", run.cursor, asked).await.0;
    assert_eq!(*command(&question), json!(shown));

    let other = ["sh", "-c", "echo not what was shown"];
    scene.repo.write(".pilothouse/config.toml", &config(&other));
    scene.repo.commit_all("another command under the same name");
    scene.server.answer(question.payload()["approvalId"].as_str().unwrap(), Decision::Approve).await.unwrap();

    let ended = |e: &client::StreamEvent| e.kind() == "job_completed" || e.kind() == "job_failed";
    let (end, before) = scene.server.until("dev", run.cursor, ended).await;
    assert_eq!(end.kind(), "job_failed", "{}", end.payload());
    assert!(end.payload()["message"].as_str().unwrap().contains("changed since you allowed it"));
    assert!(!before.iter().any(|e| e.kind() == "job_log"), "nothing ran");

    // Sent again, the command as it is now is asked about, and runs once it is allowed.
    let again = scene.server.say("dev", "/run note").await;
    let question = scene.server.approve_next("dev", again.cursor, "recipe.first_use").await;
    assert_eq!(*command(&question), json!(other));
    let end = scene.server.until("dev", again.cursor, ended).await.0;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
}
