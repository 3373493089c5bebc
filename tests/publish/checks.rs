//! Checks of a pull request, read back, told when they change, and made a request of.

use crate::scene::Scene;
use serde_json::json;

fn run(name: &str, status: &str, conclusion: Option<&str>) -> serde_json::Value {
    json!({ "id": 1, "name": name, "status": status, "conclusion": conclusion, "html_url": "https://ci.example/1", "output": { "title": "2 tests failed", "summary": "..." } })
}

#[tokio::test(flavor = "multi_thread")]
async fn they_are_read_told_when_they_change_and_a_failing_one_becomes_a_request() {
    let scene = Scene::new();
    let none = scene
        .server
        .owner("POST", "/v1/rpc/publish.checks")
        .json(&json!({ "sessionId": "dev" }))
        .send()
        .await;
    assert_eq!(none.status, 404, "nothing was published yet");
    scene.publish(json!({})).await;
    scene
        .forge
        .checks(json!([run("ci", "in_progress", None)]), json!([{ "context": "style", "state": "success" }]));
    let checks = scene.rpc("publish.checks", json!({ "sessionId": "dev", "watch": true })).await;
    assert_eq!(
        (&checks["state"], checks["checks"].as_array().unwrap().len()),
        (&json!("pending"), 2),
        "{checks}"
    );
    let after = scene.rpc("session.events", json!({ "sessionId": "dev" })).await["latest"].as_i64().unwrap();
    scene.forge.checks(
        json!([run("ci", "completed", Some("failure"))]),
        json!([{ "context": "style", "state": "success" }]),
    );
    // Nobody asks again: the server looks by itself for as long as somebody watches.
    let told = scene.server.first("dev", after, "git.pr.checks").await;
    assert_eq!(told.payload()["checks"]["state"], "failed");
    assert_eq!(scene.shown().await["latest"]["checks"]["state"], "failed");
    let wrong = json!({ "sessionId": "dev", "check": "style" });
    assert_eq!(scene.server.owner("POST", "/v1/rpc/publish.fix_check").json(&wrong).send().await.status, 409);
    let asked = scene.rpc("publish.fix_check", json!({ "sessionId": "dev", "check": "ci" })).await;
    let request = scene.rpc("requests.get", json!({ "id": asked["requestId"] })).await;
    let prompt = request["prompt"].as_str().unwrap();
    assert!(prompt.contains("`ci`") && prompt.contains("> 2 tests failed"), "{prompt}");
    scene.forge.close(1, true);
    let merged = scene.rpc("publish.checks", json!({ "sessionId": "dev" })).await;
    assert_eq!(merged["pr"]["state"], "merged");
}
