//! The whole surface with a credential that is good but too small: every method of the table and every route, over HTTP
//! and over the gateway, by a device that has every scope but the one that is needed, and by one that may only read.
//! Not one success, no fault of the server, and no memory that stays behind.

use crate::scene::Scene;
use crate::schema::Schema;
use crate::surface::{self, Route};
use crate::wire::{Frame, connect, knock};
use protocol::ops::{Method, OTHER_NAMES, Permission};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the owner can give away.
const GIVEN: [Permission; 10] = [
    Permission::Read,
    Permission::Chat,
    Permission::Approve,
    Permission::Jobs,
    Permission::Merge,
    Permission::Publish,
    Permission::TerminalRead,
    Permission::TerminalWrite,
    Permission::Pair,
    Permission::Admin,
];

/// A device that bears a token, and what it may do.
struct Bearer {
    token: String,
    scopes: Vec<Permission>,
}

impl Bearer {
    fn lacks(&self, scope: Permission) -> bool {
        !self.scopes.contains(&scope)
    }

    fn what(&self) -> String {
        match self.scopes.as_slice() {
            [only] => format!("a device with {only} alone"),
            some => {
                let missing = GIVEN.iter().find(|scope| !some.contains(scope));
                missing.map_or("a device with everything".into(), |scope| format!("a device without {scope}"))
            }
        }
    }
}

/// Lets a device in as an owner would, and fetches its token as the device would.
async fn paired(scene: &Scene, scopes: Vec<Permission>) -> Bearer {
    let link = scene.post("/v1/rpc/pairing.start", json!({ "scopes": scopes })).await;
    assert_eq!(link.status, 200, "{}", link.json());
    let link = link.json();
    let nonce = link["url"].as_str().unwrap().split("&n=").nth(1).unwrap().split('&').next().unwrap();
    let claim = json!({ "nonce": nonce, "name": "walker", "kind": "cli" });
    let claimed = scene.server.bare("POST", "/pair/claim").json(&claim).send().await.json();
    let approved = scene.post("/v1/rpc/pairing.approve", json!({ "id": link["id"] })).await;
    assert_eq!(approved.status, 200, "{}", approved.json());
    let ask = json!({ "pairingId": claimed["pairingId"], "claim": claimed["claim"] });
    let progress = scene.server.bare("POST", "/pair/state").json(&ask).send().await.json();
    let token = progress["token"].as_str().unwrap_or_else(|| panic!("no token: {progress}")).to_owned();
    Bearer { token, scopes }
}

