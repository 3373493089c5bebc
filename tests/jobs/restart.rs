//! What a server that was killed finds of its former run.

use crate::scene::{Scene, SilentModel};
use serde_json::json;

const FILES: &[(&str, &str)] = &[("README.md", "# Tern\n")];

fn job() -> serde_json::Value {
    json!({ "taskId": "t", "kind": "k", "sessionId": "dev" })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_our_own_workers_held_goes_back_at_once_and_counts_no_attempt() {
    let mut scene = Scene::of(FILES, 0);
    let ours = scene.enqueue(job()).await;
    // More restarts than a job has attempts.
    for _ in 0..6 {
        let (claimed, token) = scene.claim("w-1").await;
        assert_eq!(claimed, ours);
        scene = scene.restarted();
        let back = scene.job(&ours).await;
        assert_eq!(
            (back["status"].as_str(), back["attempts"].as_u64()),
            (Some("pending"), Some(0)),
            "{back}"
        );
        let late = scene.refused(&format!("/jobs/{ours}/complete"), json!({ "claimToken": token })).await;
        assert_eq!(late, "lease_lost");
    }
    let told = scene.about(&ours, "job.requeued").await;
    assert!(told["reason"].as_str().unwrap().contains("started anew"), "{told}");

    let (_, _) = scene.claim("w-12").await;
    scene.post(&format!("/jobs/{ours}/cancel"), json!({})).await;
    let foreign = scene.enqueue(job()).await;
    let (claimed, token) = scene.claim("w-of-somebody").await;
    assert_eq!(claimed, foreign);
    scene = scene.restarted();
    scene.about(&ours, "job.cancelled").await;
    assert_eq!(scene.job(&ours).await["status"], "cancelled", "nobody is left to stop");
    let kept = scene.job(&foreign).await;
    assert_eq!((kept["status"].as_str(), kept["attempts"].as_u64()), (Some("claimed"), Some(1)), "{kept}");
    scene.post(&format!("/jobs/{foreign}/complete"), json!({ "claimToken": token })).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_being_planned_is_planned_again_as_its_first_attempt() {
    let (mut scene, model) = (Scene::of(FILES, 0), SilentModel::start().await);
    model.choose(&scene).await;
    let sent = scene.server.say("dev", "please make everything better").await;
    let id = sent.request_id.unwrap().to_string();
    for _ in 0..6 {
        scene.server.eventually("it is being planned", async || (model.waiting() > 0).then_some(())).await;
        scene = scene.restarted();
        scene.server.eventually("the old call ends", async || (model.waiting() <= 1).then_some(())).await;
    }
    let being_planned = async || Some(scene.request(&id).await).filter(|r| r["status"] == "claimed");
    let request = scene.server.eventually("it is being planned again", being_planned).await;
    assert_eq!(request["attempts"], 1, "{request}");
}

#[tokio::test(flavor = "multi_thread")]
async fn folders_and_bundles_nobody_needs_are_removed_and_the_others_stay() {
    let mut scene = Scene::of(FILES, 0);
    let foreign = scene.enqueue(job()).await;
    let (_, token) = scene.claim("somebody").await;
    let ended = scene.enqueue(job()).await;
    let (_, done) = scene.claim("somebody").await;
    scene.post(&format!("/jobs/{ended}/fail"), json!({ "claimToken": done, "message": "no" })).await;
    let data = scene.data.path().to_owned();
    let dead = data.join(format!("jobs/{foreign}-12345678/clone/src"));
    std::fs::create_dir_all(&dead).unwrap();
    std::fs::write(dead.join("half.rs"), "half").unwrap();
    for name in [&foreign, &ended, "of-nobody"] {
        std::fs::write(data.join(format!("bundles/{name}.bundle")), "bytes").unwrap();
    }
    std::fs::write(data.join(format!("bundles/{foreign}.never-finished.part")), "by").unwrap();
    scene = scene.restarted();
    scene.until_empty("jobs").await;
    let one = async || (scene.names("bundles").len() == 1).then_some(());
    scene.server.eventually("one bundle is left", one).await;
    assert_eq!(scene.names("bundles"), [format!("{foreign}.bundle")], "its job is claimed");
    scene.post(&format!("/jobs/{foreign}/fail"), json!({ "claimToken": token, "message": "no" })).await;
    scene.until_empty("bundles").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_jobs_stood_on_is_let_go_of_and_their_diffs_are_shown_all_the_same() {
    let mut scene = Scene::of(FILES, 1);
    let sent = scene.server.say("dev", "append a line \"x\" to README.md").await;
    let asked = scene.server.first("dev", sent.cursor, "approval_required").await;
    let job = asked.payload()["details"]["jobId"].as_str().unwrap().to_owned();
    let bases = |scene: &Scene| {
        let depot = std::fs::read_dir(scene.data.path().join("depots")).unwrap().next().unwrap().unwrap();
        let git = std::process::Command::new("git")
            .args(["for-each-ref", "--format=%(refname)", "refs/ph/base"])
            .current_dir(depot.path())
            .output()
            .unwrap();
        String::from_utf8(git.stdout).unwrap()
    };
    assert_eq!(bases(&scene), format!("refs/ph/base/{job}\n"));
    scene = scene.restarted();
    scene.server.eventually("it is let go of", async || bases(&scene).is_empty().then_some(())).await;
    let diff =
        scene.server.owner("POST", "/v1/rpc/jobs.diff").json(&json!({ "id": job })).send().await.json();
    assert_eq!(diff["files"][0]["path"], "README.md", "{diff}");
}
