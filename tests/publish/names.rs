//! Branch names: refused before anything happens, or protected.

use crate::scene::{Scene, foreign};
use protocol::approval::Decision;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn names_from_hell_are_refused_and_nothing_runs() {
    let scene = Scene::new();
    for name in [
        "",
        "-D",
        "--upload-pack=touch /tmp/x",
        "a..b",
        "a b",
        "HEAD",
        "refs/heads/main",
        "a.lock",
        "@{u}",
        "a\u{202e}b",
        ":main",
        "main ",
    ] {
        for key in ["head-branch", "headBranch", "base-branch", "baseBranch"] {
            let answer = scene
                .server
                .owner("POST", "/sessions/dev/pr")
                .json(&json!({ key: name, "create-pr": false }))
                .send()
                .await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (400, "publish.bad_branch"),
                "{key} {name:?} {}",
                answer.json()
            );
        }
    }
    for name in ["main", "main_agents", "MAIN"] {
        let answer =
            scene.server.owner("POST", "/sessions/dev/pr").json(&json!({ "head-branch": name })).send().await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "publish.protected"), "{name}");
    }
    assert_eq!(scene.shown().await["recent"].as_array().unwrap().len(), 0);
    assert!(scene.told().await.is_empty());
    let twice = json!({ "head-branch": "a", "headBranch": "b" });
    assert_eq!(scene.server.owner("POST", "/sessions/dev/pr").json(&twice).send().await.status, 400);
    let unknown = json!({ "sessionId": "dev", "no-such": 1 });
    assert_eq!(scene.server.owner("POST", "/v1/rpc/publish.run").json(&unknown).send().await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_would_force_as_a_refspec_is_only_a_name() {
    let scene = Scene::new();
    let theirs = foreign(&scene.bare(), "x");
    let answer = scene.publish(json!({ "head-branch": "+x", "create-pr": false })).await;
    assert_eq!(answer["status"], "pushed", "{answer}");
    assert_eq!(scene.head("+x"), Some(scene.repo.git(&["rev-parse", "main_agents"])));
    assert_eq!(scene.head("x"), Some(theirs), "nobody's branch was overwritten");
}

#[tokio::test(flavor = "multi_thread")]
async fn force_lifts_protection_but_asks_a_person_first() {
    let scene = Scene::with(|start| start.env("PILOTHOUSE_PUBLISH_PROTECTED", "release/*"));
    let answer = scene
        .server
        .owner("POST", "/sessions/dev/pr")
        .json(&json!({ "head-branch": "release/1" }))
        .send()
        .await;
    assert_eq!(answer.code(), "publish.protected");
    let waiting =
        scene.publish(json!({ "head-branch": "main_agents", "force": true, "create-pr": false })).await;
    assert_eq!(
        (&waiting["status"], &waiting["reason"], &waiting["pushed"]),
        (&json!("error"), &json!("approval-required"), &json!(false))
    );
    assert_eq!(scene.head("main_agents"), None);
    let id = waiting["approval-id"].as_str().unwrap();
    scene.server.answer(id, Decision::Approve).await.unwrap();
    let done = || async {
        let latest = scene.shown().await["latest"].clone();
        (latest["stage"] == "done").then_some(latest)
    };
    let latest = scene.server.eventually("it goes on by itself", done).await;
    assert_eq!(latest["result"]["status"], "pushed", "{latest}");
    assert!(scene.head("main_agents").is_some());
    let denied =
        scene.publish(json!({ "head-branch": "release/1", "force": true, "create-pr": false })).await;
    scene.server.answer(denied["approval-id"].as_str().unwrap(), Decision::Deny).await.unwrap();
    let latest = scene.server.eventually("it ends", done).await;
    let latest =
        if latest["headBranch"] == "release/1" { latest } else { scene.shown().await["latest"].clone() };
    assert_eq!(latest["result"]["reason"], "denied", "{latest}");
    assert_eq!(scene.head("release/1"), None);
}
