//! Requests while a model thinks, and while there is none.

use crate::scene::{Scene, SilentModel};
use serde_json::json;

const FILES: &[(&str, &str)] = &[("README.md", "# Tern\n")];

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_being_planned_is_cancelled_and_its_planning_ends() {
    let (scene, model) = (Scene::of(FILES, 0), SilentModel::start().await);
    model.choose(&scene).await;
    let sent = scene.server.say("dev", "please make everything better").await;
    let id = sent.request_id.unwrap().to_string();
    scene.server.eventually("it is being planned", async || (model.waiting() > 0).then_some(())).await;
    assert_eq!(scene.request(&id).await["status"], "claimed");
    scene.post(&format!("/requests/{id}/cancel"), json!({})).await;
    assert_eq!(scene.request(&id).await["status"], "cancelled");
    scene.server.eventually("the model is let go", async || (model.waiting() == 0).then_some(())).await;
    assert_eq!(scene.request(&id).await["status"], "cancelled", "its planner had no last word");
    assert_eq!(scene.refused(&format!("/requests/{id}/cancel"), json!({})).await, "conflict");
    let again = scene.post(&format!("/requests/{id}/retry"), json!({})).await;
    assert_eq!(again["requestId"], id.as_str());
    scene.server.eventually("it is planned again", async || (model.waiting() > 0).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_that_waited_for_a_model_is_offered_again_when_one_arrives() {
    const WAITING: usize = 130;
    let (scene, model) = (Scene::of(FILES, 0), SilentModel::start().await);
    for n in 0..WAITING {
        let prompt = format!("please make part {n} better");
        scene.post("/requests/enqueue", json!({ "sessionId": "dev", "prompt": prompt })).await;
    }
    let all =
        async || Some(scene.requests("waiting_for_model").await).filter(|r| r.requests.len() == WAITING);
    let waiting = scene.server.eventually("all wait for a model", all).await;
    let given_up = waiting.requests[0].id.to_string();
    scene.post(&format!("/requests/{given_up}/cancel"), json!({})).await;
    let before =
        scene.server.owner("GET", "/system/status").send().await.json()["latestCursor"].as_i64().unwrap();
    model.choose(&scene).await;
    assert_eq!(scene.requests("waiting_for_model").await.requests.len(), 0);
    assert_eq!(scene.request(&given_up).await["status"], "cancelled");
    let told = std::cell::Cell::new(0);
    let offered = |e: &client::StreamEvent| {
        if e.kind() == "request.changed" && e.payload()["status"] == "pending" {
            told.set(told.get() + 1);
        }
        told.get() == WAITING - 1
    };
    scene.server.until("dev", before, offered).await;
}
