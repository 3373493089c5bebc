//! A real machine whose clock is wrong by more than an hour, either way: that is said, and all else is as ever.

use crate::machine::Machine;
use crate::scene::Scene;
use crate::wire::INPUT;
use serde_json::json;
use std::process::Command;
use testkit::clock::Clock;

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_with_a_wrong_clock_is_seen_as_such_and_works() {
    let Some(clock) = Clock::made() else {
        testkit::notes::not_run("a machine with a wrong clock: no C compiler makes one");
        return;
    };
    let scene = Scene::new();
    for (name, off_by) in [("ahead", 5_400_i64), ("behind", -5_400)] {
        clock.off_by(off_by);
        let mut machine = Machine::under(name, "", &clock.under().each_ref().map(String::as_str));
        let id = scene.serving(&mut machine, str::to_owned).await;
        let node = scene.sees(&id, true).await;
        let seen = node["clockAheadMs"].as_i64().unwrap();
        assert!((seen - off_by * 1_000).abs() < 60_000, "{name}: {seen}");
        // A terminal there, through a cut of its program's line of time: opened, used and ended.
        let terminal = scene.open(&id).await;
        let mut wire = scene.wire().await;
        let reply = wire.call("terminals.attach", json!({ "id": terminal, "after": 0 })).await.unwrap();
        let stream = reply["stream"].as_u64().unwrap() as u32;
        wire.binary(INPUT, stream, 0, b"echo it-$((40+2)); exit 5\n").await;
        wire.shown(stream, "it-42\r\n").await;
        assert_eq!(wire.exit(stream).await.1["exitCode"], 5, "{name}");
        let shown = Command::new(testkit::world::program("pilothouse"))
            .args(["node", "list", "--data"])
            .arg(scene.data.path())
            .env("PILOTHOUSE_CONFIG_DIR", scene.data.path().join("no-settings"))
            .output()
            .unwrap();
        let shown = String::from_utf8(shown.stdout).unwrap();
        assert!(
            shown.contains(&format!("Clock     90 min {name}"))
                || shown.contains(&format!("Clock     89 min {name}")),
            "{shown}"
        );
        // Neither away nor revoked by its time.
        scene.sees(&id, true).await;
    }
}
