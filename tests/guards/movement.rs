//! Somebody else moves the integration branch: it stands, and it is said, once.

use crate::scene::Scene;
use testkit::world::RunningServer;

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_of_the_branch_is_said_although_nothing_waits_to_land() {
    let scene = Scene::trusted(&[("README.md", "# Tern\n")]);
    let question = scene.question("append a line \"x\" to README.md").await;
    scene.approve(&question).await;
    scene.entry_event(&question, "merge.entry.landed").await;
    let landed = scene.tip().unwrap();
    scene.repo.git(&["branch", "--force", "main_agents", "main"]);
    // Whoever looks at the repository first takes the movement over: here somebody who opens its page.
    let body = serde_json::json!({ "id": scene.workspace().await });
    scene.server.client.send("POST", "/v1/rpc/workspace.facts", Some(body)).await.unwrap();
    let moved = scene.server.first("dev", question.cursor, "merge.branch.moved").await;
    assert_eq!(moved.payload()["old"], landed.as_str());
    assert_eq!(moved.payload()["new"], scene.repo.git(&["rev-parse", "main"]).as_str());
    assert!(moved.payload()["explanation"].as_str().unwrap().contains("reset or rewritten"));
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_landing_that_a_crash_cut_in_half_is_not_called_a_movement_from_outside() {
    let scene = Scene::trusted(&[("README.md", "# Tern\n"), ("NOTES.md", "# Notes\n")]);
    let first = scene.question("append a line \"x\" to README.md").await;
    scene.approve(&first).await;
    scene.entry_event(&first, "merge.entry.landed").await;
    // A landing that is proven and blocked.
    scene.repo.git(&["switch", "--quiet", "main_agents"]);
    scene.repo.write("NOTES.md", "mine, not committed\n");
    let second = scene.question("append a line \"y\" to NOTES.md").await;
    scene.approve(&second).await;
    let blocked = |e: &client::StreamEvent| {
        e.payload()["entry"]["state"] == "landing" && e.payload()["entry"]["reason"].is_string()
    };
    let candidate = scene.server.until("dev", second.cursor, blocked).await.0.payload()["entry"]["candidate"]
        .as_str()
        .unwrap()
        .to_owned();
    let workspace = scene.workspace().await;

    // The server dies after the depot's branch has moved and before the user's has.
    let Scene { server, repo, data, start } = scene;
    server.kill();
    let depot = data.path().join("depots").join(format!("{workspace}.git"));
    let depot = format!("--git-dir={}", depot.display());
    let refs = repo.git(&[&depot, "for-each-ref", "--format=%(refname)"]);
    let integration = refs.lines().find(|r| r.ends_with("/integ/main_agents")).unwrap();
    repo.git(&[&depot, "update-ref", integration, &candidate]);
    repo.git(&["checkout", "--quiet", "--", "NOTES.md"]);

    let server = RunningServer::start(&start);
    let scene = Scene { server, repo, data, start };
    scene.entry_event(&second, "merge.entry.landed").await;
    assert_eq!(scene.tip().unwrap(), candidate);
    // A real movement afterwards is the only one that was said.
    scene.repo.git(&["commit", "--quiet", "--allow-empty", "-m", "by hand"]);
    scene.workspace().await;
    let (moved, before) = scene.server.until("dev", 0, |e| e.kind() == "merge.branch.moved").await;
    assert_eq!(moved.payload()["old"], candidate.as_str(), "{}", moved.payload());
    assert_eq!(moved.payload()["new"], scene.tip().unwrap().as_str());
    assert!(before.iter().any(|e| e.kind() == "merge.entry.landed"));
}
