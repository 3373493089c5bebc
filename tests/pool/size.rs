//! As many workers as there is work for, and back again when they die.

use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn workers_are_added_while_jobs_wait_up_to_the_most_and_none_while_everything_is_paused() {
    let scene = Scene::of(|start| start.scaled(1, 3));
    scene.until_worker("w-1", "the least is there", |worker| worker.is_online).await;
    assert_eq!(scene.processes().len(), 1);
    scene.says(&["pause"]);
    let mut jobs = Vec::new();
    for _ in 0..5 {
        jobs.push(scene.long_job(None).await);
    }
    // Several looks of the pool.
    let until = tokio::time::Instant::now() + std::time::Duration::from_secs(3);
    scene
        .server
        .eventually("a while passes", async || {
            assert_eq!(scene.processes().len(), 1, "nobody is added while everything is paused");
            (tokio::time::Instant::now() > until).then_some(())
        })
        .await;
    scene.says(&["resume"]);
    let all_at_work = async || {
        let processes = scene.processes().len();
        assert!(processes <= 3, "{processes} at once");
        let busy = scene.workers().await.workers.iter().filter(|w| w.active_job_count > 0).count();
        (busy == 3).then_some(())
    };
    scene.server.eventually("three are at work", all_at_work).await;
    let pool = scene.workers().await.pool.unwrap();
    assert_eq!((pool.min, pool.max, pool.running), (1, 3, 3));
    for job in &jobs {
        scene.let_go(job).await;
        scene.until_status(job, "completed").await;
    }
    assert_eq!(scene.processes().len(), 3, "they are kept for a while");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_was_killed_is_started_again_and_its_history_says_so() {
    let scene = Scene::of(|start| start.workers(1));
    let first = scene.until_worker("w-1", "it is there", |worker| worker.is_online).await;
    let process = scene.processes().remove("w-1").unwrap();
    assert!(process.kill());
    let back =
        |worker: &protocol::worker::Worker| worker.is_online && worker.details["pid"] != first.details["pid"];
    let worker = scene.until_worker("w-1", "it is back", back).await;
    let end = &worker.ends[0];
    assert_eq!((end.kind.as_str(), end.in_row, end.again_in_ms), ("died", 1, Some(500)));
    assert!(end.cause.contains("signal 9"), "{end:?}");
    let shown = scene.says(&["worker", "show", "w-1"]);
    assert!(shown.contains("signal 9") && shown.contains("started again after 0.5 s"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_word_on_it_the_machine_decides_how_many_there_may_be() {
    let scene = Scene::of(|mut start| {
        start.workers = None;
        start
    });
    let pool = scene.workers().await.pool.unwrap();
    assert!(pool.min == 1 && (1..=8).contains(&pool.max), "{pool:?}");
    assert!(pool.why.contains("core"), "{pool:?}");
    let shown = scene.says(&["config", "show"]);
    assert!(shown.contains(&format!("workers.max = {}", pool.max)), "{shown}");
}
