//! Why a run was thrown away: what the server says of it beside what the check itself saw.

use crate::scene::{Scene, done, number};
use protocol::merge::{EntryState, MergeQueue, ThrownReason};
use serde_json::{Value, json};

/// Number of the change, reason, and number of the one to blame; in the order of numbers.
pub fn thrown(queue: &MergeQueue) -> Vec<(usize, ThrownReason, Option<usize>)> {
    let all: Vec<_> = queue.recent.iter().chain(&queue.entries).collect();
    let of = |id: &protocol::EntryId| number(all.iter().find(|e| e.id == *id).unwrap());
    let mut told: Vec<_> = queue
        .thrown_away
        .iter()
        .map(|run| (of(&run.entry_id), run.reason, run.blamed.as_ref().map(of)))
        .collect();
    told.sort_by_key(|(n, ..)| *n);
    told
}

/// The same as the events told it, oldest first.
pub fn reasons(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["run"]["reason"].as_str().unwrap()).collect()
}

impl Scene {
    /// Lets go, and waits until so many run.
    pub async fn running(&self, runs: usize) -> MergeQueue {
        self.records.takes("never");
        self.pause(false).await;
        self.until_begun(runs).await;
        let checking = |queue: &MergeQueue| {
            queue.entries.iter().filter(|e| e.state == EntryState::Checking).count() == runs
        };
        let queue = self.until(checking).await;
        // What begins from now on does not take long.
        self.records.takes("0.3");
        queue
    }

    /// Runs that the check itself did not see the end of.
    fn cut(&self) -> usize {
        self.records.runs().iter().filter(|run| run.ended.is_none()).count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stood_in_another_order_is_reordered_and_names_who_goes_before_it() {
    let scene = Scene::lined_up(2, &["good"; 3]).await;
    let queue = scene.running(2).await;
    let last = json!({ "id": queue.entries.iter().find(|e| number(e) == 2).unwrap().id });
    scene.server.client.send("POST", "/v1/rpc/merge.next", Some(last)).await.unwrap();
    let queue = scene.until(done).await;
    assert_eq!(scene.landed(), [2, 0, 1], "as git has it");
    let reordered = ThrownReason::Reordered;
    assert_eq!(thrown(&queue), [(0, reordered, Some(2)), (1, reordered, Some(2))]);
    assert_eq!(scene.cut(), 2, "both were ended and not waited for");
    assert_eq!(reasons(&scene.events("merge.check.cancelled").await), ["reordered", "reordered"]);
    scene.assert_branch_is_green();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_of_a_person_throws_away_what_stood_below_it_and_everything_lands_on_it() {
    let scene = Scene::lined_up(2, &["good"; 2]).await;
    scene.running(2).await;
    let tree = scene.repo.git(&["rev-parse", "main^{tree}"]);
    let theirs = scene.repo.git(&["commit-tree", &tree, "-p", "main", "-m", "By hand"]);
    scene.repo.git(&["branch", "main_agents", &theirs]);
    let queue = scene.until(done).await;
    assert_eq!(scene.landed(), [0, 1]);
    let first = scene.repo.git(&["rev-list", "--reverse", "main..main_agents"]);
    assert_eq!(first.lines().next(), Some(theirs.as_str()), "theirs is below both");
    let moved = ThrownReason::TipMoved;
    assert_eq!(thrown(&queue), [(0, moved, None), (1, moved, None)]);
    assert_eq!(scene.cut(), 2);
    assert_eq!(reasons(&scene.events("merge.check.cancelled").await), ["tip_moved", "tip_moved"]);
    scene.assert_branch_is_green();
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_of_a_server_that_ended_are_told_by_the_next_one_and_run_again() {
    let scene = Scene::lined_up(2, &["good"; 2]).await;
    scene.running(2).await;
    let scene = scene.started_again();
    let queue = scene.until(done).await;
    assert_eq!(scene.landed(), [0, 1]);
    let ended = ThrownReason::ServerEnded;
    assert_eq!(thrown(&queue), [(0, ended, None), (1, ended, None)]);
    assert_eq!((scene.cut(), scene.records.runs().len()), (2, 4), "each was begun once more");
    assert_eq!(reasons(&scene.events("merge.check.cancelled").await), ["server_ended", "server_ended"]);
    let all = Default::default();
    let stats = scene.server.client.call(protocol::ops::typed::MergeStatsShow, &all, None).await.unwrap();
    assert_eq!(stats.cancelled_runs, 2);
    scene.assert_branch_is_green();
}
