//! Two slots: who stands on whom, and a run that is thrown away.

use super::scene::{Scene, kinds, sum};
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_was_thrown_away_is_told_with_the_entry_to_blame() {
    let scene = Scene::new(2);
    scene.cli(&["queue", "pause"]).await;
    let (bad, good) = (scene.approved("a", "bad").await, scene.approved("b", "two").await);
    scene.cli(&["queue", "resume"]).await;
    scene.until_begun(2).await;
    let queue = scene.queue().await;
    assert_eq!(queue.slots, 2);
    let second = queue.entries.iter().find(|e| e.id.as_str() == good).unwrap();
    assert_eq!(second.ahead.as_ref().map(|id| id.as_str()), Some(bad.as_str()));
    let shown = scene.cli(&["queue", "show"]).await;
    assert!(shown.contains("slot 2") && shown.contains("stands on"), "{shown}");

    // Only the first one may end; the second is ended with it and begins anew on the branch.
    scene.let_end(Some("a"));
    // No repair is configured, so a person is asked what now.
    scene.state(&bad, "parked").await;
    scene.until_begun(3).await;
    let queue = scene.queue().await;
    assert_eq!(queue.thrown_away[0].entry_id.as_str(), good);
    assert_eq!(queue.thrown_away[0].blamed.as_ref().map(|id| id.as_str()), Some(bad.as_str()));
    scene.let_end(None);
    scene.state(&good, "landed").await;

    let history = scene.cli_json(&["queue", "history", &good]).await;
    let steps = history["steps"].as_array().unwrap();
    let thrown = steps.iter().find(|step| step["kind"] == "thrown_away").unwrap();
    assert_eq!(
        (&thrown["thrown"], &thrown["blamed"]),
        (&Value::from("ahead_failed"), &Value::from(bad.clone()))
    );
    assert_eq!((&history["runs"], &history["thrownAway"]), (&Value::from(2), &Value::from(1)));
    let order = kinds(&history);
    let at = |kind: &str| order.iter().position(|known| *known == kind).unwrap();
    assert!(at("checking") < at("thrown_away") && at("thrown_away") < at("landed"), "{order:?}");
    let came_back = scene.cli(&["queue", "history", &bad]).await;
    assert!(came_back.contains("look failed") && came_back.contains("a.txt is bad"), "{came_back}");
    let stats = scene.cli_json(&["queue", "stats", "--last", "2"]).await;
    let days = &stats["buckets"];
    assert_eq!(sum(days, "cancelledRuns"), 1);
    assert!(sum(days, "runs") >= 3, "{days}");
}
