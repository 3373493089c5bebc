//! A job that a device takes over says which device it was, so that its page knows itself by more than a name.

use crate::key::Key;
use crate::scene::Scene;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_taken_over_names_the_device_that_asked_and_its_line_is_told_the_same() {
    let scene = Scene::new();
    let phone = scene.paired(json!({}), "phone", Key::p256()).await;
    let namesake = scene.paired(json!({}), "phone", Key::p256()).await;
    let planning = json!({
        "intent": "code_change", "riskLevel": "low",
        "scope": { "readAnywhere": true, "writeGlobs": ["notes/**"], "maxFilesToEdit": 3 },
        "acceptanceCriteria": ["They are there"], "validationSteps": [], "queuePriority": "interactive",
        "queueWaitBudgetMs": 90000, "executionBudgetMs": 300000, "finalizationBudgetMs": 120000
    });
    let params = json!({ "schemaVersion": 2, "lane": "worker", "title": "Notes", "instruction": "Write them.", "planning": planning });
    let mut jobs = Vec::new();
    for task in ["t-1", "t-2"] {
        let job = json!({ "taskId": task, "kind": "task.execute", "sessionId": "dev", "params": params });
        jobs.push(scene.done("jobs.enqueue", job).await["jobId"].as_str().unwrap().to_owned());
    }

    let cookie = scene.signed_in(&phone).await;
    let (status, reply) = scene.with_cookie(&cookie, "jobs.take_over", json!({ "id": jobs[0] })).await;
    assert_eq!(status, 200, "{reply}");
    assert_eq!((&reply["taken"]["by"], &reply["taken"]["deviceId"]), (&json!("phone"), &json!(phone.id)));
    let kept = scene.done("jobs.get", json!({ "id": jobs[0] })).await;
    assert_eq!(kept["taken"]["deviceId"], json!(phone.id));
    let (_line, welcome) = scene.knocked(&phone).await;
    assert_eq!(welcome["deviceId"], json!(phone.id));
    let (_line, welcome) = scene.knocked(&namesake).await;
    assert_ne!(welcome["deviceId"], kept["taken"]["deviceId"], "a name may be shared");

    let own = scene.done("jobs.take_over", json!({ "id": jobs[1] })).await;
    assert_eq!((&own["taken"]["by"], own["taken"].get("deviceId")), (&json!("owner"), None));
}
