//! What a dead server leaves behind: no check that goes on running, and no check tree that is not what it should be.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use testkit::world::processes;

/// Longest time until what a server that was killed left is gone.
const GONE_WITHIN: Duration = Duration::from_secs(60);

/// Waits until no check of these records runs any more. Only to be asked while no server runs.
pub fn assert_no_check_is_left(records: &Path) {
    let records = records.to_string_lossy().into_owned();
    let deadline = Instant::now() + GONE_WITHIN;
    loop {
        let left = processes::naming(&records);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "checks of a dead server go on: {left:?}");
        std::thread::yield_now();
    }
}

/// One tree for each slot and nothing else, each exactly the files of its commit and without a lock of git's.
pub fn assert_check_trees_are_clean(data: &Path, slots: usize) {
    let rooms: Vec<_> = children(&data.join("candidates"));
    assert_eq!(rooms.len(), 1, "{rooms:?}");
    let room = data.join("candidates").join(&rooms[0]);
    until_no_run_is_left(data);
    let mut trees = 0;
    for name in children(&room) {
        // Where it is seen whether this machine can run checks.
        if name == "probe" {
            continue;
        }
        // A tree, and what lies beside it under its name: git's folder, and what is known of it.
        let (tree, beside) = name.split_once('.').unwrap_or((&name, ""));
        assert!(room.join(tree).is_dir(), "{name} was left behind");
        if beside.is_empty() {
            trees += 1;
            assert_is_clean(&room.join(tree), &room.join(format!("{tree}.git")));
        }
    }
    assert_eq!(trees, slots, "one for each slot: {:?}", children(&room));
}

/// Waits until the server has removed the places of single runs that a dead one left: it does so as it starts, beside
/// its queue.
fn until_no_run_is_left(data: &Path) {
    let deadline = Instant::now() + GONE_WITHIN;
    let (rooms, homes) = (data.join("candidates"), data.join("homes"));
    let trees = || children(&rooms).into_iter().flat_map(|room| children(&rooms.join(room)));
    let homes = || children(&homes).into_iter().filter(|home| !home.starts_with("check-"));
    let left = || trees().filter(|tree| !tree.starts_with("slot-") && tree != "probe").chain(homes()).next();
    while let Some(name) = left() {
        assert!(Instant::now() < deadline, "{name} was left behind");
        std::thread::yield_now();
    }
}

fn assert_is_clean(files: &Path, git_dir: &Path) {
    let git = |args: &[&str]| {
        let mut call = Command::new("git");
        call.arg("--git-dir").arg(git_dir).arg("--work-tree").arg(files).args(args);
        let output = call.current_dir(files).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let dirty = git(&["status", "--porcelain", "--untracked-files=all", "--ignored"]);
    assert_eq!(dirty, "", "{} is not as its commit", files.display());
    let locks: Vec<_> = children(git_dir).into_iter().filter(|name| name.ends_with(".lock")).collect();
    assert!(locks.is_empty(), "{}: {locks:?}", git_dir.display());
}

fn children(folder: &Path) -> Vec<String> {
    let all = std::fs::read_dir(folder).unwrap().flatten();
    all.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
