//! A machine that says and does what it likes: nothing of it is believed about anything but itself.

use crate::key::Key;
use crate::scene::{Scene, text};
use crate::wire::{Frame, Wire, knock};
use protocol::ops::{Method, OTHER_NAMES, Permission};
use serde_json::{Value, json};

/// A machine that was let in, as far as the server can tell.
pub struct Odd {
    pub id: String,
    key: Key,
}

impl Odd {
    pub async fn new(scene: &Scene, name: &str) -> Self {
        let (link, pairing) = scene.link(json!({})).await;
        let nonce = link.split_once("&n=").unwrap().1.split('&').next().unwrap().to_owned();
        let key = Key::ed25519();
        let claim = json!({ "nonce": nonce, "name": name, "kind": "node", "publicKey": key.public() });
        let claimed = scene.hub.bare("POST", "/pair/claim").json(&claim).send().await;
        assert_eq!(claimed.status, 200, "{}", claimed.json());
        let device = scene.done("pairing.approve", json!({ "id": pairing })).await;
        assert_eq!(device["scopes"], json!(["node"]));
        Self { id: text(&device["id"]), key }
    }

    async fn connected(&self, scene: &Scene) -> Wire {
        let mut wire = knock(&scene.hub.url, &[]).await.unwrap();
        let hello = wire.frame().await.text();
        let signature = self.key.connects(&text(&hello["serverId"]), &text(&hello["challenge"]), &self.id);
        wire.say(json!({
            "t": "connect", "versions": [1, 1], "client": { "name": "odd", "kind": "node" },
            "device": { "id": self.id, "signature": signature },
        }))
        .await;
        let welcome = wire.frame().await.text();
        assert_eq!(welcome["t"], "welcome", "{welcome}");
        let methods: Vec<String> = welcome["methods"].as_array().unwrap().iter().map(text).collect();
        assert_eq!(
            methods,
            [
                "node.register",
                "node.heartbeat",
                "node.terminals",
                "node.work",
                "node.errand",
                "node.send",
                "node.read",
                "node.end",
            ]
        );
        assert_eq!(welcome["snapshot"]["jobs"], json!([]), "it is shown nothing");
        wire
    }

    async fn registered(&self, scene: &Scene, now_ms: i64) -> Wire {
        self.registered_for(scene, now_ms, "terminals").await
    }

    /// It says that it offers this.
    pub async fn registered_for(&self, scene: &Scene, now_ms: i64, service: &str) -> Wire {
        let mut wire = self.connected(scene).await;
        let said = json!({
            "hostname": "odd", "os": "linux x86_64", "version": "0", "run": "r", "nowMs": now_ms,
            "offers": [{ "service": service, "version": 1, "features": [] }],
        });
        wire.call("node.register", said).await.unwrap();
        wire
    }
}

