//! What the figures share: a folder on a real disk, the machine's facts, the longest write-ahead log seen.

use super::machine::Machine;
use super::process::LogWatch;
use super::seed;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Sessions of the data folder with a past, and events in each.
pub const SESSIONS: usize = 8;
pub const EVENTS: usize = 50_000;

pub struct Ground {
    dir: tempfile::TempDir,
    pub machine: Machine,
    pub runtime: tokio::runtime::Runtime,
    largest_wal: Arc<AtomicU64>,
    past: OnceLock<PathBuf>,
    scene: Option<String>,
}

impl Ground {
    /// Works below `dir`, which must not be in memory, or the figures mean nothing.
    /// Of a figure with several scenes only those with `scene` in their name are measured.
    pub fn lay(dir: &Path, scene: Option<String>) -> anyhow::Result<Self> {
        let dir = tempfile::Builder::new().prefix("pilothouse-bench-").tempdir_in(dir)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let machine = Machine::look(dir.path())?;
        Ok(Self { dir, machine, runtime, largest_wal: Arc::default(), past: OnceLock::new(), scene })
    }

    /// Whether a scene of that name is to be measured.
    pub fn wants(&self, scene: &str) -> bool {
        self.scene.as_ref().is_none_or(|word| scene.contains(word.as_str()))
    }

    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A data folder of [`SESSIONS`] sessions with [`EVENTS`] events each, made once.
    pub fn past(&self) -> anyhow::Result<&Path> {
        if let Some(path) = self.past.get() {
            return Ok(path);
        }
        let path = self.folder("past");
        self.runtime.block_on(seed::sessions(&path, SESSIONS, EVENTS))?;
        Ok(self.past.get_or_init(|| path))
    }

    /// Watches a data folder's write-ahead log while the answer lives.
    pub fn watch(&self, data: &Path) -> LogWatch {
        LogWatch::start(data, self.largest_wal.clone())
    }

    pub fn largest_wal(&self) -> u64 {
        self.largest_wal.load(Ordering::Relaxed)
    }
}
