//! What nobody sane hands to a merge queue, through the built programs: odd commits, odd names, and checks that
//! misbehave. Each ends with a clear reason or lands whole; nothing is lost, and the next change lands.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

mod checks;
mod commits;
mod names;
#[path = "../returned/scene.rs"]
mod scene;

use scene::{Scene, write};
use serde_json::Value;

/// The end of an entry, after a yes wherever one is asked for: odd things are, whatever the profile.
pub async fn ended(scene: &Scene, entry: &str) -> Value {
    scene
        .server
        .eventually("it has ended", async || {
            for question in scene.server.pending_approvals().await {
                let _ =
                    scene.server.answer(question.id.as_str(), protocol::approval::Decision::Approve).await;
            }
            let now = scene.entry(entry).await;
            let over = ["landed", "returned", "parked", "removed", "failed"]
                .contains(&now["state"].as_str().unwrap());
            over.then_some(now)
        })
        .await
}

/// An ordinary change still lands, and everything that had landed is still there.
pub async fn still_lands(scene: &Scene) {
    let name = format!("after-{}", scene.queue().await["recent"].as_array().unwrap().len());
    let before = scene.repo.try_git(&["rev-parse", "--verify", "--quiet", "main_agents"]);
    let entry = scene.change("main", &name, |dir| write(dir, &format!("{name}.md"), "n\n")).await;
    let now = ended(scene, &entry).await;
    assert_eq!(now["state"], "landed", "{now}");
    if let (true, tip) = before {
        assert!(scene.repo.try_git(&["merge-base", "--is-ancestor", &tip, "main_agents"]).0);
    }
}
