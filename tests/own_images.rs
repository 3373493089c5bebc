//! A workspace's own image: through the built programs, with an engine of the test's own and no network.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../src-tauri/crates/host/tests/support/dockerd.rs"]
mod dockerd;

use bollard::query_parameters::TagImageOptionsBuilder;
use client::StreamEvent;
use dockerd::{Dockerd, IMAGE, dockerd};
use protocol::approval::Decision;
use protocol::doctor::{DoctorLine, Finding};
use protocol::job::Job;
use protocol::ops::{JobParams, Nothing, typed};
use serde_json::Value;
use std::path::Path;
use testkit::world::{RunningServer, Start, TestRepo};

const DESCRIPTION: &str = r#"{
  // Made for people with an editor; what concerns jobs is the image.
  "name": "tern",
  "build": { "dockerfile": "Dockerfile", "context": "..", "args": { "WORD": "tern" } },
  "containerEnv": { "NEST": "high" },
  "postCreateCommand": "npm ci",
}"#;
const DOCKERFILE: &str =
    "FROM pilothouse-test:1\nARG WORD\nCOPY tools /opt/tools\nRUN echo $WORD > /opt/word\n";
/// Passes in the image and nowhere else.
const CHECK: &str = "[[check]]\nname = \"inside\"\nrun = [\"sh\", \"-c\", \"test -s /opt/word && test -e /opt/tools/note && test $NEST = high\"]\n";

fn start(data: &Path, repo: &TestRepo, engine: &Dockerd) -> Start {
    Start::on(data, repo.path())
        .env("PILOTHOUSE_SANDBOX_BACKEND", "container")
        .env("PILOTHOUSE_SANDBOX_ENGINE", engine.socket().to_str().unwrap())
}

fn repository(description: &str) -> TestRepo {
    TestRepo::with(&[
        ("src/bird.txt", "a quiet bird\n"),
        ("tools/note", "taken along\n"),
        ("unrelated.txt", "not taken along\n"),
        (".devcontainer/devcontainer.json", description),
        (".devcontainer/Dockerfile", DOCKERFILE),
        (".pilothouse/config.toml", CHECK),
    ])
}

/// Our own image in the engine, by its name.
async fn with_ours(engine: &Dockerd) {
    let options = TagImageOptionsBuilder::default().repo("pilothouse-worker").tag("latest").build();
    engine.client().tag_image(IMAGE, Some(options)).await.unwrap();
}

fn failed(event: &StreamEvent) -> bool {
    event.kind() == "job_failed" || event.kind() == "request.changed" && event.payload()["status"] == "failed"
}

async fn job_of(server: &RunningServer, event: &StreamEvent) -> Job {
    let id = protocol::JobId::parse(event.payload()["jobId"].as_str().unwrap()).unwrap();
    server.client.call(typed::JobsGet, &JobParams { id }, None).await.unwrap()
}

