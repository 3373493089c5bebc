//! A machine is let in by its owner's word, may do what the owner's list says, and is thrown out at once.

use crate::machine::Machine;
use crate::scene::{Scene, text};
use crate::wire::Frame;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_paired_seen_and_may_do_nothing_before_it_is_let() {
    let scene = Scene::new();
    let mut box1 = Machine::new("box", "");
    box1.start(&["node"]);
    let (said, code) = box1.last().await;
    assert_eq!((said["code"].as_str(), code), (Some("node.not_paired"), Some(1)));

    let id = scene.pair(&mut box1, json!({}), str::to_owned).await;
    box1.serve();
    assert_eq!(box1.said("connected").await["allowed"], json!([]));
    let node = scene.sees(&id, true).await;
    assert_eq!((&node["name"], &node["allowed"]), (&json!("box"), &json!([])));
    assert!(text(&node["os"]).starts_with(std::env::consts::OS), "{node}");
    let offered: Vec<_> = node["offers"].as_array().unwrap().iter().map(|offer| &offer["service"]).collect();
    assert_eq!(offered, ["terminals", "recipes", "workers"]);
    assert!(node["clockAheadMs"].as_i64().unwrap().abs() < 60_000);

    let (status, refused) = scene.owner("terminals.open", json!({ "node": "box" })).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("node.not_allowed")), "{refused}");
    let (status, refused) = scene.owner("jobs.start", json!({ "recipe": "x", "node": "box" })).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("node.not_allowed")));

    // A second process on the same folder is no second machine, and a link does not pair twice.
    let (link, _) = scene.link(json!({})).await;
    let mut other = Machine::new("other", "");
    other.start(&["node", "pair", &link.replace("&n=", "&n=x")]);
    assert_eq!(other.last().await.1, Some(1));

    scene.done("node.allow", json!({ "id": id, "services": ["terminals"] })).await;
    assert_eq!(box1.said("connected").await["allowed"], json!(["terminals"]));
    // Asked for by its name, it is told by its id.
    let opened = scene.done("terminals.open", json!({ "node": "box" })).await;
    assert_eq!(opened["terminal"]["node"], json!(id));
    let terminal = text(&opened["terminal"]["id"]);
    let mut wire = scene.wire().await;
    let reply = wire.call("terminals.attach", json!({ "id": terminal, "after": 0 })).await.unwrap();
    assert_eq!((&reply["controls"], &reply["terminal"]["node"]), (&json!(true), &json!(id)));
    let stream = reply["stream"].as_u64().unwrap() as u32;
    wire.call("terminals.input", json!({ "stream": stream, "text": "echo key:$OPENAI_API_KEY: $PWD\n" }))
        .await
        .unwrap();
    let home = std::fs::canonicalize(box1.home()).unwrap();
    wire.shown(stream, &format!("key:: {}", home.display())).await;

    // Thrown out: its connection ends at once, and whoever looked on is told.
    scene.done("device.revoke", json!({ "id": id })).await;
    let (said, code) = box1.last().await;
    assert_eq!(code, Some(1), "{said}");
    assert!(scene.node(&id).await.is_null(), "it is no machine of this hub any more");
    let told = loop {
        match wire.frame().await {
            Frame::Text(frame) if frame["t"] == "refused" => break frame,
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
    };
    assert_eq!(told["stream"], json!(stream));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_on_a_machine_is_one_like_any_other() {
    let scene = Scene::new();
    let mut machine = Machine::new("box", "");
    let id = scene.serving(&mut machine, str::to_owned).await;
    let opened =
        scene.done("terminals.open", json!({ "node": id, "folder": "inner", "name": "there" })).await;
    let terminal = text(&opened["terminal"]["id"]);
    assert!(text(&opened["terminal"]["cwd"]).ends_with("/home/inner"));
    let (status, refused) = scene.owner("terminals.open", json!({ "node": id, "folder": "../.." })).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("terminal.folder")));

    let (mut ann, mut bob) = (scene.wire().await, scene.wire().await);
    let at = |reply: serde_json::Value| reply["stream"].as_u64().unwrap() as u32;
    let first = at(ann.call("terminals.attach", json!({ "id": terminal, "after": 0 })).await.unwrap());
    let second = at(bob.call("terminals.attach", json!({ "id": terminal, "after": 0 })).await.unwrap());
    ann.call("terminals.resize", json!({ "stream": first, "cols": 100, "rows": 30 })).await.unwrap();
    ann.binary(crate::wire::INPUT, first, 0, b"stty size; echo over-there\n").await;
    ann.shown(first, "30 100\r\nover-there").await;
    bob.shown(second, "30 100\r\nover-there").await;
    let refused = bob.call("terminals.input", json!({ "stream": second, "text": "x" })).await.unwrap_err();
    assert_eq!(refused["code"], "terminal.not_controlled");
    let taken = bob.call("terminals.take_control", json!({ "stream": second })).await.unwrap();
    assert_eq!((&taken["controls"], &taken["stream"]), (&json!(true), &json!(second)));
    bob.binary(crate::wire::INPUT, second, 0, b"echo $((6*7))\n").await;
    bob.shown(second, "42").await;
    ann.shown(first, "42").await;

    let shown = scene.done("terminals.snapshot", json!({ "id": terminal })).await;
    assert!(text(&shown["text"]).contains("over-there"), "{shown}");
    assert_eq!((&shown["terminal"]["id"], &shown["terminal"]["node"]), (&json!(terminal), &json!(id)));

    let renamed = scene.done("terminals.rename", json!({ "id": terminal, "name": "elsewhere" })).await;
    assert_eq!(
        (&renamed["terminal"]["name"], &renamed["terminal"]["node"]),
        (&json!("elsewhere"), &json!(id))
    );
    // What was shown is recorded right after.
    let cast = scene
        .hub
        .eventually("it is recorded", || async {
            let cast = scene.done("terminals.export", json!({ "id": terminal })).await;
            Some(text(&cast["text"])).filter(|cast| cast.contains("over-there"))
        })
        .await;
    let head: serde_json::Value = serde_json::from_str(cast.lines().next().unwrap()).unwrap();
    assert_eq!(head["version"], 2);
    ann.call("terminals.detach", json!({ "stream": first })).await.unwrap();
    bob.call("terminals.input", json!({ "stream": second, "text": "exit 7\n" })).await.unwrap();
    let (_, end) = bob.exit(second).await;
    assert_eq!((&end["state"], &end["exitCode"]), (&json!("exited"), &json!(7)));
    let ended = scene
        .hub
        .eventually("it is listed as ended", || async {
            scene.terminal(&terminal).await.filter(|one| one["end"]["exitCode"] == 7)
        })
        .await;
    assert_eq!(ended["name"], "elsewhere");
    let started = scene.hub.first("dev", 0, "terminal.session.started").await;
    assert_eq!(
        started.payload(),
        &json!({ "id": terminal, "name": "there", "node": id, "by": "owner" }),
        "where it began stays there"
    );
    let told = scene.hub.first("dev", 0, "terminal.session.ended").await;
    let end = json!({ "id": terminal, "name": "elsewhere", "node": id, "state": "exited", "exitCode": 7 });
    assert_eq!(told.payload(), &end);
    scene.done("terminals.close", json!({ "id": terminal })).await;
    assert!(scene.terminal(&terminal).await.is_some(), "it is kept until it is removed");
    scene.done("terminals.remove", json!({ "id": terminal })).await;
    assert_eq!(scene.terminal(&terminal).await, None);
    let (status, _) = scene.owner("terminals.export", json!({ "id": terminal })).await;
    assert_eq!(status, 404);
}
