//! Who may publish: any collaborator who signed in, nobody else; and what a session may do.

use crate::key::Key;
use crate::paired::paired_as;
use crate::scene::Scene;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn nobody_without_a_token_publishes_and_every_signed_in_browser_may() {
    let scene = Scene::new();
    for token in [None, Some("wrong"), Some("")] {
        let call = scene.server.bare("POST", "/sessions/dev/pr").json(&json!({ "create-pr": false }));
        let call = match token {
            Some(token) => call.bearer(token),
            None => call,
        };
        assert_eq!(call.send().await.status, 401);
    }
    assert!(scene.told().await.is_empty());
    let cookie = browser(&scene).await;
    let call = scene.server.bare("POST", "/sessions/dev/pr").header("cookie", &cookie);
    let answer = call.json(&json!({ "create-pr": false })).send().await;
    assert_eq!((answer.status, answer.json()["status"].as_str().unwrap()), (200, "pushed"));
    assert_eq!(scene.shown().await["latest"]["by"], "Browser on this machine");
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_and_members_publish_from_their_devices_and_who_may_only_look_or_approve_does_not() {
    let scene = Scene::new();
    let press = |cookie: &str, verb_and_path: (&str, &str), body| {
        let call = scene.server.bare(verb_and_path.0, verb_and_path.1).header("cookie", cookie).json(&body);
        async move { call.send().await }
    };
    let (route, rpc) = (("POST", "/sessions/dev/pr"), ("POST", "/v1/rpc/publish.run"));
    for role in ["viewer", "approver"] {
        let device = paired_as(&scene, role, &format!("Eve's phone, {role}"), Key::p256()).await;
        for (path, body) in [(route, json!({ "create-pr": false })), (rpc, json!({ "sessionId": "dev" }))] {
            let refused = press(&device.cookie, path, body).await;
            assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"), "{role}");
        }
        // It may look at what others publish.
        let shown = press(&device.cookie, ("POST", "/v1/rpc/publish.show"), json!({ "sessionId": "dev" }));
        assert_eq!(shown.await.status, 200, "{role}");
    }
    assert!(scene.told().await.is_empty() && scene.head("pilothouse/dev").is_none());
    for role in ["member", "owner"] {
        let name = format!("Ada's phone, {role}");
        let device = paired_as(&scene, role, &name, Key::p256()).await;
        let answer = press(&device.cookie, route, json!({ "create-pr": false, "title": role })).await;
        assert_eq!((answer.status, &answer.json()["status"]), (200, &json!("pushed")), "{role}");
        assert_eq!(scene.shown().await["latest"]["by"], name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_made_without_pushing_or_pull_requests_keeps_to_that() {
    let scene = Scene::new();
    let make = |id: &str, capabilities| {
        let body = json!({ "sessionId": id, "capabilities": capabilities });
        scene.server.owner("POST", "/sessions").json(&body).send()
    };
    assert_eq!(make("no-push", json!({ "push-enabled": false })).await.status, 201);
    assert_eq!(make("no-pr", json!({ "prEnabled": false })).await.status, 201);
    assert_eq!(make("odd", json!({ "push-enabled": "no" })).await.status, 400);
    let publish = |id: &str, body| {
        let call = scene.server.owner("POST", format!("/sessions/{id}/pr")).json(&body);
        async move { call.send().await.json() }
    };
    assert_eq!(publish("no-push", json!({})).await["reason"], "push-disabled");
    assert_eq!(publish("no-pr", json!({ "create-pr": true })).await["reason"], "pr-disabled");
    assert_eq!(scene.head("pilothouse/no-pr"), None);
    assert_eq!(publish("no-pr", json!({})).await["status"], "pushed", "absent means what the session may");
    assert!(scene.forge.openings().is_empty());
    let unknown = scene.server.owner("POST", "/sessions/nobody/pr").json(&json!({})).send().await;
    assert_eq!(unknown.status, 404);
}

/// A browser that showed the one-time code; its cookie.
pub async fn browser(scene: &Scene) -> String {
    let link = scene.server.owner("POST", "/auth/link").json(&json!({})).send().await.json();
    let code = link["openUrl"].as_str().unwrap().split("code=").nth(1).unwrap().to_owned();
    let joined = scene.server.bare("POST", "/auth/exchange").json(&json!({ "code": code })).send().await;
    joined.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}
