//! What calls cost.

use crate::scene::{Scene, finish, look, plan, write};
use testkit::model_server::{Step, Style};

#[tokio::test(flavor = "multi_thread")]
async fn what_calls_cost_is_counted_by_model_and_what_has_no_price_is_said() {
    // 60 fresh at 1, 40 cached at 0.5, 20 out at 2, for a million each: 120 millionths a call.
    let prices = [
        ("WORKERS_LLM_PRICE_INPUT", "1"),
        ("WORKERS_LLM_PRICE_CACHED_INPUT", "0.5"),
        ("WORKERS_LLM_PRICE_OUTPUT", "2.00"),
        ("PILOTHOUSE_BUDGET_MONEY_PER_DAY", "1"),
    ];
    let steps = [plan(), write("notes/a.txt"), write("notes/b.txt"), finish()];
    let scene = Scene::of(steps, &prices);
    let (cursor, id) = scene.task().await;
    scene.lands(cursor).await;
    let report = scene.get(&format!("/budget?jobId={id}")).await;
    let job = &report["job"];
    assert_eq!((job["calls"].as_u64(), job["moneyMicros"].as_u64()), (Some(3), Some(360)), "{report}");
    assert_eq!((job["inputTokens"].as_u64(), job["outputTokens"].as_u64()), (Some(300), Some(60)));
    assert_eq!(report["day"]["calls"], 4);
    assert_eq!(report["day"]["unpricedCalls"], 1, "the planner's model has no price");
    assert!(job["workMs"].as_u64().unwrap() > 0);
    assert_eq!(report["standings"][0]["limit"], 1_000_000);
    let models = report["models"].as_array().unwrap();
    assert_eq!(models[0]["role"], "workers", "the most expensive first: {models:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_says_nothing_of_its_usage_is_reckoned() {
    let silent = || Style { omit_usage: true, ..Style::default() };
    let steps: Vec<Step> = [plan(), write("notes/a.txt"), write("notes/b.txt"), finish()]
        .into_iter()
        .map(|step| step.styled(silent()))
        .collect();
    let scene = Scene::of(steps, &[]);
    let (cursor, id) = scene.task().await;
    scene.lands(cursor).await;
    let job = scene.get(&format!("/budget?jobId={id}")).await["job"].clone();
    assert_eq!(job["estimatedCalls"], 3);
    assert!(job["inputTokens"].as_u64().unwrap() > 300, "{job}");
}

/// 120 millionths for each of a worker's calls; the planner's have no price.
const PRICES: [(&str, &str); 3] = [
    ("WORKERS_LLM_PRICE_INPUT", "1"),
    ("WORKERS_LLM_PRICE_CACHED_INPUT", "0.5"),
    ("WORKERS_LLM_PRICE_OUTPUT", "2"),
];

/// Runs into a limit of money after two calls of the worker; what the job says of it, and what it kept.
async fn stopped_by(limit: &str) -> (Scene, i64, String, serde_json::Value) {
    let variables: Vec<_> = PRICES.into_iter().chain([(limit, "0.00024")]).collect();
    let scene = Scene::of([plan(), write("notes/a.txt"), look(), write("notes/b.txt"), finish()], &variables);
    let (cursor, id) = scene.task().await;
    let waiting = scene.server.first("dev", cursor, "job.waiting").await;
    let wait = waiting.payload()["wait"].clone();
    assert_eq!((&wait["reason"], scene.model.requests().len()), (&"budget".into(), 3), "{wait}");
    assert!(wait["resumeCommit"].is_string(), "what it did is kept: {wait}");
    assert!(wait["detail"].as_str().unwrap().contains("0.00024 of 0.00024"), "{wait}");
    let near = scene.server.first("dev", cursor, "budget.near").await;
    assert_eq!(
        (&near.payload()["reached"], &near.payload()["standing"]["used"]),
        (&true.into(), &240.into())
    );
    (scene, cursor, id, wait)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_money_is_used_up_waits_and_goes_on_when_it_is_raised() {
    let (scene, cursor, id, wait) = stopped_by("PILOTHOUSE_BUDGET_MONEY_PER_JOB").await;
    assert!(wait["detail"].as_str().unwrap().contains("this job"), "{wait}");
    assert!(wait["resetsAt"].is_null(), "a job's own budget does not begin anew by itself");
    scene.post(&format!("/jobs/{id}/raise"), serde_json::json!({ "moneyMicros": 10_000 })).await;
    scene.lands(cursor).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_money_of_a_day_stops_its_jobs_until_midnight() {
    let (scene, _, id, wait) = stopped_by("PILOTHOUSE_BUDGET_MONEY_PER_DAY").await;
    assert!(wait["detail"].as_str().unwrap().contains("this day"), "{wait}");
    assert!(wait["resetsAt"].is_string(), "{wait}");
    // A job's raise is no raise of the day.
    scene.post(&format!("/jobs/{id}/raise"), serde_json::json!({ "moneyMicros": 10_000 })).await;
    let report = scene.get(&format!("/budget?jobId={id}")).await;
    assert_eq!(report["standings"][0]["limit"], 240, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_money_of_a_workspace_stops_its_jobs_until_midnight() {
    let (_scene, _, _, wait) = stopped_by("PILOTHOUSE_BUDGET_MONEY_PER_WORKSPACE").await;
    assert!(wait["detail"].as_str().unwrap().contains("this workspace"), "{wait}");
    assert!(wait["resetsAt"].is_string(), "{wait}");
}
