//! What a device that is not let in any more has left: nothing, at once.

use crate::key::Key;
use crate::scene::Scene;
use crate::wire::{Frame, Wire, knock};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn revoking_closes_sockets_and_streams_at_once_and_every_way_back() {
    let scene = Scene::new();
    let phone = scene.paired(json!({}), "phone", Key::p256()).await;
    let other = scene.paired(json!({}), "other", Key::p256()).await;
    let cookie = scene.signed_in(&phone).await;
    let (mut signed, welcome) = scene.knocked(&phone).await;
    assert_eq!(welcome["t"], "welcome");
    // A page's socket, opened with its cookie.
    let headers = [("cookie", cookie.as_str()), ("origin", scene.server.url.as_str())];
    let mut paged = knock(&scene.server.url, &headers).await.unwrap();
    paged.frame().await;
    paged.say(json!({ "t": "connect", "versions": [1, 1], "client": { "name": "page" } })).await;
    assert_eq!(paged.frame().await.text()["deviceId"], json!(phone.id));
    let stream = |path: &str| scene.server.bare("GET", path).header("cookie", &cookie).follow();
    let (mut all, mut one) = (stream("/v1/events").await, stream("/sessions/dev/events").await);
    let (mut staying, _) = scene.knocked(&other).await;

    let answer = scene.done("device.revoke", json!({ "id": phone.id })).await;
    assert!(answer["revokedAt"].is_string());
    assert_eq!(signed.closed().await, 4401);
    assert_eq!(paged.closed().await, 4401);
    while all.next().await.is_some() {}
    while one.next().await.is_some() {}
    staying.call("session.list", json!({})).await.expect("another device stays");

    let (status, refused) = scene.with_cookie(&cookie, "session.list", json!({})).await;
    assert_eq!(status, 401, "{refused}");
    let again = scene.try_sign_in(&phone).await;
    assert_eq!((again.status, again.code()), (401, "device.revoked".into()));
    let (mut wire, reject) = scene.knocked(&phone).await;
    assert_eq!(
        (&reject["error"]["code"], &reject["next"]),
        (&json!("device.revoked"), &json!("pair")),
        "{reject}"
    );
    assert_eq!(wire.closed().await, 4401);
    // Doing it again changes nothing, and is told once.
    scene.done("device.revoke", json!({ "id": phone.id })).await;
    assert_eq!(scene.events("device.revoked").await.len(), 1);
    // A device may go by itself.
    staying
        .call("device.revoke", json!({ "id": phone.id }))
        .await
        .expect_err("another's needs the scope pair");
    staying
        .say(json!({ "t": "req", "id": 77, "method": "device.revoke", "params": { "id": other.id } }))
        .await;
    assert_eq!(last_close(&mut staying).await, 4401);
}

async fn last_close(wire: &mut Wire) -> u16 {
    loop {
        if let Frame::Closed(code) = wire.frame().await {
            return code;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_revoked_page_opens_nothing_and_its_links_are_dead() {
    let scene = Scene::new();
    let link = scene.link(json!({ "role": "owner" })).await;
    let claim = json!({ "nonce": link.nonce, "name": "second desk", "kind": "browser" });
    let claimed = scene.post("/pair/claim", claim).await.json();
    let device = scene.done("pairing.approve", json!({ "id": link.pairing })).await;
    let ask = json!({ "pairingId": claimed["pairingId"], "claim": claimed["claim"] });
    let token = scene.post("/pair/state", ask.clone()).await.json()["token"].as_str().unwrap().to_owned();
    let call =
        |method: &str| scene.server.bare("POST", format!("/v1/rpc/{method}")).bearer(&token).json(&json!({}));
    let begun = call("pairing.start").send().await;
    assert_eq!(begun.status, 200, "{}", begun.json());
    let begun = crate::scene::read_link(&begun.json());

    scene.done("device.revoke", json!({ "id": device["id"] })).await;
    let refused = call("session.list").send().await;
    assert_eq!((refused.status, refused.code()), (401, "device.revoked".into()));
    // Why a handshake was refused no page can read: with the cookie it is told in a frame.
    let port = scene.server.url.rsplit_once(':').unwrap().1;
    let cookie = format!("pilothouse_{port}={token}");
    let headers = [("cookie", cookie.as_str()), ("origin", scene.server.url.as_str())];
    let mut paged = knock(&scene.server.url, &headers).await.unwrap();
    paged.frame().await;
    paged.say(json!({ "t": "connect", "versions": [1, 1], "client": { "name": "page" } })).await;
    assert_eq!(paged.frame().await.text()["next"], json!("sign_in"));
    assert_eq!(paged.closed().await, 4401);
    let again = scene.post("/pair/state", ask).await.json();
    assert!(again["token"].is_null(), "an old claim gives no new token: {again}");
    let claim = json!({ "nonce": begun.nonce, "name": "friend", "kind": "browser" });
    assert_eq!(scene.post("/pair/claim", claim).await.code(), "pairing.dead");
}
