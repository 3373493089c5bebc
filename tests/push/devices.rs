//! Devices that were let in: each is told for itself, with buttons only if it may answer, and nothing once it is shut out.

use crate::scene::{call, message, register, repo, row, start};
use serde_json::{Value, json};
use testkit::push_service::{PushBrowser, PushService};
use testkit::world::RunningServer;

/// A device with these scopes; its id and its token.
async fn let_in(server: &RunningServer, name: &str, scopes: &[&str]) -> (String, String) {
    let pairing = call(server, "pairing.start", json!({ "scopes": scopes })).await;
    let url = pairing["url"].as_str().unwrap_or_else(|| panic!("{pairing}"));
    let nonce = url.split_once("&n=").unwrap().1.split('&').next().unwrap();
    let claim = json!({ "nonce": nonce, "name": name, "kind": "phone" });
    let claimed = server.bare("POST", "/pair/claim").json(&claim).send().await.json();
    let device = call(server, "pairing.approve", json!({ "id": pairing["id"] })).await;
    let asked = json!({ "pairingId": claimed["pairingId"], "claim": claimed["claim"] });
    let state = server.bare("POST", "/pair/state").json(&asked).send().await.json();
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{state} {device}")).to_owned();
    (text(&device["id"]), text(&state["token"]))
}

async fn as_device(server: &RunningServer, token: &str, method: &str, params: Value) -> Value {
    server.bare("POST", format!("/v1/rpc/{method}")).bearer(token).json(&params).send().await.json()
}

async fn told(server: &RunningServer, token: &str, browser: &PushBrowser) {
    let params = json!({ "subscription": browser.subscription() });
    let answer = as_device(server, token, "notifications.register", params).await;
    assert_eq!(answer["ok"], true, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_told_what_it_may_and_one_that_is_shut_out_nothing() {
    let data = tempfile::tempdir().unwrap();
    let (repo, push) = (repo(), PushService::start().await);
    let server = start(data.path(), &repo, &push);
    let (mine, viewer, phone) = (push.browser(3), push.browser(4), push.browser(5));
    register(&server, &mine).await;
    let (viewer_id, viewer_token) = let_in(&server, "Viewer", &["read"]).await;
    let (_, phone_token) = let_in(&server, "Phone", &["read", "approve"]).await;
    told(&server, &viewer_token, &viewer).await;
    told(&server, &phone_token, &phone).await;

    let said = server.say("dev", "/replace quiet loud a.txt").await;
    assert_eq!(message(&server, &push, &viewer, "question").await.1["question"]["mayAnswer"], false);
    let (_, asked) = message(&server, &push, &phone, "question").await;
    assert_eq!(asked["question"]["mayAnswer"], true);
    message(&server, &push, &mine, "question").await;

    // Each sees its own part of the ledger, and says what became of that alone.
    let list = as_device(&server, &viewer_token, "notifications.list", json!({})).await;
    let devices: Vec<_> = list["sent"].as_array().unwrap().iter().map(|row| &row["device"]).collect();
    assert_eq!((devices, list["targets"].as_array().unwrap().len()), (vec![&json!("Viewer")], 1));
    let params = json!({ "id": asked["id"], "outcome": "opened" });
    let answer = as_device(&server, &viewer_token, "notifications.became", params).await;
    assert_eq!(answer["code"], "not_found");

    // The phone answers: it is not told of its own answer, and the others are.
    let question = &asked["question"];
    let params = json!({ "approvalId": question["id"], "hash": question["hash"], "decision": "approve" });
    assert_eq!(as_device(&server, &phone_token, "approval.answer", params).await["state"], "approved");
    let (_, over) = message(&server, &push, &viewer, "answered").await;
    assert_eq!(
        (over["tag"].clone(), over["detail"].as_str()),
        (asked["tag"].clone(), Some("approved\nPhone"))
    );
    message(&server, &push, &mine, "answered").await;
    message(&server, &push, &phone, "landed").await;
    message(&server, &push, &viewer, "landed").await;
    server.first("dev", said.cursor, "merge.entry.landed").await;
    let of_phone = push.came().into_iter().filter(|one| one.subscription == "s5");
    assert!(of_phone.map(|one| phone.open(&one)).all(|clear| clear["told"] != "answered"));

    call(&server, "device.revoke", json!({ "id": viewer_id })).await;
    server.say("dev", "/replace still moving b.txt").await;
    let again = async || {
        let mine = push.came().into_iter().filter(|one| one.subscription == "s5");
        let another = |clear: Value| clear["told"] == "question" && clear["question"]["id"] != question["id"];
        mine.map(|one| phone.open(&one)).any(another).then_some(())
    };
    server.eventually("the phone is asked again", again).await;
    row(&server, "the viewer is forgotten", |row| row["device"] == "Viewer" && row["outcome"] == "gone")
        .await;
    let before = push.came().iter().filter(|one| one.subscription == "s4").count();
    assert_eq!(before, 3, "a question, its answer and the landing, and nothing after it was shut out");
}
