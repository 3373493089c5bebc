//! A device that asks for more, pairs again, or changes its key.

use crate::key::Key;
use crate::scene::{Device, Scene, text};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_may_goes_on_while_it_asks_for_more() {
    let scene = Scene::new();
    let phone = scene.paired(json!({ "role": "viewer" }), "phone", Key::p256()).await;
    let (mut wire, _) = scene.knocked(&phone).await;
    let wish = json!({ "scopes": ["read", "approve", "terminal_read"] });
    let asked = wire.call("pairing.request", wish.clone()).await.unwrap();
    assert_eq!(asked["pairing"]["upgradeOf"], json!(phone.id));
    wire.call("session.list", json!({})).await.expect("what it may it may");
    let state = json!({ "pairingId": asked["pairing"]["id"], "claim": asked["claim"] });

    let denied = scene.done("pairing.deny", json!({ "id": asked["pairing"]["id"] })).await;
    assert_eq!(denied["ok"], true);
    assert_eq!(scene.post("/pair/state", state).await.json()["state"], "denied");
    wire.call("terminals.list", json!({})).await.expect_err("it was told no");

    let asked = wire.call("pairing.request", wish).await.unwrap();
    let shown = scene.done("pairing.list", json!({})).await["pairings"][0].clone();
    assert_eq!(shown["code"], asked["pairing"]["code"]);
    let device = scene.done("pairing.approve", json!({ "id": asked["pairing"]["id"] })).await;
    assert_eq!((&device["id"], &device["role"]), (&json!(phone.id), &json!("member")));
    assert_eq!(wire.closed().await, 1001, "it comes back with what it may now");
    let (mut wire, welcome) = scene.knocked(&phone).await;
    assert_eq!(welcome["scopes"], json!(["read", "approve", "terminal_read"]));
    wire.call("terminals.list", json!({})).await.expect("now it may");
    let events = scene.events("device.upgraded").await;
    assert_eq!((events.len(), &events[0]["newKey"]), (1, &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_lost_its_key_pairs_again_and_keeps_its_row() {
    let scene = Scene::new();
    let phone = scene.paired(json!({}), "phone", Key::p256()).await;
    let old_cookie = scene.signed_in(&phone).await;
    let again = scene.paired(json!({ "upgradeOf": phone.id }), "phone", Key::p256()).await;
    assert_eq!(again.id, phone.id);
    assert_eq!(scene.try_sign_in(&phone).await.code(), "auth.signature", "the old key opens nothing");
    assert_eq!(scene.with_cookie(&old_cookie, "session.list", json!({})).await.0, 401);
    scene.signed_in(&again).await;
    let all = scene.done("device.list", json!({})).await;
    assert_eq!(all["devices"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_is_signed_by_the_old_one() {
    let scene = Scene::new();
    let phone = scene.paired(json!({}), "phone", Key::p256()).await;
    let cookie = scene.signed_in(&phone).await;
    let new = Key::ed25519();
    let public = new.public();
    let (status, refused) = scene.with_cookie(&cookie, "device.rotate", json!({ "publicKey": public })).await;
    assert_eq!((status, &refused["code"]), (400, &json!("bad_request")), "a session alone is not enough");
    let (challenge, server) = scene.challenge(&phone.id).await;
    let signed = |by: &Key| {
        let key = (text(&public["alg"]), text(&public["key"]));
        by.sign(&format!("pilothouse-rotate-v1\n{server}\n{challenge}\n{}\n{}\n{}", phone.id, key.0, key.1))
    };
    let params =
        |signature: String| json!({ "publicKey": public, "challenge": challenge, "signature": signature });
    let (status, refused) = scene.with_cookie(&cookie, "device.rotate", params(signed(&new))).await;
    assert_eq!((status, &refused["code"]), (401, &json!("auth.signature")));
    let (mut wire, _) = scene.knocked(&phone).await;
    let (status, done) = scene.with_cookie(&cookie, "device.rotate", params(signed(&phone.key))).await;
    assert_eq!(status, 200, "{done}");
    assert_eq!(wire.closed().await, 1001);
    let (status, refused) = scene.with_cookie(&cookie, "device.rotate", params(signed(&phone.key))).await;
    assert_eq!(status, 401, "the session ended with its key: {refused}");
    assert_eq!(scene.try_sign_in(&phone).await.code(), "auth.signature");
    scene.signed_in(&Device { id: phone.id, key: new }).await;
}
