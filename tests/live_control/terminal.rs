//! The same from a terminal.

use crate::scene::Scene;
use serde_json::json;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use testkit::world::program;

async fn run(scene: &Scene, args: &[&str], input: &'static str) -> Output {
    let mut command = Command::new(program("pilothouse"));
    command.args(args).arg("--data").arg(scene.data.path());
    command.env("PILOTHOUSE_CONFIG_DIR", scene.data.path().join("no-settings"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let work = move || {
        let mut child = command.spawn().unwrap();
        // It may end without reading.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_told_something_taken_over_and_let_go() {
    let scene = Scene::of(0, []);
    let id = scene.enqueue("worker").await;
    let said = run(&scene, &["job", "steer", &id, "Keep", "the", "name."], "").await;
    assert!(said.status.success(), "{}", text(&said));
    let said = run(&scene, &["job", "steer", &id, "-"], "Two lines,\nfrom a pipe.\n").await;
    assert!(said.status.success(), "{}", text(&said));
    let shown = text(&run(&scene, &["job", "show", &id], "").await);
    assert!(shown.contains("Keep the name. (waiting)") && shown.contains("from a pipe."), "{shown}");

    let taken = run(&scene, &["job", "take-over", &id], "").await;
    let printed = String::from_utf8_lossy(&taken.stdout).into_owned();
    let folder = std::path::PathBuf::from(printed.lines().next().unwrap());
    assert!(taken.status.success() && folder.join("README.md").is_file(), "{}", text(&taken));
    std::fs::write(folder.join("draft.txt"), "mine\n").unwrap();
    let refused = run(&scene, &["job", "let-go", &id], "").await;
    assert!(
        !refused.status.success() && text(&refused).contains("--keep or --discard"),
        "{}",
        text(&refused)
    );
    let back = run(&scene, &["job", "hand-back", &id, "-m", "By hand"], "").await;
    assert!(text(&back).contains("1 file handed back"), "{}", text(&back));
    let again = run(&scene, &["job", "hand-back", &id], "").await;
    assert!(!again.status.success() && text(&again).contains("handed back already"), "{}", text(&again));
    scene.call("jobs.cancel", json!({ "id": id })).await;
    let gone = async || (!folder.exists()).then_some(());
    scene.server.eventually("what was handed back is in the depot, so its folder goes", gone).await;
}
