//! How far ahead of their turn entries are checked: what the server says of it, and what the check itself saw.

use crate::records::most_at_once;
use crate::scene::{Scene, blamed, done, landed};
use protocol::merge::MergeQueue;
use testkit::world::Start;

/// A queue with a window of so many, whatever would go with its slots.
async fn of(window: &str, slots: usize, changes: &[&str]) -> Scene {
    let with = |start: Start| start.env("PILOTHOUSE_MERGE_WINDOW", window);
    Scene::lined_up_with(slots, changes, with).await
}

/// The window now, and at most.
fn window(queue: &MergeQueue) -> (u32, u32) {
    (queue.window, queue.window_most)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_makes_the_window_smaller_and_each_landing_gives_one_back_up_to_what_is_configured() {
    let scene = of("3", 3, &["fails"]).await;
    // What is configured, and not what goes with the slots.
    scene.until(|queue| window(queue) == (3, 3)).await;
    let queue = scene.let_go().await;
    assert_eq!((blamed(&queue), window(&queue)), (vec![0], (1, 3)));
    for (n, wide) in [(100, 2), (101, 3), (102, 3)] {
        scene.pause(true).await;
        scene.line_up(&format!("task-{n}"), n, "good").await;
        scene.pause(false).await;
        // The branch has moved a moment before the window has.
        let is = |queue: &MergeQueue| landed(queue).contains(&n) && window(queue) == (wide, 3);
        scene.until(is).await;
    }
    assert_eq!(scene.landed(), [100, 101, 102]);
    scene.assert_branch_is_green();
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_beyond_the_window_stay_free() {
    let scene = of("2", 4, &["good"; 4]).await;
    scene.records.takes("go");
    scene.pause(false).await;
    scene.until_begun(2).await;
    scene.records.takes("0.2");
    scene.records.sign("go");
    let queue = scene.until(done).await;
    assert_eq!((scene.landed(), queue.slots, window(&queue)), (vec![0, 1, 2, 3], 4, (2, 2)));
    let runs = scene.records.runs();
    assert_eq!((runs.len(), most_at_once(&runs)), (4, 2), "{runs:?}");
}
