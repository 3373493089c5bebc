use super::*;
use crate::budgets::Whose;
use crate::scene::{HOUR, MINUTE, SECOND, Scene, owner};
use protocol::approval::ApprovalState;
use serde_json::{Value, json};

async fn ten_minutes() -> Scene {
    Scene::begun(&[("PILOTHOUSE_BUDGET_MINUTES_PER_JOB", "10")]).await
}

#[tokio::test]
async fn a_night_with_the_lid_closed_is_no_work_and_takes_no_questions_time() {
    let scene = ten_minutes().await;
    let noon = scene.now();
    scene.awake(4 * MINUTE).await;
    scene.pass(9 * HOUR);
    for _ in 0..3 {
        // The first tick notices it; what it had closed would be seen by the ones after.
        scene.tick().await;
        scene.pass(SECOND);
    }
    assert_eq!(scene.question().await, (ApprovalState::Pending, noon + 9 * HOUR + 10 * MINUTE));
    assert!(scene.is_held().await, "the lease went on");
    assert_eq!(scene.worked().await, 4 * MINUTE + 3 * SECOND);
    assert_eq!(scene.renewed().await, Value::Null, "it is not told to stop");

    scene.awake(5 * MINUTE).await;
    assert_eq!(scene.renewed().await, Value::Null);
    scene.awake(MINUTE).await;
    assert_eq!(scene.renewed().await["reason"], "budget", "ten minutes awake are ten minutes");
    assert_eq!(scene.question().await.0, ApprovalState::Expired, "and a question's time is over some time");
    assert_eq!(scene.told("approval.changed").await.len(), 3, "asked, given more time, closed");
}

#[tokio::test]
async fn whoever_calls_before_the_first_tick_after_a_wake_finds_the_same() {
    let scene = ten_minutes().await;
    scene.awake(MINUTE).await;
    scene.pass(9 * HOUR);
    assert_eq!(scene.renewed().await, Value::Null, "a worker that renews");
    scene.pass(9 * HOUR);
    let whose = Whose { workspace: None, job: Some(scene.job.clone()) };
    scene.engine.within_budget(whose).await.expect("a call to a model");
    assert_eq!(scene.worked().await, MINUTE);
    scene.pass(9 * HOUR);
    let done = json!({ "id": scene.job, "claimToken": scene.token, "summary": "done", "verified": false });
    scene.engine.jobs_complete(owner(), serde_json::from_value(done).unwrap()).await.unwrap();
    assert_eq!(scene.worked().await, MINUTE, "a worker that is done");
}

#[tokio::test]
async fn a_pause_shorter_than_sleep_is_time_like_any_other() {
    let scene = ten_minutes().await;
    for _ in 0..2 {
        scene.pass(GAP_MS);
        scene.tick().await;
    }
    assert_eq!(scene.worked().await, 2 * GAP_MS);
}

#[tokio::test]
async fn a_night_without_the_server_is_no_work_either() {
    let scene = ten_minutes().await;
    let noon = scene.now();
    scene.awake(3 * MINUTE).await;
    let scene = scene.down(9 * HOUR).await;
    scene.tick().await;
    assert_eq!(scene.worked().await, 3 * MINUTE);
    assert!(scene.is_held().await);
    assert_eq!(scene.question().await, (ApprovalState::Pending, noon + 9 * HOUR + 10 * MINUTE));
    assert_eq!(scene.renewed().await, Value::Null);
}
