//! How often a check tree is made: once for each slot, whatever comes through it. Counted by what git itself was told
//! to do.

use crate::scene::{Scene, blamed};
use std::path::{Path, PathBuf};

/// A folder with a program `git` that notes its arguments and then is the real one.
struct NotedGit(tempfile::TempDir);

impl NotedGit {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let real = real_git();
        let (git, log) = (folder.path().join("git"), folder.path().join("log"));
        let text =
            format!("#!/bin/sh\necho \"$*\" >> '{}'\nexec '{}' \"$@\"\n", log.display(), real.display());
        std::fs::write(&git, text).unwrap();
        std::fs::set_permissions(&git, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self(folder)
    }

    /// A search path on which it comes first.
    fn path(&self) -> String {
        format!("{}:{}", self.0.path().display(), std::env::var("PATH").unwrap())
    }

    /// Calls whose arguments say all of this.
    fn calls(&self, words: &[&str]) -> Vec<String> {
        let log = std::fs::read_to_string(self.0.path().join("log")).unwrap_or_default();
        log.lines().filter(|line| words.iter().all(|word| line.contains(word))).map(str::to_owned).collect()
    }
}

fn real_git() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|dir| dir.join("git")).find(|file| file.is_file()).unwrap()
}

/// Which folder it is, whatever its name.
fn identity(folder: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(folder).unwrap().ino()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_tree_is_made_once_for_each_slot_and_switched_from_then_on() {
    const SLOTS: usize = 3;
    let git = NotedGit::new();
    let changes = ["good", "good", "fails", "good", "pair-1", "good", "pair-1", "good", "flaky-1", "good"];
    let scene = Scene::lined_up_with(SLOTS, &changes, |start| start.env("PATH", &git.path())).await;
    let queue = scene.let_go().await;
    assert_eq!(scene.landed(), [0, 1, 3, 4, 5, 7, 8, 9]);
    assert_eq!(blamed(&queue), [2, 6]);
    let runs = scene.records.runs().len();
    assert!(runs > changes.len(), "failures and a retry cost runs of their own: {runs}");
    let inits = |git: &NotedGit| git.calls(&["init ", "/slot-"]);
    let first = inits(&git);
    assert!(!first.is_empty() && first.len() <= SLOTS, "{first:?}");
    // Each run stood on files that were switched, and nothing else was laid out anew.
    assert!(git.calls(&["/slot-", "reset --hard"]).len() >= runs, "{:?}", git.calls(&["/slot-"]));
    assert!(git.calls(&["worktree", "add"]).is_empty());

    // A new server takes the same trees up again.
    let folders = crate::walk(&scene.data().join("candidates"), "slot-");
    let before: Vec<_> = folders.iter().map(|folder| identity(folder)).collect();
    assert_eq!(before.len(), first.len());
    let scene = scene.started_again();
    scene.pause(true).await;
    scene.line_up("later", 100, "good").await;
    scene.line_up("later still", 101, "good").await;
    scene.let_go().await;
    assert_eq!(scene.landed(), [0, 1, 3, 4, 5, 7, 8, 9, 100, 101]);
    assert!(inits(&git).len() <= SLOTS, "{:?}", inits(&git));
    assert_eq!(folders.iter().map(|folder| identity(folder)).collect::<Vec<_>>(), before);
}
