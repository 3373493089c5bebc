//! One list of what a command is promised, for every place where it can run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // Functions shared by tests are tests too.
#![cfg(target_os = "linux")]

mod support;

use std::time::Duration;

use futures_util::future::join_all;
use host::sandbox::Sandbox;
use host::spawn::{Command, Ended, Outcome, OutputCaps, Stdin};
use support::place::{Place, confined};
use support::{Ground, all_up, eventually, hiding_tree, processes_with, unique_seconds};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

async fn places() -> Vec<Place> {
    [vec![Place::Plain, Place::Cell(Sandbox::Host)], confined().await].concat()
}

fn sh(script: &str) -> Command {
    Command::new(["bash", "-c", script]).grace(Duration::from_millis(200)).timeout(Duration::from_secs(30))
}

async fn run(place: &Place, command: Command) -> Outcome {
    place.run(&Ground::new().spec(), command).await.unwrap()
}

async fn gone(place: &Place, seconds: &str) {
    match place {
        // bubblewrap passes the exit code on just before its namespace ends.
        Place::Sandboxed(_) => {
            eventually("the tree is gone", || processes_with(&format!("sleep {seconds}")).is_empty()).await;
        }
        _ => {
            let left = processes_with(&format!("sleep {seconds}"));
            assert!(left.is_empty(), "{place:?} left {left:#?}");
        }
    }
}

#[tokio::test]
async fn exit_codes_output_and_folder_are_the_commands_own() {
    for place in places().await {
        let ground = Ground::new();
        let spec = ground.spec();
        let command = sh("echo out; echo err >&2; pwd; exit 42").cwd(spec.work.clone());
        let outcome = place.run(&spec, command).await.unwrap();
        assert_eq!(
            (outcome.ended, outcome.code, outcome.signal),
            (Ended::Exited, Some(42), None),
            "{place:?}"
        );
        assert_eq!(outcome.stdout.text(), format!("out\n{}\n", spec.work.display()));
        assert_eq!((outcome.stderr.text().as_str(), outcome.leaked), ("err\n", 0));
        assert!(run(&place, sh("true")).await.success());
    }
}

#[tokio::test]
async fn the_environment_is_that_of_the_place_and_the_commands_own_wins() {
    for place in places().await {
        let mut spec = Ground::new().spec();
        let ground = Ground::new();
        (spec.work, spec.home) = (ground.spec().work, ground.spec().home);
        spec.env.push(("A".to_owned(), "spec".to_owned()));
        spec.env.push(("B".to_owned(), "spec".to_owned()));
        let command = sh("echo $A $B $PILOTHOUSE_JOB; test -n \"$PILOTHOUSE_RUN\"").env("A", "own").job("j1");
        let outcome = place.run(&spec, command).await.unwrap();
        assert!(outcome.success(), "{place:?}");
        assert_eq!(outcome.stdout.text(), "own spec j1\n");
    }
}

#[tokio::test]
async fn what_cannot_start_says_why() {
    for place in places().await {
        let ground = Ground::new();
        let spec = ground.spec();
        let nowhere = place.run(&spec, sh("true").cwd("/no/such/folder")).await;
        // In a sandbox of its own the program is bubblewrap, which starts and fails in words.
        if let Place::Sandboxed(_) = place {
            let outcome = nowhere.unwrap();
            assert!(!outcome.success() && outcome.stderr.text().contains("/no/such/folder"));
            continue;
        }
        assert_eq!(nowhere.unwrap_err().code(), "host.file", "{place:?}");
        let missing = place.run(&spec, Command::new(["no-such-program-here"])).await.unwrap_err();
        assert_eq!(missing.code(), "host.program_not_found");
        let empty = place.run(&spec, Command::new(Vec::<String>::new())).await.unwrap_err();
        assert_eq!(empty.code(), "host.empty_command");
        let refused = place.run(&spec, Command::new(["/usr"])).await.unwrap_err();
        assert_eq!(refused.code(), "host.spawn");
    }
}

#[tokio::test]
async fn given_input_is_read_whole_and_unread_input_is_no_error() {
    for place in places().await {
        let many = vec![b'x'; 700_000];
        let outcome = run(&place, sh("wc -c").stdin(Stdin::Bytes(many.clone()))).await;
        assert_eq!(outcome.stdout.text().trim(), "700000", "{place:?}");
        assert!(run(&place, sh("exit 0").stdin(Stdin::Bytes(many))).await.success());
        assert_eq!(run(&place, sh("cat; echo end")).await.stdout.text(), "end\n");
    }
}

#[tokio::test]
async fn lines_arrive_while_the_program_runs_and_input_can_be_piped() {
    for place in places().await {
        let ground = Ground::new();
        let (to, mut from) = mpsc::channel(16);
        let command = sh("while read x; do echo got $x; done; echo bye >&2").stdin(Stdin::Piped).lines(to);
        let (mut running, _cell) = place.start(&ground.spec(), command).await.unwrap();
        let mut input = running.stdin().unwrap();
        input.write_all(b"one\n").await.unwrap();
        assert_eq!(from.recv().await.unwrap().text, "got one", "{place:?}");
        input.write_all(b"two\n").await.unwrap();
        drop(input);
        // Two pipes have no order between them.
        let mut last = [from.recv().await.unwrap().text, from.recv().await.unwrap().text];
        last.sort();
        assert_eq!(last, ["bye", "got two"]);
        assert!(running.wait().await.unwrap().success());
        assert!(from.recv().await.is_none());
    }
}

