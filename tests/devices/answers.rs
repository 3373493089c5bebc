//! What one device was given is of no use to another: its word on an approval, its key for asking again, its link.

use crate::key::Key;
use crate::scene::{Scene, text};
use serde_json::{Value, json};
use testkit::world::{Answer, RunningServer, Start, TestRepo};

/// A device with a token, as one without a key of its own has it.
async fn let_in(server: &RunningServer, name: &str, scopes: &[&str]) -> String {
    let start = server.owner("POST", "/v1/rpc/pairing.start").json(&json!({ "scopes": scopes }));
    let pairing = start.send().await.json();
    let nonce = text(&pairing["url"]).split_once("&n=").unwrap().1.split('&').next().unwrap().to_owned();
    let claim = json!({ "nonce": nonce, "name": name, "kind": "phone" });
    let claimed = server.bare("POST", "/pair/claim").json(&claim).send().await.json();
    let approve = server.owner("POST", "/v1/rpc/pairing.approve").json(&json!({ "id": pairing["id"] }));
    assert_eq!(approve.send().await.status, 200);
    let ask = json!({ "pairingId": claimed["pairingId"], "claim": claimed["claim"] });
    text(&server.bare("POST", "/pair/state").json(&ask).send().await.json()["token"])
}

async fn answers(server: &RunningServer, token: &str, key: &str, params: &Value) -> Answer {
    let call = server.bare("POST", "/v1/rpc/approval.answer").bearer(token);
    call.header("idempotency-key", key).json(params).send().await
}

/// The approval that waits, once there is one other than these.
async fn waiting(server: &RunningServer, not: &[Value]) -> Value {
    let look = || async {
        let call = server.owner("POST", "/v1/rpc/approval.list").json(&json!({ "status": "pending" }));
        let list = call.send().await.json();
        let mut all = list["approvals"].as_array().unwrap().clone().into_iter();
        all.find(|one| !not.contains(&one["id"]))
    };
    server.eventually("an approval waits", look).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_by_another_devices_key_or_another_approvals_hash() {
    let repo = TestRepo::with(&[("a.txt", "quiet\n"), ("b.txt", "still\n")]);
    repo.write(".pilothouse/config.toml", "[[check]]\nname = \"always\"\nrun = [\"true\"]\n");
    repo.commit_all("checks");
    let data = tempfile::tempdir().unwrap();
    let server = RunningServer::start(&Start::on(data.path(), repo.path()).flag("--trust"));
    let ann = let_in(&server, "Ann", &["read", "approve"]).await;
    let bob = let_in(&server, "Bob", &["read", "approve"]).await;
    let viewer = let_in(&server, "Viewer", &["read"]).await;
    server.say("dev", "/replace quiet loud a.txt").await;
    let first = waiting(&server, &[]).await;
    let yes = json!({ "approvalId": first["id"], "decision": "approve", "hash": first["hash"] });

    let refused = answers(&server, &viewer, "k", &yes).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden".into()));
    let mut made_up = yes.clone();
    made_up["hash"] = json!("0".repeat(64));
    let refused = answers(&server, &bob, "b", &made_up).await;
    assert_eq!((refused.status, refused.code()), (409, "stale".into()));
    let done = answers(&server, &ann, "k", &yes).await;
    assert_eq!((done.status, &done.json()["state"]), (200, &json!("approved")));
    // Her key, in the hands of others, gives nobody her answer.
    let late = answers(&server, &bob, "k", &yes).await;
    assert_eq!((late.status, late.code()), (409, "already_resolved".into()));
    let refused = answers(&server, &viewer, "k", &yes).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden".into()));
    let again = answers(&server, &ann, "k", &yes).await;
    assert_eq!((again.status, again.json()), (200, done.json()), "to her it is the same answer");

    server.say("dev", "/replace still moving b.txt").await;
    let second = waiting(&server, &[first["id"].clone()]).await;
    assert_ne!(first["hash"], second["hash"]);
    let crossed = json!({ "approvalId": second["id"], "decision": "approve", "hash": first["hash"] });
    let refused = answers(&server, &bob, "c", &crossed).await;
    assert_eq!((refused.status, refused.code()), (409, "stale".into()));
    // Her key with another approval is another call.
    let crossed = json!({ "approvalId": second["id"], "decision": "approve", "hash": second["hash"] });
    let refused = answers(&server, &ann, "k", &crossed).await;
    assert_eq!((refused.status, refused.code()), (409, "conflict".into()));
    assert_eq!(waiting(&server, &[first["id"].clone()]).await["id"], second["id"], "it still waits");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_opens_its_own_pairing_alone() {
    let scene = Scene::new();
    let mut claims = Vec::new();
    for name in ["one", "two"] {
        let link = scene.link(json!({})).await;
        let claim =
            json!({ "nonce": link.nonce, "name": name, "kind": "phone", "publicKey": Key::p256().public() });
        claims.push(scene.post("/pair/claim", claim).await.json());
    }
    scene.done("pairing.approve", json!({ "id": claims[0]["pairingId"] })).await;
    // The second device, with the pairing of the first, and the other way round.
    for (pairing, claim) in [(0, 1), (1, 0)] {
        let crossed = json!({ "pairingId": claims[pairing]["pairingId"], "claim": claims[claim]["claim"] });
        for path in ["/pair/state", "/pair/cancel"] {
            assert_eq!(scene.post(path, crossed.clone()).await.code(), "pairing.unknown", "{path}");
        }
    }
    let own = |n: usize| json!({ "pairingId": claims[n]["pairingId"], "claim": claims[n]["claim"] });
    assert_eq!(scene.post("/pair/state", own(0)).await.json()["state"], "approved");
    assert_eq!(scene.post("/pair/state", own(1)).await.json()["state"], "claimed", "it still waits");
}
