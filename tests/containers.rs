//! Jobs and checks in real containers: through the built programs, with an engine of the test's own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../src-tauri/crates/host/tests/support/dockerd.rs"]
mod dockerd;

use client::StreamEvent;
use dockerd::{Dockerd, IMAGE, dockerd};
use protocol::ops::{JobParams, typed};
use std::path::Path;
use testkit::world::processes::below;
use testkit::world::{RunningServer, Start, TestRepo};

fn start(data: &Path, repo: &TestRepo, engine: &Dockerd, sandbox: &str) -> Start {
    Start::on(data, repo.path())
        .flag("--trust")
        .env("PILOTHOUSE_SANDBOX_BACKEND", sandbox)
        .env("PILOTHOUSE_SANDBOX_IMAGE", IMAGE)
        .env("PILOTHOUSE_SANDBOX_ENGINE", engine.socket().to_str().unwrap())
}

async fn backend_of(server: &RunningServer, job: &StreamEvent) -> String {
    let id = protocol::JobId::parse(job.payload()["jobId"].as_str().unwrap()).unwrap();
    let job = server.client.call(typed::JobsGet, &JobParams { id }, None).await.unwrap();
    job.isolation.expect("it was stored").backend
}

fn failed(event: &StreamEvent) -> bool {
    event.kind() == "job_failed" || event.kind() == "request.changed" && event.payload()["status"] == "failed"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_made_checked_and_landed_in_containers_and_none_is_left() {
    let Some(engine) = dockerd().await else { return };
    // Only the image of these tests has the program of the check in this place.
    let repo = TestRepo::with(&[
        ("src/bird.txt", "a quiet bird\n"),
        (
            ".pilothouse/config.toml",
            "[[check]]\nname = \"inside\"\nrun = [\"sh\", \"-c\", \"test -x /.pilothouse/inside && grep -q bird src/bird.txt\"]\n",
        ),
    ]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&start(data.path(), &repo, &engine, "container"));
    let sent = server.say("dev", "/replace quiet loud src/bird.txt").await;
    let (job, seen) = server.until("dev", sent.cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(job.kind(), "job_completed", "{} {seen:#?}", job.payload());
    assert_eq!(backend_of(&server, &job).await, "container");
    server.approve_next("dev", sent.cursor, "land").await;
    let ends = |e: &StreamEvent| matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned");
    let (end, _) = server.until("dev", sent.cursor, ends).await;
    assert_eq!(end.kind(), "merge.entry.landed", "{:#?}", end.payload());
    assert_eq!(repo.git(&["show", "main_agents:src/bird.txt"]), "a loud bird");
    assert_eq!(server.terminate(), Some(0));
    let left = engine.client().list_containers(None).await.unwrap();
    assert!(left.is_empty(), "{left:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_engine_stops_begins_anew_in_what_works_then() {
    let Some(mut engine) = dockerd().await else { return };
    let repo = TestRepo::with(&[
        ("src/bird.txt", "a quiet bird\n"),
        (
            ".pilothouse/config.toml",
            "[recipes.slow]\nrun = [\"sh\", \"-c\", \"test -x /.pilothouse/inside && echo begun && sleep 600; echo made > src/made.txt\"]\nwrites = [\"src/made.txt\"]\n",
        ),
    ]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&start(data.path(), &repo, &engine, "auto"));
    let sent = server.say("dev", "/run slow").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    let sleeps = || async {
        let all = below(engine.pid());
        all.iter().any(|process| process.argv == "sleep 600").then_some(())
    };
    server.eventually("the job's command runs in its container", sleeps).await;
    engine.crash();
    let (job, seen) = server.until("dev", sent.cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(job.kind(), "job_completed", "{} {seen:#?}", job.payload());
    assert_eq!(backend_of(&server, &job).await, "bwrap");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_up_in_a_container_is_there_for_later_jobs_and_checks() {
    let Some(engine) = dockerd().await else { return };
    let config = "[[setup]]\nrun = [\"sh\", \"-c\", \"test -x /.pilothouse/inside && mkdir -p vendor && cp lock vendor/made\"]\n\
        key = [\"lock\"]\n\n\
        [[check]]\nname = \"set up\"\nrun = [\"sh\", \"-c\", \"test -x /.pilothouse/inside && cmp lock vendor/made\"]\n";
    let repo = TestRepo::with(&[
        ("lock", "first\n"),
        ("src/bird.txt", "a quiet bird\n"),
        (".gitignore", "vendor\n"),
        (".pilothouse/config.toml", config),
    ]);
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&start(data.path(), &repo, &engine, "container"));
    for (text, set_ups) in [
        ("/replace quiet loud src/bird.txt", 1),
        ("/replace loud calm src/bird.txt", 1),
        ("/replace first second lock", 2),
    ] {
        let sent = server.say("dev", text).await;
        server.approve_next("dev", sent.cursor, "land").await;
        let ends =
            |e: &StreamEvent| matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned") || failed(e);
        let (end, _) = server.until("dev", sent.cursor, ends).await;
        assert_eq!(end.kind(), "merge.entry.landed", "{text}: {:#?}", end.payload());
        let (_, seen) = server.until("dev", 0, |e| e.cursor >= end.cursor).await;
        let ran: Vec<_> = seen.iter().filter(|e| e.kind() == "setup.finished").collect();
        assert!(ran.iter().all(|e| e.payload()["ok"] == true), "{ran:#?}");
        assert_eq!(ran.len(), set_ups, "{text}: {ran:#?}");
    }
    assert_eq!(server.terminate(), Some(0));
}

/// Containers of this engine that run, by their ids.
async fn running(engine: &Dockerd) -> Vec<String> {
    let all = engine.client().list_containers(None).await.unwrap();
    all.into_iter().filter_map(|container| container.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_the_middle_of_a_job_has_it_done_once_in_one_container() {
    let Some(engine) = dockerd().await else { return };
    // Every run of it leaves a line that git never sees; only the last one is let through.
    let slow = "echo begun; until test -e $HOME/go; do sleep 0.05; done; echo made >> src/made.txt";
    let config = format!(
        "checks = []\n[recipes.slow]\nrun = [\"sh\", \"-c\", \"{slow}\"]\nwrites = [\"src/made.txt\"]\n"
    );
    let repo = TestRepo::with(&[("src/bird.txt", "a quiet bird\n"), (".pilothouse/config.toml", &config)]);
    let data = tempfile::tempdir().unwrap();
    let start = start(data.path(), &repo, &engine, "container");
    let server = RunningServer::start(&start);
    let sent = server.say("dev", "/run slow").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    let begun = |e: &StreamEvent| e.kind() == "job_log" && e.payload()["line"] == "begun";
    let (first, _) = server.until("dev", sent.cursor, begun).await;
    let before = running(&engine).await;
    assert_eq!(before.len(), 1, "its command runs in one container: {before:?}");
    server.kill();

    let server = RunningServer::start(&start);
    let (again, _) = server.until("dev", first.cursor, begun).await;
    assert_eq!(again.payload()["jobId"], first.payload()["jobId"], "the same job");
    let only = || async {
        let now = running(&engine).await;
        (now.len() == 1 && now != before).then_some(())
    };
    server.eventually("the one of before is gone, and one of the new attempt runs", only).await;
    let folders = std::fs::read_dir(data.path().join("jobs")).unwrap();
    let homes: Vec<_> =
        folders.map(|entry| entry.unwrap().path().join("home")).filter(|home| home.exists()).collect();
    assert_eq!(homes.len(), 1, "nothing works on the attempt of before: {homes:?}");
    std::fs::write(homes[0].join("go"), "").unwrap();
    let (end, seen) = server.until("dev", again.cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(end.kind(), "job_completed", "{} {seen:#?}", end.payload());
    assert_eq!(backend_of(&server, &end).await, "container");
    server.approve_next("dev", again.cursor, "land").await;
    server.first("dev", again.cursor, "merge.entry.landed").await;
    assert_eq!(repo.git(&["show", "main_agents:src/made.txt"]), "made", "it was done once");
    let (_, seen) = server.until("dev", 0, |e| e.kind() == "merge.entry.landed").await;
    assert_eq!(seen.iter().filter(|e| e.kind() == "job_completed").count(), 1);
    assert_eq!(server.terminate(), Some(0));
    assert!(running(&engine).await.is_empty());
}
