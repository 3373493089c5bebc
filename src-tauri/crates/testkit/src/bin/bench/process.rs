//! What the kernel says of a process: processor time, memory, bytes written.

use anyhow::Context;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Processor time of a process since it began, in seconds. Threads that ended do not count.
pub fn processor_seconds(pid: u32) -> anyhow::Result<f64> {
    let mut nanos = 0.0;
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread may end while we look.
        let Ok(text) = std::fs::read_to_string(task?.path().join("schedstat")) else { continue };
        nanos += text.split(' ').next().and_then(|n| n.parse::<f64>().ok()).context("schedstat")?;
    }
    Ok(nanos / 1e9)
}

/// Processor time of a process since it began, its ended threads and the children it waited for included, in seconds:
/// `(its own, theirs)`.
pub fn whole_seconds(pid: u32) -> anyhow::Result<(f64, f64)> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name may hold spaces and brackets; what follows its last one is plain.
    let (_, rest) = text.rsplit_once(')').context("stat")?;
    let numbers: Vec<f64> = rest.split_whitespace().skip(11).take(4).filter_map(|n| n.parse().ok()).collect();
    let [user, system, users, systems] = numbers[..] else { anyhow::bail!("stat") };
    // The kernel counts in hundredths for everybody who asks this way.
    Ok(((user + system) / 100.0, (users + systems) / 100.0))
}

/// Processor time of the calling thread, in seconds.
pub fn own_thread_seconds() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().and_then(|n| n.parse::<f64>().ok()).context("schedstat")? / 1e9)
}

/// Memory of a process in MiB, pages it shares counted by its share.
pub fn memory_mib(pid: u32) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = text.lines().find_map(|l| l.strip_prefix("Pss:")).context("Pss")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kib / 1024.0)
}

/// Bytes a process caused to be written to disk.
pub fn written_bytes(pid: u32) -> anyhow::Result<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/io"))?;
    let line = text.lines().find_map(|l| l.strip_prefix("write_bytes:")).context("write_bytes")?;
    Ok(line.trim().parse()?)
}

/// Keeps the largest size a write-ahead log is seen at, until dropped.
pub struct LogWatch {
    stop: Arc<AtomicBool>,
}

impl LogWatch {
    /// Looks at `<data>/pilothouse.db-wal` a hundred times a second.
    pub fn start(data: &Path, largest: Arc<AtomicU64>) -> Self {
        let (stop, wal) = (Arc::new(AtomicBool::new(false)), data.join("pilothouse.db-wal"));
        let stopped = stop.clone();
        std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let size = std::fs::metadata(&wal).map_or(0, |m| m.len());
                largest.fetch_max(size, Ordering::Relaxed);
                std::thread::park_timeout(Duration::from_millis(10));
            }
        });
        Self { stop }
    }
}

impl Drop for LogWatch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
