//! Everybody who tries without being let in. Each comes from an address of their own, because wrong tries are counted
//! by address.

use crate::key::Key;
use crate::scene::{Device, Scene, text};
use serde_json::{Value, json};
use testkit::world::Answer;

async fn post_from(scene: &Scene, from: u8, path: &str, body: Value) -> Answer {
    scene.server.bare("POST", path).from([127, 0, 0, from]).json(&body).send().await
}

async fn sign(scene: &Scene, from: u8, id: &str, challenge: &str, signature: &str) -> String {
    let body = json!({ "deviceId": id, "challenge": challenge, "signature": signature });
    let answer = post_from(scene, from, "/auth/device", body).await;
    match answer.status {
        200 => "in".into(),
        _ => answer.code(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_opens_once_for_its_own_device_and_challenge_alone() {
    let scene = Scene::new();
    let phone = scene.paired(json!({}), "phone", Key::p256()).await;
    let other = scene.paired(json!({}), "other", Key::ed25519()).await;
    let (challenge, server) = scene.challenge(&phone.id).await;
    let good = phone.key.connects(&server, &challenge, &phone.id);
    let by_other = other.key.connects(&server, &challenge, &phone.id);
    assert_eq!(sign(&scene, 11, &phone.id, &challenge, &by_other).await, "auth.signature", "another's key");
    let named = other.key.connects(&server, &challenge, &other.id);
    assert_eq!(
        sign(&scene, 11, &other.id, &challenge, &named).await,
        "auth.challenge",
        "another's challenge"
    );
    let elsewhere = phone.key.connects("another-server", &challenge, &phone.id);
    assert_eq!(
        sign(&scene, 11, &phone.id, &challenge, &elsewhere).await,
        "auth.signature",
        "another server's"
    );
    assert_eq!(sign(&scene, 12, &phone.id, &challenge, &good).await, "in");
    assert_eq!(sign(&scene, 12, &phone.id, &challenge, &good).await, "auth.challenge", "replayed");
    let made_up = "A".repeat(96);
    let signed = phone.key.connects(&server, &made_up, &phone.id);
    assert_eq!(sign(&scene, 12, &phone.id, &made_up, &signed).await, "auth.challenge", "not ours");
    // Who does not exist is told nothing else than who signs wrongly.
    let (unknown, server) = scene.challenge("no-such-device").await;
    let signed = phone.key.connects(&server, &unknown, "no-such-device");
    assert_eq!(sign(&scene, 12, "no-such-device", &unknown, &signed).await, "auth.signature");
    // A signature over one connection's challenge is worth nothing on another.
    let mut wire = crate::wire::knock(&scene.server.url, &[]).await.unwrap();
    wire.frame().await;
    wire.say(json!({
        "t": "connect", "versions": [1, 1], "client": { "name": "x" },
        "device": { "id": phone.id, "signature": good },
    }))
    .await;
    let reject = wire.frame().await.text();
    assert_eq!((&reject["t"], &reject["error"]["code"]), (&json!("reject"), &json!("auth.signature")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_good_once_and_for_its_time() {
    let scene = Scene::new();
    let link = scene.link(json!({})).await;
    let claim = |nonce: &str| json!({ "nonce": nonce, "name": "phone", "kind": "phone", "publicKey": Key::p256().public() });
    let first = post_from(&scene, 21, "/pair/claim", claim(&link.nonce)).await;
    assert_eq!(first.status, 200);
    let second = post_from(&scene, 21, "/pair/claim", claim(&link.nonce)).await;
    assert_eq!((second.status, second.code()), (409, "pairing.used".into()));
    // Its secret answers to nobody else.
    let ask = json!({ "pairingId": link.pairing, "claim": "guessed" });
    assert_eq!(post_from(&scene, 21, "/pair/state", ask).await.code(), "pairing.unknown");

    let short = scene.link(json!({ "ttlMs": 1000 })).await;
    let over = || async {
        let list = scene.done("pairing.list", json!({})).await;
        let one =
            list["pairings"].as_array().unwrap().iter().find(|one| one["id"] == *short.pairing).cloned();
        one.filter(|one| one["state"] == "expired")
    };
    scene.server.eventually("its time is over", over).await;
    let late = post_from(&scene, 21, "/pair/claim", claim(&short.nonce)).await;
    assert_eq!((late.status, late.code()), (410, "pairing.expired".into()));
    let (status, refused) = scene.owner("pairing.approve", json!({ "id": short.pairing })).await;
    assert_eq!((status, &refused["code"]), (410, &json!("pairing.expired")));

    let denied = scene.link(json!({})).await;
    let (status, early) = scene.owner("pairing.approve", json!({ "id": denied.pairing })).await;
    assert_eq!((status, &early["code"]), (409, &json!("conflict")), "nobody has claimed it");
    scene.done("pairing.deny", json!({ "id": denied.pairing })).await;
    assert_eq!(post_from(&scene, 21, "/pair/claim", claim(&denied.nonce)).await.code(), "pairing.dead");
    let (status, _) = scene.owner("pairing.start", json!({ "ttlMs": 600_001 })).await;
    assert_eq!(status, 400);
    let (status, _) = scene.owner("pairing.start", json!({ "address": "https://evil.example" })).await;
    assert_eq!(status, 400);
    for bad in
        [json!({}), json!({ "nonce": 1 }), json!([]), json!({ "nonce": "x", "name": "", "kind": "phone" })]
    {
        assert_eq!(post_from(&scene, 21, "/pair/claim", bad).await.status, 400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_wrong_tries_kill_a_link_and_five_make_an_address_wait() {
    let scene = Scene::new();
    let link = scene.link(json!({})).await;
    let claim = |nonce: &str| json!({ "nonce": nonce, "name": "guess", "kind": "phone" });
    for from in [31, 32] {
        for _ in 0..5 {
            assert_eq!(
                post_from(&scene, from, "/pair/claim", claim("guess")).await.code(),
                "pairing.unknown"
            );
        }
        let waits = post_from(&scene, from, "/pair/claim", claim(&link.nonce)).await;
        assert_eq!((waits.status, waits.code()), (429, "rate_limited".into()));
    }
    let list = scene.done("pairing.list", json!({})).await;
    assert_eq!(list["pairings"][0]["state"], "dead", "the owner, on this machine, is never kept waiting");
    assert_eq!(post_from(&scene, 33, "/pair/claim", claim(&link.nonce)).await.code(), "pairing.dead");
    // A claimed one dies of guesses at its secret.
    let link = scene.link(json!({})).await;
    let claimed = post_from(&scene, 33, "/pair/claim", claim(&link.nonce)).await.json();
    for from in [34, 35] {
        for _ in 0..5 {
            let ask = json!({ "pairingId": link.pairing, "claim": "guess" });
            assert_eq!(post_from(&scene, from, "/pair/state", ask).await.code(), "pairing.unknown");
        }
    }
    let ask = json!({ "pairingId": link.pairing, "claim": claimed["claim"] });
    assert_eq!(post_from(&scene, 33, "/pair/state", ask).await.json()["state"], "dead");
    // Signatures are tries, too; and a token that is right is taken from an address that has to wait.
    let (challenge, _) = scene.challenge("nobody").await;
    for _ in 0..5 {
        assert_eq!(sign(&scene, 36, "nobody", &challenge, "AAAA").await, "auth.signature");
    }
    assert_eq!(sign(&scene, 36, "nobody", &challenge, "AAAA").await, "rate_limited");
    let owner = scene.server.owner("POST", "/v1/rpc/session.list").from([127, 0, 0, 36]).json(&json!({}));
    assert_eq!(owner.send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_themselves_or_others_what_they_do_not_have() {
    let scene = Scene::new();
    let member = scene.paired(json!({ "role": "member" }), "member", Key::p256()).await;
    let pairer = scene.paired(json!({ "scopes": ["read", "approve", "pair"] }), "pairer", Key::p256()).await;
    let (member_cookie, pairer_cookie) = (scene.signed_in(&member).await, scene.signed_in(&pairer).await);
    let refused = |answer: (u16, Value)| {
        assert_eq!((answer.0, &answer.1["code"]), (403, &json!("forbidden")), "{}", answer.1)
    };

    // Without the scope pair there is nothing to offer, to see or to answer.
    let link = scene.link(json!({})).await;
    claim(&scene, &link.nonce).await;
    refused(scene.with_cookie(&member_cookie, "pairing.start", json!({})).await);
    refused(scene.with_cookie(&member_cookie, "pairing.list", json!({})).await);
    refused(scene.with_cookie(&member_cookie, "pairing.approve", json!({ "id": link.pairing })).await);
    refused(scene.with_cookie(&member_cookie, "pairing.deny", json!({ "id": link.pairing })).await);
    refused(scene.with_cookie(&member_cookie, "device.revoke", json!({ "id": pairer.id })).await);
    refused(
        scene.with_cookie(&member_cookie, "device.rename", json!({ "id": pairer.id, "name": "x" })).await,
    );
    // With it, one gives what one has and no more.
    refused(scene.with_cookie(&pairer_cookie, "pairing.start", json!({ "role": "owner" })).await);
    refused(scene.with_cookie(&pairer_cookie, "pairing.start", json!({ "role": "node" })).await);
    refused(scene.with_cookie(&pairer_cookie, "pairing.start", json!({})).await);
    refused(scene.with_cookie(&pairer_cookie, "pairing.approve", json!({ "id": link.pairing })).await);
    refused(scene.with_cookie(&pairer_cookie, "device.revoke", json!({ "id": member.id })).await);
    refused(
        scene
            .with_cookie(
                &pairer_cookie,
                "pairing.start",
                json!({ "scopes": ["read"], "upgradeOf": member.id }),
            )
            .await,
    );
    let narrower = json!({ "id": link.pairing, "scopes": ["read"] });
    let (status, device) = scene.with_cookie(&pairer_cookie, "pairing.approve", narrower).await;
    assert_eq!((status, &device["scopes"], &device["role"]), (200, &json!(["read"]), &json!("viewer")));

    // Nobody says yes to their own wish, whatever they have.
    let wish = json!({ "scopes": ["read", "approve", "pair"] });
    let (_, asked) = scene.with_cookie(&pairer_cookie, "pairing.request", wish).await;
    let own = json!({ "id": asked["pairing"]["id"] });
    refused(scene.with_cookie(&pairer_cookie, "pairing.approve", own).await);
    for scopes in [json!(["read", "work"]), json!(["node"]), json!(["read", "node"]), json!([])] {
        let (status, answer) =
            scene.with_cookie(&member_cookie, "pairing.request", json!({ "scopes": scopes })).await;
        assert_eq!(status, 400, "{answer}");
    }
    let (status, _) = scene.owner("pairing.request", json!({ "scopes": ["read"] })).await;
    assert_eq!(status, 400, "the owner has everything");
}

async fn claim(scene: &Scene, nonce: &str) -> Device {
    let key = Key::p256();
    let body = json!({ "nonce": nonce, "name": "phone", "kind": "phone", "publicKey": key.public() });
    let claimed = scene.post("/pair/claim", body).await.json();
    Device { id: text(&claimed["pairingId"]), key }
}
