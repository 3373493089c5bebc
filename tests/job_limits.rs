//! What one job may take of the machine: disk, processors, and what is kept of its output, through the built programs.
//! The containers are those of an engine of the test's own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../src-tauri/crates/host/tests/support/dockerd.rs"]
mod dockerd;

use client::StreamEvent;
use dockerd::{Dockerd, IMAGE, dockerd};
use protocol::job::Job;
use protocol::ops::{JobParams, typed};
use testkit::network::again;
use testkit::world::{RunningServer, Start, TestRepo, processes};

fn repository() -> TestRepo {
    TestRepo::with(&[
        ("src/bird.txt", "a quiet bird\n"),
        (
            ".pilothouse/config.toml",
            "checks = []\n\
             [recipes.fill]\nrun = [\"sh\", \"-c\", \"head -c 40000000 /dev/zero > src/large.bin; sleep 600\"]\nwrites = [\"src/large.bin\"]\n\
             [recipes.home]\nrun = [\"sh\", \"-c\", \"head -c 40000000 /dev/zero > $HOME/large.bin; sleep 600\"]\nwrites = [\"src/large.bin\"]\n\
             [recipes.flood]\nrun = [\"dd\", \"if=/dev/zero\", \"of=src/large.bin\", \"bs=1M\", \"count=400\"]\nwrites = [\"src/large.bin\"]\n\
             [recipes.count]\nrun = [\"sh\", \"-c\", \"test $(nproc) = 1\"]\n\
             [recipes.shout]\nrun = [\"sh\", \"-c\", \"half() { head -c 500000000 /dev/zero | tr '\\\\0' x; }; half | fold -w 100; half\"]\n\
             [recipes.hunger]\nrun = [\"bash\", \"-c\", \"x=$(head -c 400000000 /dev/zero | tr '\\\\0' x); echo ${#x}\"]\n\
             [recipes.look]\nrun = [\"ls\", \"src\"]\n",
        ),
    ])
}

fn start(data: &std::path::Path, repo: &TestRepo) -> Start {
    Start::on(data, repo.path()).flag("--trust").env("PILOTHOUSE_SANDBOX_BACKEND", "bwrap")
}

fn in_containers(data: &std::path::Path, repo: &TestRepo, engine: &Dockerd) -> Start {
    Start::on(data, repo.path())
        .flag("--trust")
        .env("PILOTHOUSE_SANDBOX_BACKEND", "container")
        .env("PILOTHOUSE_SANDBOX_IMAGE", IMAGE)
        .env("PILOTHOUSE_SANDBOX_ENGINE", engine.socket().to_str().unwrap())
}

fn ends(event: &StreamEvent) -> bool {
    matches!(event.kind(), "job_completed" | "job_failed")
}

/// A recipe's first run.
async fn run(server: &RunningServer, recipe: &str) -> (StreamEvent, Job) {
    let sent = server.say("dev", &format!("/run {recipe}")).await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
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
        Err(why) => return testkit::notes::not_run(&format!("a full disk: {why}")),
    };
    fails_for_its_disk_alone(&start).await;
}

async fn fails_for_its_disk_alone(start: &Start) {
    let server = RunningServer::start(start);
    let (end, job) = run(&server, "flood").await;
    assert_eq!(end.kind(), "job_failed", "{}", end.payload());
    let told = job.error.unwrap();
    assert!(told.contains("No space left"), "{told}");
    let (end, _) = run(&server, "look").await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
}

const FROM_A_CONTAINER: &str = "a_job_that_fills_the_disk_from_its_container_fails_with_that_reason_too";

