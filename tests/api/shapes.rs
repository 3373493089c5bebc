//! Bodies of the wrong shape, for every method and every route that takes one.

use crate::scene::Scene;
use crate::schema::Schema;
use crate::surface;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_the_wrong_type_is_refused_in_every_field_of_every_method() {
    let scene = Scene::quiet();
    let (routes, document) = surface::read(&scene).await;
    let before = scene.footprint().await;
    let mut tried = 0;
    for route in routes.iter().filter(|r| r.verb == "POST" && r.method.is_some()) {
        let Some(schema) = Schema::of(&document, &route.path, &route.verb) else { continue };
        let address = route.with("no-such");
        for (name, field) in schema.properties() {
            if route.path.contains(&format!("{{{name}}}")) || (name == "approvalId" && route.has_parameter())
            {
                continue;
            }
            for wrong in field.unfitting() {
                let mut body = schema.fitting();
                body[name] = wrong.clone();
                let answer = scene.post(&address, body).await;
                let what = format!("{address} with {name} = {wrong}");
                answer.assert_refused(&what);
                assert_eq!(answer.code(), "bad_request", "{what}: {}", answer.json());
                tried += 1;
            }
        }
    }
    assert!(tried > 700, "only {tried} wrong values were tried");
    assert_eq!(scene.footprint().await, before, "a refused call left something behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_or_unknown_field_is_refused() {
    let scene = Scene::quiet();
    let (routes, document) = surface::read(&scene).await;
    for route in routes.iter().filter(|r| r.path.starts_with("/v1/rpc/")) {
        let schema = Schema::of(&document, &route.path, &route.verb).unwrap();
        for name in schema.required() {
            let mut body = schema.fitting();
            body.as_object_mut().unwrap().remove(name);
            let answer = scene.post(&route.path, body).await;
            assert_eq!(
                (answer.status, answer.code()),
                (400, "bad_request".into()),
                "{} without {name}",
                route.path
            );
        }
        let mut body = schema.fitting();
        body["surprise"] = Value::from(1);
        let answer = scene.post(&route.path, body).await;
        assert_eq!(
            (answer.status, answer.code()),
            (400, "bad_request".into()),
            "{} with a surprise",
            route.path
        );
    }
    // The oldest clients send fields of their own; their routes pass them over.
    let old =
        scene.post("/sessions", serde_json::json!({ "sessionId": "old", "client": { "kind": "cli" } })).await;
    assert_eq!(old.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_json_object_is_refused_everywhere() {
    let scene = Scene::quiet();
    let (routes, _) = surface::read(&scene).await;
    let before = scene.footprint().await;
    let deep = "[".repeat(200_000);
    let nested = format!("{{\"a\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let bodies: [&[u8]; 14] = [
        b"{",
        b"{\"text\":}",
        b"[]",
        b"[{}]",
        b"\"x\"",
        b"null",
        b"1",
        b"{\"text\":\"a\"} {\"text\":\"b\"}",
        b"\xff\xfe\x00",
        b"{\"text\":\"\xff\"}",
        b"{\"text\":\"\\ud800\"}",
        b"{'text':'a'}",
        deep.as_bytes(),
        nested.as_bytes(),
    ];
    for route in routes.iter().filter(|r| r.verb == "POST") {
        for body in bodies {
            let address = route.with("no-such");
            let answer = scene.server.owner("POST", &address).body(body).send().await;
            answer.assert_refused(&format!(
                "{address} with {:?}",
                String::from_utf8_lossy(&body[..body.len().min(40)])
            ));
        }
    }
    assert_eq!(scene.footprint().await, before);
}
