//! Following the log: every event once, in order, wherever a reader starts, stops and starts again.

use crate::scene::Scene;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};

/// What one job's log turns into events at most.
const LINES: usize = 1_000;

/// Appends `n` thousands of events in few calls.
async fn fill(scene: &Scene, session: &str, thousands: usize) {
    for _ in 0..thousands.div_ceil(2) {
        let job = scene
            .post("/jobs/enqueue", json!({ "taskId": "t", "kind": "talk", "sessionId": session }))
            .await
            .json();
        for _ in 0..2 {
            let lines: Vec<Value> =
                (0..LINES).map(|n| json!({ "stream": "stdout", "line": format!("line {n}") })).collect();
            let path = format!("/jobs/{}/log", job["jobId"].as_str().unwrap());
            assert_eq!(scene.post(&path, json!({ "lines": lines })).await.status, 200);
        }
    }
}

async fn say(scene: &Scene, session: &str, text: &str) -> i64 {
    let body = json!({ "type": "log", "payload": { "level": "info", "message": text } });
    scene.post(&format!("/sessions/{session}/command"), body).await.json()["cursor"].as_i64().unwrap()
}

/// Every cursor of a session after `after`, read page by page.
async fn paged(scene: &Scene, session: &str, mut after: i64) -> Vec<i64> {
    let mut all = Vec::new();
    loop {
        let page = scene
            .post("/v1/rpc/session.events", json!({ "sessionId": session, "after": after, "limit": 1000 }))
            .await
            .json();
        all.extend(page["events"].as_array().unwrap().iter().map(|e| e["cursor"].as_i64().unwrap()));
        after = all.last().copied().unwrap_or(after);
        if page["more"] == false {
            return all;
        }
    }
}

async fn with_session(name: &str) -> Scene {
    let scene = Scene::quiet();
    assert_eq!(scene.post("/sessions", json!({ "sessionId": name })).await.status, 201);
    scene
}