/// One device for each scope it lacks, one that may only read, and one that lacks nothing the owner has.
async fn devices(scene: &Scene) -> Vec<Bearer> {
    let mut all = Vec::new();
    // Without reading nobody is let in, so that scope is missing to workers alone.
    for missing in GIVEN.iter().skip(1) {
        let scopes = GIVEN.iter().copied().filter(|scope| scope != missing).collect();
        all.push(paired(scene, scopes).await);
    }
    all.push(paired(scene, vec![Permission::Read]).await);
    all.push(paired(scene, GIVEN.to_vec()).await);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn no_method_and_no_route_opens_to_a_scope_that_is_too_small() {
    let scene = Scene::quiet();
    let (routes, document) = surface::read(&scene).await;
    let devices = devices(&scene).await;
    let before = scene.footprint().await;
    let mut tried = walk(&scene, &routes, &document, &devices).await;
    let memory = resident(&scene);
    tried += walk(&scene, &routes, &document, &devices).await;
    assert!(tried > 2_000, "only {tried} were tried");
    if let (Some(before), Some(after)) = (memory, resident(&scene)) {
        assert!(after < before + 48 * 1024, "{before} KiB became {after} KiB");
    }
    assert_eq!(scene.footprint().await, before, "a refused call left something behind");
    for device in &devices {
        let sessions = scene.server.bare("GET", "/sessions").bearer(&device.token).send().await;
        assert_eq!(sessions.status, 200, "{} was alive all the time", device.what());
    }
}

/// Every attempt over HTTP and over the gateway; how many there were.
async fn walk(scene: &Scene, routes: &[Route], document: &Value, devices: &[Bearer]) -> usize {
    let mut tried = 0;
    let bodies = bodies(document);
    for device in devices {
        for route in routes.iter().filter(|route| !route.is_open() && device.lacks(route.scope())) {
            let address = route.with("no-such");
            let call = scene.server.bare(&route.verb, &address).bearer(&device.token);
            let fitting =
                Schema::of(document, &route.path, &route.verb).map_or(json!({}), |schema| schema.fitting());
            let answer = if route.verb == "GET" { call } else { call.json(&fitting) }.send().await;
            let what = format!("{} {address} by {}", route.verb, device.what());
            assert_eq!((answer.status, answer.code()), (403, "forbidden".into()), "{what}");
            tried += 1;
        }
        let mut wire = knock(&scene.server.url, &[]).await.unwrap();
        assert_eq!(wire.frame().await.text()["t"], "hello");
        wire.say(connect(&device.token)).await;
        let welcome = wire.frame().await.text();
        assert_eq!(welcome["t"], "welcome", "{welcome}");
        let offered = welcome["methods"].as_array().unwrap();
        for (name, method) in names() {
            let lacks = device.lacks(method.operation().scope);
            let what = format!("{name} by {}", device.what());
            assert_eq!(offered.contains(&json!(name)), !lacks, "welcome names {what}");
            if lacks {
                let refused = wire.call(name, bodies[name].clone()).await;
                assert_eq!(refused.expect_err(&what)["code"], "forbidden", "{what}");
                tried += 1;
            }
        }
        for (other, method) in OTHER_NAMES.iter().filter(|(_, one)| device.lacks(one.operation().scope)) {
            let call = scene.server.bare("POST", format!("/v1/rpc/{other}")).bearer(&device.token);
            let answer = call.json(&bodies[method.operation().name]).send().await;
            assert_eq!(
                (answer.status, answer.code()),
                (403, "forbidden".into()),
                "{other} by {}",
                device.what()
            );
            tried += 1;
        }
    }
    tried
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_revoked_opens_nothing_any_more() {
    let scene = Scene::quiet();
    let (routes, document) = surface::read(&scene).await;
    let device = paired(&scene, GIVEN.to_vec()).await;
    let mut open = knock(&scene.server.url, &[]).await.unwrap();
    open.frame().await;
    open.say(connect(&device.token)).await;
    assert_eq!(open.frame().await.text()["t"], "welcome");
    let list = scene.post("/v1/rpc/device.list", json!({})).await.json();
    let walker = list["devices"].as_array().unwrap().iter().find(|one| one["name"] == "walker").unwrap();
    let revoked = scene.post("/v1/rpc/device.revoke", json!({ "id": walker["id"] })).await;
    assert_eq!(revoked.status, 200, "{}", revoked.json());
    assert_eq!(open.closed().await, 4401, "what it has open is closed");

    let before = scene.footprint().await;
    let mut tried = 0;
    for route in routes.iter().filter(|route| !route.is_open()) {
        let address = route.with("no-such");
        let call = scene.server.bare(&route.verb, &address).bearer(&device.token);
        let fitting = Schema::of(&document, &route.path, &route.verb).map_or(json!({}), |one| one.fitting());
        let answer = if route.verb == "GET" { call } else { call.json(&fitting) }.send().await;
        // A one-time code is a word of its own, and this one is none.
        let code = if route.path == "/auth/exchange" { "unauthenticated" } else { "device.revoked" };
        assert_eq!((answer.status, answer.code()), (401, code.into()), "{} {address}", route.verb);
        tried += 1;
    }
    let bodies = bodies(&document);
    for (name, _) in names() {
        let call = scene.server.bare("POST", format!("/v1/rpc/{name}")).bearer(&device.token);
        let answer = call.json(&bodies[name]).send().await;
        assert_eq!((answer.status, answer.code()), (401, "device.revoked".into()), "{name}");
        tried += 1;
    }
    assert!(tried > 250, "only {tried} were tried");
    let mut wire = knock(&scene.server.url, &[]).await.unwrap();
    wire.frame().await;
    wire.say(connect(&device.token)).await;
    let reject = wire.frame().await.text();
    assert_eq!((&reject["t"], &reject["next"]), (&json!("reject"), &json!("pair")), "{reject}");
    let bearer = format!("Bearer {}", device.token);
    assert!(knock(&scene.server.url, &[("authorization", &bearer)]).await.is_err());
    assert_eq!(scene.footprint().await, before);
}

/// Every name a method is called by.
fn names() -> impl Iterator<Item = (&'static str, Method)> {
    let own = Method::ALL.iter().map(|method| (method.operation().name, *method));
    own.chain(OTHER_NAMES.iter().copied())
}

/// A body that fits, by name of the method.
fn bodies(document: &Value) -> BTreeMap<&'static str, Value> {
    let body = |method: Method| {
        let schema = Schema::of(document, &format!("/v1/rpc/{}", method.operation().name), "POST");
        schema.map_or(json!({}), |schema| schema.fitting())
    };
    names().map(|(name, method)| (name, body(method))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_answers_nobody_before_it_is_known_who_is_there() {
    let scene = Scene::quiet();
    let (_, document) = surface::read(&scene).await;
    let before = scene.footprint().await;
    // Every method as the first frame of somebody unknown, with a body that fits.
    for (name, body) in bodies(&document) {
        let mut wire = knock(&scene.server.url, &[]).await.unwrap();
        assert_eq!(wire.frame().await.text()["t"], "hello");
        wire.say(json!({ "t": "req", "id": 1, "method": name, "params": body })).await;
        let mut said = Vec::new();
        let code = loop {
            match wire.frame().await {
                Frame::Closed(code) => break code,
                frame => said.push(frame.text()),
            }
        };
        assert_eq!(code, 4400, "{name}: {said:?}");
        assert!(said.iter().all(|frame| frame["t"] == "reject"), "{name}: {said:?}");
    }
    for token in ["", "not-the-token", &scene.server.token[1..], &"x".repeat(513)] {
        let mut wire = knock(&scene.server.url, &[]).await.unwrap();
        assert_eq!(wire.frame().await.text()["t"], "hello");
        wire.say(connect(token)).await;
        assert_eq!(wire.frame().await.text()["t"], "reject", "{token:?}");
        assert_eq!(wire.closed().await, 4401, "{token:?}");
    }
    // Whoever comes from elsewhere does not even hear hello, however good the token is.
    let bearer = format!("Bearer {}", scene.server.token);
    let port = scene.server.url.rsplit(':').next().unwrap();
    let rebound = format!("evil.example:{port}");
    for headers in [
        [("authorization", bearer.as_str()), ("host", &rebound)],
        [("authorization", &bearer), ("host", "127.0.0.1.evil.example")],
        [("authorization", &bearer), ("origin", "http://evil.example")],
        [("authorization", &bearer), ("origin", "null")],
        [("authorization", &bearer), ("origin", "http://localhost:1")],
    ] {
        assert!(knock(&scene.server.url, &headers).await.is_err(), "{headers:?}");
    }
    assert_eq!(scene.footprint().await, before);
}

/// Memory of the server that is really there, in KiB; none where the system does not say so in this way.
fn resident(scene: &Scene) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", scene.server.pid())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
