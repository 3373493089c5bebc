//! What one job may take of the machine: disk and processors, through the built programs.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use client::StreamEvent;
use protocol::job::Job;
use protocol::ops::{JobParams, typed};
use testkit::world::{RunningServer, Start, TestRepo};

fn repository() -> TestRepo {
    TestRepo::with(&[
        ("src/bird.txt", "a quiet bird\n"),
        (
            ".pilothouse/config.toml",
            "checks = []\n\
             [recipes.fill]\nrun = [\"sh\", \"-c\", \"head -c 40000000 /dev/zero > src/large.bin; sleep 600\"]\nwrites = [\"src/large.bin\"]\n\
             [recipes.home]\nrun = [\"sh\", \"-c\", \"head -c 40000000 /dev/zero > $HOME/large.bin; sleep 600\"]\nwrites = [\"src/large.bin\"]\n\
             [recipes.flood]\nrun = [\"sh\", \"-c\", \"head -c 400000000 /dev/zero > src/large.bin\"]\nwrites = [\"src/large.bin\"]\n\
             [recipes.count]\nrun = [\"sh\", \"-c\", \"test $(nproc) = 1\"]\n\
             [recipes.look]\nrun = [\"ls\", \"src\"]\n",
        ),
    ])
}

fn start(data: &std::path::Path, repo: &TestRepo) -> Start {
    Start::on(data, repo.path()).flag("--trust").env("PILOTHOUSE_SANDBOX_BACKEND", "bwrap")
}

async fn run(server: &RunningServer, recipe: &str) -> (StreamEvent, Job) {
    let sent = server.say("dev", &format!("/run {recipe}")).await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    let ends = |e: &StreamEvent| matches!(e.kind(), "job_completed" | "job_failed");
    let (end, _) = server.until("dev", sent.cursor, ends).await;
    let id = protocol::JobId::parse(end.payload()["jobId"].as_str().unwrap()).unwrap();
    (end, server.client.call(typed::JobsGet, &JobParams { id }, None).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_passes_its_disk_is_ended_by_name_and_leaves_nothing() {
    let (repo, data) = (repository(), tempfile::tempdir().unwrap());
    let server = RunningServer::start(&start(data.path(), &repo).env("PILOTHOUSE_SANDBOX_DISK_MB", "16"));
    for recipe in ["fill", "home"] {
        let (end, job) = run(&server, recipe).await;
        assert_eq!(end.kind(), "job_failed", "{recipe} {}", end.payload());
        let message = end.payload()["message"].as_str().unwrap();
        assert!(message.contains("more than 16 MiB") && message.contains("sandbox.diskMb"), "{message}");
        assert_eq!(job.result.unwrap()["code"], "job.disk");
        let gone = || async {
            let jobs = data.path().join("jobs");
            std::fs::read_dir(jobs).map_or(true, |mut left| left.next().is_none()).then_some(())
        };
        server.eventually("the job's folder is gone", gone).await;
    }
    let (end, _) = run(&server, "look").await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_fills_the_disk_fails_with_that_reason_and_gives_it_back() {
    let (repo, data) = (repository(), tempfile::tempdir().unwrap());
    let start = match start(data.path(), &repo).on_small_disk(96 << 20) {
        Ok(start) => start,
        Err(why) => return eprintln!("skipped: {why}"),
    };
    let server = RunningServer::start(&start);
    let (end, job) = run(&server, "flood").await;
    assert_eq!(end.kind(), "job_failed", "{}", end.payload());
    let told = job.error.unwrap();
    assert!(told.contains("No space left"), "{told}");
    let (end, _) = run(&server, "look").await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_bound_to_its_processors_and_what_binds_it_is_named() {
    let (repo, data) = (repository(), tempfile::tempdir().unwrap());
    if std::thread::available_parallelism().unwrap().get() < 2 {
        return eprintln!("skipped: one processor cannot be made fewer");
    }
    let server = RunningServer::start(&start(data.path(), &repo).env("PILOTHOUSE_SANDBOX_CPUS", "1"));
    let (end, job) = run(&server, "count").await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
    let limits = job.isolation.unwrap().limits;
    assert!(limits.contains("processorAffinity"), "{limits}");
}