/// Engine and server have to see the same small disk: it is mounted where only they are.
#[test]
fn a_job_that_fills_the_disk_from_its_container_fails_with_that_reason_too() {
    const INSIDE: &str = "TEST_SMALL_DISK";
    if let Some(folder) = std::env::var_os(INSIDE) {
        let folder = std::path::Path::new(&folder);
        let mount = ["-t", "tmpfs", "-o", "size=96m", "tmpfs"];
        assert!(std::process::Command::new("mount").args(mount).arg(folder).status().unwrap().success());
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        return runtime.block_on(async {
            let Some(engine) = dockerd().await else { return };
            let repo = repository();
            fails_for_its_disk_alone(&in_containers(&folder.join("data"), &repo, &engine)).await;
        });
    }
    if host::spawn::effective_uid() != 0 {
        return testkit::notes::not_run(
            "a full disk under a container: an engine of the test's own needs root",
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let mut apart = again(&["unshare", "--mount", "--"], FROM_A_CONTAINER);
    assert!(apart.env(INSIDE, folder.path()).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_bound_to_its_processors_and_what_binds_it_is_named() {
    let (repo, data) = (repository(), tempfile::tempdir().unwrap());
    if std::thread::available_parallelism().unwrap().get() < 2 {
        return testkit::notes::not_run("fewer processors: there is one");
    }
    let server = RunningServer::start(&start(data.path(), &repo).env("PILOTHOUSE_SANDBOX_CPUS", "1"));
    let (end, job) = run(&server, "count").await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
    let limits = job.isolation.unwrap().limits;
    assert!(limits.contains("processorAffinity"), "{limits}");
}

/// A command that wants more memory than it may have ends, the job says why, and the next one runs.
async fn wants_too_much_memory(start: &Start, words: &[&str]) {
    let server = RunningServer::start(&start.clone().env("PILOTHOUSE_SANDBOX_MEMORY_MB", "256"));
    let (end, job) = run(&server, "hunger").await;
    assert_eq!(end.kind(), "job_failed", "{}", end.payload());
    let told = job.error.unwrap();
    println!("{told}");
    assert!(words.iter().any(|word| told.contains(word)), "{told}");
    let (end, _) = run(&server, "look").await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
    assert_eq!(server.terminate(), Some(0));
    // Without the limit it is an ordinary command.
    let server = RunningServer::start(start);
    let sent = server.say("dev", "/run hunger").await;
    let (end, _) = server.until("dev", sent.cursor, ends).await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_wants_too_much_memory_is_refused_it_and_the_job_says_so() {
    let (repo, data) = (repository(), tempfile::tempdir().unwrap());
    // In the words of whichever shell this machine has.
    let words = ["emory", "Out of space", "cannot allocate"];
    wants_too_much_memory(&start(data.path(), &repo), &words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_uses_up_its_memory_is_named_as_such() {
    let Some(engine) = dockerd().await else { return };
    let (repo, data) = (repository(), tempfile::tempdir().unwrap());
    wants_too_much_memory(&in_containers(data.path(), &repo, &engine), &["memory was used up"]).await;
}

/// MiB of a process by one line of its status.
fn memory(pid: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let found = status.lines().find_map(|l| l.strip_prefix(line)?.strip_prefix(':'));
    found.unwrap().trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

/// Lines and bytes of a job's log, and the last lines of it.
async fn log_of(server: &RunningServer, job: &Job) -> (u64, u64, Vec<String>) {
    let (mut after, mut lines, mut bytes, mut last) = (0, 0, 0, Vec::new());
    loop {
        let page = format!("/jobs/{}/logs?afterId={after}&limit=500", job.id);
        let page = server.client.send("GET", &page, None).await.unwrap();
        let rows = page["logs"].as_array().unwrap();
        let Some(newest) = rows.last() else { return (lines, bytes, last) };
        after = newest["id"].as_i64().unwrap();
        let texts: Vec<_> = rows.iter().map(|row| row["message"].as_str().unwrap().to_owned()).collect();
        lines += texts.len() as u64;
        bytes += texts.iter().map(|text| text.len() as u64).sum::<u64>();
        last.extend(texts);
        last.drain(..last.len().saturating_sub(20));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_prints_a_gigabyte_ends_well_and_costs_neither_memory_nor_log() {
    let (repo, data) = (repository(), tempfile::tempdir().unwrap());
    prints_a_gigabyte(&start(data.path(), &repo)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_prints_a_gigabyte_in_a_container_costs_no_more() {
    let Some(engine) = dockerd().await else { return };
    let (repo, data) = (repository(), tempfile::tempdir().unwrap());
    prints_a_gigabyte(&in_containers(data.path(), &repo, &engine)).await;
}

async fn prints_a_gigabyte(start: &Start) {
    let mut server = RunningServer::start(start);
    server.patience = std::time::Duration::from_secs(300);
    let (end, _) = run(&server, "look").await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
    let worker =
        processes::below(server.pid()).into_iter().find(|p| p.argv.contains("--worker-id")).unwrap().pid;
    let all = [("worker", worker), ("server", server.pid())];
    let before = all.map(|(_, pid)| memory(pid, "VmRSS"));
    // Half of it in lines, half without an end of line.
    let (end, job) = run(&server, "shout").await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
    for ((who, pid), before) in all.into_iter().zip(before) {
        // The most there ever was, and not what is left of it.
        let most = memory(pid, "VmHWM");
        println!("{who}: {before} MiB before, {most} MiB at most");
        assert!(most < before + 64, "{who}: {before} MiB before, {most} MiB at most");
    }
    let (lines, bytes, last) = log_of(&server, &job).await;
    println!("{lines} lines and {bytes} bytes kept");
    assert!(lines > 1_000, "its beginning is there: {lines}");
    assert!(lines <= 20_200 && bytes <= 17 << 20, "{lines} lines, {bytes} bytes");
    assert!(last.iter().any(|line| line.contains("[it printed too fast: ")), "it says so: {last:#?}");
    let sent = server.say("dev", "/run look").await;
    let (end, _) = server.until("dev", sent.cursor, ends).await;
    assert_eq!(end.kind(), "job_completed", "the same worker goes on: {}", end.payload());
    assert!(processes::below(server.pid()).iter().any(|p| p.pid == worker));
}
