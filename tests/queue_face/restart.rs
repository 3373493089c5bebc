//! What somebody wanted of the queue outlives the server.

use super::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_that_a_kill_cut_short_ends_paused_and_nothing_that_was_cut_begins_again() {
    let mut scene = Scene::new(1);
    let a = scene.approved("a", "two").await;
    scene.until_begun(1).await;
    scene.cli(&["queue", "drain"]).await;
    scene.server.take().unwrap().kill();
    scene.start();
    let queue = scene.server().eventually("it is drained", || async {
        let queue = scene.queue().await;
        queue.paused.then_some(queue)
    });
    let queue = queue.await;
    assert!(queue.drain.is_none());
    assert_eq!(scene.entry(&a).await.state.as_str(), "approved");
    assert_eq!(scene.begun(), ["a"], "what was cut did not begin again");
    scene.let_end(None);
    scene.cli(&["queue", "resume"]).await;
    scene.state(&a, "landed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_a_person_chose_outlives_a_kill() {
    let mut scene = Scene::new(1);
    scene.cli(&["queue", "pause"]).await;
    let (a, b) = (scene.approved("a", "two").await, scene.approved("b", "two").await);
    scene.cli(&["queue", "next", &b]).await;
    scene.server.take().unwrap().kill();
    scene.start();
    let queue = scene.queue().await;
    assert_eq!(queue.entries.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), [&b, &a]);
    assert!(queue.paused);
    scene.let_end(None);
    scene.cli(&["queue", "resume"]).await;
    scene.state(&a, "landed").await;
    assert_eq!(scene.begun(), ["b", "ab"], "the second stands on the first");
}
