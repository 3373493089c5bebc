//! Commits that hold odd things.

use crate::scene::{Scene, checks, git, write};
use crate::{ended, still_lands};
use serde_json::json;

fn scene() -> Scene {
    Scene::with(&[
        ("a.txt", "one\n"),
        ("picture.bin", "\u{0}\u{1}first\n"),
        (".pilothouse/config.toml", &checks(&[("look", "true")])),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_changes_nothing_comes_back_as_such_is_kept_and_blocks_nobody() {
    let scene = scene();
    let job = scene.job("nothing").await;
    let commit = scene.commit("main", "nothing", |_| {});
    let entry = scene.hand_over(&job, &commit, "nothing").await;
    let back = scene.told(&entry, "merge.entry.returned").await;
    assert_eq!(back["reason"], "merge.empty", "{back}");
    assert!(back["detail"].as_str().unwrap().contains("already has everything"), "{back}");
    let now = scene.entry(&entry).await;
    assert_eq!(
        (now["state"].as_str(), now["checks"].as_array().unwrap().len()),
        (Some("returned"), 0),
        "{now}"
    );
    assert_eq!(scene.depot_ref(&format!("refs/ph/jobs/{}", job.id)).await.as_deref(), Some(commit.as_str()));
    assert_eq!(scene.repo.git(&["rev-parse", "refs/heads/nothing"]), commit, "the worker's branch stays");
    // There is nothing to mend, so nobody is asked to.
    assert!(now["repair"]["jobId"].is_null() && now["repair"]["waysOut"].is_null(), "{now}");
    still_lands(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_has_landed_already_by_another_way_comes_back_as_empty_and_lands_no_second_commit() {
    let scene = scene();
    let job = scene.job("the same").await;
    let same = scene.commit("main", "the-same", |dir| write(dir, "a.txt", "two\n"));
    let first = scene.change("main", "first", |dir| write(dir, "a.txt", "two\n")).await;
    assert_eq!(ended(&scene, &first).await["state"], "landed");
    let tip = scene.tip();
    let entry = scene.hand_over(&job, &same, "the-same").await;
    assert_eq!(scene.told(&entry, "merge.entry.returned").await["reason"], "merge.empty");
    assert_eq!(scene.tip(), tip, "no empty commit lands");
    assert_eq!(scene.depot_ref(&format!("refs/ph/jobs/{}", job.id)).await.as_deref(), Some(same.as_str()));
    still_lands(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_binary_and_long_text_changes_land_whole() {
    let scene = scene();
    let bytes: Vec<u8> = (0..6_000_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let text: String = (0..120_000).map(|n| format!("line {n}\n")).collect();
    let entry = scene
        .change("main", "large", |dir| {
            std::fs::write(dir.join("picture.bin"), &bytes).unwrap();
            write(dir, "long.txt", &text);
        })
        .await;
    let now = ended(&scene, &entry).await;
    assert_eq!(now["state"], "landed", "{now}");
    assert_eq!(scene.repo.git(&["cat-file", "-s", "main_agents:picture.bin"]), bytes.len().to_string());
    assert_eq!(scene.repo.git(&["cat-file", "-s", "main_agents:long.txt"]), text.len().to_string());
    still_lands(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conflicts_without_lines_are_said_in_words() {
    let scene = Scene::started(
        &[
            ("picture.bin", "\u{0}\u{1}first\n"),
            ("gone.txt", "here\n"),
            ("long.txt", "l\n"),
            (".pilothouse/config.toml", &checks(&[("look", "true")])),
        ],
        |start| start.env("PILOTHOUSE_MERGE_FIX_UPS", "0"),
    );
    let job = scene.job("theirs").await;
    let theirs = scene.commit("main", "theirs", |dir| {
        std::fs::write(dir.join("picture.bin"), b"\0theirs").unwrap();
        write(dir, "gone.txt", "changed\n");
        write(dir, "long.txt", &"theirs theirs theirs\n".repeat(40_000));
    });
    let first = scene
        .change("main", "ours", |dir| {
            std::fs::write(dir.join("picture.bin"), b"\0ours").unwrap();
            std::fs::remove_file(dir.join("gone.txt")).unwrap();
            write(dir, "long.txt", &"ours ours ours\n".repeat(40_000));
        })
        .await;
    assert_eq!(ended(&scene, &first).await["state"], "landed");
    let entry = scene.hand_over(&job, &theirs, "theirs").await;
    let now = ended(&scene, &entry).await;
    assert_eq!(now["state"], "parked", "{now}");
    let files = now["repair"]["cameBack"]["files"].as_array().unwrap();
    let said =
        |path: &str| files.iter().find(|f| f["path"] == path).unwrap()["said"].as_str().unwrap().to_owned();
    assert!(
        said("picture.bin").contains("binary") || said("picture.bin").contains("cannot be shown"),
        "{files:?}"
    );
    assert!(said("gone.txt").contains("removed"), "{files:?}");
    assert!(now.to_string().len() < 40_000, "it stays small: {}", now.to_string().len());
    still_lands(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_differ_in_case_are_told_and_land_after_a_yes() {
    let scene = scene();
    let entry = scene
        .change("main", "cases", |dir| {
            write(dir, "README.md", "one\n");
            write(dir, "Readme.md", "other\n");
        })
        .await;
    let asked = scene.told(&entry, "merge.entry.waiting_approval").await;
    assert!(asked["entry"]["risky"].to_string().to_lowercase().contains("case"), "{asked}");
    assert_eq!(ended(&scene, &entry).await["state"], "landed");
    still_lands(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submodule_is_refused_by_name_and_nothing_of_it_is_fetched_or_run() {
    let scene = scene();
    let proof = scene.data.path().join("ran");
    let other = scene.repo.git(&["rev-parse", "main"]);
    let job = scene.job("a part of its own").await;
    let commit = scene.commit("main", "parts", |dir| {
        let evil =
            format!("[submodule \"lib\"]\n\tpath = lib\n\turl = ext::sh -c 'touch {}'\n", proof.display());
        write(dir, ".gitmodules", &evil);
        git(dir, &["update-index", "--add", "--cacheinfo", &format!("160000,{other},lib")]);
        std::fs::create_dir_all(dir.join("lib")).unwrap();
    });
    let refused = scene.try_hand_over(&job, &commit, "parts").await.unwrap_err();
    assert!(refused.message.contains("lib is a submodule"), "{refused:?}");
    assert!(!proof.exists(), "nothing of it ran");
    assert_eq!(scene.repo.git(&["rev-parse", "parts"]), commit, "the commit is where it was");
    still_lands(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pointers_to_large_files_and_filters_are_taken_as_they_are_and_no_filter_runs() {
    let scene = scene();
    let proof = scene.data.path().join("ran");
    // Whoever configured such a filter for themselves gets it from their own git, never from the queue.
    scene.repo.git(&["config", "filter.lfs.smudge", &format!("touch {}", proof.display())]);
    scene.repo.git(&["config", "filter.lfs.clean", &format!("touch {}", proof.display())]);
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    let entry = scene
        .change("main", "film", |dir| {
            write(dir, ".gitattributes", "*.big filter=lfs diff=lfs merge=lfs -text\n");
            write(dir, "film.big", pointer);
        })
        .await;
    let now = ended(&scene, &entry).await;
    assert_eq!(now["state"], "landed", "{now}");
    assert!(now["risky"].to_string().contains(".gitattributes"), "{now}");
    assert_eq!(scene.repo.git(&["cat-file", "-p", "main_agents:film.big"]), pointer.trim_end());
    assert!(!proof.exists(), "no filter ran");
    still_lands(&scene).await;
}

/// One that has both already, before any change of the crew.
fn with_parts() -> Scene {
    let checks = "[[check]]\nname = \"script\"\nrun = [\"sh\", \"ci.sh\"]\n";
    Scene::started(
        &[
            ("ci.sh", "true\n"),
            ("a.txt", "one\n"),
            (".gitattributes", "*.big filter=lfs diff=lfs merge=lfs -text\n"),
            (".gitmodules", "[submodule \"lib\"]\n\tpath = lib\n\turl = https://lib.invalid/lib.git\n"),
            (".pilothouse/config.toml", checks),
        ],
        |start| start.env("PILOTHOUSE_MERGE_FIX_UPS", "0").env("PILOTHOUSE_MERGE_FLAKY_RETRIES", "0"),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_that_misses_large_files_or_submodules_is_told_what_is_not_there() {
    let scene = with_parts();
    let entry = scene.change("main", "two", |dir| write(dir, "a.txt", "two\n")).await;
    assert_eq!(ended(&scene, &entry).await["state"], "landed");
    let entry = scene.change("main", "needs", |dir| write(dir, "ci.sh", "test -e lib/Makefile\n")).await;
    let now = ended(&scene, &entry).await;
    assert_eq!(now["state"], "parked", "{now}");
    assert_eq!(now["because"]["absent"], json!(["large_files", "submodules"]), "{now}");
    let said = now["reason"].as_str().unwrap();
    assert!(said.contains("only their pointers") && said.contains("only empty folders"), "{said}");
    let entry = scene.change("main", "three", |dir| write(dir, "b.txt", "three\n")).await;
    assert_eq!(ended(&scene, &entry).await["state"], "landed", "and the queue goes on");
}