async fn finished(server: &RunningServer, cursor: i64) -> Job {
    let (job, seen) = server.until("dev", cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(job.kind(), "job_completed", "{} {seen:#?}", job.payload());
    job_of(server, &job).await
}

async fn image_line(server: &RunningServer) -> DoctorLine {
    let report = server.client.call(typed::Doctor, &Nothing {}, None).await.unwrap();
    let line = report.lines.iter().find(|line| line.id.starts_with("image."));
    line.unwrap_or_else(|| panic!("{:#?}", report.lines)).clone()
}

async fn asked_to_build(server: &RunningServer, cursor: i64) -> Value {
    let (question, _) = server.until("dev", cursor, |e| e.kind() == "approval_required").await;
    assert_eq!(question.payload()["action"], "image.build", "{}", question.payload());
    question.payload().clone()
}

async fn told(server: &RunningServer, cursor: i64) -> String {
    let (end, _) = server.until("dev", cursor, failed).await;
    let (told, _) = server.until("dev", end.cursor, |e| e.kind() == "assistant_message").await;
    told.payload()["text"].as_str().unwrap().to_owned()
}

async fn landed(server: &RunningServer, cursor: i64) {
    server.approve_next("dev", cursor, "land").await;
    let ends = |e: &StreamEvent| {
        matches!(e.kind(), "merge.entry.landed" | "merge.entry.returned" | "merge.entry.parked")
    };
    let (end, _) = server.until("dev", cursor, ends).await;
    assert_eq!(end.kind(), "merge.entry.landed", "{:#?}", end.payload());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_described_image_is_asked_about_once_built_and_used_and_a_change_of_it_asks_again() {
    let Some(engine) = dockerd().await else { return };
    let (repo, data) = (repository(DESCRIPTION), tempfile::tempdir().unwrap());
    // The engine has no image of ours: all there is to run in is what the repository describes.
    let server = RunningServer::start(&start(data.path(), &repo, &engine).flag("--trust"));
    let sent = server.say("dev", "/replace quiet loud src/bird.txt").await;
    let question = asked_to_build(&server, sent.cursor).await;
    let details = &question["details"];
    assert_eq!(details["startsFrom"], serde_json::json!(["pilothouse-test:1"]));
    assert_eq!(details["copies"], serde_json::json!(["tools/note"]));
    assert_eq!(details["buildArguments"]["WORD"], "tern");
    assert!(details["dockerfileDigest"].as_str().unwrap().starts_with("sha256:"), "{details}");
    assert!(details["network"].as_str().unwrap().contains("uses the network"), "{details}");
    assert!(details["dockerfileText"].as_str().unwrap().contains("COPY tools"), "{details}");
    let first = details["image"].as_str().unwrap().to_owned();
    assert!(engine.client().inspect_image(&first).await.is_err(), "nothing is built before the answer");
    server.answer(question["approvalId"].as_str().unwrap(), Decision::Approve).await.unwrap();
    let job = finished(&server, sent.cursor).await;
    let isolation = job.isolation.unwrap();
    assert_eq!((isolation.backend.as_str(), isolation.image.as_deref()), ("container", Some(first.as_str())));
    landed(&server, sent.cursor).await;
    assert_eq!(repo.git(&["show", "main_agents:src/bird.txt"]), "a loud bird");
    let line = image_line(&server).await;
    assert!(line.finding == Finding::Ok && line.detail.contains(&first), "{line:#?}");

    // Killed and started again: found by its content, asked about never again.
    server.kill();
    let server = RunningServer::start(&start(data.path(), &repo, &engine).flag("--trust"));
    let sent = server.say("dev", "/replace loud soft src/bird.txt").await;
    let job = finished(&server, sent.cursor).await;
    assert_eq!(job.isolation.unwrap().image.as_deref(), Some(first.as_str()));
    landed(&server, sent.cursor).await;

    // A candidate that changes the description is checked in the image of the base; only what landed counts.
    let sent = server.say("dev", "/replace tern\\\" gull\\\" .devcontainer/devcontainer.json").await;
    let (end, _) = server.until("dev", sent.cursor, |e| e.kind() == "job_completed" || failed(e)).await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
    landed(&server, sent.cursor).await;
    let sent = server.say("dev", "/replace soft sad src/bird.txt").await;
    let question = asked_to_build(&server, sent.cursor).await;
    assert_ne!(question["details"]["image"], Value::from(first.clone()));
    server.answer(question["approvalId"].as_str().unwrap(), Decision::Deny).await.unwrap();
    let text = told(&server, sent.cursor).await;
    assert!(text.contains("denied") && text.contains("sandbox.image"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_refused_by_its_name_and_configuration_comes_first() {
    let Some(engine) = dockerd().await else { return };
    with_ours(&engine).await;
    let description =
        r#"{ "image": "nowhere:1", "features": { "ghcr.io/devcontainers/features/node:1": {} } }"#;
    let (repo, data) = (repository(description), tempfile::tempdir().unwrap());
    let recipe = format!("{CHECK}\n[recipes.look]\nrun = [\"ls\", \"src\"]\n");
    repo.write(".pilothouse/config.toml", &recipe);
    repo.commit_all("a recipe");
    let server = RunningServer::start(&start(data.path(), &repo, &engine).flag("--trust"));
    let sent = server.say("dev", "/run look").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    let text = told(&server, sent.cursor).await;
    assert!(text.contains("features") && text.contains("sandbox.image"), "{text}");
    let line = image_line(&server).await;
    assert!(line.finding == Finding::Problem && line.detail.contains("features"), "{line:#?}");
    assert_eq!(server.terminate(), Some(0));

    // An image that is only named is never fetched, and what gets it is said.
    repo.write(".devcontainer/devcontainer.json", r#"{ "image": "nowhere:1" }"#);
    repo.commit_all("an image");
    let server = RunningServer::start(&start(data.path(), &repo, &engine).flag("--trust"));
    let sent = server.say("dev", "/run look").await;
    let text = told(&server, sent.cursor).await;
    assert!(text.contains("nowhere:1 is not here") && text.contains("docker pull nowhere:1"), "{text}");
    assert_eq!(server.terminate(), Some(0));

    let configured =
        start(data.path(), &repo, &engine).flag("--trust").env("PILOTHOUSE_SANDBOX_IMAGE", IMAGE);
    let server = RunningServer::start(&configured);
    let sent = server.say("dev", "/run look").await;
    assert_eq!(finished(&server, sent.cursor).await.isolation.unwrap().image.as_deref(), Some(IMAGE));
    let line = image_line(&server).await;
    assert!(line.finding == Finding::Ok && line.detail.contains("sandbox.image says"), "{line:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_only_named_and_is_there_is_used_without_a_question() {
    let Some(engine) = dockerd().await else { return };
    // The engine has no image of ours: all there is to run in is what the repository names.
    let description = format!(r#"{{ "image": "{IMAGE}", "containerEnv": {{ "NEST": "high" }} }}"#);
    let (repo, data) = (repository(&description), tempfile::tempdir().unwrap());
    let config = "[[check]]\nname = \"inside\"\nrun = [\"sh\", \"-c\", \"test -x /.pilothouse/inside && test $NEST = high\"]\n";
    repo.write(".pilothouse/config.toml", config);
    repo.commit_all("a check that passes in it");
    let server = RunningServer::start(&start(data.path(), &repo, &engine).flag("--trust"));
    let sent = server.say("dev", "/replace quiet loud src/bird.txt").await;
    let isolation = finished(&server, sent.cursor).await.isolation.unwrap();
    assert_eq!((isolation.backend.as_str(), isolation.image.as_deref()), ("container", Some(IMAGE)));
    landed(&server, sent.cursor).await;
    let line = image_line(&server).await;
    assert!(line.finding == Finding::Ok && line.detail.contains(IMAGE), "{line:#?}");
    let (_, seen) = server.until("dev", 0, |e| e.kind() == "merge.entry.landed").await;
    let builds = seen.iter().filter(|e| e.payload()["action"] == "image.build").count();
    assert_eq!(builds, 0, "what is there needs no building");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_not_trusted_decides_nothing() {
    let Some(engine) = dockerd().await else { return };
    with_ours(&engine).await;
    let (repo, data) = (repository(DESCRIPTION), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&start(data.path(), &repo, &engine));
    let sent = server.say("dev", "/replace quiet loud src/bird.txt").await;
    let job = finished(&server, sent.cursor).await;
    assert_eq!(job.isolation.unwrap().image.as_deref(), Some("pilothouse-worker:latest"));
    let line = image_line(&server).await;
    assert!(line.detail.contains("not trusted yet"), "{line:#?}");
    let pending = server.pending_approvals().await;
    assert!(pending.iter().all(|approval| approval.action != "image.build"), "{pending:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_jobs_run_in_no_container_a_description_is_named_and_not_used() {
    let repo = repository(r#"{ "image": "nowhere:1", "features": { "a": {} } }"#);
    let data = tempfile::tempdir().unwrap();
    let start =
        Start::on(data.path(), repo.path()).flag("--trust").env("PILOTHOUSE_SANDBOX_BACKEND", "bwrap");
    let server = RunningServer::start(&start);
    let sent = server.say("dev", "/replace quiet loud src/bird.txt").await;
    let isolation = finished(&server, sent.cursor).await.isolation.unwrap();
    assert_eq!((isolation.backend.as_str(), isolation.image), ("bwrap", None));
    let line = image_line(&server).await;
    assert!(line.finding == Finding::Ok && line.detail.contains("not used here"), "{line:#?}");
}
