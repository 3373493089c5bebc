//! The speculative merge queue through the built programs: what lands, what comes back, what runs meanwhile, and what a
//! dead server leaves. Judged by git and by what the check itself wrote down.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(target_os = "linux")]
mod contained;
mod killed;
mod order;
mod records;
mod scene;
mod settled;
mod strategy;
mod thrown;
mod trees;
mod window;

use protocol::ErrorCode;
use protocol::merge::{EntryState, ThrownReason};
use records::most_at_once;
use scene::{Scene, blamed, done, landed, number};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn as_many_are_checked_at_once_as_there_are_slots_and_they_land_in_order_each_checked_once() {
    let scene = Scene::lined_up(4, &["good"; 8]).await;
    scene.records.takes("go");
    scene.pause(false).await;
    scene.until_begun(4).await;
    scene.records.takes("0.2");
    scene.records.sign("go");
    let queue = scene.until(done).await;
    assert_eq!(scene.landed(), (0..8).collect::<Vec<_>>(), "in order");
    assert_eq!(landed(&queue).len(), 8);
    let runs = scene.records.runs();
    assert_eq!(runs.len(), 8, "{runs:?}");
    assert_eq!(most_at_once(&runs), 4, "{runs:?}");
    // Each was checked with all that landed before it, and with nothing else.
    let mut trees: Vec<_> = runs.iter().map(|run| run.tree.clone()).collect();
    trees.sort_by_key(Vec::len);
    assert_eq!(trees, (1..=8).map(|n| (0..n).collect::<Vec<_>>()).collect::<Vec<_>>());
    assert_eq!((queue.slots, queue.window, queue.window_most), (4, 8, 8));
    assert!(queue.thrown_away.is_empty(), "{:?}", queue.thrown_away);
    scene.assert_branch_is_green();
    let stats = scene
        .server
        .client
        .call(protocol::ops::typed::MergeStatsShow, &Default::default(), None)
        .await
        .unwrap();
    assert_eq!((stats.runs, stats.cancelled_runs, stats.runs_per_landed), (8, 0, Some(1.0)));
    let folders = scene.data().join("candidates");
    let slots = walk(&folders, "slot-").len();
    assert_eq!(slots, 4, "one check tree for each slot, kept");
}

