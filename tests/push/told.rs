//! What is told, to whom, and that nobody on the way can read it.

use crate::scene::{call, message, register, repo, row, rows, start};
use serde_json::json;
use testkit::push_service::PushService;

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_told_encrypted_and_signed_and_its_answer_takes_its_place() {
    let data = tempfile::tempdir().unwrap();
    let (repo, push) = (repo(), PushService::start().await);
    let server = start(data.path(), &repo, &push);
    let public =
        call(&server, "notifications.list", json!({})).await["publicKey"].as_str().unwrap().to_owned();
    let (phone, tablet) = (push.browser(3), push.browser(4));
    let id = register(&server, &phone).await;
    assert_eq!(register(&server, &phone).await, id, "the same browser again is one");
    register(&server, &tablet).await;

    let said = server.say("dev", "/replace quiet loud a.txt").await;
    let (sealed, clear) = message(&server, &push, &phone, "question").await;
    let approval = &server.pending_approvals().await[0];
    assert_eq!(clear["question"]["id"], approval.id.as_str());
    assert_eq!(clear["question"]["hash"], approval.hash.as_str());
    assert_eq!(clear["question"]["mayApprove"], true, "{clear}");
    assert_eq!(clear["page"], format!("/approvals/{}", approval.id));
    assert_eq!(clear["waiting"], 1);
    assert!(clear["detail"].as_str().unwrap().contains("main_agents"), "{clear}");
    assert_eq!(sealed.header("content-encoding"), "aes128gcm");
    assert_eq!(sealed.header("urgency"), "high");
    assert_eq!(sealed.claims(&public)["aud"], push.url.as_str());
    let word = b"Replace";
    assert!(!sealed.body.windows(word.len()).any(|part| part == word), "nobody on the way reads it");

    let asked = row(&server, "the question is handed over to both", |row| row["outcome"] == "sent").await;
    assert_eq!((asked["told"].as_str(), asked["device"].as_str()), (Some("question"), Some("owner")));
    server.approve_next("dev", said.cursor, "land").await;
    let (landing, landed) = message(&server, &push, &phone, "landed").await;
    assert_eq!((landing.header("urgency"), landed["waiting"].as_u64()), ("normal", Some(0)));
    message(&server, &push, &tablet, "landed").await;
    // Whoever answered is the owner, as both browsers are here: they need not be told of their own answer.
    assert!(rows(&server).await.iter().all(|row| row["told"] != "answered"));
    let told = push.came().iter().filter(|one| one.subscription == "s3").count();
    assert_eq!(told, 2, "one question and one landing, nothing twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_services_of_browsers_and_listed_ones_are_ever_called() {
    let data = tempfile::tempdir().unwrap();
    let (repo, push) = (repo(), PushService::start().await);
    let server = start(data.path(), &repo, &push);
    let mut subscription = push.browser(3).subscription();
    for (endpoint, code) in [
        ("https://169.254.169.254/latest/meta-data", "push.service"),
        ("https://localhost:3001/v1/rpc/x", "push.service"),
        ("http://127.0.0.1:1/push", "bad_request"),
    ] {
        subscription["endpoint"] = endpoint.into();
        let params = json!({ "subscription": subscription });
        let answer = call(&server, "notifications.register", params).await;
        assert_eq!(answer["code"], code, "{endpoint}: {answer}");
    }
    let mut broken = push.browser(3).subscription();
    broken["keys"]["p256dh"] = "AAAA".into();
    let answer = call(&server, "notifications.register", json!({ "subscription": broken })).await;
    assert_eq!(answer["code"], "bad_request");
    let answer = call(&server, "notifications.send", json!({})).await;
    assert_eq!(answer["code"], "push.none");
    assert!(push.came().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_switched_off_or_quiet_is_kept_back_and_a_question_is_told_when_it_is_not_any_more() {
    let data = tempfile::tempdir().unwrap();
    let (repo, push) = (repo(), PushService::start().await);
    let server = start(data.path(), &repo, &push);
    let phone = push.browser(3);
    register(&server, &phone).await;
    let quiet =
        |on: bool| json!({ "finished": false, "quiet": { "on": on, "from": "00:00", "until": "00:00" } });
    call(&server, "config.set_notify", quiet(true)).await;
    let said = server.say("dev", "/replace quiet loud a.txt").await;
    row(&server, "the question is kept back", |row| row["outcome"] == "quiet").await;
    let answer = call(&server, "notifications.send", json!({})).await;
    assert_eq!(answer["sent"][0]["outcome"], "sent", "what somebody asks for comes at any hour: {answer}");
    assert_eq!(push.came().len(), 1);
    call(&server, "config.set_notify", quiet(false)).await;
    message(&server, &push, &phone, "question").await;
    server.approve_next("dev", said.cursor, "land").await;
    row(&server, "the landing is not told", |row| row["told"] == "landed" && row["outcome"] == "off").await;
    assert_eq!(push.came().len(), 2);
}
