//! Terminals nobody uses, on a server whose clock the test puts ahead.

use crate::scene::{Scene, attach, type_in};
use serde_json::json;
use testkit::clock::Clock;

const MINUTE: i64 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn one_that_nobody_uses_is_ended_after_its_time_and_its_recording_is_kept() {
    let Some(clock) = Clock::made() else {
        testkit::notes::not_run("a terminal that nobody uses: no C compiler makes the server's clock");
        return;
    };
    let scene = Scene::with(|start| {
        let start = start.flag("--trust").env("PILOTHOUSE_TERMINAL_IDLE_HOURS", "1");
        start.under(&clock.under().each_ref().map(String::as_str))
    });
    let mut wire = scene.wire().await;
    let (left, looked_at) = (scene.open().await, scene.open().await);
    let (stream, _) = attach(&mut wire, &left, json!({})).await;
    type_in(&mut wire, stream, "echo last-$((1+1))-words\n").await;
    wire.shown(stream, "last-2-words").await;
    wire.call("terminals.detach", json!({ "stream": stream })).await.unwrap();
    clock.passed(40 * MINUTE);
    let later = scene.open().await;
    // Somebody looks at the second. Such a jump is the end of every connection, so it is another one.
    let mut wire = scene.wire().await;
    let (stream, _) = attach(&mut wire, &looked_at, json!({})).await;
    wire.call("terminals.detach", json!({ "stream": stream })).await.unwrap();
    clock.passed(70 * MINUTE);

    let is_idle = async |id: &str| scene.listed(id).await.filter(|one| one["end"]["why"] == "idle");
    let ended = scene.server.eventually("it is ended", || is_idle(&left)).await;
    assert_eq!(ended["state"], "exited", "{ended}");
    // In the same round these were looked at, and have half an hour left.
    for other in [&looked_at, &later] {
        assert_eq!(scene.listed(other).await.unwrap()["state"], "running");
    }
    let (status, piece) = scene.rpc("terminals.export", json!({ "id": left })).await;
    assert!(status == 200 && piece["text"].as_str().unwrap().contains("last-2-words"), "{piece}");
    let list = std::process::Command::new(testkit::world::program("pilothouse"))
        .args(["terminal", "list", "--data"])
        .arg(scene.data.path())
        .env("PILOTHOUSE_CONFIG_DIR", scene.data.path().join("no-settings"))
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&list.stdout).contains("ended, nobody used it"));

    clock.passed(101 * MINUTE);
    for next in [&looked_at, &later] {
        scene.server.eventually("the others are ended", || is_idle(next)).await;
    }
}
