//! What may be overwritten: what was there when a person was asked, and nothing that came to it since.

use crate::scene::{Scene, at, foreign};
use protocol::approval::Decision;
use serde_json::{Value, json};

impl Scene {
    /// Presses with force, answers the question, and waits for the end.
    async fn overwritten(&self, meanwhile: impl FnOnce()) -> Value {
        let waiting = self.publish(json!({ "force": true, "create-pr": false })).await;
        assert_eq!(waiting["reason"], "approval-required", "{waiting}");
        meanwhile();
        let id = waiting["approval-id"].as_str().unwrap();
        self.server.answer(id, Decision::Approve).await.unwrap();
        let done = || async {
            let latest = self.shown().await["latest"].clone();
            (latest["stage"] == "done").then_some(latest)
        };
        self.server.eventually("it has ended", done).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_force_what_stood_there_when_it_was_asked_for_is_overwritten() {
    let scene = Scene::new();
    let eve = foreign(&scene.bare(), "pilothouse/dev");
    let refused = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!(refused["reason"], "non-fast-forward", "{refused}");
    let latest = scene.overwritten(|| ()).await;
    assert_eq!(latest["result"]["status"], "pushed", "{latest}");
    assert_eq!(latest["overwrites"]["commit"], eve);
    assert_eq!(scene.head("pilothouse/dev"), Some(scene.repo.git(&["rev-parse", "main_agents"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_to_it_between_the_question_and_the_answer_is_kept() {
    let scene = Scene::new();
    foreign(&scene.bare(), "pilothouse/dev");
    let mut second = None;
    let latest = scene.overwritten(|| second = Some(foreign(&scene.bare(), "pilothouse/dev"))).await;
    assert_eq!(latest["result"]["reason"], "non-fast-forward", "{latest}");
    assert!(latest["result"]["message"].as_str().unwrap().contains("Nothing was overwritten"), "{latest}");
    assert_ne!(latest["overwrites"]["commit"], json!(second));
    assert_eq!(at(&scene.bare(), "pilothouse/dev"), second, "what came last is there");
    // One that was not there when it was asked for is not overwritten either.
    let fresh = Scene::new();
    let mut came = None;
    let latest = fresh.overwritten(|| came = Some(foreign(&fresh.bare(), "pilothouse/dev"))).await;
    assert_eq!(latest["result"]["reason"], "non-fast-forward", "{latest}");
    assert_eq!(at(&fresh.bare(), "pilothouse/dev"), came);
}
