//! `kill -9` of the server at random moments while the queue is full: afterwards nothing is lost or landed twice, every
//! commit is green, no working folder is dirty, and no check that had ended is run again. 6 shots;
//! `PILOTHOUSE_LONG=1` fires 50, `PILOTHOUSE_SEED` repeats a run.

use crate::scene::{Scene, blamed, done, landed};
use protocol::merge::EntryState;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Between the end of a check and its stored verdict a shot may fall.
const STORED_WITHIN_MS: u64 = 1_500;

fn shots() -> usize {
    if std::env::var_os("PILOTHOUSE_LONG").is_some() { 50 } else { 6 }
}

fn seed() -> u64 {
    let given = std::env::var("PILOTHOUSE_SEED").ok().and_then(|s| s.parse().ok());
    given.unwrap_or(0x9E37_79B9_7F4A_7C15 ^ u64::from(std::process::id()))
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_at_any_moment_leaves_a_queue_that_goes_on_where_it_was() {
    let mut dice = seed();
    println!("seed {dice}");
    let mut below = |n: u64| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice % n
    };
    let (mut left, mut round) = (shots(), 0);
    while left > 0 {
        let changes: Vec<&str> = (0..12)
            .map(|n| match (n, below(8)) {
                (3, _) => "pair-1",
                (8, _) => "pair-1",
                (5, _) => "fails",
                (_, 0) => "fails",
                _ => "good",
            })
            .collect();
        let fail = |n: &usize| changes[*n] == "fails" || *n == 8;
        let mut scene = Scene::lined_up(4, &changes).await;
        scene.records.takes("0.6");
        scene.pause(false).await;
        let mut killed = Vec::new();
        for _ in 0..left.min(10) {
            tokio::time::sleep(Duration::from_millis(50 + below(900))).await;
            killed.push(now_ms());
            scene = scene.started_again();
            if done(&scene.queue().await) {
                break;
            }
        }
        left -= killed.len();
        round += 1;
        let queue = scene.until(done).await;
        println!("round {round}: {} shots, {} left", killed.len(), left);

        let good: Vec<usize> = (0..changes.len()).filter(|n| !fail(n)).collect();
        let told: Vec<_> =
            queue.recent.iter().chain(&queue.entries).map(|e| (&e.title, e.state, &e.reason)).collect();
        assert_eq!(landed(&queue), good, "none is lost: {told:#?}");
        let mut on_branch = scene.landed();
        on_branch.sort_unstable();
        assert_eq!(on_branch, good, "none stands twice on the branch");
        assert_eq!(blamed(&queue), (0..changes.len()).filter(|n| fail(n)).collect::<Vec<_>>());
        scene.assert_branch_is_green();
        let runs = scene.records.runs();
        for run in &runs {
            let Some((at, true)) = run.ended else { continue };
            let again = runs.iter().any(|other| other.tree == run.tree && other.began > at);
            let shot = killed.iter().any(|shot| (at..at + STORED_WITHIN_MS).contains(shot));
            assert!(!again || shot, "{run:?} was run again; killed at {killed:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_landing_cut_between_our_copy_and_the_branch_it_makes_is_finished() {
    let scene = Scene::lined_up(1, &["good"]).await;
    scene.records.takes("1");
    scene.pause(false).await;
    scene.until_begun(1).await;
    scene.pause(true).await;
    let queue = scene.until(|queue| queue.entries[0].state == EntryState::Landing).await;
    let candidate = queue.entries[0].candidate.clone().unwrap();
    let scene = scene.killed_while(|data| {
        let depot = std::fs::read_dir(data.join("depots")).unwrap().next().unwrap().unwrap().path();
        let moved = std::process::Command::new("git")
            .arg("--git-dir")
            .arg(depot)
            .args(["update-ref", "refs/ph/integ/main_agents", &candidate])
            .status();
        assert!(moved.unwrap().success());
    });
    let queue = scene.queue().await;
    assert_eq!(queue.entries[0].state, EntryState::Landing, "a pause is a pause: {queue:#?}");
    let queue = scene.let_go().await;
    assert_eq!((landed(&queue), scene.landed()), (vec![0], vec![0]), "{queue:#?}");
    assert_eq!(scene.records.runs().len(), 1, "nothing is checked again");
}
