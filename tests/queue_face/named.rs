//! Jobs listed, and jobs, entries and questions named by the beginning of their ids; what is said of one that is not
//! there.

use super::scene::Scene;
use protocol::ErrorCode;
use serde_json::Value;

/// As much of an id as the page shows.
fn short(id: &str) -> &str {
    &id[..8]
}

async fn refused(scene: &Scene, args: &[&str]) -> String {
    let output = scene.run(args).await;
    assert_eq!(output.status.code(), Some(1), "{args:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_beginning_of_an_id_names_a_question_a_job_and_an_entry() {
    let scene = Scene::new(1);
    assert!(scene.cli(&["job", "list"]).await.contains("There is no job yet"));
    scene.cli(&["queue", "pause"]).await;
    let sent = scene.server().say("dev", "/replace one two src/a.txt").await;
    let land = |e: &client::StreamEvent| e.kind() == "approval_required" && e.payload()["action"] == "land";
    let (asked, _) = scene.server().until("dev", sent.cursor, land).await;
    let approval = asked.payload()["approvalId"].as_str().unwrap().to_owned();
    let entry = asked.payload()["details"]["entryId"].as_str().unwrap().to_owned();
    let job = scene.entry(&entry).await.job_id.to_string();

    let answered = scene.cli(&["approve", short(&approval)]).await;
    assert!(answered.contains(&format!("  Id        {approval}")), "{answered}");
    assert!(answered.contains("This is approved now."), "{answered}");
    assert_eq!(scene.refused(&["deny", short(&approval)]).await, ErrorCode::AlreadyResolved);

    assert!(scene.cli(&["job", "show", short(&job)]).await.contains(&job));
    for named in [short(&entry), short(&job), &entry, &job] {
        let history = scene.cli_json(&["queue", "history", named]).await;
        assert_eq!(history["entry"]["id"], Value::from(entry.clone()), "{named}");
    }
    scene.cli(&["queue", "remove", short(&entry)]).await;
    // It has left the queue, and is still known by what was handed over.
    let history = scene.cli_json(&["queue", "history", short(&entry)]).await;
    assert_eq!(history["entry"]["state"], "removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_listed_newest_first_by_state_and_no_more_than_are_wanted() {
    let scene = Scene::new(1);
    scene.cli(&["queue", "pause"]).await;
    let first = scene.entry(&scene.approved("a", "two").await).await.job_id.to_string();
    let second = scene.entry(&scene.approved("b", "two").await).await.job_id.to_string();
    let listed = scene.cli(&["job", "list"]).await;
    let ids: Vec<&str> = listed.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(ids, [&second, &first], "{listed}");
    assert!(listed.lines().all(|line| line.contains("  completed  ")), "{listed}");
    let one = scene.cli(&["job", "list", "--limit", "1"]).await;
    assert!(one.starts_with(&second) && one.contains("The newest 1 of 2."), "{one}");
    let all = scene.cli_json(&["job", "list", "--all", "--state", "completed"]).await;
    assert_eq!(all["jobs"].as_array().unwrap().len(), 2);
    assert_eq!(scene.cli(&["job", "list", "--state", "failed"]).await, "No job is failed.\n");
    assert_eq!(scene.run(&["job", "list", "--limit", "501"]).await.status.code(), Some(2));
    assert_eq!(scene.run(&["job", "list", "--state", "gone"]).await.status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_names_the_command_that_lists_what_is() {
    let scene = Scene::new(1);
    for (typed, next) in [
        ("job show ffffffff", "There is no job ffffffff. `pilothouse job list`"),
        ("job pause none", "There is no job none. `pilothouse job list`"),
        ("worker drain w-99", "There is no worker w-99. `pilothouse worker list`"),
        ("approve ffff", "There is no approval ffff. `pilothouse status`"),
        ("devices revoke ffff", "There is no device ffff. `pilothouse devices`"),
        ("land ffff", "`pilothouse job list` jobs"),
        ("ask hello --session nowhere", "There is no session nowhere. Sessions: dev."),
    ] {
        let args: Vec<&str> = typed.split(' ').collect();
        let said = refused(&scene, &args).await;
        assert!(said.contains(next) && said.contains("(not_found)"), "{typed}: {said}");
    }
}
