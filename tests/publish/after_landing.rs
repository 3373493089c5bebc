//! What lands is pushed by itself where that is configured, and never otherwise.

use crate::scene::{Scene, at, foreign, of_eve, put};
use serde_json::{Value, json};
use testkit::git_host;

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
    git_host::hook(&refusing.bare(), "pre-receive", "exit 1");
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

#[tokio::test(flavor = "multi_thread")]
async fn a_landing_goes_to_a_branch_of_ours_where_that_is_configured() {
    let scene = Scene::with(|start| {
        start
            .workers(1)
            .flag("--trust")
            .env("PILOTHOUSE_MERGE_PUSH", "true")
            .env("PILOTHOUSE_MERGE_PUSH_TO", "generated")
    });
    let landed = lands(&scene, "/replace Tern Gull README.md").await;
    let done = || async { (scene.shown().await["latest"]["stage"] == "done").then_some(()) };
    scene.server.eventually("it is done", done).await;
    let head = scene.shown().await["latest"]["headBranch"].as_str().unwrap().to_owned();
    assert!(head.starts_with("pilothouse/"), "{head}");
    assert_eq!((at(&scene.bare(), &head), at(&scene.bare(), "main_agents")), (Some(landed), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_publishing_is_switched_off_nobody_pushes_anything() {
    let scene = Scene::with(|start| start.env("PILOTHOUSE_PUBLISH_ENABLED", "false"));
    let answer = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!(answer["reason"], "push-disabled", "{answer}");
    assert_eq!(scene.head("pilothouse/dev"), None);
}

/// A server that pushes each landing.
fn pushing() -> Scene {
    Scene::with(|start| start.workers(1).flag("--trust").env("PILOTHOUSE_MERGE_PUSH", "true"))
}

/// How the push of a landing ended.
async fn pushed(scene: &Scene, landed: &str) -> Value {
    let ended = || async {
        let latest = scene.shown().await["latest"].clone();
        (latest["commit"] == landed && latest["stage"] == "done").then_some(latest)
    };
    scene.server.eventually("its push has ended", ended).await["result"].clone()
}

/// The landing stands, its push was refused with a reason, and what others have there stays.
async fn refused(scene: &Scene, landed: &str, theirs: &str) {
    let result = pushed(scene, landed).await;
    let what = (&result["status"], &result["reason"], &result["pushed"]);
    assert_eq!(what, (&json!("error"), &json!("non-fast-forward"), &json!(false)), "{result}");
    assert!(result["message"].as_str().unwrap().contains("Nothing was overwritten"), "{result}");
    assert_eq!(scene.head("main_agents").as_deref(), Some(theirs));
    assert_eq!(scene.repo.git(&["rev-parse", "main_agents"]), landed, "it landed all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_that_went_on_or_was_rewritten_is_never_overwritten_and_one_that_was_set_back_is_continued()
{
    let scene = pushing();
    let first = lands(&scene, "/replace Tern Gull README.md").await;
    assert_eq!(pushed(&scene, &first).await["status"], "pushed");
    // Somebody goes on from what was pushed.
    let ahead = of_eve(&scene.bare(), Some(&first));
    put(&scene.bare(), "main_agents", &ahead);
    let second = lands(&scene, "/replace Gull Puffin README.md").await;
    refused(&scene, &second, &ahead).await;
    // Somebody puts something else in its place.
    let other = foreign(&scene.bare(), "main_agents");
    let third = lands(&scene, "/replace Puffin Auk README.md").await;
    refused(&scene, &third, &other).await;
    // Set back to what had been pushed: nobody's work is on it, and all that landed since comes to it.
    put(&scene.bare(), "main_agents", &first);
    let fourth = lands(&scene, "/replace Auk Skua README.md").await;
    let result = pushed(&scene, &fourth).await;
    assert_eq!(result["status"], "pushed", "{result}");
    assert_eq!(scene.head("main_agents"), Some(fourth));
    let ends = ["succeeded", "failed non-fast-forward", "failed non-fast-forward", "succeeded"];
    let told = ends.map(|end| ["git.push.started".to_owned(), format!("git.push.{end}")]).concat();
    assert_eq!(scene.told().await, told);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_to_the_remote_while_a_landing_is_pushed_is_kept_and_said() {
    let scene = pushing();
    let first = lands(&scene, "/replace Tern Gull README.md").await;
    assert_eq!(pushed(&scene, &first).await["status"], "pushed");
    // The branch moves under the push, once, after the push has seen where it is.
    let (ahead, once) = (of_eve(&scene.bare(), Some(&first)), scene.remotes.path().join("once"));
    let moves = format!("git update-ref refs/heads/main_agents {ahead}");
    let moves = format!("mkdir {} 2>/dev/null || exit 0\nunset GIT_QUARANTINE_PATH\n{moves}", once.display());
    git_host::hook(&scene.bare(), "pre-receive", &moves);
    let second = lands(&scene, "/replace Gull Puffin README.md").await;
    refused(&scene, &second, &ahead).await;
    assert!(once.exists(), "it was moved while it was pushed");
}
