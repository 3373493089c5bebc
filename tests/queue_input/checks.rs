//! Checks that misbehave, because the change makes them: they end, what they did is undone, and the next one is fine.

use crate::scene::{Scene, write};
use crate::{ended, still_lands};
use serde_json::{Value, json};

/// The check is a script of the tree, which each change may replace.
fn scene() -> Scene {
    scene_within(60)
}

/// It may take so many seconds, with all that begins before it.
fn scene_within(seconds: u32) -> Scene {
    let check = format!("[[check]]\nname = \"script\"\nrun = [\"sh\", \"ci.sh\"]\ntimeoutS = {seconds}\n");
    Scene::started(
        &[
            ("ci.sh", "true\n"),
            ("a.txt", "one\n"),
            (".gitignore", "build\n"),
            (".pilothouse/config.toml", &check),
        ],
        |start| start.env("PILOTHOUSE_MERGE_FIX_UPS", "0").env("PILOTHOUSE_MERGE_FLAKY_RETRIES", "0"),
    )
}

async fn with_script(scene: &Scene, script: &str) -> Value {
    let entry = scene.change("main", "script", |dir| write(dir, "ci.sh", script)).await;
    ended(scene, &entry).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_never_ends_is_ended_at_its_limit_and_says_so() {
    let scene = scene_within(10);
    let now = with_script(&scene, "trap '' TERM INT HUP; while :; do sleep 1; done\n").await;
    assert_eq!(now["state"], "parked", "{now}");
    assert!(now["checks"][0]["tail"].as_str().unwrap().contains("timed out after 10 s"), "{now}");
    still_lands(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_leaves_a_daemon_behind_passes_and_the_daemon_is_gone() {
    let scene = scene();
    // It sleeps for as long as nothing else on this machine does.
    let seconds = 1_000_000 + std::process::id();
    let script = format!(
        "(setsid sh -c 'trap \"\" HUP TERM; exec sleep {seconds}' </dev/null >/dev/null 2>&1 &)\nexit 0\n"
    );
    let now = with_script(&scene, &script).await;
    assert_eq!(now["state"], "landed", "{now}");
    let daemon = || {
        std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            line == format!("sleep\0{seconds}\0").as_bytes()
        })
    };
    scene.server.eventually("the daemon is gone", async || (!daemon()).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_writes_into_the_tree_or_removes_it_lands_nothing_and_the_next_one_has_its_files() {
    let scene = scene();
    for (script, named) in [
        ("echo more >> a.txt\n", "a.txt"),
        ("rm -rf -- ./* .gitignore .pilothouse; true\n", "a.txt"),
        ("cd ..; rm -rf -- \"$OLDPWD\"; true\n", ""),
        ("rm -rf .git; git init -q . 2>/dev/null; echo x > a.txt\n", "a.txt"),
        ("mkdir -p build; echo poison > build/left; exit 1\n", ""),
    ] {
        let now = with_script(&scene, script).await;
        assert_eq!(now["state"], "parked", "{script}: {now}");
        let reason = now["reason"].as_str().unwrap();
        assert!(reason.contains(named), "{script}: {reason}");
        // The next one stands on all its files and nothing else.
        let look = "test \"$(cat a.txt)\" = one && test -e .gitignore && ! test -e build\n";
        let entry = scene.change("main", "look", |dir| write(dir, "ci.sh", look)).await;
        let now = ended(&scene, &entry).await;
        assert_ne!(now["checks"][0]["state"], "failed", "after {script}: {now}");
    }
    assert_eq!(scene.repo.git(&["show", "main_agents:a.txt"]), "one");
    assert_eq!(scene.repo.git(&["status", "--porcelain"]), "", "the user's files are as they were");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_wants_the_network_is_told_that_checks_have_none() {
    let scene = scene();
    let script = "git ls-remote https://registry.invalid/x.git || exit 1\n";
    let now = with_script(&scene, script).await;
    assert_eq!(now["state"], "parked", "{now}");
    assert!(now["reason"].as_str().unwrap().contains("want the network, which checks do not have"), "{now}");
    still_lands(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_list_without_any_is_warned_of_at_its_workspace_and_holds_nothing_up() {
    let scene = Scene::with(&[("a.txt", "one\n"), (".pilothouse/config.toml", "checks = []\n")]);
    let warned = async || {
        let workspace = scene.workspace().await;
        let warnings = workspace["warnings"].as_array().unwrap();
        let says = |warning: &&Value| warning.as_str().unwrap().contains("by anything but its own gate");
        (workspace["checks"]["confirmed"].clone(), warnings.iter().filter(says).count())
    };
    assert_eq!(warned().await, (json!(true), 1));
    still_lands(&scene).await;
    scene.update(json!({ "checks": [{ "name": "look", "run": ["true"], "timeoutS": 10 }] })).await;
    assert_eq!(warned().await, (json!(true), 0));
    // The owner's own empty list says no more than the repository's.
    scene.update(json!({ "checks": [] })).await;
    assert_eq!(warned().await, (json!(true), 1));
}
