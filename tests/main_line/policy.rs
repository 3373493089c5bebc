//! Policy moves `main`, where that is configured, and asks first unless a rule of the user's says otherwise.

use crate::scene::Scene;
use protocol::approval::Decision;
use serde_json::json;
use std::path::Path;
use testkit::world::Start;

const GREEN: &str = "[[check]]\nname = \"always\"\nrun = [\"true\"]\ntimeoutS = 60\n";

fn rules(data: &Path, text: &str) {
    let folder = data.join("no-settings");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("policy.toml"), text).unwrap();
}

fn to_main(how: &'static str, text: &'static str) -> impl FnOnce(&Path, Start) -> Start {
    move |data, start| {
        rules(data, text);
        start.env("PILOTHOUSE_MERGE_TO_MAIN", how)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_rule_policy_asks_and_the_answer_counts_for_that_tip() {
    let scene = Scene::with(GREEN, to_main("policy", ""));
    scene.land("append a line \"more\" to NOTES.md").await;
    let asks =
        |e: &client::StreamEvent| e.kind() == "approval_required" && e.payload()["action"] == "land.main";
    let (asked, _) = scene.server.until("dev", 0, asks).await;
    let first = asked.payload().clone();
    assert_eq!(first["details"]["to"], scene.rev("main_agents").as_str());
    assert_eq!(scene.show().await["approvalId"], first["approvalId"]);
    // More lands: the old question is about something that would not be done any more.
    scene.land("append a line \"and more\" to NOTES.md").await;
    let (asked, _) = scene.server.until("dev", asked.cursor, asks).await;
    let late = scene.server.answer(first["approvalId"].as_str().unwrap(), Decision::Approve).await;
    assert!(late.is_err(), "it was superseded");
    scene.server.answer(asked.payload()["approvalId"].as_str().unwrap(), Decision::Approve).await.unwrap();
    let over =
        |e: &client::StreamEvent| e.kind() == "main.landing" && e.payload()["landing"]["state"] == "landed";
    let landing = scene.server.until("dev", asked.cursor, over).await.0.payload()["landing"].clone();
    assert_eq!(landing["by"], "owner");
    assert_eq!(scene.rev("main"), scene.rev("main_agents"));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_rule_that_names_it_main_follows_each_landing() {
    let rule = "[[rule]]\nid = \"follow\"\neffect = \"allow\"\nkinds = [\"land.main\"]\n";
    let scene = Scene::with(GREEN, to_main("after-each", rule));
    let over =
        |e: &client::StreamEvent| e.kind() == "main.landing" && e.payload()["landing"]["state"] == "landed";
    let mut after = 0;
    for word in ["more", "and more"] {
        scene.land(&format!("append a line \"{word}\" to NOTES.md")).await;
        let (event, _) = scene.server.until("dev", after, over).await;
        after = event.cursor;
        assert!(event.payload()["landing"]["by"].as_str().unwrap().contains("follow"));
    }
    assert_eq!(scene.rev("main"), scene.rev("main_agents"));
    assert!(scene.read("NOTES.md").ends_with("and more\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_denied_no_button_does() {
    let rule = "[[rule]]\nid = \"never\"\neffect = \"deny\"\nkinds = [\"land.main\"]\n";
    let scene = Scene::with(GREEN, to_main("explicit", rule));
    scene.land("append a line \"more\" to NOTES.md").await;
    let main = scene.rev("main");
    let refused = scene.wish("server", false).await.unwrap_err();
    assert_eq!(refused.code.as_str(), "forbidden");
    assert!(refused.message.contains("never"), "{}", refused.message);
    assert_eq!(scene.rev("main"), main);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_not_tried_for_ever_by_itself() {
    let rule = "[[rule]]\nid = \"follow\"\neffect = \"allow\"\nkinds = [\"land.main\"]\n";
    let red =
        "[[check]]\nname = \"no red\"\nrun = [\"sh\", \"-c\", \"! grep -qs RED README.md\"]\ntimeoutS = 60\n";
    let scene = Scene::with(red, to_main("after-each", rule));
    scene.land("append a line \"more\" to NOTES.md").await;
    let over =
        |e: &client::StreamEvent| e.kind() == "main.landing" && e.payload()["landing"]["state"] == "landed";
    let (event, _) = scene.server.until("dev", 0, over).await;
    scene.commit_on_agents("README.md", "RED\n");
    scene.call("merge.queue", json!({})).await.unwrap();
    scene.show().await;
    let refused =
        |e: &client::StreamEvent| e.kind() == "main.landing" && e.payload()["landing"]["state"] == "refused";
    let (event, _) = scene.server.until("dev", event.cursor, refused).await;
    // Whatever else happens, it is not begun again.
    scene.server.say("dev", "/status").await;
    let (_, between) = scene
        .server
        .until("dev", event.cursor, |e| {
            e.kind() == "assistant_message"
                && e.payload()["text"].as_str().unwrap_or_default().contains("main")
        })
        .await;
    assert!(between.iter().all(|e| e.kind() != "main.landing"));
}
