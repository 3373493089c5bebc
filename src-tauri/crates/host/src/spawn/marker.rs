//! Finding processes by the mark in their environment.
//!
//! The second net below guard and namespace, and the only one for what a killed server left behind. A process
//! can wash its environment, so this is never the only net for a command that runs now.

use std::time::Duration;

use super::JOB_VAR;
#[cfg(target_os = "linux")]
use super::sys;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub killed: usize,
    /// Still there after two seconds.
    pub left: usize,
}

/// Kills every process that carries `PILOTHOUSE_JOB=job`, whoever started it, but never this process or one
/// of its ancestors. Does nothing but on Linux.
pub async fn sweep_job(job: &str) -> Swept {
    sweep(JOB_VAR, job).await
}

pub(super) async fn sweep(name: &str, value: &str) -> Swept {
    let mut swept = Swept::default();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..40 {
        let found = marked(name, value);
        swept.left = found.len();
        if found.is_empty() {
            break;
        }
        for pid in found {
            seen.insert(pid);
            kill(pid);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    swept.killed = seen.len() - swept.left.min(seen.len());
    swept
}

#[cfg(target_os = "linux")]
fn kill(pid: u32) {
    sys::signal(pid, libc::SIGKILL);
}

#[cfg(not(target_os = "linux"))]
fn kill(_pid: u32) {}

/// Living processes whose environment holds `name=value`.
#[cfg(target_os = "linux")]
pub(super) fn marked(name: &str, value: &str) -> Vec<u32> {
    let mark = format!("{name}={value}");
    let spared = self_and_ancestors();
    let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| !spared.contains(pid))
        .filter(|pid| {
            // A zombie's environment reads as empty, so it is not counted.
            std::fs::read(format!("/proc/{pid}/environ"))
                .is_ok_and(|environ| environ.split(|byte| *byte == 0).any(|pair| pair == mark.as_bytes()))
        })
        .collect()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn marked(_name: &str, _value: &str) -> Vec<u32> {
    Vec::new()
}

#[cfg(target_os = "linux")]
fn self_and_ancestors() -> Vec<u32> {
    std::iter::successors(Some(std::process::id()), |pid| {
        sys::stat_field(*pid, 1)?.parse::<u32>().ok().filter(|parent| *parent > 0)
    })
    .collect()
}
