//! Who may not.

use crate::scene::{Scene, attach};
use crate::wire::{connect, knock};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn an_untrusted_workspace_and_a_folder_outside_have_no_terminal() {
    let scene = Scene::with(|start| start);
    let (status, refused) = scene.rpc("terminals.open", json!({})).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("terminal.folder")));
    let scene = Scene::trusted();
    for folder in ["..", "/", "inner/../.."] {
        let (status, refused) = scene.rpc("terminals.open", json!({ "folder": folder })).await;
        assert_eq!((status, refused["code"].as_str()), (403, Some("terminal.folder")), "{folder}");
    }
    let (status, refused) = scene.rpc("terminals.open", json!({ "folder": "missing" })).await;
    assert_eq!((status, refused["code"].as_str()), (422, Some("terminal.failed")));
    for bad in [
        json!({ "cols": 0 }),
        json!({ "rows": 1001 }),
        json!({ "name": "" }),
        json!({ "name": "a\nb" }),
        json!({ "shell": "/bin/sh" }),
    ] {
        assert_eq!(scene.rpc("terminals.open", bad.clone()).await.0, 400, "{bad}");
    }
    assert_eq!(scene.rpc("terminals.list", json!({})).await.1["terminals"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_against_terminals_is_kept() {
    let settings = tempfile::tempdir().unwrap();
    let rules = "[[rule]]\nid = \"none\"\neffect = \"deny\"\nkinds = [\"terminal.start\"]\n";
    std::fs::write(settings.path().join("policy.toml"), rules).unwrap();
    let folder = settings.path().display().to_string();
    let scene = Scene::with(|start| start.flag("--trust").env("PILOTHOUSE_CONFIG_DIR", &folder));
    let (status, refused) = scene.rpc("terminals.open", json!({})).await;
    assert_eq!((status, refused["code"].as_str()), (403, Some("forbidden")), "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("not allowed here"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn methods_of_a_connection_are_refused_elsewhere() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    for (method, params) in [
        ("attach", json!({ "id": id })),
        ("detach", json!({ "stream": 1 })),
        ("input", json!({ "stream": 1, "text": "x" })),
        ("resize", json!({ "stream": 1, "cols": 9, "rows": 9 })),
        ("take_control", json!({ "stream": 1 })),
    ] {
        let (status, refused) = scene.rpc(&format!("terminals.{method}"), params.clone()).await;
        assert!(
            status == 400 && refused["message"].as_str().unwrap().contains("/v1/ws"),
            "{method}: {refused}"
        );
        let mut wire = scene.wire().await;
        if method != "attach" {
            assert_eq!(
                wire.call(&format!("terminals.{method}"), params).await.unwrap_err()["code"],
                "not_found"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_may_not_even_look() {
    let scene = Scene::with(|start| start.flag("--trust").workers(1));
    let id = scene.open().await;
    let token = worker_token(&scene).await;
    for (method, params) in [
        ("list", json!({})),
        ("open", json!({})),
        ("attach", json!({ "id": id })),
        ("input", json!({ "stream": 1, "text": "x" })),
        ("close", json!({ "id": id })),
        ("remove", json!({ "id": id })),
        ("export", json!({ "id": id })),
        ("signal", json!({ "id": id, "signal": "kill" })),
        ("rename", json!({ "id": id, "name": "x" })),
        ("take_control", json!({ "stream": 1 })),
    ] {
        let path = format!("/v1/rpc/terminals.{method}");
        let refused = scene.server.bare("POST", &path).bearer(&token).json(&params).send().await;
        assert_eq!((refused.status, refused.code().as_str()), (403, "forbidden"), "{method}");
    }
    // Not in a header, and not in the first frame.
    let bearer = format!("Bearer {token}");
    assert!(knock(&scene.server.url, &[("authorization", &bearer)]).await.is_err());
    let mut wire = knock(&scene.server.url, &[]).await.unwrap();
    wire.frame().await;
    wire.say(connect(&token)).await;
    assert_eq!(wire.frame().await.text()["error"]["code"], "forbidden");
    assert_eq!(wire.closed().await, 4403);
    assert_eq!(scene.listed(&id).await.unwrap()["state"], "running");
}

/// A worker process's own token, as the server gave it.
async fn worker_token(scene: &Scene) -> String {
    let file = scene.data.path().join("secrets/w-1.token");
    // It is written before the server goes by it.
    let known = || async {
        let token = std::fs::read_to_string(&file).ok()?.trim().to_owned();
        let call = scene.server.bare("POST", "/v1/rpc/terminals.list").bearer(&token).json(&json!({}));
        (call.send().await.status != 401).then_some(token)
    };
    scene.server.eventually("a worker's token", known).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_signed_in_with_its_cookie_types_and_without_our_page_it_does_not() {
    let scene = Scene::trusted();
    let id = scene.open().await;
    let code = scene.server.open_url.split("code=").nth(1).unwrap();
    let answer = scene.server.bare("POST", "/auth/exchange").json(&json!({ "code": code })).send().await;
    let cookie = answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let origin = scene.server.url.clone();
    let mut page = knock(&scene.server.url, &[("cookie", &cookie), ("origin", &origin)]).await.unwrap();
    page.frame().await;
    page.say(json!({ "t": "connect", "versions": [1, 1], "client": { "name": "page" } })).await;
    let welcome: Value = page.frame().await.text();
    assert!(welcome["scopes"].as_array().unwrap().contains(&json!("terminal_write")), "{welcome}");
    let (_, attached) = attach(&mut page, &id, json!({})).await;
    assert_eq!(attached["controls"], true);
    // The same cookie with no Origin is not believed, and with another one the gate refuses it.
    let mut script = knock(&scene.server.url, &[("cookie", &cookie)]).await.unwrap();
    script.frame().await;
    script.say(json!({ "t": "connect", "versions": [1, 1], "client": { "name": "script" } })).await;
    assert_eq!(script.frame().await.text()["t"], "reject");
    assert_eq!(script.closed().await, 4401);
    assert!(
        knock(&scene.server.url, &[("cookie", &cookie), ("origin", "http://evil.example")]).await.is_err()
    );
}
