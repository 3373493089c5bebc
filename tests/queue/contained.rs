//! Checks under bubblewrap: what is cut is gone with all it started, and nothing it wrote reaches anybody.

use crate::scene::{Scene, blamed, done, number};
use crate::settled;
use crate::thrown::thrown;
use protocol::merge::{EntryState, MergeQueue, ThrownReason};
use serde_json::json;
use std::path::{Path, PathBuf};
use testkit::world::processes;

const SLOTS: usize = 3;

/// Fails where it sees the folder of the records, which no sandbox shows it. Else a change that `fails` does so and one
/// that comes `later` passes, once it is let go; what stands on one that fails writes where it may and never ends, with
/// a process beside it; anything else passes at once.
const CHECK: &str = r#"
if test -e "RECORDS"; then echo "this is no sandbox"; exit 1; fi
waits() { : > "$HOME/waits"; until test -e "$HOME/go"; do sleep 0.05; done; }
case $(cat changes/*.txt | sort -n | tail -1) in
    *fails*) waits; echo "a change that fails"; exit 1 ;;
    *later*) waits; exit 0 ;;
esac
case $(cat changes/*.txt) in *fails*)
    echo here > left-behind; echo here > "$HOME/left-behind"
    setsid sleep SECONDS &
    exec sleep SECONDS ;;
esac
"#;

/// What sleeps for as long as nothing else on this machine does.
fn sleeps() -> String {
    format!("sleep {}", 100_000 + std::process::id())
}

/// HOME of the checks in a slot, as it is seen from outside, once one waits there.
fn waits_in(data: &Path, slot: u32) -> Option<PathBuf> {
    let name = format!("-slot-{slot}");
    let mut all = std::fs::read_dir(data.join("homes")).ok()?.flatten().map(|entry| entry.path());
    let home = all.find(|home| home.file_name().unwrap().to_string_lossy().ends_with(&name))?;
    home.join("waits").exists().then_some(home)
}

/// Lets the one go that waits there, and nobody take it for one that waits there later.
fn let_go(home: &Path) {
    std::fs::remove_file(home.join("waits")).unwrap();
    std::fs::write(home.join("go"), "").unwrap();
}

/// Files of that name below a folder, however deep.
fn named(folder: &Path, name: &str) -> Vec<PathBuf> {
    let output = std::process::Command::new("find").arg(folder).args(["-name", name]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).lines().map(PathBuf::from).collect()
}

/// The slot in which an entry is checked, by the number of its change.
fn slot_of(queue: &MergeQueue, change: usize) -> Option<u32> {
    let entry = queue.entries.iter().find(|entry| number(entry) == change)?;
    entry.slot.filter(|_| entry.state == EntryState::Checking)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_failure_cuts_under_bubblewrap_leaves_no_process_and_no_folder_and_the_rest_lands() {
    let check = |records: &Path| {
        let seconds = sleeps();
        let seconds = seconds.split(' ').next_back().unwrap();
        json!(["sh", "-c", CHECK.replace("RECORDS", &records.to_string_lossy()).replace("SECONDS", seconds)])
    };
    let confined = |mut start: testkit::world::Start| {
        start.flags.retain(|flag| flag != "--sandbox" && flag != "host");
        start.flag("--sandbox").flag("bwrap").env("PILOTHOUSE_MERGE_FLAKY_RETRIES", "0")
    };
    let scene = Scene::lined_up_by(SLOTS, &["good", "fails", "good", "good"], check, confined).await;
    scene.pause(false).await;
    let asleep = || async {
        let all = processes::naming(&sleeps());
        (all.iter().filter(|process| process.argv == sleeps()).count() == 4).then_some(())
    };
    scene.server.eventually("both that stand on it run, each with a process beside it", asleep).await;
    assert_eq!(named(scene.data(), "left-behind").len(), 4, "in two trees and two HOMEs");
    let fails = || async { waits_in(scene.data(), slot_of(&scene.queue().await, 1)?) };
    let home = scene.server.eventually("what will fail waits", fails).await;
    let_go(&home);

    let queue = scene.until(done).await;
    assert_eq!((scene.landed(), blamed(&queue)), (vec![0, 2, 3], vec![1]));
    let failed = ThrownReason::AheadFailed;
    assert_eq!(thrown(&queue), [(2, failed, Some(1)), (3, failed, Some(1))]);
    let gone = async || processes::naming(&sleeps()).is_empty().then_some(());
    scene.server.eventually("nothing of what was cut is left", gone).await;
    scene.assert_branch_is_green();

    // A slot is cleared when it is used again, and with so many that wait each one is.
    scene.pause(true).await;
    for n in 0..SLOTS {
        scene.line_up(&format!("later {n}"), 100 + n, "later").await;
    }
    scene.pause(false).await;
    let begun = || async {
        let queue = scene.queue().await;
        let in_slots = (0..SLOTS).map(|n| waits_in(scene.data(), slot_of(&queue, 100 + n)?));
        in_slots.collect::<Option<Vec<_>>>()
    };
    for home in scene.server.eventually("all of them wait, each in a slot", begun).await {
        let_go(&home);
    }
    scene.until(done).await;
    assert_eq!(scene.landed(), [0, 2, 3, 100, 101, 102]);
    assert_eq!(named(scene.data(), "left-behind"), Vec::<PathBuf>::new());
    settled::assert_check_trees_are_clean(scene.data(), SLOTS);
}
