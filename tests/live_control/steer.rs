//! Telling a job something.

use crate::scene::{Scene, busy, finish, plan, step, write};
use serde_json::{Value, json};

const HEADER: &str = "idempotency-key";

#[tokio::test(flavor = "multi_thread")]
async fn a_running_job_reads_what_it_is_told_before_its_models_next_step() {
    let steps = [
        plan(),
        step(write("notes/a.txt"), None, None),
        step(write("notes/b.txt"), Some("also write the second"), None),
        step(finish(), None, Some("also write the second")),
        busy(),
    ];
    let scene = Scene::of(1, steps);
    let (cursor, id) = scene.task().await;
    // After the step that writes the first: told before it, the model would not find its words last.
    let wrote = async || (scene.model.requests().len() >= 3).then_some(());
    scene.server.eventually("it has written the first", wrote).await;
    let text = "Please also write the second one.";
    let said = scene.call("jobs.steer", json!({ "id": id, "text": text })).await;
    assert_eq!(
        (said["message"]["state"].as_str(), said["message"]["by"].as_str()),
        (Some("waiting"), Some("owner"))
    );
    let steered = scene.server.first("dev", cursor, "job.steered").await;
    assert_eq!(steered.payload()["message"]["text"], text);
    let taken = scene.server.first("dev", cursor, "job.steer_taken").await;
    assert_eq!(taken.payload()["numbers"], json!([said["message"]["number"]]));
    scene.lands(cursor).await;
    assert_eq!(scene.landed("notes/b.txt"), "written");

    let list = scene.call("jobs.steering", json!({ "id": id })).await;
    assert_eq!(list["messages"][0]["state"], "taken", "{list}");
    assert_eq!(list["messages"].as_array().unwrap().len(), 1);
    let told: Vec<_> =
        scene.model.requests().iter().filter(|seen| seen.all().contains(text)).map(|s| s.all()).collect();
    for (one, next) in told.iter().zip(told.iter().skip(1)) {
        assert!(next.starts_with(one.as_str()), "the history only grows");
        assert_eq!(next.matches(text).count(), 1, "it is said once");
    }
    assert!(told.len() >= 2, "it stays in the history");
    assert_eq!(scene.refused("jobs.steer", json!({ "id": id, "text": "late" })).await, "conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_when_the_model_is_done_already_sends_it_on_before_its_work_is_judged() {
    let steps = [
        plan(),
        step(write("notes/a.txt"), None, None),
        step(write("notes/b.txt"), Some("also write the second"), None),
        step(finish(), None, Some("also write the second")),
        // Says that it is done, long before it is; what comes back is what its gate found.
        step(finish(), None, None).styled(testkit::model_server::Style {
            delay_ms: 400,
            chunk_chars: 2,
            ..Default::default()
        }),
        busy(),
    ];
    let scene = Scene::of(1, steps);
    let (cursor, id) = scene.task().await;
    let wrote = async || (scene.model.requests().len() >= 3).then_some(());
    scene.server.eventually("it says that it is done", wrote).await;
    scene.call("jobs.steer", json!({ "id": id, "text": "Please also write the second one." })).await;
    scene.lands(cursor).await;
    assert_eq!(scene.landed("notes/b.txt"), "written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waits_takes_along_what_it_was_told_meanwhile() {
    let steps = [
        plan(),
        step(write("notes/a.txt"), Some("second one too"), None),
        step(write("notes/b.txt"), None, Some("second one too")),
        step(finish(), None, Some("second one too")),
    ];
    let scene = Scene::of(0, steps);
    let (cursor, id) = scene.task().await;
    for text in ["Write the first one.", "And the second one too."] {
        scene.call("jobs.steer", json!({ "id": id, "text": text })).await;
    }
    let scene = scene.restarted(1);
    scene.lands(cursor).await;
    let list = scene.call("jobs.steering", json!({ "id": id })).await;
    let states: Vec<_> = list["messages"].as_array().unwrap().iter().map(|m| m["state"].clone()).collect();
    assert_eq!(states, ["taken", "taken"]);
    assert!(scene.model.unmatched().is_empty(), "{:?}", scene.model.unmatched());
    let first = scene.model.requests()[1].all();
    assert!(
        first.find("Write the first one.").unwrap() < first.find("And the second one too.").unwrap(),
        "{first}"
    );
}

/// Claims for a worker of the server's own, which a restart takes back.
async fn claim(scene: &Scene) -> Value {
    scene.call("jobs.claim", json!({ "workerId": "w-1", "kinds": ["task.execute"] })).await
}

fn texts(claimed: &Value) -> Vec<String> {
    let list = claimed["steer"].as_array().cloned().unwrap_or_default();
    list.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_before_taking_a_message_leaves_it_to_the_next_attempt() {
    let scene = Scene::of(0, []);
    let id = scene.enqueue("worker").await;
    let claimed = claim(&scene).await;
    assert_eq!((claimed["job"]["id"].as_str(), texts(&claimed).len()), (Some(id.as_str()), 0));
    scene.call("jobs.steer", json!({ "id": id, "text": "one" })).await;
    let renew = json!({ "id": id, "claimToken": claimed["claimToken"] });
    let renewed = scene.call("jobs.renew", renew.clone()).await;
    assert_eq!(texts(&renewed), ["one"]);
    assert_eq!(texts(&scene.call("jobs.renew", renew).await), ["one"], "until it is taken");

    let scene = scene.restarted(0);
    let claimed = claim(&scene).await;
    assert_eq!(texts(&claimed), ["one"], "nobody took it");
    scene.call("jobs.steer", json!({ "id": id, "text": "two" })).await;
    let number = claimed["steer"][0]["number"].clone();
    let taken = json!({ "id": id, "claimToken": claimed["claimToken"], "upTo": number });
    scene.call("jobs.steered", taken.clone()).await;
    scene.call("jobs.steered", taken).await;
    let events = scene.call("session.events", json!({ "sessionId": "dev", "limit": 200 })).await;
    let told = events["events"].as_array().unwrap().iter();
    let told = told.filter(|event| event["envelope"]["type"] == "job.steer_taken").count();
    assert_eq!(told, 1, "it is taken once");
    let renew = json!({ "id": id, "claimToken": claimed["claimToken"] });
    assert_eq!(texts(&scene.call("jobs.renew", renew).await), ["two"]);

    let scene = scene.restarted(0);
    let claimed = claim(&scene).await;
    assert_eq!(texts(&claimed), ["two"]);
    let params = claimed["job"]["params"].as_str().unwrap();
    let params: Value = serde_json::from_str(params).unwrap();
    let instruction = params["instruction"].as_str().unwrap();
    assert!(instruction.starts_with("Write them.") && instruction.ends_with("one"), "{instruction}");
    let late = json!({ "id": id, "claimToken": "of-another", "upTo": 99 });
    assert_eq!(scene.refused("jobs.steered", late).await, "lease_lost");

    let fail = json!({ "id": id, "claimToken": claimed["claimToken"], "message": "no" });
    scene.call("jobs.fail", fail).await;
    let missed = scene.server.first("dev", 0, "job.steer_missed").await;
    assert_eq!(missed.payload()["numbers"].as_array().unwrap().len(), 1);
    let list = scene.call("jobs.steering", json!({ "id": id })).await;
    assert_eq!(
        (&list["messages"][0]["state"], &list["messages"][1]["state"]),
        (&json!("taken"), &json!("missed"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_told_anything_says_so_and_nothing_is_said_twice() {
    let scene = Scene::of(0, []);
    let fixed = scene.enqueue("deterministic").await;
    assert_eq!(
        scene.refused("jobs.steer", json!({ "id": fixed, "text": "hello" })).await,
        "job.not_steerable"
    );
    let id = scene.enqueue("worker").await;
    for text in ["  ".to_owned(), "x".repeat(4_001)] {
        assert_eq!(scene.refused("jobs.steer", json!({ "id": id, "text": text })).await, "bad_request");
    }
    assert_eq!(scene.refused("jobs.steer", json!({ "id": "none", "text": "hello" })).await, "not_found");
    let once = async || {
        let call = scene.server.owner("POST", "/v1/rpc/jobs.steer").header(HEADER, "k-1");
        call.json(&json!({ "id": id, "text": "once" })).send().await.json()
    };
    assert_eq!(once().await, once().await, "a repeat is the same message");
    for n in 1..20 {
        scene.call("jobs.steer", json!({ "id": id, "text": format!("message {n}") })).await;
    }
    assert_eq!(scene.refused("jobs.steer", json!({ "id": id, "text": "too many" })).await, "rate_limited");
    let list = scene.call("jobs.steering", json!({ "id": id })).await;
    assert_eq!(list["messages"].as_array().unwrap().len(), 20);
    assert_eq!(list["messages"][0]["text"], "once");
    scene.call("jobs.cancel", json!({ "id": id })).await;
    let list = scene.call("jobs.steering", json!({ "id": id })).await;
    assert!(list["messages"].as_array().unwrap().iter().all(|message| message["state"] == "missed"));
}
