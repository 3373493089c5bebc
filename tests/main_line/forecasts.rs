//! What live work meets, told before it happens.

use crate::scene::{CHECK, Scene};
use serde_json::json;
use testkit::model_server::{ModelServer, Script, Step, When};

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_of_one_line_are_told_as_a_conflict_and_stop_nothing() {
    let scene = Scene::new();
    scene.asked("replace `second` with `deuxième` in src/a.txt").await;
    let sent = scene.server.say("dev", "replace `second` with `zweite` in src/a.txt").await;
    // The plan says it before the work begins.
    let plan = scene.server.first("dev", sent.cursor, "plan.ready").await;
    let meets = &plan.payload()["meets"][0];
    assert_eq!(
        (&meets["paths"][0], &meets["kind"]),
        (&json!("src/a.txt"), &json!("scope")),
        "{}",
        plan.payload()
    );
    let land = |e: &client::StreamEvent| e.kind() == "approval_required" && e.payload()["action"] == "land";
    let (_, before) = scene.server.until("dev", sent.cursor, land).await;
    let told = before.iter().any(|e| {
        e.kind() == "assistant_message"
            && e.payload()["text"].as_str().unwrap_or_default().contains("src/a.txt")
    });
    assert!(told, "the person is told too");
    let forecast =
        scene.call("merge.forecast", json!({ "workspaceId": scene.workspace().await })).await.unwrap();
    let overlap = &forecast["overlaps"][0];
    assert_eq!(
        (&overlap["kind"], &overlap["paths"]),
        (&json!("conflict"), &json!(["src/a.txt"])),
        "{forecast:#}"
    );
    assert_eq!(overlap["one"]["state"], "waiting_approval");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_that_go_together_are_no_conflict() {
    let scene = Scene::new();
    scene.asked("replace `first` with `erste` in src/a.txt").await;
    scene.asked("append a line \"fourth\" to src/a.txt").await;
    scene.asked("append a line \"x\" to NOTES.md").await;
    let forecast =
        scene.call("merge.forecast", json!({ "workspaceId": scene.workspace().await })).await.unwrap();
    let overlaps = forecast["overlaps"].as_array().unwrap();
    assert_eq!(overlaps.len(), 1, "{forecast:#}");
    assert_eq!(overlaps[0]["kind"], "files");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_planner_is_told_what_is_under_way_and_where() {
    let answer = json!({
        "schemaVersion": 2, "requiresWorker": false, "lane": "worker", "assistantMessage": "That line is being changed already.",
        "title": "Answer", "instruction": "",
        "planning": {
            "intent": "question", "riskLevel": "low",
            "scope": { "readAnywhere": true, "writeGlobs": [], "maxFilesToEdit": 0 },
            "acceptanceCriteria": [], "validationSteps": [],
            "queuePriority": "interactive", "queueWaitBudgetMs": 90000, "executionBudgetMs": 300000, "finalizationBudgetMs": 120000
        }
    });
    let model =
        ModelServer::start(Script::new([Step::json(answer).when(When::system("RemoteBuddy"))])).unwrap();
    let url = model.base_url();
    let scene = Scene::with(CHECK, |_, start| {
        start.model("REMOTEBUDDY", &url, "openai").env("REMOTEBUDDY_LLM_API_KEY", "sk-test")
    });
    scene.asked("replace `second` with `deuxième` in src/a.txt").await;
    let sent =
        scene.server.say("dev", "Rework the second line of that text so that it reads more warmly").await;
    let said = |e: &client::StreamEvent| {
        e.kind() == "assistant_message"
            && e.payload()["text"].as_str().unwrap_or_default().contains("being changed already")
    };
    scene.server.until("dev", sent.cursor, said).await;
    let told = model.requests().iter().any(|seen| seen.all().contains("changes src/a.txt"));
    assert!(told, "{:#?}", model.requests().iter().map(|seen| seen.all()).collect::<Vec<_>>());
}
