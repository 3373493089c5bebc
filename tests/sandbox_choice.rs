//! Which sandbox a job gets is one setting, a required one is not replaced by a weaker, and what a job really had
//! stays with it. Through the built programs; the containers are those of an engine of the test's own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../src-tauri/crates/host/tests/support/dockerd.rs"]
mod dockerd;

use client::StreamEvent;
use dockerd::{IMAGE, dockerd};
use protocol::job::Job;
use protocol::ops::{JobParams, Nothing, typed};
use serde_json::json;
use std::path::Path;
use testkit::world::{RunningServer, Start, TestRepo};

fn repository() -> TestRepo {
    TestRepo::with(&[("src/bird.txt", "a quiet bird\n"), (".pilothouse/config.toml", "checks = []\n")])
}

fn ended(event: &StreamEvent) -> bool {
    matches!(event.kind(), "job_completed" | "job_failed")
}

async fn job(server: &RunningServer, id: &str) -> Job {
    let id = protocol::JobId::parse(id).unwrap();
    server.client.call(typed::JobsGet, &JobParams { id }, None).await.unwrap()
}

/// Sends an edit and answers its job at its end.
async fn edited(server: &RunningServer, from: &str, to: &str) -> Job {
    let sent = server.say("dev", &format!("/replace {from} {to} src/bird.txt")).await;
    let (end, _) = server.until("dev", sent.cursor, ended).await;
    job(server, end.payload()["jobId"].as_str().unwrap()).await
}

fn start(data: &Path, repo: &TestRepo, backend: &str) -> Start {
    Start::on(data, repo.path()).flag("--trust").env("PILOTHOUSE_SANDBOX_BACKEND", backend)
}

#[tokio::test(flavor = "multi_thread")]
async fn switching_is_one_setting_and_what_a_job_really_had_stays_with_it() {
    let Some(engine) = dockerd().await else { return };
    let (repo, data) = (repository(), tempfile::tempdir().unwrap());
    let mut had: Vec<(String, String)> = Vec::new();
    for (backend, image) in [("bwrap", None), ("container", Some(IMAGE)), ("host", None), ("bwrap", None)] {
        let start = start(data.path(), &repo, backend)
            .env("PILOTHOUSE_SANDBOX_IMAGE", IMAGE)
            .env("PILOTHOUSE_SANDBOX_ENGINE", engine.socket().to_str().unwrap());
        let server = RunningServer::start(&start);
        let done = edited(&server, "quiet", "loud").await;
        let isolation = done.isolation.clone().unwrap_or_else(|| panic!("{backend}: {done:#?}"));
        assert_eq!((isolation.backend.as_str(), isolation.image.as_deref()), (backend, image));
        assert!(
            ![&isolation.fs, &isolation.net, &isolation.limits, &isolation.kill].iter().any(|w| w.is_empty())
        );
        had.push((done.id.to_string(), backend.to_owned()));
        // Whoever did it and wherever the server runs now: the word of then.
        for (id, backend) in &had {
            assert_eq!(job(&server, id).await.isolation.unwrap().backend, *backend);
        }
        assert_eq!(server.terminate(), Some(0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_sandbox_is_not_replaced_even_where_the_owner_allows_plain_processes() {
    let (repo, data) = (repository(), tempfile::tempdir().unwrap());
    let nowhere = data.path().join("no-engine.sock");
    let allowed = |start: Start| start.env("PILOTHOUSE_SANDBOX_ENGINE", nowhere.to_str().unwrap());
    let allow = async |server: &RunningServer| {
        let listed = server.client.call(typed::WorkspaceList, &Nothing {}, None).await.unwrap();
        let workspace = &listed.workspaces[0].id;
        let change = serde_json::from_value(json!({ "id": workspace, "allowHost": true })).unwrap();
        server.client.call(typed::WorkspaceUpdate, &change, None).await.unwrap();
    };
    // Not required: the owner's word counts.
    let server = RunningServer::start(&allowed(start(data.path(), &repo, "container")));
    allow(&server).await;
    let done = edited(&server, "quiet", "loud").await;
    assert_eq!(done.isolation.as_ref().unwrap().backend, "host", "{done:#?}");
    assert_eq!(server.terminate(), Some(0));
    // Required: it does not.
    let strict =
        allowed(start(data.path(), &repo, "container")).env("PILOTHOUSE_SANDBOX_REQUIRE", "container");
    let server = RunningServer::start(&strict);
    let done = edited(&server, "quiet", "loud").await;
    assert_eq!(serde_json::to_value(done.status).unwrap(), "failed");
    assert!(done.isolation.is_none(), "{:?}", done.isolation);
    let why = done.error.unwrap();
    assert!(why.contains("no-engine.sock"), "{why}");
}
