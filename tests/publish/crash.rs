//! The server dies in the middle: the publication is finished by the next one, and nothing happens twice.

use crate::scene::Scene;
use serde_json::json;
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
    let Scene { repo, data, home, remotes, forge, server, start } = scene;
    server.kill();
    let server = RunningServer::start(&start);
    Scene { repo, data, home, remotes, forge, server, start }
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
async fn one_that_waits_for_a_person_still_waits_after_a_restart() {
    let scene = Scene::new();
    let waiting = scene.publish(json!({ "force": true, "create-pr": false })).await;
    let scene = restarted(scene);
    assert_eq!(scene.shown().await["latest"]["stage"], "waiting");
    let id = waiting["approval-id"].as_str().unwrap();
    scene.server.answer(id, protocol::approval::Decision::Approve).await.unwrap();
    assert_eq!(latest_done(&scene).await["result"]["status"], "pushed");
}
