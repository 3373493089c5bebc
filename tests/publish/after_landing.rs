//! What lands is pushed by itself where that is configured, and never otherwise.

use crate::scene::{Scene, at};

async fn lands(scene: &Scene, text: &str) -> String {
    let sent = scene.server.say("dev", text).await;
    scene.server.approve_next("dev", sent.cursor, "land").await;
    let landed = scene.server.first("dev", sent.cursor, "merge.entry.landed").await;
    landed.payload()["entry"]["landedCommit"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_landing_is_pushed_and_its_pull_request_opened_once() {
    let scene = Scene::with(|start| {
        start
            .workers(1)
            .flag("--trust")
            .env("PILOTHOUSE_MERGE_PUSH", "true")
            .env("PILOTHOUSE_MERGE_OPEN_PR", "true")
    });
    let first = lands(&scene, "/replace Tern Gull README.md").await;
    let pushed =
        || async { (at(&scene.bare(), "main_agents").as_deref() == Some(first.as_str())).then_some(()) };
    scene.server.eventually("the landing is pushed", pushed).await;
    let second = lands(&scene, "/replace Gull Puffin README.md").await;
    let pushed =
        || async { (at(&scene.bare(), "main_agents").as_deref() == Some(second.as_str())).then_some(()) };
    scene.server.eventually("the next one too", pushed).await;
    let done = || async { (scene.shown().await["latest"]["stage"] == "done").then_some(()) };
    scene.server.eventually("it is done", done).await;
    assert_eq!(scene.forge.pulls().len(), 1);
    assert_eq!(scene.forge.pulls()[0]["head"]["ref"], "main_agents");
    let latest = scene.shown().await["latest"].clone();
    assert_eq!(
        (latest["by"].as_str(), latest["result"]["status"].as_str()),
        (Some("merge queue"), Some("pr-created"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_that_refuses_never_holds_up_a_landing_and_without_the_switch_nothing_is_pushed() {
    let refusing = Scene::with(|start| start.workers(1).flag("--trust").env("PILOTHOUSE_MERGE_PUSH", "true"));
    testkit::git_host::hook(&refusing.bare(), "pre-receive", "exit 1");
    lands(&refusing, "/replace Tern Gull README.md").await;
    lands(&refusing, "/replace Gull Puffin README.md").await;
    let told = || async {
        refusing.told().await.iter().filter(|t| *t == "git.push.failed remote-rejected").nth(1).map(drop)
    };
    refusing.server.eventually("both failures are told", told).await;
    drop(refusing);
    let silent = Scene::with(|start| start.workers(1).flag("--trust"));
    lands(&silent, "/replace Tern Gull README.md").await;
    lands(&silent, "/replace Gull Puffin README.md").await;
    assert!(silent.told().await.is_empty() && at(&silent.bare(), "main_agents").is_none());
}
