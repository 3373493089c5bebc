//! The title and the text that are proposed when nobody wrote any: from what landed and what the crew said last.

use crate::scene::{Scene, landed_with};
use serde_json::{Value, json};

async fn proposed(scene: &Scene) -> Value {
    scene.rpc("publish.defaults", json!({ "sessionId": "dev" })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_crew_said_last_stands_in_the_text_tamed_and_nothing_of_what_a_person_wrote() {
    let scene = Scene::with(|start| start.workers(1).flag("--trust"));
    let before = proposed(&scene).await;
    assert!(!before["body"].as_str().unwrap().contains("## Notes"), "nobody said anything: {before}");

    // The person's own words are no notes of the crew; what it answers may name people and numbers.
    landed_with(&scene.repo, "Thank her", "thanks.txt", "thanks @grace, fixes #12\n");
    let sent = scene.server.say("dev", "/find fixes").await;
    let answer = |e: &client::StreamEvent| {
        matches!(e.kind(), "assistant_message")
            && e.payload()["text"].as_str().unwrap_or_default().contains("#12")
    };
    let (said, _) = scene.server.until("dev", sent.cursor, answer).await;
    let said = said.payload()["text"].as_str().unwrap().to_owned();
    assert!(said.contains("@grace"), "{said}");

    let shown = proposed(&scene).await;
    let body = shown["body"].as_str().unwrap();
    assert_eq!(shown["title"], "Thank her and 1 more", "the title is what landed");
    assert!(body.contains("- Round prices") && body.contains("## Notes"), "{body}");
    assert!(body.contains("@\u{200c}grace") && body.contains("#\u{200c}12"), "{body}");
    assert!(!body.contains("@grace") && !body.contains("#12"), "nobody is notified: {body}");
    assert!(!body.contains("/find fixes"), "{body}");

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
