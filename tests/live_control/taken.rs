//! Taking a job's work over, and giving it back.

use crate::scene::{Scene, busy, finish, git, plan, step, write};
use serde_json::json;
use testkit::model_server::Step;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_finishes_what_a_worker_began_and_it_lands_after_the_same_checks() {
    // What a worker puts into its own git folder is no part of what a person gets.
    let trap = "git config core.fsmonitor /bin/false; mkdir -p .git/hooks; printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit";
    let trap = Step::call("bash", json!({ "command": trap }));
    let steps = [plan(), step(write("notes/a.txt"), None, None), step(trap, None, None), busy()];
    let scene = Scene::of(1, steps);
    let (cursor, id) = scene.task().await;
    let wrote = async || (scene.model.requests().len() >= 4).then_some(());
    scene.server.eventually("it has written the first", wrote).await;
    let asked = scene.call("jobs.take_over", json!({ "id": id })).await;
    assert_eq!(asked["taken"]["state"], "coming", "its worker is at work");
    let folder = scene.take_over(&id).await;
    assert!(
        folder.starts_with(scene.data.path().canonicalize().unwrap().join("taken")),
        "{}",
        folder.display()
    );
    let job = scene.job(&id).await;
    assert_eq!((&job["status"], &job["waiting"]["reason"]), (&json!("waiting"), &json!("taken")));
    assert_eq!(job["attempts"], 0, "an attempt that ended so is not counted");
    assert_eq!(std::fs::read_to_string(folder.join("notes/a.txt")).unwrap(), "written\n");
    assert_eq!(git(&folder, &["branch", "--show-current"]).trim(), format!("taken/{id}"));
    assert!(!folder.join(".git/objects/info/alternates").exists());
    assert!(!folder.join(".git/hooks").exists());
    assert!(!std::fs::read_to_string(folder.join(".git/config")).unwrap().contains("fsmonitor"));
    for (method, code) in [("jobs.resume", "conflict"), ("jobs.steer", "job.not_steerable")] {
        let mut params = json!({ "id": id });
        if method == "jobs.steer" {
            params["text"] = json!("hello");
        }
        assert_eq!(scene.refused(method, params).await, code, "{method}");
    }

    std::fs::write(folder.join("notes/b.txt"), "written by hand\n").unwrap();
    git(&folder, &["add", "-A"]);
    git(&folder, &["commit", "-q", "-m", "Mine"]);
    // A person is not bound by what the plan allowed a worker.
    std::fs::write(folder.join("README.md"), "notes, and more\n").unwrap();
    let look = scene.call("jobs.taken", json!({ "id": id })).await;
    assert_eq!((&look["total"], &look["changed"]), (&json!(2), &json!(["README.md", "notes/b.txt"])));
    let calls = scene.model.requests().len();
    let back = scene.call("jobs.hand_back", json!({ "id": id, "message": "Write both, by hand" })).await;
    assert_eq!(back["files"], 3);
    scene.lands(cursor).await;
    assert_eq!(scene.model.requests().len(), calls, "no model had a part in it");
    assert_eq!(scene.landed("notes/b.txt"), "written by hand");
    assert_eq!(scene.landed("README.md"), "notes, and more");
    let subject = scene.repo.git(&["log", "-1", "--format=%s", "main_agents"]);
    assert_eq!(subject.trim(), "Write both, by hand");
    let verified = scene.server.first("dev", cursor, "job.verified").await;
    assert_eq!(verified.payload()["verified"], true, "{}", verified.payload());
    let lines = verified.payload()["lines"].to_string();
    assert!(lines.contains("A person made it"), "{lines}");
    let gone = async || (!folder.exists()).then_some(());
    scene.server.eventually("the folder is not needed any more", gone).await;
    scene.until_job("and forgotten", &id, |job| job["taken"].is_null()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_pass_is_the_persons_again_and_the_crew_goes_on_from_it() {
    let steps = [
        plan(),
        step(busy_step(), None, None),
        step(write("notes/b.txt"), None, Some("I took your work over")),
        step(finish(), None, Some("I took your work over")),
        busy(),
    ];
    let scene = Scene::of(1, steps);
    let (cursor, id) = scene.task().await;
    scene.until_job("it is at work", &id, |job| job["step"] == "working").await;
    let folder = scene.take_over(&id).await;
    assert_eq!(scene.refused("jobs.hand_back", json!({ "id": id })).await, "conflict", "nothing was changed");
    std::fs::create_dir_all(folder.join("notes")).unwrap();
    std::fs::write(folder.join("notes/a.txt"), "by hand\n").unwrap();
    scene.call("jobs.hand_back", json!({ "id": id })).await;
    let is_back = |job: &serde_json::Value| job["taken"]["problem"].is_string() && job["status"] == "waiting";
    let job = scene.until_job("it is the person's again", &id, is_back).await;
    assert_eq!(job["taken"]["state"], "yours");
    assert!(job["taken"]["problem"].as_str().unwrap().contains("notes/b.txt"), "{job}");
    assert_eq!(job["attempts"], 0);
    assert!(folder.join("notes/a.txt").exists(), "nothing of it is lost");

    let refused = scene.server.owner("POST", "/v1/rpc/jobs.let_go").json(&json!({ "id": id })).send().await;
    assert_eq!(
        refused.json()["error"]["code"].as_str().or(refused.json()["code"].as_str()),
        Some("job.taken_unsaved")
    );
    scene.call("jobs.let_go", json!({ "id": id, "changes": "keep" })).await;
    assert!(!folder.exists());
    scene.lands(cursor).await;
    assert_eq!(scene.landed("notes/a.txt"), "by hand");
    assert_eq!(scene.landed("notes/b.txt"), "written");
}

fn busy_step() -> Step {
    Step::call("bash", json!({ "command": "sleep 6" }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_given_back_as_it_was_and_the_model_goes_on() {
    let steps = [
        plan(),
        step(write("notes/a.txt"), None, None),
        step(write("notes/b.txt"), None, Some("restored from the commit")),
        step(finish(), None, Some("restored from the commit")),
        busy(),
    ];
    let scene = Scene::of(1, steps);
    let (cursor, id) = scene.task().await;
    let wrote = async || (scene.model.requests().len() >= 3).then_some(());
    scene.server.eventually("it has written the first", wrote).await;
    let folder = scene.take_over(&id).await;
    std::fs::write(folder.join("notes/a.txt"), "spoiled\n").unwrap();
    scene.call("jobs.let_go", json!({ "id": id, "changes": "discard" })).await;
    assert!(!folder.exists());
    scene.server.first("dev", cursor, "job.let_go").await;
    let claimed = scene.until_job("a worker has it", &id, |job| job["status"] != "pending").await;
    assert!(claimed["taken"].is_null());
    let params = claimed["params"].as_str().unwrap();
    assert!(params.contains("resumeCommit"), "it goes on from what it had: {params}");
}
