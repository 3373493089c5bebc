//! The title and the text that are proposed when nobody wrote any: from what landed and what its worker reported, or else
//! from what assistants said.

use crate::scene::Scene;
use serde_json::{Value, json};

async fn proposed(scene: &Scene) -> Value {
    scene.rpc("publish.defaults", json!({ "sessionId": "dev" })).await
}

/// A change of a worker that is not ours, landed with what it said of it.
async fn landed_with_report(scene: &Scene, title: &str, report: &str) {
    let post = async |path: &str, body: Value| {
        scene
            .server
            .client
            .send("POST", path, Some(body))
            .await
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let job = post("/jobs/enqueue", json!({ "taskId": "t", "kind": "theirs", "sessionId": "dev" })).await;
    let id = &job["jobId"];
    let claim = json!({ "workerId": "theirs-1", "kinds": ["theirs"], "leaseMs": 600_000, "waitMs": 30_000 });
    let token = post("/jobs/claim", claim).await["claimToken"].clone();
    scene.repo.git(&["switch", "--quiet", "-c", "agent/theirs"]);
    scene.repo.write("thanks.txt", "thanks\n");
    scene.repo.commit_all(title);
    let commit = scene.repo.git(&["rev-parse", "HEAD"]);
    scene.repo.git(&["switch", "--quiet", "main"]);
    let path = format!("/jobs/{}/complete", id.as_str().unwrap());
    post(&path, json!({ "claimToken": token, "summary": report })).await;
    let completion = json!({ "jobId": id, "sessionId": "dev", "message": title, "commitSha": commit });
    post("/completions/enqueue", completion).await;
    scene.server.approve_next("dev", 0, "land").await;
    scene.server.first("dev", 0, "merge.entry.landed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_worker_reported_of_what_landed_stands_in_the_text_tamed_or_else_what_an_assistant_said() {
    let scene = Scene::with(|start| start.workers(1).flag("--trust"));
    let before = proposed(&scene).await;
    assert!(!before["body"].as_str().unwrap().contains("## Notes"), "nobody reported anything: {before}");

    // What the person says, and what LocalBuddy answers, are no notes on the work.
    let sent = scene.server.say("dev", "/status").await;
    let found = |e: &client::StreamEvent| {
        e.kind() == "assistant_message" && e.payload()["text"].as_str().unwrap().contains("Your branch")
    };
    scene.server.until("dev", sent.cursor, found).await;
    assert!(!proposed(&scene).await["body"].as_str().unwrap().contains("## Notes"));

    // Where nobody reported anything, what an assistant said is one.
    let told = json!({ "text": "Thanks @ada, closes #7." });
    let body = json!({ "type": "assistant_message", "payload": told, "from": "another-agent" });
    scene.server.client.send("POST", "/sessions/dev/command", Some(body)).await.unwrap();
    let shown = proposed(&scene).await;
    let notes = "Thanks @\u{200c}ada, closes #\u{200c}7.\n";
    assert!(shown["body"].as_str().unwrap().ends_with(notes), "{shown}");

    landed_with_report(&scene, "Thank her", "Written for @grace, fixes #12.").await;
    let shown = proposed(&scene).await;
    let body = shown["body"].as_str().unwrap();
    assert_eq!(shown["title"], "Thank her", "the title is what landed");
    assert!(body.contains("- Round prices") && body.contains("- Thank her"), "{body}");
    let notes = "## Notes\n\n**Thank her**\n\nWritten for @\u{200c}grace, fixes #\u{200c}12.\n";
    assert!(body.ends_with(notes), "nobody is notified, and nothing else is told: {body}");
    assert!(!body.contains("Your branch") && !body.contains("/status") && !body.contains("ada"), "{body}");

    // It is what the pull request is opened with; what somebody writes instead wins.
    let opened = scene.publish(json!({})).await;
    assert_eq!(opened["status"], "pr-created", "{opened}");
    let asked = scene.forge.openings()[0].body.clone();
    assert_eq!((&asked["title"], &asked["body"]), (&shown["title"], &shown["body"]));
    let own = json!({ "head-branch": "fix/own-words", "title": "Mine", "body": "My own words." });
    assert_eq!(scene.publish(own).await["status"], "pr-created");
    let asked = scene.forge.openings()[1].body.clone();
    assert_eq!((&asked["title"], &asked["body"]), (&json!("Mine"), &json!("My own words.")));
}
