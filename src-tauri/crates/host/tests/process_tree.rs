//! No descendant of a plain command survives, whatever ends it.
#![allow(clippy::unwrap_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

mod support;

use std::time::Duration;

use host::spawn::{Command, Ended, OutputCaps, Stdin, sweep_job};
use support::{all_up, eventually, hiding_tree, processes_with, unique_seconds};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

fn sh(script: &str) -> Command {
    Command::new(["sh", "-c", script]).env("PATH", PATH).grace(Duration::from_millis(200))
}

fn assert_none(seconds: &str) {
    let left = processes_with(&format!("sleep {seconds}"));
    assert!(left.is_empty(), "survivors: {left:#?}");
}

#[tokio::test]
async fn no_descendant_survives_a_cancel() {
    let seconds = unique_seconds();
    let running = sh(&hiding_tree(&seconds)).start().await.unwrap();
    all_up(&seconds).await;
    running.cancel_handle().cancel();
    let outcome = running.wait().await.unwrap();
    assert_eq!((outcome.ended, outcome.leaked), (Ended::Cancelled, 0));
    assert_none(&seconds);
}

#[tokio::test]
async fn no_descendant_survives_a_timeout_even_if_the_program_ignores_the_request_to_end() {
    let seconds = unique_seconds();
    let script = format!("trap '' TERM; {}", hiding_tree(&seconds));
    let outcome = sh(&script).timeout(Duration::from_secs(10)).run().await.unwrap();
    assert!(outcome.timed_out());
    assert_eq!(outcome.stdout.text(), "planted\n");
    assert_none(&seconds);
}

#[tokio::test]
async fn no_descendant_survives_the_programs_own_end() {
    let seconds = unique_seconds();
    let script = hiding_tree(&seconds).replace("echo planted\n", "echo planted; exit 7\n");
    let outcome = sh(&script).run().await.unwrap();
    assert_eq!((outcome.ended, outcome.code), (Ended::Exited, Some(7)));
    assert_none(&seconds);
}

#[tokio::test]
async fn no_descendant_survives_a_dropped_handle() {
    let seconds = unique_seconds();
    let running = sh(&hiding_tree(&seconds)).start().await.unwrap();
    all_up(&seconds).await;
    drop(running);
    eventually("the tree is gone", || processes_with(&format!("sleep {seconds}")).is_empty()).await;
}

/// Not a test by itself: the parent that `no_descendant_survives_the_death_of_the_parent` kills.
#[test]
fn helper_parent() {
    let Ok(seconds) = std::env::var("HELPER_PARENT_SECONDS") else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let _ = sh(&hiding_tree(&seconds)).run().await;
    });
}

#[tokio::test]
async fn no_descendant_survives_the_death_of_the_parent() {
    let seconds = unique_seconds();
    let mut parent = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "helper_parent"])
        .env("HELPER_PARENT_SECONDS", &seconds)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    all_up(&seconds).await;
    parent.kill().unwrap();
    parent.wait().unwrap();
    eventually("the tree is gone", || processes_with(&format!("sleep {seconds}")).is_empty()).await;
}

#[test]
fn no_descendant_survives_a_runtime_that_shuts_down() {
    let seconds = unique_seconds();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let running = runtime.block_on(async {
        let running = sh(&hiding_tree(&seconds)).start().await.unwrap();
        all_up(&seconds).await;
        running
    });
    runtime.shutdown_timeout(Duration::from_secs(5));
    let other = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    other.block_on(eventually("the tree is gone", || processes_with(&format!("sleep {seconds}")).is_empty()));
    drop(running);
}

#[tokio::test]
async fn leftovers_of_a_job_are_found_by_their_mark() {
    let seconds = unique_seconds();
    let job = format!("job-{seconds}");
    let mut stray = std::process::Command::new("setsid")
        .args(["sleep", &seconds])
        .env("PILOTHOUSE_JOB", &job)
        .spawn()
        .unwrap();
    eventually("the stray runs", || !processes_with(&format!("sleep {seconds}")).is_empty()).await;
    let swept = sweep_job(&job).await;
    assert_eq!((swept.killed, swept.left), (1, 0));
    stray.wait().unwrap();
    assert_eq!(sweep_job(&job).await.killed, 0);
}

#[tokio::test]
async fn exit_codes_and_signals_come_through_the_guard() {
    assert_eq!(sh("exit 0").run().await.unwrap().code, Some(0));
    assert_eq!(sh("exit 42").run().await.unwrap().code, Some(42));
    let killed = sh("kill -9 $$").run().await.unwrap();
    assert_eq!((killed.code, killed.signal), (None, Some(9)));
    assert_eq!(sh("exit 3").trusted().run().await.unwrap().code, Some(3));
}

