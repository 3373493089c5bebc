//! Facts about the machine, so that figures of two machines are not compared by mistake.

use super::floor;
use anyhow::Context;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

pub struct Machine {
    cores: usize,
    processor: String,
    kernel: String,
    memory_gib: f64,
    filesystem: String,
    /// The version that servers and scenes use, the first of the path.
    git: String,
    /// Load average of the last minute, before anything was measured.
    load: f64,
    /// Raw write+fsync per second where the data folders are.
    pub syncs_per_second: f64,
}

impl Machine {
    pub fn look(dir: &Path) -> anyhow::Result<Self> {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let field = |text: &str, key: &str| {
            let line = text.lines().find(|line| line.starts_with(key));
            line.and_then(|line| line.split_once(':'))
                .map(|(_, value)| value.trim().to_owned())
                .unwrap_or_default()
        };
        let memory_kib = field(&read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse::<f64>();
        Ok(Self {
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            processor: field(&read("/proc/cpuinfo"), "model name"),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            memory_gib: memory_kib.unwrap_or(0.0) / 1024.0 / 1024.0,
            filesystem: filesystem(dir)?,
            git: super::by_hand::git(dir, &["version"])?.trim().to_owned(),
            load: read("/proc/loadavg").split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0.0),
            syncs_per_second: floor::syncs_per_second(dir, Duration::from_secs(2))?,
        })
    }

    pub fn to_json(&self) -> Value {
        json!({
            "cores": self.cores, "processor": self.processor, "kernel": self.kernel, "memoryGib": self.memory_gib,
            "filesystem": self.filesystem, "git": self.git, "loadBefore": self.load, "syncsPerSecond": self.syncs_per_second,
        })
    }
}

impl std::fmt::Display for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} cores ({}), {:.0} GiB, Linux {}, {}, {}, {:.0} raw write+fsync/s, load before {:.2}",
            self.cores,
            self.processor,
            self.memory_gib,
            self.kernel,
            self.filesystem,
            self.git,
            self.syncs_per_second,
            self.load
        )
    }
}

/// The kind of file system `dir` lies on.
fn filesystem(dir: &Path) -> anyhow::Result<String> {
    let dir = std::fs::canonicalize(dir)?;
    let mounts = std::fs::read_to_string("/proc/self/mounts").context("mounts")?;
    let found = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (at, kind) = (words.next()?, words.next()?);
        dir.starts_with(at).then_some((at.len(), kind))
    });
    Ok(found.max_by_key(|(length, _)| *length).map_or_else(|| "unknown".into(), |(_, kind)| kind.to_owned()))
}
