//! Branch names from hell: where a worker says its commit is, and what the user's own branches are called.

use crate::scene::{Scene, checks, write};
use crate::{ended, still_lands};
use testkit::world::TestRepo;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_worker_calls_its_branch_no_program_reads_it_as_an_option_and_the_queue_goes_on() {
    let scene = Scene::with(&[("a.txt", "one\n"), (".pilothouse/config.toml", &checks(&[("look", "true")]))]);
    let ran = scene.data.path().join("ran");
    let long = "x".repeat(5_000);
    let upload = format!("--upload-pack=touch {}", ran.display());
    let substitution = format!("$(touch {})", ran.display());
    let names = [
        upload.as_str(),
        "--output=/tmp/x",
        "-x",
        "--",
        "..",
        "a..b",
        "refs/heads/../../x",
        "/abs",
        "a//b",
        "a.lock",
        ".hidden",
        "x@{1}",
        "@",
        "HEAD",
        "with space",
        "line\nbreak",
        "nul\u{0}byte",
        "tab\there",
        "a~1",
        "a^",
        "a:b",
        "a?b",
        "a*b",
        "a[b",
        "a\\b",
        "ünï/☃",
        "\u{202e}evil",
        substitution.as_str(),
        long.as_str(),
        "",
    ];
    for (number, name) in names.into_iter().enumerate() {
        let job = scene.job(&format!("odd {number}")).await;
        let file = format!("odd-{number}.md");
        let commit = scene.commit("main", &format!("odd-{number}"), |dir| write(dir, &file, "n\n"));
        match scene.try_hand_over(&job, &commit, name).await {
            Err(refused) => {
                assert!(
                    refused.message.len() < 2_000 && !refused.message.is_empty(),
                    "{name:?}: {refused:?}"
                );
                assert_ne!(refused.code, protocol::ErrorCode::Internal, "{name:?}: {refused:?}");
            }
            Ok(None) => panic!("{name:?} was taken and got no entry"),
            Ok(Some(entry)) => {
                let now = ended(&scene, &entry).await;
                assert_eq!(now["state"], "landed", "{name:?}: {now}");
                assert_eq!(scene.repo.git(&["show", &format!("main_agents:{file}")]), "n");
            }
        }
    }
    assert!(!ran.exists(), "nothing of a name was run");
    still_lands(&scene).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_base_branch_with_every_letter_git_allows_is_landed_beside() {
    let name = "fe'at/$(touch${IFS}ran)-\"quoted\";&|<ünï>☃";
    let files = [("a.txt", "one\n"), (".pilothouse/config.toml", &*checks(&[("look", "true")]))];
    let repo = TestRepo::with(&files);
    repo.git(&["branch", "-m", "main", name]);
    let scene = Scene::on(repo, |start| start);
    let workspace = scene.workspace().await;
    assert_eq!(workspace["baseBranch"], name);
    let target = workspace["integrationBranch"].as_str().unwrap().to_owned();
    let entry = scene.change(name, "a-change", |dir| write(dir, "b.txt", "n\n")).await;
    let now = ended(&scene, &entry).await;
    assert_eq!((&now["state"], now["target"].as_str()), (&"landed".into(), Some(target.as_str())));
    assert_eq!(scene.repo.git(&["show", &format!("{target}:b.txt")]), "n");
    assert!(!scene.repo.file("ran").exists());
}
