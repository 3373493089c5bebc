//! A repository's own checks and recipes count only after its owner accepted them.

use crate::scene::Scene;
use protocol::approval::Decision;

const CONFIG: &str = "[[check]]\nname = \"always\"\nrun = [\"true\"]\ntimeoutS = 30\n[recipes.touch]\nrun = [\"touch\", \"ran\"]\ntimeoutS = 30\nwrites = [\"ran\"]\n";
const FILES: [(&str, &str); 3] =
    [("README.md", "# Tern\n"), ("OTHER.md", "# Other\n"), (".pilothouse/config.toml", CONFIG)];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_lands_in_a_folder_its_owner_has_not_trusted() {
    let scene = Scene::started(&FILES, |start| start);
    let question = scene.question("append a line \"x\" to README.md").await;
    let (trust, _) = scene
        .server
        .until("dev", 0, |e| e.kind() == "approval_required" && e.payload()["action"] == "workspace.trust")
        .await;
    assert!(trust.payload()["summary"].as_str().unwrap().contains("true"), "it names the checks");
    scene.approve(&question).await;
    let approved = |e: &client::StreamEvent| e.payload()["entry"]["state"] == "approved";
    scene.server.until("dev", question.cursor, approved).await;
    // Another whole job runs to its question meanwhile; the approved one still has not moved.
    scene.question("append a line \"y\" to OTHER.md").await;
    assert_eq!(scene.tip(), None, "approved, but nothing proves it");
    let id = trust.payload()["approvalId"].as_str().unwrap();
    scene.server.answer(id, Decision::Approve).await.unwrap();
    scene.entry_event(&question, "merge.entry.landed").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_refused_trust_lands_nothing() {
    let scene = Scene::started(&FILES, |start| start);
    let question = scene.question("append a line \"x\" to README.md").await;
    let (trust, _) = scene
        .server
        .until("dev", 0, |e| e.kind() == "approval_required" && e.payload()["action"] == "workspace.trust")
        .await;
    scene.server.answer(trust.payload()["approvalId"].as_str().unwrap(), Decision::Deny).await.unwrap();
    scene.approve(&question).await;
    scene.question("append a line \"y\" to OTHER.md").await;
    assert_eq!(scene.tip(), None);
    let list = scene.server.client.send("POST", "/v1/rpc/workspace.list", None).await.unwrap();
    assert_eq!(list["workspaces"][0]["trusted"], false);
}
