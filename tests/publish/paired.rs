//! Devices that were let in by a link and sign in with keys of their own, as a phone does.

use crate::key::Key;
use crate::scene::Scene;
use serde_json::json;

/// A paired device.
pub struct Device {
    pub id: String,
    /// Of its session.
    pub cookie: String,
}

/// Pairs a member's device and signs it in.
pub async fn paired(scene: &Scene, name: &str, key: Key) -> Device {
    paired_as(scene, "member", name, key).await
}

/// The same with another role.
pub async fn paired_as(scene: &Scene, role: &str, name: &str, key: Key) -> Device {
    let pairing = scene.rpc("pairing.start", json!({ "role": role })).await;
    let url = pairing["url"].as_str().unwrap();
    let nonce = url.split(['#', '&']).find_map(|part| part.strip_prefix("n=")).unwrap();
    let claim = json!({ "nonce": nonce, "name": name, "kind": "phone", "publicKey": key.public() });
    let claimed = scene.server.bare("POST", "/pair/claim").json(&claim).send().await;
    assert_eq!(claimed.status, 200, "{}", claimed.json());
    let device = scene.rpc("pairing.approve", json!({ "id": pairing["id"] })).await;
    let id = device["id"].as_str().unwrap().to_owned();
    let asked = json!({ "deviceId": id });
    let asked = scene.server.bare("POST", "/auth/challenge").json(&asked).send().await.json();
    let (challenge, server) = (asked["challenge"].as_str().unwrap(), asked["serverId"].as_str().unwrap());
    let signature = key.connects(server, challenge, &id);
    let signed = json!({ "deviceId": id, "challenge": challenge, "signature": signature });
    let signed = scene.server.bare("POST", "/auth/device").json(&signed).send().await;
    assert_eq!(signed.status, 200, "{}", signed.json());
    let cookie = signed.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    Device { id, cookie }
}
