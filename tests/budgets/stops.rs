//! Budgets that are used up.

use crate::scene::{Scene, TOKENS_OF_A_CALL, finish, look, plan, planner, write};
use serde_json::json;
use testkit::model_server::Step;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_tokens_are_used_up_keeps_its_work_and_goes_on_when_they_are_raised() {
    let steps = [plan(), write("notes/a.txt"), look(), look(), write("notes/b.txt"), finish()];
    let limit = (3 * TOKENS_OF_A_CALL).to_string();
    let scene = Scene::of(steps, &[("PILOTHOUSE_BUDGET_TOKENS_PER_JOB", &limit)]);
    let (cursor, id) = scene.task().await;

    let waiting = scene.server.first("dev", cursor, "job.waiting").await;
    let wait = &waiting.payload()["wait"];
    assert_eq!(wait["reason"], "budget");
    assert!(wait["detail"].as_str().unwrap().contains("360 of 360 tokens"), "{wait}");
    assert!(wait["resumeCommit"].is_string(), "its work so far is kept: {wait}");
    assert!(wait["resetsAt"].is_null(), "a job's own budget does not begin anew by itself");
    let job = scene.job(&id).await;
    assert_eq!((job["status"].as_str(), job["attempts"].as_u64()), (Some("waiting"), Some(0)));
    let near = scene.server.first("dev", cursor, "budget.near").await;
    assert_eq!(
        (&near.payload()["reached"], &near.payload()["standing"]["used"]),
        (&json!(true), &json!(360))
    );
    assert_eq!(scene.model.requests().len(), 4, "no call was made beyond the budget");

    let scene = scene.restarted();
    assert_eq!(scene.job(&id).await["status"], "waiting", "a restart lets nothing go on by itself");
    scene.post(&format!("/jobs/{id}/raise"), json!({ "tokens": 10_000 })).await;
    scene.lands(cursor).await;
    let job = scene.job(&id).await;
    assert_eq!((job["status"].as_str(), &job["waiting"]), (Some("completed"), &json!(null)));
    assert!(scene.model.unmatched().is_empty(), "{:?}", scene.model.unmatched());
    let told = scene.model.requests().last().unwrap().all();
    assert!(told.contains("You were interrupted, and go on now."), "the model is told that it goes on");
    assert!(told.contains("Created notes/a.txt"), "and what it did before stands above: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_near_its_budget_is_told_once_before_it_stops() {
    let limit = (4 * TOKENS_OF_A_CALL + 60).to_string();
    let steps = [plan(), write("notes/a.txt"), write("notes/b.txt"), look(), finish()];
    let scene = Scene::of(steps, &[("PILOTHOUSE_BUDGET_TOKENS_PER_JOB", &limit)]);
    let (cursor, _) = scene.task().await;
    scene.lands(cursor).await;
    let (_, seen) = scene.server.until("dev", cursor, |event| event.kind() == "merge.entry.landed").await;
    let near: Vec<_> =
        seen.iter().filter(|event| event.kind() == "budget.near").map(|e| e.payload()).collect();
    assert_eq!(near.len(), 1, "{near:?}");
    assert_eq!(near[0]["reached"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_day_stops_planning_too_and_says_when_it_begins_anew() {
    let steps = [Step::json(json!({ "no": "plan" })).when(planner()).always()];
    let scene = Scene::with_workers(0, steps, &[("PILOTHOUSE_BUDGET_TOKENS_PER_DAY", "200")]);
    let sent = scene.server.say("dev", "please refactor the whole thing").await;
    scene.server.first("dev", sent.cursor, "budget.near").await;
    let calls = scene.model.requests().len();
    let again = scene.server.say("dev", "please refactor the other thing").await;
    let (told, _) = scene.server.until("dev", again.cursor, |event| said(event, "midnight")).await;
    assert!(told.payload()["text"].as_str().unwrap().contains("of 200 tokens"));
    assert_eq!(scene.model.requests().len(), calls, "nothing more is asked");
    let status = scene.server.say("dev", "/status").await;
    scene.server.first("dev", status.cursor, "assistant_message").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_workspace_keeps_the_jobs_work_and_is_named_as_what_stopped_it() {
    let steps = [plan(), write("notes/a.txt"), write("notes/b.txt"), finish()];
    // Enough for the plan and one step of the work.
    let limit = (2 * TOKENS_OF_A_CALL).to_string();
    let scene = Scene::of(steps, &[("PILOTHOUSE_BUDGET_TOKENS_PER_WORKSPACE", &limit)]);
    let (cursor, _) = scene.task().await;
    let waiting = scene.server.first("dev", cursor, "job.waiting").await;
    let wait = &waiting.payload()["wait"];
    assert_eq!(wait["reason"], "budget", "{wait}");
    assert!(wait["detail"].as_str().unwrap().contains("workspace"), "{wait}");
    assert!(wait["resumeCommit"].is_string(), "what it did is kept: {wait}");
}

#[tokio::test(flavor = "multi_thread")]
async fn minutes_of_a_job_stop_it_and_a_raise_lets_it_go_on() {
    let steps = [plan(), write("notes/a.txt"), write("notes/b.txt"), finish()];
    let scene = Scene::of(steps, &[("PILOTHOUSE_BUDGET_MINUTES_PER_JOB", "0")]);
    let (cursor, id) = scene.task().await;
    let waiting = scene.server.first("dev", cursor, "job.waiting").await;
    assert_eq!(waiting.payload()["wait"]["reason"], "budget");
    assert!(waiting.payload()["wait"]["detail"].as_str().unwrap().contains("minutes"));
    scene.post(&format!("/jobs/{id}/raise"), json!({ "minutes": 30 })).await;
    scene.lands(cursor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn minutes_of_a_day_and_of_a_workspace_stop_a_job_and_are_named() {
    for (limit, whose) in [("DAY", "this day"), ("WORKSPACE", "this workspace")] {
        let steps = [plan(), write("notes/a.txt"), write("notes/b.txt"), finish()];
        let scene = Scene::with_workers(0, steps, &[]);
        let (cursor, id) = scene.task().await;
        // Planned without a limit, which would stop planning too; the server is started again with one.
        let variable = format!("PILOTHOUSE_BUDGET_MINUTES_PER_{limit}");
        let scene = scene.restarted_with(1, &[(&variable, "0")]);
        let waiting = scene.server.first("dev", cursor, "job.waiting").await;
        let wait = &waiting.payload()["wait"];
        assert_eq!(wait["reason"], "budget", "{wait}");
        let detail = wait["detail"].as_str().unwrap();
        assert!(detail.contains(whose) && detail.contains("minutes"), "{wait}");
        assert!(wait["resetsAt"].is_string(), "{wait}");
        assert_eq!(scene.job(&id).await["status"], "waiting");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raise_of_a_running_jobs_time_counts_at_once() {
    let held = "while ! [ -e .git/go ]; do sleep 0.1; done; ls notes";
    let long = Step::call("bash", json!({ "command": held })).when(crate::scene::worker());
    let steps = [plan(), write("notes/a.txt"), long, write("notes/b.txt"), finish()];
    let scene = Scene::of(steps, &[("PILOTHOUSE_BUDGET_MINUTES_PER_JOB", "5")]);
    let (cursor, id) = scene.task().await;
    assert!(scene.model.has_seen(3, scene.server.patience).await, "it is at its long command");
    assert_eq!(scene.job(&id).await["status"], "claimed");
    scene.post(&format!("/jobs/{id}/raise"), json!({ "minutes": 30 })).await;
    let report = scene.get(&format!("/budget?jobId={id}")).await;
    let time = report["standings"].as_array().unwrap().iter().find(|one| one["scope"] == "job").unwrap();
    assert_eq!(time["limit"].as_u64(), Some(30 * 60_000), "{report}");
    let mut jobs = std::fs::read_dir(scene.data.path().join("jobs")).unwrap();
    std::fs::write(jobs.next().unwrap().unwrap().path().join("clone/.git/go"), "").unwrap();
    scene.lands(cursor).await;
    let (_, seen) = scene.server.until("dev", cursor, |event| event.kind() == "merge.entry.landed").await;
    assert!(seen.iter().all(|event| event.kind() != "job.waiting"), "it was never put aside");
}

fn said(event: &client::StreamEvent, words: &str) -> bool {
    event.kind() == "assistant_message"
        && event.payload()["text"].as_str().is_some_and(|text| text.contains(words))
}
