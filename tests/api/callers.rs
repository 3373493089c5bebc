//! Every route and every method, called by somebody who may not: not one success.

use crate::scene::Scene;
use crate::surface;
use protocol::ops::Permission;
use serde_json::json;
use testkit::world::Call;

/// What a stranger tries with each route.
type Attempt = (&'static str, u16, fn(Call, &Scene) -> Call);

const ATTEMPTS: [Attempt; 9] = [
    ("no token", 401, |call, _| call),
    ("a wrong token", 401, |call, _| call.bearer("not-the-token")),
    ("an empty token", 401, |call, _| call.bearer("")),
    ("a token of another scheme", 401, |call, scene| {
        call.header("authorization", &format!("Basic {}", scene.server.token))
    }),
    ("a token cut short", 401, |call, scene| {
        call.bearer(&scene.server.token[..scene.server.token.len() - 1])
    }),
    ("a wrong cookie", 401, |call, scene| {
        call.header(
            "cookie",
            &format!("pilothouse={}; pilothouse_1={}", scene.server.token, scene.server.token),
        )
    }),
    ("a wrong host", 403, |call, scene| call.bearer(&scene.server.token).host("evil.example:80")),
    ("a foreign origin", 403, |call, scene| {
        call.bearer(&scene.server.token).header("origin", "http://evil.example")
    }),
    ("a null origin", 403, |call, scene| call.bearer(&scene.server.token).header("origin", "null")),
];

#[tokio::test(flavor = "multi_thread")]
async fn nobody_without_a_token_from_another_host_or_origin_gets_an_answer() {
    let scene = Scene::quiet();
    let (routes, _) = surface::read(&scene).await;
    let before = scene.footprint().await;
    for route in &routes {
        for (what, status, with) in ATTEMPTS {
            if route.is_open() && status == 401 {
                continue;
            }
            let address = route.with("dev");
            let call = with(scene.server.bare(&route.verb, &address), &scene);
            let answer = if route.verb == "GET" { call } else { call.json(&json!({})) }.send().await;
            answer.assert_refused(&format!("{} {address} with {what}", route.verb));
            assert_eq!(answer.status, status, "{} {address} with {what}", route.verb);
        }
        let address = format!("{}?token={1}&access_token={1}", route.with("dev"), scene.server.token);
        if !route.is_open() {
            let answer = scene.server.bare(&route.verb, &address).send().await;
            assert_eq!(answer.status, 401, "a token in an address opens nothing: {address}");
        }
    }
    assert_eq!(scene.footprint().await, before);
    // The same calls from our own page are answered.
    let own = format!("http://{}", scene.server.url.trim_start_matches("http://"));
    assert_eq!(scene.server.owner("GET", "/sessions").header("origin", &own).send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_is_too_small_opens_nothing() {
    let scene = Scene::started(|start| start.workers(1));
    let file = scene.data.path().join("secrets/w-1.token");
    let worker =
        scene.server.eventually("a worker's token", || async { std::fs::read_to_string(&file).ok() }).await;
    let online =
        || async { (scene.get("/workers").await.json()["workers"][0]["workerId"] == "w-1").then_some(()) };
    scene.server.eventually("the worker is there", online).await;
    let code = scene.server.open_url.split("code=").nth(1).unwrap().to_owned();
    let joined = scene.server.bare("POST", "/auth/exchange").json(&json!({ "code": code })).send().await;
    let cookie = joined.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();

    let (routes, document) = surface::read(&scene).await;
    for route in routes.iter().filter(|r| !r.is_open() && r.path != "/auth/exchange") {
        let address = route.with("dev");
        let fitting =
            crate::schema::Schema::of(&document, &route.path, &route.verb).map_or(json!({}), |s| s.fitting());
        let call = |call: Call| if route.verb == "GET" { call } else { call.json(&fitting) };
        if route.scope() != Permission::Work {
            let answer = call(scene.server.bare(&route.verb, &address).bearer(worker.trim())).send().await;
            assert_eq!(
                (answer.status, answer.code()),
                (403, "forbidden".into()),
                "{} {address} by a worker",
                route.verb
            );
        } else {
            let answer =
                call(scene.server.bare(&route.verb, &address).header("cookie", &cookie)).send().await;
            assert_eq!(
                (answer.status, answer.code()),
                (403, "forbidden".into()),
                "{} {address} by a browser",
                route.verb
            );
        }
    }
}
