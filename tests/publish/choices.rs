//! Which branch goes out, and against which base, where nobody names them.

use crate::scene::{Scene, landed, of_eve, put};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::{Duration, Instant};

impl Scene {
    async fn defaults(&self) -> Value {
        self.rpc("publish.defaults", json!({ "sessionId": "dev" })).await
    }
}

fn base_of(defaults: &Value) -> &str {
    defaults["baseBranch"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_remotes_own_main_branch_is_the_base_as_far_as_this_repository_knows_it() {
    let scene = Scene::new();
    assert_eq!(base_of(&scene.defaults().await), "main", "the workspace's own");
    let main = scene.repo.git(&["rev-parse", "main"]);
    scene.repo.git(&["update-ref", "refs/remotes/origin/trunk", &main]);
    scene.repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk"]);
    let defaults = scene.defaults().await;
    assert_eq!((base_of(&defaults), &defaults["commitCount"]), ("trunk", &json!(1)), "{defaults}");
    let named = json!({ "sessionId": "dev", "baseBranch": "release" });
    assert_eq!(base_of(&scene.rpc("publish.defaults", named).await), "release", "a name wins");
    let made = scene.publish(json!({})).await;
    assert_eq!((&made["status"], &made["base-branch"]), (&json!("pr-created"), &json!("trunk")), "{made}");
    assert_eq!(scene.forge.openings()[0].body["base"], "trunk");
    // Nobody pushes over it.
    let over = scene.server.owner("POST", "/sessions/dev/pr").json(&json!({ "head-branch": "trunk" }));
    let over = over.send().await;
    assert_eq!((over.status, over.code().as_str()), (403, "publish.protected"));
}

#[tokio::test(flavor = "multi_thread")]
async fn else_the_base_is_the_branch_that_the_workspace_was_set_up_on() {
    let scene = Scene::made(|places, start| {
        places.repo.git(&["branch", "--move", "main", "develop"]);
        places.repo.git(&["branch", "--move", "main_agents", "develop_agents"]);
        start
    });
    let defaults = scene.defaults().await;
    assert_eq!((base_of(&defaults), &defaults["title"]), ("develop", &json!("Round prices")), "{defaults}");
    let made = scene.publish(json!({})).await;
    assert_eq!((&made["status"], &made["base-branch"]), (&json!("pr-created"), &json!("develop")), "{made}");
    assert_eq!(scene.forge.openings()[0].body["base"], "develop");
    assert_eq!(scene.head("pilothouse/dev"), Some(scene.repo.git(&["rev-parse", "develop_agents"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_that_branch_is_gone_the_remote_is_asked() {
    let scene = Scene::new();
    scene.repo.git(&["branch", "--move", "main", "work"]);
    put(&scene.bare(), "trunk", &of_eve(&scene.bare(), None));
    scene.repo.git(&[
        "--git-dir",
        &scene.bare().to_string_lossy(),
        "symbolic-ref",
        "HEAD",
        "refs/heads/trunk",
    ]);
    assert_eq!(base_of(&scene.defaults().await), "trunk");
    let made = scene.publish(json!({})).await;
    assert_eq!((&made["status"], &made["base-branch"]), (&json!("pr-created"), &json!("trunk")), "{made}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_that_never_answers_is_asked_for_five_seconds_and_the_workspaces_base_is_taken() {
    // Connections are taken by the system, and nobody ever says a word on them.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let scene = Scene::made(|places, start| {
        places.push_to(&format!("https://{address}/tern.git"));
        start
    });
    scene.repo.git(&["branch", "--move", "main", "work"]);
    let asked = Instant::now();
    let defaults = scene.defaults().await;
    let took = asked.elapsed();
    assert_eq!(
        (base_of(&defaults), &defaults["headBranch"]),
        ("main", &json!("pilothouse/dev")),
        "{defaults}"
    );
    let bounds = Duration::from_secs(4)..Duration::from_secs(25);
    assert!(bounds.contains(&took), "it took {took:?}");
    silent.set_nonblocking(true).unwrap();
    assert!(silent.accept().is_ok(), "it was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_branch_that_is_checked_out_goes_out_as_long_as_it_holds_everything_that_landed() {
    let scene = Scene::new();
    let chosen = async || {
        let defaults = scene.defaults().await;
        ["headBranch", "headSource"].map(|key| defaults[key].as_str().unwrap().to_owned())
    };
    let (current, ours) = (["fix/prices", "current"], ["pilothouse/dev", "generated"]);
    scene.repo.git(&["switch", "--quiet", "-c", "fix/prices", "main_agents"]);
    scene.repo.write("src/a.txt", "by hand\n");
    scene.repo.commit_all("Round taxes by hand");
    assert_eq!(chosen().await, current);
    let pushed = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!(
        (&pushed["status"], &pushed["head-branch"]),
        (&json!("pushed"), &json!("fix/prices")),
        "{pushed}"
    );
    let own = scene.repo.git(&["rev-parse", "fix/prices"]);
    assert_eq!((scene.head("fix/prices"), scene.head("pilothouse/dev")), (Some(own.clone()), None));

    // Something lands that it has not got.
    let tip = landed(&scene.repo, "Round fees");
    assert_eq!(chosen().await, ours);
    let pushed = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!(pushed["head-branch"], "pilothouse/dev", "{pushed}");
    assert_eq!((scene.head("fix/prices"), scene.head("pilothouse/dev")), (Some(own), Some(tip)));
    scene.repo.git(&["merge", "--quiet", "--no-edit", "main_agents"]);
    assert_eq!(chosen().await, current, "it has it now");

    // No branch at all, and one that is protected.
    scene.repo.git(&["switch", "--quiet", "--detach"]);
    assert_eq!(chosen().await, ours);
    scene.repo.git(&["switch", "--quiet", "main_agents"]);
    assert_eq!(chosen().await, ours);
}
