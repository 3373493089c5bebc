//! The server dies in the middle: the publication is finished by the next one, and nothing happens twice.

use crate::scene::Scene;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use testkit::forge::Play;
use testkit::git_host;
use testkit::world::RunningServer;

async fn latest_done(scene: &Scene) -> serde_json::Value {
    let done = || async {
        let latest = scene.shown().await["latest"].clone();
        (latest["stage"] == "done").then_some(latest)
    };
    scene.server.eventually("it is finished", done).await
}

fn restarted(scene: Scene) -> Scene {
    killed(scene)()
}

/// The server is dead; what is given back starts the next one.
fn killed(scene: Scene) -> impl FnOnce() -> Scene {
    let Scene { repo, data, home, remotes, forge, server, start } = scene;
    server.kill();
    move || {
        let server = RunningServer::start(&start);
        Scene { repo, data, home, remotes, forge, server, start }
    }
}

/// The same as `restarted` after so many minutes without a server: what is open was last written that long ago.
async fn restarted_after(scene: Scene, minutes: i64) -> Scene {
    let data = scene.data.path().to_owned();
    let next = killed(scene);
    put_back(&data, minutes).await;
    next()
}

async fn put_back(data: &Path, minutes: i64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let then = now - minutes * 60_000;
    let sources = store::Sources { now: Arc::new(move || then), id: Arc::new(|| "id".into()) };
    let store = store::Store::open(&data.join("pilothouse.db"), sources, store::Options::default()).unwrap();
    let written = store.write(|tx| {
        let open = tx.open_publishes()?;
        open.iter().try_for_each(|row| tx.update_publish(&row.shown))?;
        Ok(open.len())
    });
    assert_eq!(written.await.unwrap(), 1, "one is open");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_pushes_the_next_server_pushes_and_opens_one_pull_request() {
    let scene = Scene::new();
    let gate = scene.remotes.path().join("gate");
    let entered = scene.remotes.path().join("entered");
    let script =
        format!("touch {}; while [ ! -e {} ]; do sleep 0.05; done", entered.display(), gate.display());
    git_host::hook(&scene.bare(), "pre-receive", &script);
    let call = scene.server.owner("POST", "/sessions/dev/pr").header("idempotency-key", "k").json(&json!({}));
    let press =
        tokio::spawn(
            async move { tokio::time::timeout(std::time::Duration::from_secs(60), call.send()).await },
        );
    scene.server.eventually("the hook runs", || async { entered.exists().then_some(()) }).await;
    press.abort();
    let scene = restarted(scene);
    std::fs::write(&gate, "").unwrap();
    let latest = latest_done(&scene).await;
    assert_eq!(latest["result"]["status"], "pr-created", "{latest}");
    assert_eq!(scene.head("pilothouse/dev"), Some(scene.repo.git(&["rev-parse", "main_agents"])));
    let order = ["git.push.started", "git.push.succeeded", "git.pr.started", "git.pr.succeeded"];
    assert_eq!(scene.told().await, order);
    let retried =
        scene.server.owner("POST", "/sessions/dev/pr").header("idempotency-key", "k").json(&json!({}));
    assert_eq!(retried.send().await.json(), latest["result"]);
    assert_eq!((scene.forge.openings().len(), scene.forge.pulls().len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_it_opens_the_next_server_finds_what_was_opened() {
    let scene = Scene::new();
    scene.forge.play(Play::Hang);
    let call = scene.server.owner("POST", "/sessions/dev/pr").json(&json!({}));
    let press =
        tokio::spawn(
            async move { tokio::time::timeout(std::time::Duration::from_secs(60), call.send()).await },
        );
    scene.server.eventually("it opens", || async { (scene.forge.openings().len() == 1).then_some(()) }).await;
    press.abort();
    scene.forge.play(Play::Usual);
    let scene = restarted(scene);
    let latest = latest_done(&scene).await;
    assert_eq!(latest["result"]["status"], "pr-created", "{latest}");
    assert_eq!(scene.forge.pulls().len(), 1);
    assert_eq!(scene.told().await.iter().filter(|told| told.starts_with("git.push")).count(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_under_way_more_than_ten_minutes_ago_is_given_up_and_said_so_and_can_be_wanted_again() {
    let scene = Scene::new();
    let entered = scene.remotes.path().join("entered");
    // What the dead server's push runs ends with this file, and takes nothing.
    let script = format!("touch {0}; while [ -e {0} ]; do sleep 0.05; done; exit 1", entered.display());
    git_host::hook(&scene.bare(), "pre-receive", &script);
    let call = scene.server.owner("POST", "/sessions/dev/pr").json(&json!({}));
    let press =
        tokio::spawn(
            async move { tokio::time::timeout(std::time::Duration::from_secs(60), call.send()).await },
        );
    scene.server.eventually("the hook runs", || async { entered.exists().then_some(()) }).await;
    press.abort();
    let scene = restarted_after(scene, 11).await;
    let latest = latest_done(&scene).await;
    let result = &latest["result"];
    assert_eq!((&result["status"], &result["reason"]), (&json!("error"), &json!("cancelled")), "{latest}");
    assert!(result["message"].as_str().unwrap().contains("Publish again if it is still wanted"), "{latest}");
    assert_eq!(scene.told().await, ["git.push.started", "git.push.failed cancelled"]);
    std::fs::remove_file(scene.bare().join("hooks/pre-receive")).unwrap();
    std::fs::remove_file(&entered).unwrap();
    assert_eq!(scene.head("pilothouse/dev"), None);
    assert_eq!(scene.publish(json!({})).await["status"], "pr-created");
    assert_eq!(scene.head("pilothouse/dev"), Some(scene.repo.git(&["rev-parse", "main_agents"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_waits_for_a_person_still_waits_after_a_restart() {
    let mut scene = Scene::new();
    let waiting = scene.publish(json!({ "force": true, "create-pr": false })).await;
    // However long that took.
    for minutes in [0, 3 * 24 * 60] {
        scene = restarted_after(scene, minutes).await;
        assert_eq!(scene.shown().await["latest"]["stage"], "waiting", "after {minutes} minutes");
    }
    let id = waiting["approval-id"].as_str().unwrap();
    scene.server.answer(id, protocol::approval::Decision::Approve).await.unwrap();
    assert_eq!(latest_done(&scene).await["result"]["status"], "pushed");
}
