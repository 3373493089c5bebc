//! `pilothouse publish checks | fix | cancel`, with the exit codes that are documented.

use crate::scene::{Scene, at};
use serde_json::{Value, json};
use std::process::Output;
use testkit::git_host;
use testkit::world::program;

impl Scene {
    async fn cli(&self, args: &[&str]) -> Output {
        let mut command = std::process::Command::new(program("pilothouse"));
        command.arg("publish").args(args).arg("--data").arg(self.data.path());
        command.env("PILOTHOUSE_CONFIG_DIR", self.data.path().join("no-settings"));
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// The exit code, and everything it printed.
    async fn said(&self, args: &[&str]) -> (i32, String) {
        let output = self.cli(args).await;
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8_lossy(&text).into_owned())
    }
}

fn run(name: &str, status: &str, conclusion: Option<&str>) -> Value {
    json!({ "id": 1, "name": name, "status": status, "conclusion": conclusion, "html_url": "https://ci.example/1", "output": { "title": "2 tests failed", "summary": "..." } })
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_of_a_pull_request_are_told_by_the_exit_code_and_a_failing_one_becomes_a_request() {
    let scene = Scene::new();
    let (code, said) = scene.said(&["checks"]).await;
    assert_eq!(code, 1, "there is no pull request: {said}");
    assert_eq!(scene.publish(json!({})).await["status"], "pr-created");
    let (code, said) = scene.said(&["checks"]).await;
    assert_eq!((code, said.contains("No checks have begun there.")), (0, true), "{said}");
    scene.forge.checks(json!([run("ci", "in_progress", None)]), json!([]));
    let (code, said) = scene.said(&["checks", "dev"]).await;
    assert_eq!((code, said.contains("running   ci")), (3, true), "{said}");
    let (code, said) = scene.said(&["fix", "ci"]).await;
    assert_eq!(code, 1, "it has not failed: {said}");

    scene.forge.checks(
        json!([run("ci", "completed", Some("failure")), run("lint", "completed", Some("success"))]),
        json!([]),
    );
    let (code, said) = scene.said(&["checks"]).await;
    assert_eq!((code, said.contains("failed    ci") && said.contains("2 tests failed")), (1, true), "{said}");
    let (code, said) = scene.said(&["fix", "ci", "--of", "dev"]).await;
    assert_eq!(code, 0, "{said}");
    let request = said.trim().strip_prefix("Request ").unwrap_or_else(|| panic!("{said}")).to_owned();
    let asked = scene.rpc("requests.get", json!({ "id": request })).await;
    assert!(asked["prompt"].as_str().unwrap().contains("`ci`"), "{asked}");
    let (code, said) = scene.said(&["fix", "no such check"]).await;
    assert_eq!(code, 1, "{said}");

    scene.forge.checks(json!([run("ci", "completed", Some("success"))]), json!([]));
    assert_eq!(scene.said(&["checks"]).await.0, 0);
    // A token that the host does not take: what was read before is still told, and is not taken for now.
    scene.rpc("publish.set_token", json!({ "host": "forge.test", "token": "ghp_wrong" })).await;
    let (code, said) = scene.said(&["checks", "--json"]).await;
    let read: Value = serde_json::from_str(said.trim()).unwrap();
    assert_eq!((code, &read["reason"], &read["state"]), (4, &json!("auth"), &json!("passed")), "{read}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_under_way_and_one_that_waits_for_an_answer_are_ended_from_a_terminal() {
    let scene = Scene::new();
    let (code, said) = scene.said(&["cancel"]).await;
    assert_eq!((code, said.contains("Nothing is being published")), (1, true), "{said}");

    git_host::hook(&scene.bare(), "pre-receive", "sleep 600");
    let press = scene.said(&["--no-pr", "--head", "fix/slow"]);
    let cancel = async {
        let pushing = || async { (scene.shown().await["latest"]["stage"] == "pushing").then_some(()) };
        scene.server.eventually("a push under way", pushing).await;
        scene.said(&["cancel", "dev"]).await
    };
    let ((pressed, told), (code, said)) = tokio::join!(press, cancel);
    assert_eq!((code, said.contains("It ends.")), (0, true), "{said}");
    assert_eq!((pressed, told.contains("(cancelled)")), (1, true), "{told}");
    assert_eq!(at(&scene.bare(), "fix/slow"), None);

    std::fs::remove_file(scene.bare().join("hooks/pre-receive")).unwrap();
    let (code, said) = scene.said(&["--no-pr", "--head", "main_agents", "--force"]).await;
    assert_eq!((code, said.contains("(approval-required)")), (4, true), "{said}");
    assert_eq!(scene.said(&["cancel"]).await.0, 0);
    let done = || async {
        let latest = scene.shown().await["latest"].clone();
        (latest["stage"] == "done").then_some(latest)
    };
    let latest = scene.server.eventually("it is over", done).await;
    assert_eq!(latest["result"]["reason"], "cancelled", "{latest}");
    assert!(scene.server.pending_approvals().await.is_empty(), "nobody is asked about it any more");
    assert_eq!(at(&scene.bare(), "main_agents"), None);
    assert!(scene.said(&["status"]).await.1.contains("error (cancelled)"));
}
