//! What the process tests share: waiting for a condition, and looking for processes from outside.
#![allow(clippy::unwrap_used, clippy::panic)] // Functions shared by tests are tests too.
#![allow(dead_code)] // Each test file uses some of it.

pub mod notes;
#[cfg(target_os = "linux")]
pub mod place;
#[cfg(target_os = "linux")]
pub mod sockets;
#[cfg(target_os = "linux")]
pub mod traces;

use std::time::{Duration, Instant};

/// Polls until the condition holds; panics with `what` after a minute.
pub async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "never happened: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Living processes (no zombies) whose command line holds `needle`.
pub fn processes_with(needle: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(line) = std::fs::read(format!("/proc/{pid}/cmdline")) else { continue };
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(needle) && pid != std::process::id() && host::spawn::process_is_alive(pid) {
            found.push(format!("{pid} {line}"));
        }
    }
    found
}

/// A number that no other test sleeps for.
pub fn unique_seconds() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("7{:05}{:03}", std::process::id() % 100_000, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Six descendants that hide in six ways, plus one that also washes its environment; then the leader waits.
pub fn hiding_tree(seconds: &str) -> String {
    format!(
        "s='sleep {seconds}'
         $s &
         ( ( $s & ) & )
         setsid $s &
         setsid sh -c \"$s & exit 0\" &
         nohup $s >/dev/null 2>&1 &
         ( sh -c \"( $s & ) & exit 0\" & ) &
         ( setsid env -i PATH=$PATH sh -c \"( $s & ) & exit 0\" & ) &
         echo planted
         $s"
    )
}

/// How many sleepers `hiding_tree` has, its leader's own included.
const HIDING: usize = 8;

/// Waits until the whole of one `hiding_tree` runs.
pub async fn all_up(seconds: &str) {
    let needle = format!("sleep {seconds}");
    let is_one = |line: &&String| line.split_once(' ').unwrap().1.starts_with(&needle);
    eventually("all descendants run", || processes_with(&needle).iter().filter(is_one).count() == HIDING)
        .await;
}

/// The sandbox of this machine. `None` (after saying so) where there is none, but never in CI.
#[cfg(target_os = "linux")]
pub async fn sandbox() -> Option<host::sandbox::Sandbox> {
    let scratch = tempfile::tempdir().unwrap();
    match host::sandbox::detect(host::sandbox::Preference::Bwrap, scratch.path()).await {
        Ok(selected) => Some(selected.sandbox),
        Err(none) if std::env::var_os("CI").is_some() => panic!("no sandbox in CI: {none}"),
        Err(none) => {
            notes::not_run(&format!("what needs bubblewrap: {none}"));
            None
        }
    }
}

/// A data folder with two jobs in it, as the server lays it out.
pub struct Ground {
    pub folder: tempfile::TempDir,
}

impl Ground {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for job in ["mine", "other"] {
            std::fs::create_dir_all(folder.path().join("jobs").join(job)).unwrap();
            std::fs::create_dir_all(folder.path().join("homes").join(job)).unwrap();
        }
        std::fs::write(folder.path().join("local.token"), "secret-token").unwrap();
        std::fs::write(folder.path().join("jobs/other/file"), "other-job").unwrap();
        Self { folder }
    }

    pub fn path(&self, below: &str) -> std::path::PathBuf {
        self.folder.path().join(below)
    }

    pub fn spec(&self) -> host::sandbox::SandboxSpec {
        host::sandbox::SandboxSpec::new(self.path("jobs/mine"), self.path("homes/mine"))
    }
}
