//! Checks that are left out because nothing they read is touched: shown as that, never as passed.

use crate::scene::{Scene, write};
use serde_json::{Value, json};

const CONFIG: &str = r#"
[[check]]
name = "tests"
run = ["sh", "-c", "echo tests; ! grep -q bad src/a.txt"]
group = "test"

[[check]]
name = "words"
run = ["sh", "-c", "echo words; ! grep -rq bad docs"]
group = "lint"
paths = ["docs/**"]
skipUntouched = true

[checkGroup.test]
timeoutS = 30
paths = ["src/**"]
skipUntouched = true
always = ["tools/**"]
"#;

fn scene() -> Scene {
    Scene::with(&[
        ("src/a.txt", "fine\n"),
        ("docs/a.md", "fine\n"),
        ("tools/gen.sh", "true\n"),
        (".pilothouse/config.toml", CONFIG),
    ])
}

fn shown(entry: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    entry["checks"].as_array().unwrap().iter().map(|c| (text(&c["name"]), text(&c["state"]))).collect()
}

fn pair(name: &str, state: &str) -> (String, String) {
    (name.into(), state.into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_reads_nothing_of_a_change_is_skipped_and_says_so() {
    let scene = scene();
    let entry = scene.change("main", "docs", |dir| write(dir, "docs/b.md", "fine\n")).await;
    let landed = scene.landed(&entry).await;
    // The cheap group comes first, whatever the order of writing.
    assert_eq!(shown(&landed), [pair("words", "passed"), pair("tests", "skipped")]);
    let left_out = &landed["checks"][1];
    assert_eq!(left_out["reason"], "Nothing that it reads is touched (src/**).");
    assert_eq!(left_out["because"], json!({ "code": "untouched", "paths": ["src/**"] }));
    // Each says its group, and how long it may take: the group's limit, or the built-in one.
    let told = |check: &Value| (check["group"].clone(), check["timeoutS"].clone());
    assert_eq!(told(&landed["checks"][0]), (json!("lint"), json!(600)));
    assert_eq!(told(left_out), (json!("test"), json!(30)));
    let log = scene.repo.git(&["reflog", "show", "--format=%gs", "main_agents"]);
    assert!(log.contains("(skipped: tests)"), "{log}");

    // Out of what it reads is touching it, under the old name.
    let entry = scene
        .change("main_agents", "away", |dir| {
            std::fs::rename(dir.join("src/a.txt"), dir.join("docs/a.txt")).unwrap();
            write(dir, "src/a.txt", "other\n");
        })
        .await;
    assert_eq!(shown(&scene.landed(&entry).await), [pair("words", "passed"), pair("tests", "passed")]);
    // So is a file that decides how it runs.
    for (title, path) in
        [("tool", "tools/gen.sh"), ("lock", "sub/package-lock.json"), ("ci", ".github/workflows/a.yml")]
    {
        let entry = scene.change("main_agents", title, |dir| write(dir, path, "{}\n")).await;
        let entry = settled(&scene, &entry).await;
        assert!(shown(&entry).contains(&pair("tests", "passed")), "{path}: {entry}");
    }
}

/// Landed, after a yes where one is asked for: risky paths are, whatever the profile.
async fn settled(scene: &Scene, entry: &str) -> Value {
    scene
        .server
        .eventually("it has landed", async || {
            for question in scene.server.pending_approvals().await {
                let _ =
                    scene.server.answer(question.id.as_str(), protocol::approval::Decision::Approve).await;
            }
            let now = scene.entry(entry).await;
            (now["state"] == "landed").then_some(now)
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_of_a_persons_own_checks_are_kept_and_a_group_shortens_the_time_of_its_checks() {
    let scene = scene();
    scene
        .update(json!({
            "checks": [
                { "name": "slow", "run": ["sleep", "50"], "timeoutS": 600, "group": "test" },
                { "name": "quick", "run": ["true"], "timeoutS": 600, "group": "format" },
            ],
            "checkGroups": { "test": { "timeoutS": 1 } },
        }))
        .await;
    let shown_now = scene.workspace().await["checks"].clone();
    assert_eq!(shown_now["groups"]["test"]["timeoutS"], 1);
    assert_eq!(shown_now["checks"][0]["timeoutS"], 600, "as it is written: {shown_now}");
    let scene = scene.again();
    assert_eq!(scene.workspace().await["checks"]["groups"]["test"]["timeoutS"], 1);
    let entry = scene.change("main", "docs", |dir| write(dir, "docs/b.md", "fine\n")).await;
    // On the branch itself it takes too long as well, so nobody is blamed.
    let held = scene.once(&entry, "it waits", |entry| entry["repair"]["redBase"].is_object()).await;
    assert_eq!(shown(&held), [pair("quick", "passed"), pair("slow", "failed")]);
    assert!(held["repair"]["redBase"]["log"].as_str().unwrap().contains("timed out after 1 s"), "{held}");
}