#[tokio::test]
async fn the_environment_is_exactly_what_was_given() {
    let outcome = Command::new(["/usr/bin/env"]).env("A", "1").job("j").run().await.unwrap();
    let mut names: Vec<String> =
        outcome.stdout.text().lines().map(|line| line.split('=').next().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, ["A", "PILOTHOUSE_JOB", "PILOTHOUSE_RUN"]);
}

#[tokio::test]
async fn an_output_flood_is_capped_and_can_end_the_program() {
    let caps = OutputCaps { head: 1000, tail: 1000, total: Some(5_000_000) };
    let outcome = sh("yes").caps(caps).run().await.unwrap();
    assert_eq!(outcome.ended, Ended::OutputLimit);
    assert_eq!((outcome.stdout.head.len(), outcome.stdout.tail.len()), (1000, 1000));
    assert!(outcome.stdout.total() > 5_000_000);
}

#[tokio::test]
async fn silence_ends_a_program_and_output_keeps_it_alive() {
    // Longer than a busy machine may keep a program waiting, and shorter than the chatty one takes.
    let silence = Duration::from_secs(10);
    let quiet = sh("echo on; sleep 60").silence(silence).run();
    let chatty = sh("for i in $(seq 24); do echo $i; sleep 0.5; done").silence(silence).run();
    let (quiet, chatty) = tokio::join!(quiet, chatty);
    assert_eq!(quiet.unwrap().ended, Ended::Silent);
    let chatty = chatty.unwrap();
    assert!(chatty.success(), "{}", chatty.summary());
}

#[tokio::test]
async fn lines_arrive_while_the_program_runs_and_input_can_be_piped() {
    let (to, mut from) = mpsc::channel(16);
    let mut running = sh("while read x; do echo got $x; done; echo bye >&2")
        .stdin(Stdin::Piped)
        .lines(to)
        .start()
        .await
        .unwrap();
    let mut input = running.stdin().unwrap();
    input.write_all(b"one\n").await.unwrap();
    assert_eq!(from.recv().await.unwrap().text, "got one");
    drop(input);
    assert_eq!(from.recv().await.unwrap().text, "bye");
    assert!(running.wait().await.unwrap().success());
    assert!(from.recv().await.is_none());
}

#[tokio::test]
async fn given_input_is_read_whole_and_unread_input_is_no_error() {
    let many = vec![b'x'; 300_000];
    let outcome = sh("wc -c").stdin(Stdin::Bytes(many.clone())).run().await.unwrap();
    assert_eq!(outcome.stdout.text().trim(), "300000");
    assert!(sh("exit 0").stdin(Stdin::Bytes(many)).run().await.unwrap().success());
}

#[tokio::test]
async fn what_cannot_start_says_why() {
    let missing = Command::new(["no-such-program-here"]).env("PATH", PATH).run().await.unwrap_err();
    assert_eq!(missing.code(), "host.program_not_found");
    let nowhere = sh("true").cwd("/no/such/folder").run().await.unwrap_err();
    assert_eq!(nowhere.code(), "host.file");
    let empty = Command::new(Vec::<String>::new()).run().await.unwrap_err();
    assert_eq!(empty.code(), "host.empty_command");
    let refused = Command::new(["/etc"]).run().await.unwrap_err();
    assert_eq!(refused.code(), "host.spawn");
}

/// The kernel keeps a pipe locked while something is spliced into it, and a reader waits for that lock.
#[tokio::test]
async fn a_program_that_holds_its_output_by_splicing_holds_up_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let begun = folder.path().join("begun");
    let script = "import os, socket, sys\na, b = socket.socketpair()\nprint('holds', flush=True)\n\
        open(sys.argv[1], 'w')\nos.splice(a.fileno(), 1, 1000)";
    let running = Command::new(["python3", "-c", script, begun.to_str().unwrap()])
        .env("PATH", PATH)
        .grace(Duration::from_millis(200))
        .start()
        .await
        .unwrap();
    eventually("it has begun", || begun.exists()).await;
    for _ in 0..20 {
        assert_eq!(sh("echo free").run().await.unwrap().stdout.text(), "free\n");
    }
    running.cancel_handle().cancel();
    let outcome = running.wait().await.unwrap();
    assert_eq!(outcome.ended, Ended::Cancelled, "{}", outcome.summary());
    assert_eq!(outcome.stdout.text(), "holds\n");
}
