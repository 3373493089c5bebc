//! Whom the tailnet's allow list alone lets in: a member at most, whoever approves.

use crate::daemon::{ANN, BOB, Daemon, TAGGED};
use crate::scene::{Scene, from};
use serde_json::{Value, json};

/// A link that offers this much, claimed from that machine; the pairing's id.
async fn claimed(scene: &Scene, who: &str, at: &str, offer: &Value) -> String {
    let link = scene.rpc("pairing.start", offer.clone()).await;
    let nonce = link["url"].as_str().unwrap().split("&n=").nth(1).unwrap().split('&').next().unwrap();
    let claim = json!({ "nonce": nonce, "name": "Phone", "kind": "phone" });
    let answer = from(who).post(format!("http://{at}/pair/claim")).json(&claim).send().await.unwrap();
    let claimed: Value = answer.json().await.unwrap();
    claimed["pairingId"].as_str().unwrap_or_else(|| panic!("{claimed}")).to_owned()
}

async fn is_refused(scene: &Scene, id: &Value, what: &str) {
    let answer =
        scene.server.owner("POST", "/v1/rpc/pairing.approve").json(&json!({ "id": id })).send().await;
    assert_eq!((answer.status, answer.code()), (403, "forbidden".into()), "{what}");
    let told = answer.json();
    assert!(told["message"].as_str().unwrap().contains("a member at most"), "{what}: {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_allow_list_lets_in_is_a_member_at_most() {
    let daemon = Daemon::start();
    let socket = daemon.socket();
    let scene = Scene::with(|start| start.env("PILOTHOUSE_LISTEN_TAILSCALED", socket.to_str().unwrap()));
    scene.command(&["tailnet", "on"]).await;
    let at = scene.listener("tailnet", "open").await["bound"].as_str().unwrap().to_owned();
    let (code, _) = scene.command(&["tailnet", "allow", "bob@example.com", "tag:ci"]).await;
    assert_eq!(code, 0);

    for who in [BOB, TAGGED] {
        for offer in [
            json!({ "role": "owner" }),
            json!({ "role": "owner", "scopes": ["read"] }),
            json!({ "scopes": ["read", "pair"] }),
            json!({ "scopes": ["read", "admin"] }),
        ] {
            let id = claimed(&scene, who, &at, &offer).await;
            is_refused(&scene, &json!(id), &format!("{who} {offer}")).await;
            // It still waits, and less is given.
            let less = json!({ "id": id, "scopes": ["read", "chat", "terminal_read"] });
            assert_eq!(scene.rpc("pairing.approve", less).await["role"], "member", "{who} {offer}");
        }
    }
    let id = claimed(&scene, ANN, &at, &json!({ "role": "owner" })).await;
    assert_eq!(scene.rpc("pairing.approve", json!({ "id": id })).await["role"], "owner", "their own machine");

    // Nor does it become more by asking later.
    let device = scene.pair(&from(BOB), &format!("http://{at}"), &[]).await;
    let wish = json!({ "scopes": ["read", "pair"] });
    let asked = from(BOB).post(format!("http://{at}/v1/rpc/pairing.request")).bearer_auth(&device.token);
    let asked: Value = asked.json(&wish).send().await.unwrap().json().await.unwrap();
    is_refused(&scene, &asked["pairing"]["id"], &format!("a wish: {asked}")).await;

    // With a link that one of the owner's own machines claims it is theirs.
    let again = json!({ "role": "owner", "upgradeOf": asked["pairing"]["upgradeOf"] });
    let id = claimed(&scene, ANN, &at, &again).await;
    assert_eq!(scene.rpc("pairing.approve", json!({ "id": id })).await["role"], "owner");
}
