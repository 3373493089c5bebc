//! What a device notices of a server that was killed: nothing but the cut.

use crate::key::Key;
use crate::scene::Scene;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn links_claims_keys_and_sessions_outlive_the_server() {
    let scene = Scene::new();
    let phone = scene.paired(json!({}), "phone", Key::p256()).await;
    let cookie = scene.signed_in(&phone).await;
    let (_, server_id) = scene.challenge(&phone.id).await;
    let link = scene.link(json!({})).await;
    let claim = json!({ "nonce": link.nonce, "name": "page", "kind": "browser" });
    let claimed = scene.post("/pair/claim", claim).await.json();
    let open = scene.link(json!({})).await;
    let gone = scene.paired(json!({}), "lost phone", Key::p256()).await;
    scene.done("device.revoke", json!({ "id": gone.id })).await;

    let scene = scene.killed();
    assert_eq!(scene.challenge(&phone.id).await.1, server_id, "it is the same server to its devices");
    // A cookie is named after the port, which tests leave to chance.
    let port = scene.server.url.rsplit(':').next().unwrap();
    let cookie = format!("pilothouse_{port}={}", cookie.split_once('=').unwrap().1);
    let (status, own) = scene.with_cookie(&cookie, "device.list", json!({})).await;
    assert_eq!((status, &own["devices"][0]["id"]), (200, &json!(phone.id)));
    let (_, welcome) = scene.knocked(&phone).await;
    assert_eq!(welcome["t"], "welcome");
    assert_eq!(scene.try_sign_in(&gone).await.code(), "device.revoked");
    scene.done("pairing.approve", json!({ "id": link.pairing })).await;
    let ask = json!({ "pairingId": claimed["pairingId"], "claim": claimed["claim"] });
    assert!(scene.post("/pair/state", ask).await.json()["token"].is_string());
    let claim = json!({ "nonce": open.nonce, "name": "another", "kind": "browser" });
    assert_eq!(scene.post("/pair/claim", claim).await.status, 200);
}
