//! Who lands before whom, and as what.

use crate::scene::{Scene, landed, number};
use protocol::merge::MergeQueue;
use serde_json::json;
use testkit::world::Start;

fn order(queue: &MergeQueue) -> Vec<usize> {
    queue.entries.iter().map(number).collect()
}

impl Scene {
    async fn prioritize(&self, n: usize, priority: &str) {
        let queue = self.queue().await;
        let entry = queue.entries.iter().find(|e| number(e) == n).unwrap();
        let wish = json!({ "id": entry.id, "priority": priority });
        self.server.client.send("POST", "/v1/rpc/merge.priority", Some(wish)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_priority_puts_an_entry_behind_the_last_of_the_same_and_before_all_of_a_lesser_one() {
    let scene = Scene::lined_up(1, &["good"; 4]).await;
    assert_eq!(order(&scene.queue().await), [0, 1, 2, 3]);
    scene.prioritize(0, "background").await;
    assert_eq!(order(&scene.queue().await), [1, 2, 3, 0]);
    scene.prioritize(1, "normal").await;
    assert_eq!(order(&scene.queue().await), [2, 3, 1, 0]);
    // One that comes is put where its priority says, and one that is given another goes with it.
    scene.line_up("late", 100, "good").await;
    assert_eq!(order(&scene.queue().await), [2, 3, 100, 1, 0]);
    scene.prioritize(2, "normal").await;
    assert_eq!(order(&scene.queue().await), [3, 100, 1, 2, 0]);
    scene.let_go().await;
    assert_eq!(scene.landed(), [3, 100, 1, 2, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_strategy_lands_what_it_says_and_one_that_refuses_says_so() {
    for (strategy, parents, subjects) in [
        ("cherry-pick", [1, 1].as_slice(), 2),
        ("squash", [1, 1].as_slice(), 2),
        // Each merge, and the commit that it brings.
        ("no-ff", [2, 2].as_slice(), 4),
        ("ff-only", [1].as_slice(), 1),
    ] {
        let chosen = strategy.replace('-', "_");
        let with = |start: Start| start.env("PILOTHOUSE_MERGE_STRATEGY", &chosen);
        let scene = Scene::lined_up_with(2, &["good", "good"], with).await;
        let made: Vec<String> = scene.queue().await.entries.iter().map(|e| e.commit_sha.clone()).collect();
        let queue = scene.let_go().await;
        let first = scene.repo.git(&["log", "--first-parent", "--format=%P", "main..main_agents"]);
        let of: Vec<usize> = first.lines().map(|line| line.split(' ').count()).collect();
        assert_eq!(of, parents, "{strategy}");
        let all = scene.repo.git(&["rev-list", "--count", "main..main_agents"]);
        assert_eq!(all, subjects.to_string(), "{strategy}");
        scene.assert_branch_is_green();
        let tip = scene.repo.git(&["rev-parse", "main_agents"]);
        if strategy == "ff-only" {
            // The first is the very commit that was made; the second does not stand on it.
            assert_eq!((landed(&queue), tip), (vec![0], made[0].clone()));
            let second = queue.recent.iter().chain(&queue.entries).find(|e| number(e) == 1).unwrap();
            let back = second.repair.as_ref().and_then(|repair| repair.came_back.as_ref());
            assert_eq!(back.map(|back| back.code.as_str()), Some("merge.strategy_refused"), "{second:?}");
        } else {
            assert_eq!(landed(&queue), [0, 1], "{strategy}");
        }
    }
}
