//! How a device is let in.

use crate::key::Key;
use crate::scene::{Scene, cookie, read_link, text};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_is_let_in_by_a_link_six_digits_and_a_yes() {
    let scene = Scene::new();
    let pairing = scene.done("pairing.start", json!({})).await;
    assert_eq!(pairing["scopes"], json!(["read", "chat", "approve"]));
    assert_eq!(pairing["addresses"].as_array().unwrap().last().unwrap()["listener"], "loopback");
    let link = read_link(&pairing);
    assert!(link.nonce.len() >= 22, "128 bits");
    // The address in the link is a page.
    let page = scene.server.bare("GET", "/pair").header("accept", "text/html").send().await;
    assert_eq!(page.status, 200);

    let key = Key::p256();
    let claim = json!({
        "nonce": link.nonce, "name": " Ann's\nphone ", "kind": "phone", "platform": "Android", "publicKey": key.public(),
    });
    let claimed = scene.post("/pair/claim", claim).await.json();
    assert_eq!(claimed["serverId"], json!(link.server_id));
    assert_eq!(claimed["secure"], true);
    let shown = scene.done("pairing.list", json!({})).await["pairings"][0].clone();
    assert_eq!(
        (&shown["state"], &shown["name"], &shown["platform"], &shown["keyed"], &shown["from"]),
        (&json!("claimed"), &json!("Ann's phone"), &json!("Android"), &json!(true), &json!("127.0.0.1"))
    );
    assert_eq!((&shown["code"], text(&shown["code"]).len()), (&claimed["code"], 6));

    // The phone waits in one call until there is an answer.
    let ask = json!({ "pairingId": claimed["pairingId"], "claim": claimed["claim"], "waitMs": 30_000 });
    let (state, device) = tokio::join!(
        scene.post("/pair/state", ask.clone()),
        scene.done("pairing.approve", json!({ "id": link.pairing }))
    );
    let state = state.json();
    assert_eq!((&state["state"], &state["deviceId"]), (&json!("approved"), &device["id"]));
    assert!(state["token"].is_null(), "a device with a key gets no token");
    assert_eq!(
        (&device["role"], &device["keyed"], &device["kind"]),
        (&json!("member"), &json!(true), &json!("phone"))
    );

    let device = crate::scene::Device { id: text(&device["id"]), key };
    let cookie = scene.signed_in(&device).await;
    let (status, own) = scene.with_cookie(&cookie, "device.list", json!({})).await;
    assert_eq!(status, 200);
    assert_eq!(own["devices"].as_array().unwrap().len(), 1, "a device sees itself alone");
    assert_eq!(own["devices"][0]["current"], true);
    assert_eq!(scene.with_cookie(&cookie, "jobs.list", json!({})).await.0, 200);
    assert_eq!(scene.with_cookie(&cookie, "pairing.list", json!({})).await.0, 403);
    assert_eq!(scene.with_cookie(&cookie, "jobs.cancel", json!({ "id": "x" })).await.0, 403);

    let (mut wire, welcome) = scene.knocked(&device).await;
    assert_eq!(
        (&welcome["t"], &welcome["deviceId"], &welcome["role"], &welcome["scopes"]),
        (&json!("welcome"), &json!(device.id), &json!("member"), &json!(["read", "chat", "approve"]))
    );
    let all = scene.done("device.list", json!({})).await;
    assert_eq!(all["devices"][0]["connected"], true);
    let renamed = wire.call("device.rename", json!({ "id": device.id, "name": "Pocket" })).await.unwrap();
    assert_eq!(renamed["name"], "Pocket");
    let paired = scene.events("device.paired").await;
    assert_eq!((&paired[0]["name"], &paired[0]["by"]), (&json!("Ann's phone"), &json!("owner")));
    assert_eq!(scene.events("device.renamed").await[0]["was"], "Ann's phone");
    // What is over stays in the list, and is answered once.
    let again = scene.owner("pairing.approve", json!({ "id": link.pairing })).await;
    assert_eq!((again.0, &again.1["code"]), (409, &json!("already_resolved")));
    assert_eq!(scene.done("pairing.list", json!({})).await["pairings"][0]["state"], "approved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_without_keys_gets_a_token_until_it_has_used_one() {
    let scene = Scene::new();
    let link = scene.link(json!({ "role": "viewer" })).await;
    let claim = json!({ "nonce": link.nonce, "name": "plain page", "kind": "browser" });
    let claimed = scene.post("/pair/claim", claim).await.json();
    let ask = json!({ "pairingId": claimed["pairingId"], "claim": claimed["claim"] });
    assert_eq!(scene.post("/pair/state", ask.clone()).await.json()["state"], "claimed");
    let (status, refused) =
        scene.owner("pairing.approve", json!({ "id": link.pairing, "scopes": ["work"] })).await;
    assert_eq!((status, &refused["code"]), (400, &json!("bad_request")));
    scene.done("pairing.approve", json!({ "id": link.pairing })).await;
    let first = text(&scene.post("/pair/state", ask.clone()).await.json()["token"]);
    // An answer that was lost does no harm: the next one takes its place.
    let second = text(&scene.post("/pair/state", ask.clone()).await.json()["token"]);
    assert_eq!(listed_with(&scene, &first).await, 401);
    assert_eq!(listed_with(&scene, &second).await, 200);
    let used =
        || async { scene.post("/pair/state", ask.clone()).await.json()["token"].is_null().then_some(()) };
    scene.server.eventually("no token is given any more", used).await;
}

async fn listed_with(scene: &Scene, token: &str) -> u16 {
    let call = scene.server.bare("POST", "/v1/rpc/device.list").bearer(token);
    call.json(&json!({})).send().await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_have_keys_of_ed25519_and_the_scope_node_alone() {
    let scene = Scene::new();
    let link = scene.link(json!({ "role": "node" })).await;
    let mut claim =
        json!({ "nonce": link.nonce, "name": "box", "kind": "phone", "publicKey": Key::p256().public() });
    assert_eq!(scene.post("/pair/claim", claim.clone()).await.status, 400, "the link is for a machine");
    claim["kind"] = "node".into();
    claim.as_object_mut().unwrap().remove("publicKey");
    assert_eq!(scene.post("/pair/claim", claim.clone()).await.status, 400, "a machine has a key");
    let node = scene.paired(json!({ "role": "node" }), "box", Key::ed25519()).await;
    let answer = scene.try_sign_in(&node).await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    let (status, refused) = scene.with_cookie(&cookie(&answer), "session.list", json!({})).await;
    assert_eq!((status, &refused["code"]), (403, &json!("forbidden")));
    let browser = scene.link(json!({})).await;
    let claim = json!({ "nonce": browser.nonce, "name": "box", "kind": "node", "publicKey": Key::ed25519().public() });
    assert_eq!(scene.post("/pair/claim", claim).await.status, 400, "the link is for no machine");
}
