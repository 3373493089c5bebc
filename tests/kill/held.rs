//! A pause of everything outlives `kill -9`; a drain ends with the process it was for.

use serde_json::{Value, json};
use testkit::world::{RunningServer, Start, TestRepo};

async fn rpc(server: &RunningServer, method: &str, params: Value) -> Value {
    server.client.send("POST", &format!("/v1/rpc/{method}"), Some(params)).await.unwrap()
}

async fn reasons(server: &RunningServer) -> Vec<Value> {
    let status = rpc(server, "system.status", json!({})).await;
    status["holds"].as_array().unwrap().iter().map(|hold| hold["reason"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_stays_paused_over_a_kill_and_a_drain_does_not() {
    let (repo, data) = (TestRepo::with(&[("README.md", "# Tern\n")]), tempfile::tempdir().unwrap());
    let start = Start::on(data.path(), repo.path()).flag("--trust");
    let server = RunningServer::start(&start);
    for reason in ["person", "drain"] {
        rpc(&server, "system.hold", json!({ "reason": reason })).await;
    }
    let sent = server.say("dev", "/find Tern").await;
    server.kill();

    let server = RunningServer::start(&start);
    assert_eq!(reasons(&server).await, [json!("person")]);
    let ended = server.first("dev", sent.cursor, "system.resumed").await;
    assert_eq!(
        (&ended.payload()["by"], &ended.payload()["ended"][0]["reason"], &ended.payload()["held"]),
        (&json!("server"), &json!("drain"), &json!(true))
    );
    // The crew is up and answers; what was acknowledged before the kill still waits.
    let asked = server.say("dev", "/status").await;
    server.first("dev", asked.cursor, "assistant_message").await;
    let request = format!("/requests/{}", sent.request_id.unwrap());
    let shown = server.client.send("GET", &request, None).await.unwrap();
    assert_eq!((&shown["request"]["status"], &shown["request"]["attempts"]), (&json!("pending"), &json!(0)));
    rpc(&server, "system.resume", json!({})).await;
    server.first("dev", sent.cursor, "job_completed").await;
    rpc(&server, "system.hold", json!({ "reason": "drain" })).await;
    assert_eq!(server.terminate(), Some(0));

    let server = RunningServer::start(&start);
    assert!(reasons(&server).await.is_empty(), "also after an end in good order");
}
