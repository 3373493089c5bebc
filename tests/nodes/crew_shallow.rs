//! A job of a shallow clone on a machine: its history goes there as far as it reaches, and what is made lands at the hub.

use crate::crew::machine;
use crate::scene::Scene;
use serde_json::json;
use std::process::Command;
use testkit::world::{RunningServer, Start, TestRepo};

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_a_shallow_clone_runs_on_a_machine_and_lands_before_and_after_the_rest_is_fetched() {
    let whole = TestRepo::with(&[
        ("src/bird.txt", "a quiet bird\n"),
        ("src/fish.txt", "a quiet fish\n"),
        (".pilothouse/config.toml", "checks = []\n"),
    ]);
    for n in 0..3 {
        whole.write("n.txt", &format!("{n}\n"));
        whole.commit_all("more");
    }
    let ground = tempfile::tempdir().unwrap();
    let (repo, url) = (ground.path().join("shallow"), format!("file://{}", whole.path().display()));
    let cloned = Command::new("git").args(["clone", "-q", "--depth=1", &url]).arg(&repo).status().unwrap();
    assert!(cloned.success());
    let data = tempfile::tempdir().unwrap();
    let start = Start::on(data.path(), &repo).workers(0).flag("--trust");
    let scene = Scene { hub: RunningServer::start(&start), start, data, repo: whole };
    let shown = |path: &str| {
        let at = format!("main_agents:{path}");
        let shown = Command::new("git").current_dir(&repo).args(["show", &at]).output().unwrap();
        String::from_utf8(shown.stdout).unwrap()
    };
    let mut machine = machine();
    let id = scene.serving_as(&mut machine, str::to_owned, json!(["workers"])).await;
    let worker = Scene::worker_of(&id);
    let (job, cursor) = scene.job_for(&worker, "/replace quiet loud src/bird.txt").await;
    scene.job_is(&job, "completed").await;
    scene.landed(cursor).await;
    assert_eq!(shown("src/bird.txt"), "a loud bird\n");
    let depots = machine.ground.path().join("data/node/crew/depots");
    let depot = std::fs::read_dir(&depots).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::read_to_string(depot.join("shallow")).unwrap().lines().count(), 1);

    let fetched =
        Command::new("git").current_dir(&repo).args(["fetch", "-q", "--unshallow"]).status().unwrap();
    assert!(fetched.success());
    let (job, cursor) = scene.job_for(&worker, "/replace quiet loud src/fish.txt").await;
    scene.job_is(&job, "completed").await;
    scene.landed(cursor).await;
    assert_eq!(shown("src/fish.txt"), "a loud fish\n");
}