pub fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// Answers the next thing it is asked, and says what that was.
async fn asked(wire: &mut Wire, answer: impl FnOnce(&Value) -> Value) -> Value {
    loop {
        match wire.frame().await {
            Frame::Text(frame) if frame["t"] == "ask" => {
                let answer = answer(&frame["ask"]);
                wire.say(json!({ "t": "answer", "id": frame["id"], "result": answer })).await;
                return frame["ask"].clone();
            }
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_a_machine_opens_no_method_over_http() {
    let scene = Scene::new();
    let odd = Odd::new(&scene, "odd").await;
    let ask = json!({ "deviceId": odd.id });
    let asked = scene.hub.bare("POST", "/auth/challenge").json(&ask).send().await.json();
    let signature = odd.key.connects(&text(&asked["serverId"]), &text(&asked["challenge"]), &odd.id);
    let signed = json!({ "deviceId": odd.id, "challenge": asked["challenge"], "signature": signature });
    let answer = scene.hub.bare("POST", "/auth/device").json(&signed).send().await;
    let cookie = answer.header("set-cookie").and_then(|set| set.split(';').next()).map(str::to_owned);
    let own = Method::ALL.iter().map(|method| (method.operation().name, *method));
    let mut walked = 0;
    for (name, method) in own.chain(OTHER_NAMES.iter().copied()) {
        let call = scene.hub.bare("POST", format!("/v1/rpc/{name}")).json(&json!({}));
        let call = match &cookie {
            Some(cookie) => call.header("cookie", cookie),
            None => call,
        };
        let refused = call.send().await;
        let expected = match (&cookie, method.operation().scope) {
            (None, _) => (401, "unauthenticated"),
            // Its own methods belong to its connection.
            (Some(_), Permission::Node) => (400, "bad_request"),
            (Some(_), _) => (403, "forbidden"),
        };
        assert_eq!((refused.status, refused.code().as_str()), expected, "{name}");
        walked += 1;
    }
    assert!(walked > 150, "{walked}");
}

fn terminal(id: &str, name: &str) -> Value {
    json!({
        "id": id, "name": name, "cwd": "/", "shell": "/bin/sh", "state": "running", "cols": 80, "rows": 24,
        "createdAt": "2026-01-01T00:00:00.000Z", "bytes": 0, "attached": 0, "recorded": 0,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_calls_nothing_but_its_own_methods_over_any_way() {
    let scene = Scene::new();
    let odd = Odd::new(&scene, "odd").await;
    let mut wire = odd.connected(&scene).await;
    for method in [
        "session.list",
        "terminals.open",
        "approval.answer",
        "node.list",
        "node.allow",
        "system.status",
        "jobs.claim",
    ] {
        let refused = wire.call(method, json!({})).await.unwrap_err();
        assert_eq!(refused["code"], "forbidden", "{method}");
    }
    // Before it has said who it is, its own methods are refused too.
    for (method, params) in [
        ("node.heartbeat", json!({ "nowMs": 0 })),
        ("node.terminals", json!({ "terminals": [] })),
        ("node.work", json!({ "method": "jobs.claim", "params": {} })),
    ] {
        let refused = wire.call(method, params).await.unwrap_err();
        assert_eq!(refused["code"], "conflict", "{method}");
    }
    let mut wire = odd.registered(&scene, 0).await;
    for method in [
        "chat.send",
        "approval.answer",
        "workers.list",
        "jobs.enqueue",
        "completions.enqueue",
        "requests.claim",
    ] {
        let refused = wire.call("node.work", json!({ "method": method, "params": {} })).await.unwrap_err();
        assert_eq!(refused["code"], "forbidden", "{method}");
    }
    let refused =
        wire.call("node.work", json!({ "method": "jobs.claim", "params": { "workerId": "x" } })).await;
    assert_eq!(refused.unwrap_err()["code"], "node.not_allowed", "recipes are not allowed to it");
    let (status, refused) = scene
        .owner(
            "node.register",
            json!({
                "hostname": "x", "os": "x", "version": "x", "run": "x", "nowMs": 0, "offers": [],
            }),
        )
        .await;
    assert_eq!((status, refused["code"].as_str()), (400, Some("bad_request")), "not over HTTP");
    // Frames of other clients end its connection, and its frames end theirs.
    wire.say(json!({ "t": "sub", "id": 9, "after": 0 })).await;
    assert_eq!(wire.closed().await, 4400);
    let mut owner = scene.wire().await;
    owner.say(json!({ "t": "answer", "id": 1, "result": {} })).await;
    assert_eq!(owner.closed().await, 4400);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_machine_says_of_others_counts_for_nothing() {
    let scene = Scene::new();
    let (odd, fair) = (Odd::new(&scene, "odd").await, Odd::new(&scene, "fair").await);
    for node in [&odd, &fair] {
        scene.registered_and_let(node).await;
    }
    let own = text(&scene.done("terminals.open", json!({})).await["terminal"]["id"]);
    // Its clock is an hour ahead; that is said, and nothing depends on it.
    let mut wire = odd.registered(&scene, now_ms() + 3_600_000).await;
    let seen = scene.sees(&odd.id, true).await;
    let ahead = seen["clockAheadMs"].as_i64().unwrap();
    assert!((3_500_000..3_700_000).contains(&ahead), "{ahead}");
    // A terminal of the hub's own, and one that nobody opened.
    let told = json!({ "terminals": [terminal(&own, "mine now"), terminal("made-up", "x")] });
    wire.call("node.terminals", told).await.unwrap();
    assert_eq!(scene.terminal("made-up").await, None);
    let shown = scene.terminal(&own).await.unwrap();
    assert!(shown["node"].is_null() && shown["name"] != "mine now", "{shown}");

    // One that was really opened on the other machine.
    let mut other = fair.registered(&scene, now_ms()).await;
    let opening = tokio::spawn({
        let call = scene.hub.owner("POST", "/v1/rpc/terminals.open").json(&json!({ "node": "fair" }));
        async move { call.send().await.json() }
    });
    asked(&mut other, |ask| terminal(ask["id"].as_str().unwrap(), "fair one")).await;
    let theirs = text(&opening.await.unwrap()["terminal"]["id"]);
    wire.call("node.terminals", json!({ "terminals": [terminal(&theirs, "mine now")] })).await.unwrap();
    wire.call("node.terminals", json!({ "terminals": [] })).await.unwrap();
    let shown = scene.terminal(&theirs).await.expect("only its own machine can take it away");
    assert_eq!((&shown["name"], &shown["node"]), (&json!("fair one"), &json!(fair.id)));

    // A machine that sends more than the window is not listened to any further.
    let mut owner = scene.wire().await;
    owner.say(json!({ "t": "req", "id": 900, "method": "terminals.attach", "params": { "id": theirs, "after": 0 } })).await;
    let attached = |stream: &Value| {
        json!({ "ok": true, "stream": stream, "seat": "s", "controls": true, "inputOffset": 0, "window": 262_144,
            "terminal": terminal(&theirs, "fair one") })
    };
    let ask = asked(&mut other, |ask| attached(&ask["stream"])).await;
    assert_eq!((&ask["do"], &ask["key"]), (&json!("attach"), &json!("owner")));
    let stream = ask["stream"].as_u64().unwrap() as u32;
    let reply = owner.answer(900).await.unwrap();
    let piece = vec![b'x'; 512 * 1024];
    for n in 0..40_u64 {
        other.binary(0, stream, n * piece.len() as u64, &piece).await;
    }
    let refused = loop {
        match owner.frame().await {
            Frame::Text(frame) if frame["t"] == "refused" => break frame,
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
    };
    assert_eq!((&refused["stream"], &refused["error"]["code"]), (&reply["stream"], &json!("too_large")));
    scene.done("system.status", json!({})).await;
}

impl Scene {
    /// A machine that has said what it is once, and may serve terminals.
    async fn registered_and_let(&self, node: &Odd) {
        let mut wire = node.registered(self, now_ms()).await;
        self.done("node.allow", json!({ "id": node.id, "services": ["terminals"] })).await;
        wire.closed().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_terminal_is_asked_of_a_machine_for_one_key_whatever_became_of_the_first_answer() {
    let scene = Scene::new();
    let odd = Odd::new(&scene, "odd").await;
    let mut wire = odd.registered(&scene, now_ms()).await;
    scene.done("node.allow", json!({ "id": odd.id, "services": ["terminals"] })).await;
    drop(wire);
    wire = odd.registered(&scene, now_ms()).await;
    let open = || {
        let call = scene.hub.owner("POST", "/v1/rpc/terminals.open").header("idempotency-key", "k");
        call.json(&json!({ "node": odd.id })).send()
    };
    // It opens one, and its line breaks before it can say so.
    let mut asks = Vec::new();
    let (lost, ()) = tokio::join!(open(), async {
        asks.push(next_ask(&mut wire).await["ask"].clone());
        drop(wire);
    });
    assert_eq!((lost.status, lost.code()), (503, "node.away".into()));
    // Asked again, twice at once, it is asked for the same one, once.
    let mut wire = odd.registered(&scene, now_ms()).await;
    let (one, two, ()) = tokio::join!(open(), open(), async {
        let frame = next_ask(&mut wire).await;
        asks.push(frame["ask"].clone());
        let shown = terminal(frame["ask"]["id"].as_str().unwrap(), "odd");
        wire.say(json!({ "t": "answer", "id": frame["id"], "result": shown })).await;
    });
    assert_eq!(asks[0], asks[1]);
    assert_eq!((one.status, one.json()), (200, two.json()), "{}", two.json());
    // Another key is another one.
    let other = scene.hub.owner("POST", "/v1/rpc/terminals.open").header("idempotency-key", "other");
    let (_, asked) = tokio::join!(
        other.json(&json!({ "node": odd.id })).send(),
        asked(&mut wire, |ask| terminal(ask["id"].as_str().unwrap(), "odd"))
    );
    assert_ne!(asked["id"], asks[0]["id"]);
}

async fn next_ask(wire: &mut Wire) -> Value {
    loop {
        match wire.frame().await {
            Frame::Text(frame) if frame["t"] == "ask" => return frame,
            Frame::Closed(code) => panic!("closed with {code}"),
            _ => {}
        }
    }
}
