//! What becomes of messages: tried again, given up with a subscription, kept over a kill, and what devices say of them.

use crate::scene::{call, message, register, repo, row, rows, start};
use protocol::approval::Decision;
use serde_json::json;
use testkit::push_service::PushService;

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_service_is_tried_again_and_a_subscription_that_is_over_is_forgotten() {
    let data = tempfile::tempdir().unwrap();
    let (repo, push) = (repo(), PushService::start().await);
    let server = start(data.path(), &repo, &push);
    let phone = push.browser(3);
    register(&server, &phone).await;
    push.answer_next(&[(429, Some("1")), (503, None)]);
    let answer = call(&server, "notifications.send", json!({})).await;
    assert_eq!(answer["sent"][0]["outcome"], "waiting", "{answer}");
    assert!(answer["sent"][0]["why"].as_str().unwrap().contains("429"));
    let sent = row(&server, "it comes through in the end", |row| row["outcome"] == "sent").await;
    assert_eq!((sent["why"].as_str(), push.came().len()), (None, 3));

    push.answer_next(&[(400, None)]);
    let answer = call(&server, "notifications.send", json!({})).await;
    assert_eq!(answer["sent"][0]["outcome"], "refused", "{answer}");
    push.answer_next(&[(410, None)]);
    let answer = call(&server, "notifications.send", json!({})).await;
    assert_eq!(answer["sent"][0]["outcome"], "gone");
    let list = call(&server, "notifications.list", json!({})).await;
    assert_eq!((list["targets"].as_array().unwrap().len(), list["sent"].as_array().unwrap().len()), (0, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_neither_loses_nor_repeats_a_question_and_the_key_stays() {
    let data = tempfile::tempdir().unwrap();
    let (repo, push) = (repo(), PushService::start().await);
    let server = start(data.path(), &repo, &push);
    let phone = push.browser(3);
    register(&server, &phone).await;
    let key = call(&server, "notifications.list", json!({})).await["publicKey"].clone();
    server.say("dev", "/replace quiet loud a.txt").await;
    row(&server, "the first question is handed over", |row| row["outcome"] == "sent").await;
    // The service is busy: the second question is written down and waits.
    push.answer_next(&[(503, Some("3600"))]);
    server.say("dev", "/replace still moving b.txt").await;
    let waits = |row: &serde_json::Value| row["outcome"] == "waiting" && row["why"].is_string();
    let waiting = row(&server, "the second question waits", waits).await;
    let before = push.came().len();
    server.kill();

    let server = start(data.path(), &repo, &push);
    let list = call(&server, "notifications.list", json!({})).await;
    assert_eq!(list["publicKey"], key, "subscriptions are bound to it");
    assert_eq!(list["sent"].as_array().unwrap().len(), 2, "{list}");
    // Answered before it could be handed over: then it is not handed over any more.
    let id = waiting["page"].as_str().unwrap().rsplit('/').next().unwrap();
    server.answer(id, Decision::Deny).await.unwrap();
    row(&server, "the second is withdrawn", |row| row["outcome"] == "withdrawn").await;
    let answer = call(&server, "notifications.send", json!({})).await;
    assert_eq!(answer["sent"][0]["outcome"], "sent");
    assert_eq!(push.came().len(), before + 1, "after the restart only the trial was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_says_what_became_of_a_message_and_what_a_person_did_stays() {
    let data = tempfile::tempdir().unwrap();
    let (repo, push) = (repo(), PushService::start().await);
    let server = start(data.path(), &repo, &push);
    let phone = push.browser(3);
    register(&server, &phone).await;
    call(&server, "notifications.send", json!({})).await;
    let (_, clear) = message(&server, &push, &phone, "test").await;
    let became = async |outcome: &str| {
        call(&server, "notifications.became", json!({ "id": clear["id"], "outcome": outcome })).await;
        rows(&server).await[0]["outcome"].as_str().unwrap().to_owned()
    };
    assert_eq!(became("shown").await, "shown");
    assert_eq!(became("approved").await, "approved");
    assert_eq!(became("dismissed").await, "approved", "closing follows from the answer");
    assert_eq!(became("sent").await, "approved", "that is not for a device to say");
    let params = json!({ "id": "none-such", "outcome": "shown" });
    assert_eq!(call(&server, "notifications.became", params).await["code"], "not_found");

    let id = call(&server, "notifications.list", json!({})).await["targets"][0]["id"].clone();
    call(&server, "notifications.forget", json!({ "id": id })).await;
    assert_eq!(call(&server, "notifications.forget", json!({ "id": id })).await["code"], "not_found");
    assert_eq!(call(&server, "notifications.send", json!({})).await["code"], "push.none");
}
