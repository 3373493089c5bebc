//! Who works on tasks: chosen once in Settings, named by one message, and never taken in another's place.

use crate::scene::{Scene, finish, proven, write};
use serde_json::{Value, json};

async fn answer_to(scene: &Scene, text: &str) -> String {
    let sent = scene.server.say("dev", text).await;
    let said = scene.server.first("dev", sent.cursor, "assistant_message").await;
    said.payload()["text"].as_str().unwrap().to_owned()
}

async fn backends(scene: &Scene) -> Value {
    scene.post("/v1/rpc/config.backends", json!({})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_names_who_works_on_it_and_the_name_is_no_part_of_the_task() {
    let scene = Scene::of(1, [proven(), write("notes/a.txt", "one\n"), finish()], &[]);
    let sent = scene.server.say("dev", "/with native write the first note in your own words").await;
    let planned = scene.server.first("dev", sent.cursor, "plan.ready").await;
    let id = planned.payload()["jobId"].as_str().unwrap().to_owned();
    let params: Value = serde_json::from_str(scene.job(&id).await["params"].as_str().unwrap()).unwrap();
    assert_eq!(params["backend"], "native");
    let planner = scene.model.requests().into_iter().find(|r| r.system().contains("RemoteBuddy")).unwrap();
    let asked = planner.last();
    assert!(asked.contains("The request as typed:\n```\nwrite the first note"), "{asked}");
    scene.completed(sent.cursor, &id).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_refused_and_nothing_is_taken_in_its_place() {
    let scene = Scene::of(1, [], &[]);
    let missing = answer_to(&scene, "/with openhands write the first note").await;
    assert!(
        missing.contains("OpenHands is not installed on this machine, and nothing else is taken"),
        "{missing}"
    );
    let unknown = answer_to(&scene, "/with somebody write the first note").await;
    assert!(unknown.starts_with("Nothing that works on tasks is called `somebody`."), "{unknown}");
    let needless = answer_to(&scene, "/with native /todos").await;
    assert!(needless.contains("needs no model") && needless.contains("nothing was begun"), "{needless}");
    assert!(scene.model.requests().is_empty(), "no model was asked for any of it");
    let set =
        scene.server.owner("POST", "/v1/rpc/config.set_backend").json(&json!({ "backend": "openhands" }));
    assert_eq!(set.send().await.code(), "agent.unusable");
    assert_eq!(backends(&scene).await["chosen"], "native", "what cannot work is not chosen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_in_settings_lasts_and_none_leaves_what_needs_no_model() {
    let scene = Scene::of(1, [proven(), proven(), write("notes/a.txt", "one\n"), finish()], &[]);
    let before = backends(&scene).await;
    assert_eq!((before["chosen"].as_str(), before["origin"].as_str()), (Some("native"), Some("built-in")));
    let all = before["backends"].as_array().unwrap();
    assert_eq!(all.len(), 7);
    let openhands = all.iter().find(|found| found["backend"] == "openhands").unwrap();
    assert_eq!(openhands["installed"], false);
    assert!(openhands["tried"].is_string() && openhands["install"].is_string(), "{openhands}");

    let said = scene.cli(&["backend", "none"]);
    assert!(said.starts_with("Works on tasks: none (user, saved in Settings)"), "{said}");
    let scene = scene.restarted(1);
    let now = backends(&scene).await;
    assert_eq!(
        (now["chosen"].as_str(), now["origin"].as_str()),
        (Some("none"), Some("user, saved in Settings"))
    );
    let said = answer_to(&scene, "please write the first note in your own words").await;
    assert!(said.contains("Nothing is chosen to work on tasks"), "{said}");

    let cursor = scene.server.say("dev", "/status").await.cursor;
    scene.cli(&["ask", "--backend", "native", "write the first note in your own words"]);
    let planned = scene.server.first("dev", cursor, "plan.ready").await;
    scene.completed(cursor, planned.payload()["jobId"].as_str().unwrap()).await;
    scene.post("/v1/rpc/config.set_backend", json!({})).await;
    assert_eq!(backends(&scene).await["chosen"], "native", "the choice is forgotten");
}