#[tokio::test]
async fn no_descendant_survives_a_cancel() {
    for place in places().await {
        let (ground, seconds) = (Ground::new(), unique_seconds());
        let command = sh(&hiding_tree(&seconds));
        let (running, _cell) = place.start(&ground.spec(), command).await.unwrap();
        all_up(&seconds).await;
        running.cancel_handle().cancel();
        let outcome = running.wait().await.unwrap();
        assert_eq!((outcome.ended, outcome.leaked), (Ended::Cancelled, 0), "{place:?}");
        gone(&place, &seconds).await;
    }
}

#[tokio::test]
async fn no_descendant_survives_a_timeout_even_if_the_program_ignores_the_request_to_end() {
    let places = places().await;
    // Long enough for all of the tree to be there, on a busy machine too.
    join_all(places.iter().map(|place| async move {
        let seconds = unique_seconds();
        let script = format!("trap '' TERM; {}", hiding_tree(&seconds));
        let outcome = run(place, sh(&script).timeout(Duration::from_secs(10))).await;
        assert_eq!((outcome.ended, outcome.leaked), (Ended::TimedOut, 0), "{place:?}");
        assert_eq!(outcome.stdout.text(), "planted\n");
        gone(place, &seconds).await;
    }))
    .await;
}

#[tokio::test]
async fn no_descendant_survives_the_programs_own_end() {
    for place in places().await {
        let (ground, seconds) = (Ground::new(), unique_seconds());
        let script = hiding_tree(&seconds).replace("echo planted\n", "echo planted; exit 7\n");
        let (running, _cell) = place.start(&ground.spec(), sh(&script)).await.unwrap();
        let outcome = running.wait().await.unwrap();
        assert_eq!((outcome.ended, outcome.code), (Ended::Exited, Some(7)), "{place:?}");
        gone(&place, &seconds).await;
    }
}

#[tokio::test]
async fn no_descendant_survives_its_supervisor() {
    for place in places().await {
        let (ground, seconds) = (Ground::new(), unique_seconds());
        let (running, cell) = place.start(&ground.spec(), sh(&hiding_tree(&seconds))).await.unwrap();
        all_up(&seconds).await;
        drop(running);
        eventually("the tree is gone", || processes_with(&format!("sleep {seconds}")).is_empty()).await;
        drop(cell);
    }
}

#[tokio::test]
async fn a_polite_program_gets_the_grace_to_end_by_itself() {
    for place in places().await {
        if let Place::Sandboxed(_) = place {
            // A sandbox of its own is killed as a whole.
            continue;
        }
        let ground = Ground::new();
        let (to, mut from) = mpsc::channel(16);
        let command = sh("trap 'echo tidied; exit 5' TERM; echo up; while :; do sleep 0.02; done")
            .grace(Duration::from_secs(60))
            .lines(to);
        let (running, _cell) = place.start(&ground.spec(), command).await.unwrap();
        assert_eq!(from.recv().await.unwrap().text, "up");
        running.cancel_handle().cancel();
        let outcome = running.wait().await.unwrap();
        assert_eq!((outcome.ended, outcome.code), (Ended::Cancelled, Some(5)), "{place:?}");
        assert_eq!(outcome.stdout.text(), "up\ntidied\n");
    }
}

#[tokio::test]
async fn silence_ends_a_program_and_output_keeps_it_alive() {
    // Longer than a busy machine may keep a program waiting, and shorter than the chatty one takes.
    fn within(script: &str) -> Command {
        sh(script).timeout(Duration::from_secs(120)).silence(Duration::from_secs(10))
    }
    let places = places().await;
    join_all(places.iter().map(|place| async move {
        let quiet = run(place, within("echo on; sleep 60"));
        let chatty = run(place, within("for i in $(seq 24); do echo $i; sleep 0.5; done"));
        let (quiet, chatty) = tokio::join!(quiet, chatty);
        assert_eq!((quiet.ended, quiet.stdout.text().as_str()), (Ended::Silent, "on\n"), "{place:?}");
        assert!(chatty.success(), "{place:?} {}", chatty.summary());
    }))
    .await;
}

#[tokio::test]
async fn an_output_flood_is_capped_and_can_end_the_program() {
    for place in places().await {
        let caps = OutputCaps { head: 1000, tail: 1000, total: Some(5_000_000) };
        let outcome = run(&place, sh("yes").caps(caps)).await;
        assert_eq!(outcome.ended, Ended::OutputLimit, "{place:?}");
        assert_eq!((outcome.stdout.head.len(), outcome.stdout.tail.len()), (1000, 1000));
        let whole = run(&place, sh("head -c 3000000 /dev/zero; echo end").caps(caps)).await;
        assert!(whole.success(), "{place:?} {}", whole.summary());
        assert_eq!(whole.stdout.total(), 3_000_004);
        assert!(whole.stdout.tail.ends_with(b"\0end\n"));
    }
}