/// Folders of that beginning below `dir`, two deep.
fn walk(dir: &std::path::Path, beginning: &str) -> Vec<std::path::PathBuf> {
    let inner = std::fs::read_dir(dir)
        .unwrap()
        .flatten()
        .flat_map(|room| std::fs::read_dir(room.path()).unwrap().flatten());
    let named = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        path.is_dir() && name.starts_with(beginning) && !name.contains('.')
    };
    inner.map(|entry| entry.path()).filter(named).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_pair_that_fails_only_together_the_later_one_comes_back_and_the_others_land() {
    let scene = Scene::lined_up(4, &["good", "pair-1", "good", "pair-1", "good"]).await;
    let queue = scene.let_go().await;
    assert_eq!(scene.landed(), [0, 1, 2, 4]);
    assert_eq!(blamed(&queue), [3]);
    let back = queue.entries.iter().find(|e| number(e) == 3).unwrap();
    assert!(back.checks.iter().any(|check| check.tail.contains("pair-1 does not go together")), "{back:?}");
    // What it fell on is what was on the branch when it was said.
    let fell = scene
        .records
        .runs()
        .into_iter()
        .filter(|run| matches!(run.ended, Some((_, false))))
        .map(|run| run.tree);
    assert!(
        fell.clone().all(|tree| tree.contains(&1) && tree.contains(&3)),
        "{:?}",
        fell.collect::<Vec<_>>()
    );
    scene.assert_branch_is_green();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_ends_the_checks_behind_it_at_once_and_innocents_land_without_it() {
    let scene = Scene::lined_up(4, &["good", "fails", "good", "good", "good"]).await;
    scene.records.takes("go");
    scene.records.fails_after("go");
    scene.pause(false).await;
    scene.until_begun(4).await;
    scene.records.takes("0.2");
    scene.records.fails_after("0.2");
    scene.records.sign("go-1");
    // What it stands on goes on meanwhile, and those behind it would never end by themselves.
    scene.until(|queue| queue.thrown_away.len() == 2).await;
    scene.records.sign("go-0");
    let queue = scene.until(done).await;
    assert_eq!(scene.landed(), [0, 2, 3, 4]);
    assert_eq!(blamed(&queue), [1]);
    scene.assert_branch_is_green();
    let runs = scene.records.runs();
    let innocent = runs.iter().filter(|run| !run.tree.contains(&1));
    assert_eq!(innocent.clone().count(), 4, "each innocent was checked once without it: {runs:?}");
    let mut cut: Vec<_> = runs.iter().filter(|run| run.ended.is_none()).map(|run| run.tree.clone()).collect();
    cut.sort_by_key(Vec::len);
    assert_eq!(cut, [vec![0, 1, 2], vec![0, 1, 2, 3]], "seen from inside: {runs:?}");
    // Nobody was blamed for standing on it, and what was cut says so.
    assert_eq!(queue.thrown_away.len(), 2, "{:?}", queue.thrown_away);
    let culprit = &queue.entries.iter().find(|e| number(e) == 1).unwrap().id;
    for run in queue.thrown_away.iter().filter(|run| run.reason == ThrownReason::AheadFailed) {
        assert_eq!(run.blamed.as_ref(), Some(culprit));
    }
    let told = scene.events("merge.check.cancelled").await;
    assert_eq!(told.len(), queue.thrown_away.len());
    let stats = scene
        .server
        .client
        .call(protocol::ops::typed::MergeStatsShow, &Default::default(), None)
        .await
        .unwrap();
    assert_eq!(stats.cancelled_runs, queue.thrown_away.len() as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_entry_ends_its_check_and_those_behind_it_are_built_without_it() {
    let scene = Scene::lined_up(3, &["good", "good", "good"]).await;
    scene.records.takes("go");
    scene.pause(false).await;
    let queue = scene
        .until(|queue| queue.entries.iter().filter(|e| e.state == EntryState::Checking).count() == 3)
        .await;
    let stands: Vec<_> = queue.entries.iter().map(|e| (number(e), e.ahead.is_some(), e.slot)).collect();
    assert_eq!(stands, [(0, false, Some(0)), (1, true, Some(1)), (2, true, Some(2))]);
    scene.until_begun(3).await;
    scene.records.takes("0.2");
    scene.remove(&queue.entries[1].id).await;
    scene.until(|queue| queue.thrown_away.len() == 2).await;
    scene.records.sign("go-0");
    let queue = scene.until(done).await;
    assert_eq!(scene.landed(), [0, 2]);
    let mut thrown: Vec<_> = queue.thrown_away.iter().map(|run| (run.title.clone(), run.reason)).collect();
    thrown.sort_by_key(|(_, reason)| reason.as_str());
    assert_eq!(
        thrown.iter().map(|(_, reason)| *reason).collect::<Vec<_>>(),
        [ThrownReason::AheadLeft, ThrownReason::Removed]
    );
    // Both were ended and not waited for.
    let cut = scene.records.runs().into_iter().filter(|run| run.ended.is_none()).count();
    assert_eq!(cut, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_builds_on_another_never_lands_before_it_and_goes_on_when_that_one_is_taken_out() {
    let scene = Scene::lined_up(2, &["good"]).await;
    scene.line_up("one", 100, "fails").await;
    scene.line_up("one", 101, "good").await;
    scene.line_up("other", 102, "good").await;
    let queue = scene.queue().await;
    let (on, upon) = (&queue.entries[1], &queue.entries[2]);
    assert_eq!(upon.depends_on.as_ref(), Some(&on.id), "{upon:?}");
    assert!(queue.entries.iter().filter(|e| e.depends_on.is_some()).count() == 1);
    // Nobody puts it before the one it builds on.
    let next = json!({ "id": upon.id, "before": on.id });
    let refused = scene.server.client.send("POST", "/v1/rpc/merge.move", Some(next)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::MergeDepends, "{refused:?}");
    scene.pause(false).await;
    let queue = scene.until(|queue| landed(queue).len() == 2 && blamed(queue).len() == 1).await;
    assert_eq!(scene.landed(), [0, 102]);
    let waits: Vec<_> = queue.entries.iter().map(|e| (number(e), e.state)).collect();
    assert_eq!(waits, [(100, EntryState::Parked), (101, EntryState::Approved)]);
    scene.remove(&on.id).await;
    scene.until(|queue| queue.entries.is_empty()).await;
    assert_eq!(scene.landed(), [0, 102, 101], "it goes on without what it was told to build on");
    scene.assert_branch_is_green();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_fails_once_is_tried_again_and_that_is_shown() {
    let scene = Scene::lined_up(2, &["good", "flaky-1", "good"]).await;
    let queue = scene.let_go().await;
    assert_eq!(scene.landed(), [0, 1, 2]);
    let flaky: Vec<_> =
        queue.recent.iter().filter(|e| e.checks.iter().any(|check| check.flaky_retry)).map(number).collect();
    assert_eq!(flaky, [1], "{:?}", queue.recent);
    // Of the tree that failed once there is exactly one more run.
    let runs = scene.records.runs();
    assert_eq!(runs.iter().filter(|run| run.tree == [0, 1] && run.ended.is_some()).count(), 2, "{runs:?}");
    assert!(blamed(&queue).is_empty());
    scene.assert_branch_is_green();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_conflicts_with_a_change_that_never_lands_is_not_sent_back() {
    let scene = Scene::lined_up(2, &["fails", "0@good"]).await;
    let queue = scene.let_go().await;
    assert_eq!(scene.landed(), [1]);
    assert_eq!(blamed(&queue), [0]);
}
