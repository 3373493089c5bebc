//! People at jobs that run on a machine: its model is asked through the hub, and it is told something, paused and sent on.

use crate::crew::machine;
use crate::scene::{Scene, text};
use serde_json::{Value, json};
use testkit::model_server::{ModelServer, Script, Step, When};

fn step(step: Step, last: Option<&str>, any: Option<&str>) -> Step {
    let when = When { last: last.map(str::to_owned), any: any.map(str::to_owned), ..When::tool("bash") };
    step.when(when)
}

fn write(path: &str) -> Step {
    Step::call("edit", json!({ "path": path, "old": "", "new": "written\n" }))
}

fn finish() -> Step {
    Step::call("finish", json!({ "summary": "both are written", "confidence": "high" }))
}

fn busy() -> Step {
    step(Step::call("bash", json!({ "command": "sleep 6" })), None, None).always()
}

fn task(worker: &str) -> Value {
    json!({
        "taskId": "t", "kind": "task.execute", "sessionId": "dev", "targetWorkerId": worker,
        "params": {
            "schemaVersion": 2, "lane": "worker", "title": "Write the notes", "instruction": "Write them.",
            "planning": {
                "intent": "code_change", "riskLevel": "low",
                "scope": { "readAnywhere": true, "writeGlobs": ["notes/**"], "maxFilesToEdit": 4 },
                "acceptanceCriteria": ["The notes are there"],
                "validationSteps": [["test", "-s", "notes/a.txt"]],
                "queuePriority": "interactive", "queueWaitBudgetMs": 90000, "executionBudgetMs": 300000,
                "finalizationBudgetMs": 120000
            },
        },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_on_a_machine_asks_its_model_through_the_hub_is_steered_paused_and_goes_on() {
    let steps = [
        step(write("notes/a.txt"), None, None),
        step(write("notes/b.txt"), Some("also write the second"), None),
        step(finish(), None, Some("also write the second")),
        busy(),
    ];
    let model = ModelServer::start(Script::new(steps)).unwrap();
    let config = "[[check]]\nname = \"there\"\nrun = [\"test\", \"-s\", \"README.md\"]\n";
    let files = [("README.md", "notes\n"), (".pilothouse/config.toml", config)];
    let scene = Scene::on(&files, |start| start.model("WORKERS", &model.base_url(), "openai"));
    let mut machine = machine();
    let id = scene.serving_as(&mut machine, str::to_owned, json!(["workers"])).await;
    let job = text(&scene.done("jobs.enqueue", task(&Scene::worker_of(&id))).await["jobId"]);
    scene
        .hub
        .eventually("its first step is done", || async { (model.requests().len() >= 2).then_some(()) })
        .await;
    scene.done("jobs.pause", json!({ "id": job })).await;
    let waits = scene.job_is(&job, "waiting").await;
    assert_eq!(waits["workerId"], json!(Scene::worker_of(&id)), "{waits}");
    let words = "Please also write the second one.";
    scene.done("jobs.steer", json!({ "id": job, "text": words })).await;
    scene.done("jobs.resume", json!({ "id": job })).await;
    let done = scene.job_is(&job, "completed").await;
    assert_eq!(done["verified"], json!(true), "{done}");
    let said = scene.done("jobs.steering", json!({ "id": job })).await;
    assert_eq!(said["messages"][0]["state"], "taken", "{said}");
    let diff = scene.done("jobs.diff", json!({ "id": job })).await.to_string();
    assert!(
        diff.contains("notes/a.txt") && diff.contains("notes/b.txt"),
        "what was kept at the pause is in it: {diff}"
    );
    assert!(model.unmatched().is_empty(), "{:?}", model.unmatched());
}
