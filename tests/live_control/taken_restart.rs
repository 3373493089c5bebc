//! Jobs that were taken over, and a server that is killed.

use crate::scene::Scene;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_folder_outlives_the_server_and_is_only_removed_when_somebody_says_so() {
    let scene = Scene::of(0, []);
    let id = scene.enqueue("worker").await;
    let taken = scene.call("jobs.take_over", json!({ "id": id })).await;
    assert_eq!(taken["taken"]["state"], "yours", "nobody works on it, so it is there at once");
    let again = scene.call("jobs.take_over", json!({ "id": id })).await;
    assert_eq!(again["taken"]["path"], taken["taken"]["path"]);
    let folder = scene.take_over(&id).await;
    std::fs::write(folder.join("draft.txt"), "half a thought\n").unwrap();

    let scene = scene.restarted(0);
    let job = scene.job(&id).await;
    assert_eq!((&job["status"], &job["taken"]["state"]), (&json!("waiting"), &json!("yours")));
    scene.call("jobs.cancel", json!({ "id": id })).await;
    let scene = scene.restarted(0);
    assert_eq!(scene.job(&id).await["status"], "cancelled");
    assert!(folder.join("draft.txt").exists(), "it holds work that nobody handed back");
    assert_eq!(scene.call("jobs.taken", json!({ "id": id })).await["total"], 1);
    assert_eq!(scene.refused("jobs.let_go", json!({ "id": id })).await, "job.taken_unsaved");
    scene.call("jobs.let_go", json!({ "id": id, "changes": "discard" })).await;
    assert!(!folder.exists());
    assert!(scene.job(&id).await["taken"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_changes_goes_with_its_job() {
    let scene = Scene::of(0, []);
    let id = scene.enqueue("worker").await;
    let folder = scene.take_over(&id).await;
    scene.call("jobs.cancel", json!({ "id": id })).await;
    let gone = async || (!folder.exists()).then_some(());
    scene.server.eventually("the folder goes", gone).await;
    scene.until_job("and is forgotten", &id, |job| job["taken"].is_null()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_take_over_that_was_asked_for_is_kept_when_the_server_dies_before_its_worker_put_its_work_aside() {
    let scene = Scene::of(0, []);
    let id = scene.enqueue("worker").await;
    scene.call("jobs.claim", json!({ "workerId": "w-1", "kinds": ["task.execute"] })).await;
    let asked = scene.call("jobs.take_over", json!({ "id": id })).await;
    assert_eq!(asked["taken"]["state"], "coming");
    let scene = scene.restarted(0);
    let folder = scene.take_over(&id).await;
    assert!(folder.join("README.md").exists());
    assert_eq!(
        scene
            .refused("jobs.claim", json!({ "workerId": "w-1", "kinds": ["task.execute"], "waitMs": 0 }))
            .await,
        "empty"
    );
}
