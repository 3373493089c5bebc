//! Another way to land while candidates are there already: none lands as it was built before.

use crate::scene::{Scene, done, number};
use crate::thrown::{reasons, thrown};
use protocol::merge::{EntryState, Strategy, ThrownReason};
use serde_json::json;

impl Scene {
    /// Parents of each commit that the branch itself was moved over, oldest first.
    fn parents(&self) -> Vec<usize> {
        let log = ["rev-list", "--first-parent", "--reverse", "--parents", "main..main_agents"];
        self.repo.git(&log).lines().map(|line| line.split(' ').count() - 1).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_built_another_way_is_built_anew_and_no_tree_that_passed_is_checked_again() {
    let scene = Scene::lined_up(2, &["good"]).await;
    scene.running(1).await;
    // This one passes while the first, which it stands on, is still being checked.
    scene.line_up("other", 100, "good").await;
    scene.until(|queue| queue.entries.iter().any(|e| e.state == EntryState::Landing)).await;
    scene.set(json!({ "strategy": "no_ff" })).await;
    let queue = scene.until(done).await;
    assert_eq!(scene.parents(), [2, 2], "each is a merge");
    let how: Vec<_> = queue.recent.iter().map(|e| (number(e), e.state, e.strategy)).collect();
    let landed = |n: usize| how.contains(&(n, EntryState::Landed, Strategy::NoFf));
    assert!(landed(0) && landed(100), "{how:?}");
    assert_eq!(thrown(&queue), [(0, ThrownReason::StrategyChanged, None)]);
    assert_eq!(reasons(&scene.events("merge.check.cancelled").await), ["strategy_changed"]);
    // The one that was cut was begun once more; the tree that had passed was not.
    let runs = scene.records.runs();
    assert_eq!(runs.iter().filter(|run| run.ended.is_none()).count(), 1, "{runs:?}");
    let passed: Vec<_> = runs.iter().filter(|run| run.ended.is_some()).map(|run| run.tree.clone()).collect();
    assert_eq!(passed, [vec![0, 100], vec![0]], "{runs:?}");
    let second = queue.recent.iter().find(|e| number(e) == 100).unwrap();
    assert!(second.checks.iter().all(|check| check.reused), "{:?}", second.checks);
    scene.assert_branch_is_green();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_chosen_before_a_server_died_holds_for_candidates_that_are_older() {
    let scene = Scene::lined_up(2, &["good"; 3]).await;
    let built = |queue: &protocol::merge::MergeQueue| {
        queue.entries.iter().all(|e| e.state == EntryState::Approved && e.candidate.is_some())
    };
    let queue = scene.until(built).await;
    assert!(queue.entries.iter().all(|e| e.strategy == Strategy::CherryPick), "{:?}", queue.entries);
    scene.set(json!({ "strategy": "no_ff" })).await;
    let scene = scene.started_again();
    let queue = scene.let_go().await;
    assert_eq!(scene.parents(), [2, 2, 2]);
    assert!(queue.thrown_away.is_empty(), "{:?}", queue.thrown_away);
    assert_eq!(scene.records.runs().len(), 3, "each was checked once");
    scene.assert_branch_is_green();
}
