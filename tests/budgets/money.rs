//! What calls cost.

use crate::scene::{Scene, finish, plan, write};
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
