//! `kill -9` of the server at random moments while the queue is full: afterwards nothing is lost or landed twice, every
//! commit is green, no working folder is dirty, and no check that had ended is run again. `PILOTHOUSE_SEED` repeats a
//! run.

use crate::scene::{Scene, blamed, done, landed};
use crate::settled;
use protocol::merge::EntryState;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const SHOTS: usize = 50;

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
    let (mut left, mut round, mut kept) = (SHOTS, 0, 0);
    while left > 0 {
        let slots = 4;
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
        let mut scene = Scene::lined_up(slots, &changes).await;
        scene.records.takes("0.6");
        // In every other world the branch is where its person works, so its files follow each landing.
        if round % 2 == 1 {
            scene.repo.git(&["checkout", "--quiet", "-b", "main_agents"]);
        }
        scene.pause(false).await;
        let mut killed = Vec::new();
        // Trees that the server said to be proven before it was killed, and when it had said so.
        let mut told = BTreeMap::new();
        for shot in 0..left.min(10) {
            // In every other world there is something to lose from the first shot on.
            if shot == 0 && round % 2 == 0 {
                let look = async || (scene.proven().await.len() >= 4).then_some(());
                scene.server.eventually("four are proven", look).await;
            }
            // Every moment of a check, and beyond its end, where its verdict is kept and not landed yet.
            tokio::time::sleep(Duration::from_millis(50 + below(1_400))).await;
            if shot > 0 && done(&scene.queue().await) {
                break;
            }
            let proven = scene.proven().await;
            killed.push(now_ms());
            for tree in proven {
                told.entry(tree).or_insert(now_ms());
            }
            // Now and then the next server is there before the checks of the last one are gone.
            scene = match below(3) {
                0 => scene.started_again(),
                _ => {
                    let records = scene.records.path().to_owned();
                    scene.killed_while(move |_| settled::assert_no_check_is_left(&records))
                }
            };
        }
        left -= killed.len();
        round += 1;
        let queue = scene.until(done).await;
        println!("round {round}: {} shots, {} left", killed.len(), left);

        let good: Vec<usize> = (0..changes.len()).filter(|n| !fail(n)).collect();
        let ends: Vec<_> =
            queue.recent.iter().chain(&queue.entries).map(|e| (&e.title, e.state, &e.reason)).collect();
        assert_eq!(landed(&queue), good, "none is lost: {ends:#?}");
        let mut on_branch = scene.landed();
        on_branch.sort_unstable();
        assert_eq!(on_branch, good, "none stands twice on the branch");
        assert_eq!(blamed(&queue), (0..changes.len()).filter(|n| fail(n)).collect::<Vec<_>>());
        scene.assert_branch_is_green();
        for mut run in scene.records.runs() {
            run.tree.sort_unstable();
            let again = told.get(&run.tree).is_some_and(|at| run.began > *at);
            assert!(!again, "{run:?} was run again; killed at {killed:?}");
        }
        kept += told.len();
        // Whatever a kill left in a check tree is gone once the slot has been used again: a server that begins anew
        // looks as far ahead as it may, and none of these ends before each slot has got one.
        scene = scene.started_again();
        scene.pause(true).await;
        let later: Vec<usize> = (100..100 + slots).collect();
        for n in &later {
            scene.line_up(&format!("later {n}"), *n, "good").await;
        }
        let before = scene.records.runs().len();
        scene.records.takes("go");
        scene.pause(false).await;
        scene.until_begun(before + slots).await;
        scene.records.sign("go");
        scene.until(done).await;
        assert!(later.iter().all(|n| scene.landed().contains(n)), "{:?}", scene.landed());
        settled::assert_check_trees_are_clean(scene.data(), slots);
        assert_eq!(
            scene.repo.git(&["worktree", "list"]).lines().count(),
            1,
            "none of ours in the repository"
        );
        let records = scene.records.path().to_owned();
        scene.killed_while(move |_| settled::assert_no_check_is_left(&records));
    }
    println!("{kept} verdicts outlived a server");
    assert!(kept >= SHOTS / 5, "there was something to lose: {kept}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_a_run_that_was_cut_is_removed_by_the_next_server() {
    let scene = Scene::lined_up(1, &["good"]).await;
    scene.let_go().await;
    let scene = scene.killed_while(|data| {
        let room = data.join("candidates").read_dir().unwrap().next().unwrap().unwrap().path();
        let left = ["branch", "main", "dry-run", "try", "set-up"];
        let name = room.file_name().unwrap().to_str().unwrap();
        let homes = left.map(|run| data.join("homes").join(format!("{run}-{name}")));
        let trees = left.iter().flat_map(|run| [room.join(run), room.join(format!("{run}.git"))]);
        for folder in trees.chain(homes) {
            std::fs::create_dir_all(folder.join("objects")).unwrap();
            std::fs::write(folder.join("objects/half"), "").unwrap();
        }
    });
    settled::assert_check_trees_are_clean(scene.data(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_proven_and_could_not_land_yet_is_not_checked_again_after_a_kill() {
    let scene = Scene::lined_up(4, &["good"; 6]).await;
    scene.records.takes("go");
    scene.pause(false).await;
    scene.until_begun(4).await;
    scene.pause(true).await;
    scene.records.sign("go");
    // Each of the four stands on the one before it, and none may land.
    let proven = |queue: &protocol::merge::MergeQueue| {
        queue.entries.iter().filter(|e| e.state == EntryState::Landing).count() == 4
    };
    scene.until(proven).await;
    let before = scene.records.runs();
    assert!(before.len() == 4 && before.iter().all(|run| run.ended.is_some()), "{before:?}");
    let scene = scene.started_again();
    scene.until(proven).await;
    scene.let_go().await;
    assert_eq!(scene.landed(), [0, 1, 2, 3, 4, 5]);
    let runs = scene.records.runs();
    assert_eq!(runs.len(), 6, "each tree is checked once: {runs:?}");
    assert_eq!(runs[..4], before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_landing_cut_between_our_copy_and_the_branch_it_makes_is_finished() {
    let scene = Scene::lined_up(1, &["good"]).await;
    scene.records.takes("go");
    scene.pause(false).await;
    scene.until_begun(1).await;
    scene.pause(true).await;
    scene.records.sign("go");
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
