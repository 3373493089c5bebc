//! A small bundle that is large when it is unpacked, at the limits that hold.

#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

use crate::world::{World, gits, plain};

/// More than a hand-over may hold, and than git would read into memory at once.
const MIB: u64 = 600;

/// MiB this process has had at most.
fn most() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
}

#[test]
fn a_bundle_that_unpacks_to_a_thousand_times_its_size_is_refused_and_costs_no_memory() {
    // One git is enough: unpacking and packing so much takes each of them seconds.
    let world = World::new(&gits()[0]);
    let clone = world.job("zip");
    let length = format!("{MIB}M");
    let mut head = Command::new("head");
    let mut zeros = head.args(["-c", &length, "/dev/zero"]).stdout(Stdio::piped()).spawn().unwrap();
    let blob = Command::new("git")
        .args(["hash-object", "-w", "--stdin"])
        .current_dir(&clone.dir)
        .stdin(zeros.stdout.take().unwrap())
        .output()
        .unwrap();
    zeros.wait().unwrap();
    let blob = String::from_utf8(blob.stdout).unwrap().trim().to_owned();
    plain(&clone.dir, &["update-index", "--add", "--cacheinfo", &format!("100644,{blob},zeros")]);
    let tree = plain(&clone.dir, &["write-tree"]);
    let made = plain(&clone.dir, &["commit-tree", &tree, "-p", "HEAD", "-m", "Zeros"]);
    plain(&clone.dir, &["update-ref", "HEAD", &made]);
    let bundle = world.bundle(&clone);
    let size = std::fs::metadata(&bundle).unwrap().len();
    assert!(size < 2 << 20, "it is small: {size} bytes");

    let before = most();
    let error = world.take_in("zip", &clone, &bundle).unwrap_err();
    assert_eq!(error.code(), "git.too_large", "{error}");
    assert!(error.to_string().contains("changed content"), "{error}");
    assert!(most() < before + 64, "{before} MiB before, {} MiB at most", most());
    assert!(world.depot.resolve(&made).is_err(), "nothing of it stays");
}
