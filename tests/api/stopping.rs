//! Stopping: what is open ends, what was acknowledged is there afterwards.

use crate::scene::Scene;
use futures_util::StreamExt;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_open_streams_sockets_and_waiting_claims_within_ten_seconds_and_exits_0() {
    let scene = Scene::started(|start| start.workers(1));
    // First, so that it waits there long before the signal.
    let waiting = tokio::spawn(
        scene
            .server
            .owner("POST", "/jobs/claim")
            .json(&json!({ "workerId": "w", "kinds": ["k"], "waitMs": 30_000 }))
            .send(),
    );
    let mut stream = scene.server.owner("GET", "/sessions/dev/events").follow().await;
    let mut all = scene.server.owner("GET", "/v1/events").follow().await;
    assert!(stream.next().await.is_some() && all.next().await.is_some());
    let mut request =
        format!("{}/sessions/dev/ws", scene.server.url.replace("http", "ws")).into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {}", scene.server.token).parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let online =
        || async { (scene.get("/workers").await.json()["workers"][0]["workerId"] == "w-1").then_some(()) };
    scene.server.eventually("the worker is there", online).await;

    let began = Instant::now();
    let Scene { server, data: _data, .. } = scene;
    let url = server.url.clone();
    let code = tokio::task::spawn_blocking(move || server.terminate());
    while stream.next().await.is_some() {}
    while all.next().await.is_some() {}
    while let Some(Ok(message)) = socket.next().await {
        assert!(!message.is_text(), "nothing happened: {message:?}");
    }
    let claim = waiting.await.unwrap();
    assert!(claim.code() == "empty" || claim.code() == "unavailable", "{} {}", claim.status, claim.code());
    assert_eq!(code.await.unwrap(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    let address = url.trim_start_matches("http://");
    assert!(std::net::TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_over_the_api_stops_it_the_same_way() {
    let scene = Scene::quiet();
    let mut stream = scene.server.owner("GET", "/sessions/dev/events").follow().await;
    let answer = scene.post("/admin/shutdown", json!({ "reason": "test" })).await;
    assert_eq!(answer.status, 202);
    while stream.next().await.is_some() {}
    assert_eq!(scene.server.wait(), Some(0));
}
