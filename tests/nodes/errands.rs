//! How many errands a machine has at once, and how long one is kept.

use crate::hostile::{let_work, works};
use crate::scene::{Scene, text};
use crate::wire::Wire;
use serde_json::{Value, json};

/// What docs/NODES.md says.
const AT_ONCE: usize = 12;

/// A machine that has a job, and what its claim answered.
async fn claimed(scene: &Scene, name: &str, file: &str) -> (crate::claims::Odd, Wire, Value) {
    let (odd, mut wire) = let_work(scene, name).await;
    let (job, _) = scene.job_for(&Scene::worker_of(&odd.id), &format!("/replace quiet loud {file}")).await;
    let claimed = works(&mut wire, "jobs.claim", json!({ "workerId": "x" })).await.unwrap();
    assert_eq!(claimed["job"]["id"], json!(job));
    (odd, wire, claimed)
}

async fn begin(wire: &mut Wire, claimed: &Value, errand: Value) -> Result<String, Value> {
    let begin = json!({ "id": claimed["job"]["id"], "claimToken": claimed["claimToken"], "errand": errand });
    wire.call("node.errand", begin).await.map(|begun| text(&begun["errand"]))
}

/// A call of the job's model, of which a job may make several side by side.
fn call() -> Value {
    json!({ "what": "model", "reviewer": false, "call": "responses", "head": {} })
}

fn base() -> Value {
    json!({ "what": "base", "have": [] })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_has_twelve_errands_at_once_and_no_more() {
    let scene = Scene::crew();
    let (_odd, mut wire, work) = claimed(&scene, "odd", "src/bird.txt").await;
    let mut all = vec![begin(&mut wire, &work, base()).await.unwrap()];
    while all.len() < AT_ONCE {
        all.push(begin(&mut wire, &work, call()).await.unwrap());
    }
    for errand in [call(), json!({ "what": "result" })] {
        let refused = begin(&mut wire, &work, errand).await.unwrap_err();
        assert_eq!((&refused["code"], &refused["retryable"]), (&json!("rate_limited"), &json!(true)));
    }
    // Begun anew it takes the place it had, and another machine has places of its own.
    let again = begin(&mut wire, &work, base()).await.unwrap();
    let gone = wire.call("node.read", json!({ "errand": all[0], "at": 0 })).await.unwrap_err();
    assert_eq!(gone["code"], "not_found");
    wire.call("node.read", json!({ "errand": again, "at": 0 })).await.unwrap();
    let (_fair, mut other, others) = claimed(&scene, "fair", "src/fish.txt").await;
    begin(&mut other, &others, base()).await.unwrap();
    // One that is given up makes room for one.
    wire.call("node.end", json!({ "errand": all[1] })).await.unwrap();
    begin(&mut wire, &work, call()).await.unwrap();
    assert_eq!(begin(&mut wire, &work, call()).await.unwrap_err()["code"], "rate_limited");
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_errand_that_nobody_asks_about_for_five_minutes_is_gone() {
    let Some(mut time) = crate::passing::Time::made() else {
        testkit::notes::not_run("an errand that is left alone: no C compiler makes the hub's clock");
        return;
    };
    let scene = time.scene(&[("src/bird.txt", "a quiet bird\n")]);
    let (odd, mut wire, work) = claimed(&scene, "odd", "src/bird.txt").await;
    let errand = begin(&mut wire, &work, base()).await.unwrap();
    while begin(&mut wire, &work, call()).await.is_ok() {}
    let parts = || std::fs::read_dir(scene.data.path().join("bundles")).unwrap().count();
    assert_eq!(parts(), 1, "the base waits to be read");

    // Such a jump is the end of every connection, and sleep of the hub, so the claim stays. It is asked about in
    // time: a minute is left for what passes by itself.
    time.sleeps(240);
    let mut wire = odd.registered_for(&scene, crate::claims::now_ms(), "workers").await;
    let read = json!({ "errand": errand, "at": 0 });
    let piece = wire.call("node.read", read.clone()).await.unwrap();
    assert!(!piece["piece"].as_str().unwrap().is_empty());
    // And then no more.
    time.sleeps(301);
    let mut wire = odd.registered_for(&scene, crate::claims::now_ms(), "workers").await;
    assert_eq!(wire.call("node.read", read).await.unwrap_err()["code"], "not_found");
    assert_eq!(parts(), 0, "nothing of it is kept");
    // The claim is what it was, and all places are free again.
    for _ in 0..AT_ONCE {
        begin(&mut wire, &work, call()).await.unwrap();
    }
    assert_eq!(begin(&mut wire, &work, call()).await.unwrap_err()["code"], "rate_limited");
}
