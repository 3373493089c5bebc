//! Pausing, ordering, draining, removing and trying, with one slot.

use super::scene::{Scene, kinds, sum};
use protocol::ErrorCode;
use protocol::merge::EntryState;
use serde_json::Value;

fn order(standing: &Value) -> Vec<&str> {
    standing["order"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

fn job_of(entry: &protocol::merge::MergeEntry) -> String {
    entry.job_id.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_is_paused_put_in_order_drained_and_goes_on_in_that_order() {
    let scene = Scene::new(1);
    let paused = scene.cli_json(&["queue", "pause"]).await;
    assert_eq!(paused["state"], "paused");
    let (a, b, c) = (
        scene.approved("a", "two").await,
        scene.approved("b", "two").await,
        scene.approved("c", "two").await,
    );
    assert!(scene.cli(&["queue"]).await.contains("PAUSED"));

    let moved = scene.cli_json(&["queue", "move", &c, "--to", "1"]).await;
    assert_eq!(order(&moved), [&c, &a, &b]);
    let moved = scene.cli_json(&["queue", "move", &a, "--after", &b]).await;
    assert_eq!(order(&moved), [&c, &b, &a]);
    // An entry may be named by the job it came of.
    let next = scene.cli_json(&["queue", "next", &job_of(&scene.entry(&b).await)]).await;
    assert_eq!(order(&next), [&b, &c, &a]);
    assert!(scene.begun().is_empty(), "nothing is checked while it is paused");

    scene.cli(&["queue", "resume"]).await;
    assert_eq!(scene.until_begun(1).await, ["b"]);
    let draining = scene.cli_json(&["queue", "drain"]).await;
    assert_eq!((&draining["state"], order(&draining).len()), (&Value::from("draining"), 3));
    assert_eq!(draining["underWay"], serde_json::json!([b]));
    assert!(scene.cli(&["queue"]).await.contains("DRAINING"));
    scene.let_end(None);
    scene.state(&b, "landed").await;
    let queue = scene.server().eventually("it is drained", || async {
        let queue = scene.queue().await;
        queue.paused.then_some(queue)
    });
    let queue = queue.await;
    assert!(queue.drain.is_none());
    assert_eq!(queue.entries.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), [&c, &a]);
    assert_eq!(scene.begun(), ["b"], "nothing else began");
    assert_eq!(scene.refused(&["queue", "drain"]).await, ErrorCode::Conflict);

    scene.cli(&["queue", "resume"]).await;
    scene.state(&a, "landed").await;
    let landed = scene.landed();
    let file = |title: &String| title.split("src/").nth(1).map(|rest| rest.chars().next().unwrap_or(' '));
    assert_eq!(landed.iter().map(file).collect::<Vec<_>>(), [Some('b'), Some('c'), Some('a')], "{landed:?}");

    let history = scene.cli_json(&["queue", "history", &b]).await;
    let told = kinds(&history);
    for kind in ["queued", "candidate", "asked", "approved", "moved", "checking", "checked", "landed"] {
        assert!(told.contains(&kind), "{kind} is missing: {told:?}");
    }
    assert_eq!(told.last(), Some(&"landed"));
    assert_eq!((&history["runs"], &history["thrownAway"]), (&Value::from(1), &Value::from(0)));
    let stats = scene.cli_json(&["queue", "stats", "--last", "2"]).await;
    let days = &stats["buckets"];
    assert_eq!((sum(days, "landed"), sum(days, "runs")), (3, 3));
    let some = |day: &Value| day["timeToLandMs"]["p50"].as_f64().is_some_and(|ms| ms > 0.0);
    assert!(days.as_array().unwrap().iter().any(some), "{days}");
    // The same by the hour; it may have struck meanwhile.
    let stats = scene.cli_json(&["queue", "stats", "--by-hour", "--last", "2"]).await;
    let hours = stats["buckets"].as_array().unwrap();
    let told = (hours.len(), sum(&stats["buckets"], "landed"), sum(&stats["buckets"], "runs"));
    assert_eq!(told, (2, 3, 3));
    assert!(hours.iter().all(|hour| hour["from"].as_str().unwrap().contains(":00:00")), "{hours:?}");
    let table = scene.cli(&["queue", "stats", "--by-hour", "--last", "2"]).await;
    assert_eq!(table.lines().count(), 4, "a sentence, a head and two hours: {table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_that_is_waited_for_says_by_its_exit_code_whether_it_came_to_its_end() {
    let scene = Scene::new(1);
    let a = scene.approved("a", "two").await;
    scene.until_begun(1).await;
    let draining = || async {
        let look = || async { scene.queue().await.drain };
        scene.server().eventually("it drains", look).await;
    };
    let ended = async {
        draining().await;
        scene.cli(&["queue", "resume"]).await;
    };
    let (said, ()) = tokio::join!(scene.run(&["queue", "drain", "--wait"]), ended);
    let text = String::from_utf8_lossy(&said.stdout);
    assert_eq!((said.status.code(), text.contains("Somebody ended the drain.")), (Some(1), true), "{text}");
    assert_eq!(scene.entry(&a).await.state, EntryState::Checking, "what is under way goes on");

    let lands = async {
        draining().await;
        scene.let_end(None);
    };
    let (said, ()) = tokio::join!(scene.run(&["queue", "drain", "--wait"]), lands);
    let text = String::from_utf8_lossy(&said.stdout);
    assert_eq!((said.status.code(), text.contains("landing is paused.")), (Some(0), true), "{text}");
    assert!(scene.queue().await.paused);
    assert_eq!(scene.landed().len(), 1, "{:?}", scene.landed());

    // Nothing is under way: it is over at once.
    scene.cli(&["queue", "resume"]).await;
    let told = scene.cli_json(&["queue", "drain", "--wait"]).await;
    assert_eq!(told["state"], "paused", "{told}");
    assert_eq!(scene.refused(&["queue", "drain", "--wait"]).await, ErrorCode::Conflict, "it is paused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_without_landing_and_its_verdict_is_used_when_it_lands() {
    let scene = Scene::new(1);
    scene.cli(&["queue", "pause"]).await;
    let a = scene.approved("a", "two").await;
    scene.let_end(None);
    let run = scene.cli_json(&["queue", "dry-run", &a]).await;
    assert_eq!((&run["state"], &run["checks"][0]["state"]), (&Value::from("passed"), &Value::from("passed")));
    assert_eq!(scene.begun(), ["a"]);
    assert!(scene.landed_nothing());
    let again = scene.cli_json(&["queue", "dry-run", &a]).await;
    assert_eq!(again["checks"][0]["reused"], true, "{again:#}");
    scene.cli(&["queue", "resume"]).await;
    scene.state(&a, "landed").await;
    assert_eq!(scene.begun(), ["a"], "what is known is not run again");
    assert!(kinds(&scene.cli_json(&["queue", "history", &a]).await).contains(&"dry_run"));

    scene.cli(&["queue", "pause"]).await;
    let bad = scene.approved("b", "bad").await;
    scene.hold(None);
    let tried = scene.cli_json(&["queue", "dry-run", &bad, "--no-wait"]).await;
    assert!(tried["finishedAt"].is_null());
    scene.until_begun(2).await;
    scene.cli(&["queue", "dry-run", &bad, "--stop"]).await;
    let stopped = scene.server().eventually("it is stopped", || async {
        let history = scene.cli_json(&["queue", "history", &bad]).await;
        let steps = history["steps"].as_array().unwrap();
        steps.iter().find(|step| step["kind"] == "dry_run").map(|step| step["dryRun"].clone())
    });
    assert_eq!(stopped.await, "stopped");
    assert_eq!(scene.entry(&bad).await.state, EntryState::Approved, "it stands where it stood");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_removed_taken_up_again_and_landed_by_the_name_of_its_job() {
    let scene = Scene::new(1);
    scene.cli(&["queue", "pause"]).await;
    let a = scene.approved("a", "two").await;
    let job = job_of(&scene.entry(&a).await);
    scene.cli(&["queue", "remove", &a]).await;
    assert_eq!(scene.entry(&a).await.state, EntryState::Removed);
    assert_eq!(scene.refused(&["queue", "next", &a]).await, ErrorCode::Conflict);
    assert_eq!(scene.refused(&["land", &job]).await, ErrorCode::Conflict);
    assert_eq!(scene.refused(&["queue", "history", "nothing"]).await, ErrorCode::NotFound);
    scene.cli(&["queue", "resume"]).await;
    scene.let_end(None);
    scene.cli(&["queue", "retry", &a]).await;
    scene.state(&a, "waiting_approval").await;
    let said = scene.cli_json(&["land", "--wait", &job]).await;
    assert_eq!((&said["id"], &said["state"]), (&Value::from(a.as_str()), &Value::from("landed")), "{said}");
    let history = scene.cli(&["queue", "history", &a]).await;
    for words in ["put into the queue", "removed", "taken up again", "approved by", "landed as"] {
        assert!(history.contains(words), "{words}: {history}");
    }
}
