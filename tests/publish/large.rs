//! Large files of Git LFS: their contents are on the remote before the branch that names them, or it is said which are
//! missing. git-lfs is the distribution's, and so is what it does with a folder as a remote.

use crate::scene::{Scene, landed, landed_with};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use testkit::world::TestRepo;

const CONTENT: &[u8] = b"a picture of many bytes\n";

/// The pointer that git-lfs makes of a content, which it keeps in the repository.
pub fn kept(repo: &TestRepo, content: &[u8]) -> (String, String) {
    let file = repo.file(".git/content");
    std::fs::write(&file, content).unwrap();
    let mut clean = Command::new("git");
    clean.current_dir(repo.path()).args(["lfs", "clean"]).stdin(std::fs::File::open(&file).unwrap());
    let made = clean.output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let pointer = String::from_utf8(made.stdout).unwrap();
    let oid = pointer.lines().find_map(|line| line.strip_prefix("oid sha256:")).unwrap().to_owned();
    (pointer, oid)
}

/// Where git-lfs keeps a content below a git folder.
fn place(git_dir: &Path, oid: &str) -> std::path::PathBuf {
    git_dir.join("lfs/objects").join(&oid[..2]).join(&oid[2..4]).join(oid)
}

#[tokio::test(flavor = "multi_thread")]
async fn contents_of_large_files_are_on_the_remote_with_the_branch() {
    let scene = Scene::new();
    let (pointer, oid) = kept(&scene.repo, CONTENT);
    let commit = landed_with(&scene.repo, "Add a picture", "picture.bin", &pointer);
    let answer = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!(answer["status"], "pushed", "{answer}");
    assert_eq!(scene.head(answer["head-branch"].as_str().unwrap()), Some(commit));
    assert_eq!(std::fs::read(place(&scene.bare(), &oid)).unwrap(), CONTENT);
    // Once more, with nothing new: what the remote has is not missed when it is gone here.
    let before = scene.told().await.len();
    landed(&scene.repo, "Say so");
    assert_eq!(scene.publish(json!({ "create-pr": false })).await["status"], "pushed");
    assert!(scene.told().await.len() > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_whose_large_files_are_not_here_is_not_pushed_and_each_is_named() {
    let scene = Scene::new();
    let (pointer, oid) = kept(&scene.repo, CONTENT);
    std::fs::remove_file(place(&scene.repo.file(".git"), &oid)).unwrap();
    landed_with(&scene.repo, "Add a picture", "picture.bin", &pointer);
    let answer = scene.publish(json!({ "create-pr": true })).await;
    assert_eq!(
        (answer["status"].as_str(), answer["reason"].as_str()),
        (Some("error"), Some("lfs-missing")),
        "{answer}"
    );
    assert_eq!(answer["pushed"], false);
    let message = answer["message"].as_str().unwrap();
    assert!(message.contains("picture.bin") && message.contains(&oid[..12]), "{message}");
    assert_eq!(scene.head(answer["head-branch"].as_str().unwrap()), None, "nothing was pushed");
    assert!(scene.forge.openings().is_empty());
    assert_eq!(scene.told().await, ["git.push.started", "git.push.failed lfs-missing"]);
    // With the content there, the same press goes through.
    kept(&scene.repo, CONTENT);
    let again = scene.publish(json!({ "create-pr": false })).await;
    assert_eq!(again["status"], "pushed", "{again}");
    assert_eq!(std::fs::read(place(&scene.bare(), &oid)).unwrap(), CONTENT);
}
