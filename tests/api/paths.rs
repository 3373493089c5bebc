//! Addresses: parameters that try to be paths, things that do not exist, verbs nobody takes.

use crate::scene::Scene;
use crate::schema::Schema;
use crate::surface;
use serde_json::json;

/// Percent-escapes are decoded by the server; what stands here is sent as it is.
const TRICKS: [&str; 24] = [
    "..",
    ".",
    "%2e%2e",
    "%2e",
    "%2E%2E%2F%2E%2E%2Fetc%2Fpasswd",
    "..%2f..%2fsecrets%2flocal.token",
    "a%2fb",
    "a%5cb",
    "..%5c..",
    "%00",
    "a%00b",
    "%0a",
    "%0d%0aset-cookie:x",
    "%ff",
    "%c0%ae%c0%ae",
    "%ed%a0%80",
    "a%20b",
    "%F0%9F%92%A5",
    "*",
    "a;b",
    "a:b",
    "%25%32%65",
    "~root",
    "%",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_path_parameter_takes_anything_but_an_id() {
    let scene = Scene::quiet();
    let (routes, _) = surface::read(&scene).await;
    let long = "x".repeat(65);
    let before = scene.footprint().await;
    for route in routes.iter().filter(|r| r.has_parameter() && !r.path.starts_with("/broker")) {
        for trick in TRICKS.iter().copied().chain([long.as_str(), ""]) {
            let address = route.with(trick);
            let call = scene.server.owner(&route.verb, &address);
            let answer = if route.verb == "GET" { call } else { call.json(&json!({})) }.send().await;
            answer.assert_refused(&format!("{} {address}", route.verb));
        }
    }
    for trick in TRICKS {
        scene.post(&format!("/v1/rpc/{trick}"), json!({})).await.assert_refused(trick);
        scene.get(&format!("/{trick}")).await.assert_refused(trick);
        scene.get(&format!("/assets/{trick}")).await.assert_refused(trick);
    }
    assert_eq!(scene.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn raw_bytes_and_broken_escapes_in_an_address_are_refused() {
    let scene = Scene::quiet();
    for target in [&b"/jobs/\xff\xfe"[..], b"/sessions/\xc3\x28/events", b"/jobs?status=\xff", b"/\x80"] {
        let answer = scene.server.owner("GET", target).send().await;
        assert!((400..500).contains(&answer.status), "{target:?}: {}", answer.status);
    }
    for query in ["status=%ff", "status=%zz", "status=%", "limit=%31%", "%ff=1", "after=%C3%28", "limit=%00"]
    {
        for path in ["/jobs", "/requests", "/sessions/dev/events", "/v1/events"] {
            scene.get(&format!("{path}?{query}")).await.assert_refused(&format!("{path}?{query}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_exist_is_not_found() {
    let scene = Scene::quiet();
    let (routes, document) = surface::read(&scene).await;
    for route in routes.iter().filter(|r| r.has_parameter()) {
        let address = route.with("no-such");
        let call = scene.server.owner(&route.verb, &address);
        let body = Schema::of(&document, &route.path, &route.verb).map(|s| s.fitting());
        let answer = match &body {
            Some(body) => call.json(body).send().await,
            None => call.send().await,
        };
        answer.assert_refused(&format!("{} {address}", route.verb));
        if route.verb == "GET" {
            assert_eq!(answer.status, 404, "{address}");
        }
    }
    for path in ["/no/such", "/v1/rpc/no.such", "/jobs/", "/api", "/sessions/dev", "//jobs"] {
        let answer = scene.post(path, json!({})).await;
        answer.assert_refused(path);
        assert_eq!(answer.status, 404, "{path}");
    }
    assert_eq!(scene.post("/v1/rpc/no.such", json!({})).await.code(), "unknown_method");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verb_that_an_address_does_not_take_is_refused() {
    let scene = Scene::quiet();
    let (routes, _) = surface::read(&scene).await;
    for route in &routes {
        let address = route.with("no-such");
        for verb in ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
            if routes.iter().any(|r| r.path == route.path && r.verb == verb) {
                continue;
            }
            let answer = scene.server.owner(verb, &address).send().await;
            answer.assert_refused(&format!("{verb} {address}"));
            assert_eq!(answer.code(), "method_not_allowed", "{verb} {address}");
        }
    }
}
