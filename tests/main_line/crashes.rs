//! The server dies in the middle; what is wanted is a row, and the next server goes on from it.

use crate::scene::Scene;
use serde_json::json;
use std::time::Duration;

/// When the server dies, counted from the answer to the wish.
#[derive(Debug, Clone, Copy)]
enum Dies {
    After(Duration),
    /// When the landing was told to be in this state.
    Told(&'static str),
}

/// Before anything was done, at moments of which nobody knows what is being done, and beside each step that is told.
const MOMENTS: [Dies; 8] = [
    Dies::After(Duration::ZERO),
    Dies::After(Duration::from_millis(3)),
    Dies::After(Duration::from_millis(10)),
    Dies::After(Duration::from_millis(25)),
    Dies::After(Duration::from_millis(60)),
    Dies::After(Duration::from_millis(150)),
    Dies::Told("landing"),
    Dies::Told("landed"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_while_it_proves_is_followed_by_one_that_lands() {
    let slow = "[[check]]\nname = \"slow\"\nrun = [\"sleep\", \"2\"]\ntimeoutS = 60\n";
    let scene = Scene::with(slow, |_, start| start);
    scene.land("append a line \"more\" to NOTES.md").await;
    let tip = scene.commit_on_agents("src/a.txt", "by hand\n");
    let landing = scene.wish("server", false).await.unwrap();
    assert_eq!(landing["state"], "checking");
    let scene = scene.dies(|_| {});
    let ended = scene.ended(landing["id"].as_str().unwrap()).await;
    assert_eq!(ended["state"], "landed", "{ended:#}");
    assert_eq!(scene.rev("main"), tip);
    assert_eq!(scene.read("src/a.txt"), "by hand\n");
    assert_eq!(scene.repo.git(&["status", "--porcelain"]), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_while_a_hook_runs_is_followed_by_one_that_waits_for_it() {
    let scene = Scene::new();
    scene.land("append a line \"more\" to NOTES.md").await;
    let flags = scene.data.path().join("flags");
    std::fs::create_dir_all(&flags).unwrap();
    let (running, over) = (flags.join("running"), flags.join("over"));
    scene.hook(
        "pre-merge-commit",
        &format!(
            "touch {}\nwhile [ ! -e {} ]; do sleep 0.1; done\nexit 1",
            running.display(),
            over.display()
        ),
    );
    let before = scene.repo.fingerprint();
    let landing = scene.wish("my_merge", false).await.unwrap();
    let there = || async { running.exists().then_some(()) };
    scene.server.eventually("the hook runs", there).await;
    let scene = scene.dies(|_| {});
    // Its git still runs: nothing is put back under it.
    assert_eq!(scene.show().await["landing"]["state"], "landing");
    assert!(scene.read("NOTES.md").ends_with("more\n"), "the files are as its merge has them");
    std::fs::write(&over, "").unwrap();
    let ended = scene.ended(landing["id"].as_str().unwrap()).await;
    assert_eq!(
        (&ended["state"], &ended["code"]),
        (&json!("refused"), &json!("main.interrupted")),
        "{ended:#}"
    );
    assert_eq!(scene.repo.fingerprint(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn wherever_it_dies_it_lands_once_and_the_files_are_whole() {
    let mut scene = Scene::new();
    for (round, moment) in MOMENTS.into_iter().enumerate() {
        scene.land(&format!("append a line \"round {round}\" to NOTES.md")).await;
        let landing = scene.wish("server", false).await.unwrap();
        let id = landing["id"].as_str().unwrap();
        match moment {
            Dies::After(moment) => tokio::time::sleep(moment).await,
            Dies::Told(state) => scene.told(id, state).await,
        }
        scene = scene.dies(|_| {});
        let ended = scene.ended(id).await;
        assert_eq!(ended["state"], "landed", "{moment:?}: {ended:#}");
        assert_eq!(scene.rev("main"), scene.rev("main_agents"));
        assert_eq!(scene.repo.git(&["status", "--porcelain"]), "");
        assert!(scene.read("NOTES.md").ends_with(&format!("round {round}\n")));
        let said = scene.server.say("dev", "/status").await;
        let all = scene.server.until("dev", 0, |e| e.cursor >= said.cursor).await.1;
        let landed = all
            .iter()
            .filter(|e| e.payload()["landing"]["id"] == id && e.payload()["landing"]["state"] == "landed");
        assert_eq!(landed.count(), 1, "it is told once; {moment:?}");
    }
}