/// Reads until `last` has come.
async fn collect(frames: &mut testkit::world::Frames, last: i64) -> Vec<i64> {
    let mut all = Vec::new();
    while all.last() != Some(&last) {
        let (id, data) = frames.event().await.expect("the stream goes on");
        assert_eq!(data["cursor"], id, "the frame's id is its cursor");
        all.push(id);
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_replay_goes_over_into_live_events_without_a_gap_or_a_repeat() {
    let scene = with_session("s").await;
    fill(&scene, "s", 4).await;
    let path = "/sessions/s/events?types=all";
    let mut early = scene.server.owner("GET", path).follow().await;
    assert_eq!(early.next().await.as_deref(), Some(": keepalive\n"), "the first bytes come at once");
    // While it replays, others append: to this session and to another one.
    let writing = async {
        let mut last = 0;
        for n in 0..200 {
            say(&scene, "dev", "elsewhere").await;
            last = say(&scene, "s", &format!("live {n}")).await;
        }
        last
    };
    // The reader starts while the writer writes, and stops only after its last event.
    let (last, ()) = tokio::join!(writing, async {});
    let seen = collect(&mut early, last).await;
    let stored = paged(&scene, "s", 0).await;
    assert!(stored.len() > 4_000);
    assert_eq!(seen, stored);

    // A reader that hears nothing while two thousand pass is filled up from the log.
    fill(&scene, "s", 4).await;
    let last = say(&scene, "s", "the end").await;
    let more = collect(&mut early, last).await;
    assert_eq!(more, paged(&scene, "s", seen[seen.len() - 1]).await);

    // Resuming: by header or by parameter, from the middle, the rest and nothing else.
    let middle = stored[stored.len() / 2];
    let rest = paged(&scene, "s", middle).await;
    let mut by_header =
        scene.server.owner("GET", path).header("last-event-id", &middle.to_string()).follow().await;
    assert_eq!(collect(&mut by_header, last).await, rest);
    let mut by_parameter = scene.server.owner("GET", format!("{path}&after={middle}")).follow().await;
    assert_eq!(collect(&mut by_parameter, last).await, rest);
    // Beyond the newest: the reader outlived a reset, and starts over.
    let mut reset = scene.server.owner("GET", format!("{path}&after={}", last + 1_000_000)).follow().await;
    assert_eq!(reset.event().await.unwrap().0, stored[0]);
    let mut all = scene.server.owner("GET", format!("/v1/events?types=all&after={middle}")).follow().await;
    assert!(collect(&mut all, last).await.len() >= rest.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strict_reader_gets_only_what_it_knows() {
    let scene = with_session("s").await;
    let job =
        scene.post("/jobs/enqueue", json!({ "taskId": "t", "kind": "k", "sessionId": "s" })).await.json();
    let claim = scene.post("/jobs/claim", json!({ "workerId": "w" })).await.json();
    let path = format!("/jobs/{}/log", job["jobId"].as_str().unwrap());
    let body = json!({ "line": "x", "progress": { "step": 1, "steps": 2, "label": "half" }, "claimToken": claim["claimToken"] });
    assert_eq!(scene.post(&path, body).await.status, 200);
    let last = say(&scene, "s", "end").await;
    let known = [
        "protocolVersion",
        "id",
        "ts",
        "sessionId",
        "type",
        "payload",
        "traceId",
        "from",
        "to",
        "correlationId",
        "parentId",
        "turnId",
    ];
    for (query, dotted) in [("", false), ("?types=all", true), ("?types=seed", false)] {
        let mut frames = scene.server.owner("GET", format!("/sessions/s/events{query}")).follow().await;
        let mut kinds = Vec::new();
        loop {
            let (id, data) = frames.event().await.unwrap();
            let envelope = data["envelope"].as_object().unwrap();
            assert_eq!(data.as_object().unwrap().len(), 2, "envelope and cursor");
            assert!(envelope.keys().all(|k| known.contains(&k.as_str())), "{envelope:?}");
            assert_eq!(envelope["protocolVersion"], "0.1.0");
            kinds.push(envelope["type"].as_str().unwrap().to_owned());
            if id == last {
                break;
            }
        }
        assert_eq!(kinds.iter().any(|k| k.contains('.')), dotted, "{query}: {kinds:?}");
        assert!(kinds.iter().any(|k| k == "job_log"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_replays_resumes_and_goes_on_like_the_stream() {
    let scene = with_session("s").await;
    fill(&scene, "s", 4).await;
    let middle = paged(&scene, "s", 0).await[1_500];
    for after in [0, middle] {
        let address =
            format!("{}/sessions/s/ws?types=all&after={after}", scene.server.url.replace("http", "ws"));
        let mut request = address.into_client_request().unwrap();
        request
            .headers_mut()
            .insert("authorization", format!("Bearer {}", scene.server.token).parse().unwrap());
        let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let last = say(&scene, "s", "live").await;
        let mut seen = Vec::new();
        while seen.last() != Some(&last) {
            let Message::Text(text) = socket.next().await.unwrap().unwrap() else { continue };
            let frame: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(frame["envelope"]["sessionId"], "s");
            seen.push(frame["cursor"].as_i64().unwrap());
        }
        assert_eq!(seen, paged(&scene, "s", after).await);
    }
    for (what, request) in [
        ("no token", scene.server.bare("GET", "/sessions/s/ws")),
        (
            "a foreign origin",
            scene.server.owner("GET", "/sessions/s/ws").header("origin", "http://evil.example"),
        ),
        ("no upgrade", scene.server.owner("GET", "/sessions/s/ws")),
        ("no such session", scene.server.owner("GET", "/sessions/no-such/ws")),
    ] {
        let upgrade = |c: testkit::world::Call| {
            c.header("upgrade", "websocket")
                .header("sec-websocket-version", "13")
                .header("sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA==")
        };
        let request = if what == "no upgrade" { request } else { upgrade(request) };
        request.send().await.assert_refused(what);
    }
}
