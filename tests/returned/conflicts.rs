//! A conflict goes back with both sides of it, is mended a bounded number of times, and then a person is asked.

use crate::scene::{Scene, checks, write};
use serde_json::json;

fn files() -> Vec<(&'static str, String)> {
    vec![("a.txt", "one\ntwo\nthree\n".into()), (".pilothouse/config.toml", checks(&[("look", "true")]))]
}

fn scene() -> Scene {
    let files = files();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    Scene::with(&files)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_returns_with_both_sides_and_who_brought_the_other_and_its_mended_form_lands() {
    let scene = scene();
    let first = scene.job("make it red").await;
    let second = scene.job("make it blue").await;
    let red = scene.commit("main", "red", |dir| write(dir, "a.txt", "one\nred\nthree\n"));
    let blue = scene.commit("main", "blue", |dir| write(dir, "a.txt", "one\nblue\nthree\n"));
    let first = scene.hand_over(&first, &red, "red").await;
    scene.landed(&first).await;
    let entry = scene.hand_over(&second, &blue, "blue").await;

    let back = scene.told(&entry, "merge.entry.returned").await;
    assert_eq!(back["reason"], "merge.conflict");
    let known = &back["entry"]["repair"]["cameBack"];
    assert_eq!(known["onto"], scene.tip().as_str());
    let clash = &known["files"][0]["clashes"][0];
    assert_eq!(known["files"][0]["path"], "a.txt");
    assert_eq!(
        (&clash["ours"], &clash["base"], &clash["theirs"]),
        (&json!("red"), &json!("two"), &json!("blue"))
    );
    assert_eq!(clash["line"], 2);
    assert_eq!(known["beside"][0]["entryId"], first.as_str(), "{known}");

    let mending = scene.claim().await;
    assert_eq!(mending.params["mends"], entry.as_str());
    assert_eq!(mending.params["fixUp"], 1);
    assert_eq!(mending.params["resumeCommit"], blue.as_str());
    let told = mending.params["fixUpContext"].as_str().unwrap();
    for part in ["red", "two", "blue", "a.txt", "What changed these files"] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(scene.entry(&entry).await["repair"]["jobId"], mending.id.as_str());
    let mended = scene.commit("main_agents", "both", |dir| write(dir, "a.txt", "one\nred and blue\nthree\n"));
    let next = scene.hand_over(&mending, &mended, "both").await;
    let landed = scene.landed(&next).await;
    assert_eq!(landed["repair"]["mends"], entry.as_str());
    assert_eq!(landed["repair"]["number"], 1);
    let before = scene.entry(&entry).await;
    assert_eq!(before["repair"]["mendedBy"], next.as_str());
    assert_eq!(before["state"], "returned");
    assert_eq!(scene.repo.git(&["show", "main_agents:a.txt"]), "one\nred and blue\nthree");
    let kept = scene.depot_ref(&format!("refs/ph/jobs/{}", before["jobId"].as_str().unwrap())).await;
    assert_eq!(kept.as_deref(), Some(blue.as_str()), "the worker's commit stays within reach");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_two_tries_a_person_is_asked_and_nobody_waits_for_them() {
    let scene = scene();
    let mut job = scene.job("make it blue").await;
    let old = scene.repo.git(&["rev-parse", "main"]);
    scene.landed(&scene.change("main", "red", |dir| write(dir, "a.txt", "one\nred\nthree\n")).await).await;
    let mut entries = Vec::new();
    for number in 0..3 {
        // Each time on the old commit, so it conflicts each time.
        let branch = format!("blue-{number}");
        let commit =
            scene.commit(&old, &branch, |dir| write(dir, "a.txt", &format!("one\nblue {number}\nthree\n")));
        let entry = scene.hand_over(&job, &commit, &branch).await;
        scene.told(&entry, "merge.entry.returned").await;
        entries.push(entry);
        if number < 2 {
            job = scene.claim().await;
            assert_eq!(job.params["fixUp"], number + 1);
        }
    }
    let asked = scene.entry(&entries[2]).await;
    assert_eq!(asked["state"], "parked");
    assert_eq!(asked["repair"]["waysOut"], json!(["agent", "take_over", "retry", "drop"]));
    let reason = asked["reason"].as_str().unwrap();
    assert!(reason.contains("mended 2 times") && reason.contains("take it over yourself"), "{reason}");
    assert_eq!(asked["repair"]["mends"], entries[1].as_str());

    // Somebody else lands past it, also after a restart.
    let scene = scene.again();
    scene.landed(&scene.change("main_agents", "other", |dir| write(dir, "b.txt", "b\n")).await).await;
    assert_eq!(scene.entry(&entries[2]).await["state"], "parked");

    // Handed to an agent, it is worked on with what was said.
    let say = "Take the red one and add blue below.";
    let handed = scene.cli(&["queue", "mend", &entries[2], "--say", say]).await;
    assert_eq!(handed["state"], "returned");
    assert!(handed["repair"].get("waysOut").is_none(), "{handed}");
    let again = scene.try_rpc("merge.mend", json!({ "id": entries[2] })).await.unwrap_err();
    assert!(again.message.contains("nobody is asked"), "{again:?}");
    let job = scene.claim().await;
    assert_eq!((&job.params["fixUp"], &job.params["mends"]), (&json!(3), &json!(entries[2])));
    let told = job.params["fixUpContext"].as_str().unwrap();
    assert!(told.starts_with("Take the red one") && told.contains("a.txt"), "{told}");
    assert!(!told.contains("What now"), "what people may do is not for it: {told}");

    // It gives up: the question is open again, with the reason.
    scene.fail(&job).await;
    let asked = scene.once(&entries[2], "it is asked about again", |entry| entry["state"] == "parked").await;
    assert!(asked["reason"].as_str().unwrap().starts_with("Its repair did not work."), "{asked}");
    scene.rpc("merge.remove", json!({ "id": entries[2] })).await;
    assert_eq!(scene.entry(&entries[2]).await["state"], "removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_takes_a_conflict_over_on_the_newest_commit_with_its_markers_and_hands_it_back() {
    let scene = Scene::started(
        &[("a.txt", "one\ntwo\nthree\n"), (".pilothouse/config.toml", &checks(&[("look", "true")]))],
        |start| start.env("PILOTHOUSE_MERGE_FIX_UPS", "0"),
    );
    let job = scene.job("make it blue").await;
    let blue = scene.commit("main", "blue", |dir| write(dir, "a.txt", "one\nblue\nthree\n"));
    scene.landed(&scene.change("main", "red", |dir| write(dir, "a.txt", "one\nred\nthree\n")).await).await;
    let entry = scene.hand_over(&job, &blue, "blue").await;
    let asked = scene.once(&entry, "a person is asked at once", |entry| entry["state"] == "parked").await;
    assert_eq!(asked["repair"]["waysOut"][1], "take_over");

    let taken = scene.cli(&["queue", "take-over", &entry]).await;
    let job = scene.entry(&entry).await["repair"]["jobId"].as_str().unwrap().to_owned();
    let folder = scene
        .server
        .eventually("the folder is there", async || {
            let look = scene.try_rpc("jobs.taken", json!({ "id": job })).await.ok()?;
            (look["taken"]["state"] == "yours").then(|| look["taken"]["path"].as_str().unwrap().to_owned())
        })
        .await;
    assert_eq!(taken["taken"]["path"], folder.as_str());
    let file = std::path::Path::new(&folder).join("a.txt");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("<<<<<<<") && text.contains("red") && text.contains("blue"), "{text}");
    std::fs::write(&file, "one\nred, then blue\nthree\n").unwrap();
    scene.rpc("jobs.hand_back", json!({ "id": job })).await;
    let by_hand = scene.claim().await;
    assert_eq!(by_hand.id, job);
    assert!(by_hand.params["byHand"].is_object(), "{}", by_hand.params);
}
