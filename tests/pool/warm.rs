//! A repository of many files: the clone of the next job is there before it is asked for, and becomes that job's own.
#![cfg(target_os = "linux")]

use client::StreamEvent;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use testkit::world::{RunningServer, Start, TestRepo};

/// As many as a repository has to have for it.
const FILES: usize = 10_000;
const CONFIG: &str = "checks = []\n[recipes.look]\nrun = [\"ls\", \"src\"]\n\
    [recipes.hold]\nrun = [\"sh\", \"-c\", \"echo begun; until test -e $HOME/go; do sleep 0.05; done\"]\n";

fn inode(path: &Path) -> u64 {
    std::fs::metadata(path).unwrap().ino()
}

async fn ends(server: &RunningServer, after: i64) {
    let ended = |e: &StreamEvent| matches!(e.kind(), "job_completed" | "job_failed");
    let (end, _) = server.until("dev", after, ended).await;
    assert_eq!(end.kind(), "job_completed", "{}", end.payload());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_job_of_a_large_repository_the_next_ones_clone_is_there_and_is_used() {
    let names: Vec<String> = (0..FILES).map(|n| format!("src/{}/{n}.txt", n / 100)).collect();
    let mut files: Vec<_> = names.iter().map(|name| (name.as_str(), "text\n")).collect();
    files.push((".pilothouse/config.toml", CONFIG));
    let (repo, data) = (TestRepo::with(&files), tempfile::tempdir().unwrap());
    let start =
        Start::on(data.path(), repo.path()).flag("--trust").env("PILOTHOUSE_SANDBOX_BACKEND", "bwrap");
    let server = RunningServer::start(&start);
    let spare = data.path().join("spares/w-1/clone");
    let sent = server.say("dev", "/run look").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    ends(&server, sent.cursor).await;
    // The index is written last.
    let made = || async { spare.join(".git/index").exists().then(|| inode(&spare.join(&names[7]))) };
    let ahead = server.eventually("a clone is made ahead", made).await;

    let sent = server.say("dev", "/run hold").await;
    server.approve_next("dev", sent.cursor, "recipe.first_use").await;
    let begun = |e: &StreamEvent| e.kind() == "job_log" && e.payload()["line"] == "begun";
    let (begun, _) = server.until("dev", sent.cursor, begun).await;
    let id = begun.payload()["jobId"].as_str().unwrap();
    // The folder of the job before it may still be on its way out.
    let jobs: Vec<PathBuf> = std::fs::read_dir(data.path().join("jobs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains(id))
        .collect();
    assert_eq!(jobs.len(), 1, "{jobs:?}");
    assert_eq!(
        inode(&jobs[0].join("clone").join(&names[7])),
        ahead,
        "the very files of the clone made ahead"
    );
    assert!(!spare.exists(), "it serves once");
    std::fs::write(jobs[0].join("home/go"), "").unwrap();
    ends(&server, sent.cursor).await;
    assert_eq!(server.terminate(), Some(0));
}
