//! What one toolchain needs to work inside.

use std::path::PathBuf;

/// A variable's value.
#[derive(Debug, Clone)]
pub(super) enum Setting {
    Text(String),
    /// A path below the job's HOME.
    BelowHome(&'static str),
}

impl Setting {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    pub(super) fn path(path: &std::path::Path) -> Self {
        Self::Text(path.to_string_lossy().into_owned())
    }
}

#[derive(Debug, Clone, Default)]
pub(super) struct Kit {
    pub(super) name: &'static str,
    pub(super) place: PathBuf,
    /// In front of the system's `PATH`.
    pub(super) path: Vec<PathBuf>,
    /// Shown read-only under their own names.
    pub(super) shown: Vec<PathBuf>,
    /// Shown read-only below the job's HOME.
    pub(super) caches: Vec<(PathBuf, &'static str)>,
    pub(super) always: Vec<(&'static str, Setting)>,
    /// Only without network.
    pub(super) offline: Vec<(&'static str, Setting)>,
    /// Files written below the job's HOME.
    pub(super) files: Vec<(&'static str, String)>,
    pub(super) offline_files: Vec<(&'static str, String)>,
    /// Where a version manager keeps installations, and the program to look at below each.
    pub(super) installed: Vec<(PathBuf, &'static str)>,
    /// Small files that say which of them is used.
    pub(super) chosen: Vec<PathBuf>,
    /// For commands without a sandbox, whose HOME is the job's all the same: where the real things are.
    pub(super) outside: Vec<(&'static str, PathBuf)>,
}

impl Kit {
    pub(super) fn settings(&self, network: bool) -> impl Iterator<Item = &(&'static str, Setting)> {
        self.always.iter().chain(self.offline.iter().filter(move |_| !network))
    }

    pub(super) fn files(&self, network: bool) -> impl Iterator<Item = &(&'static str, String)> {
        self.files.iter().chain(self.offline_files.iter().filter(move |_| !network))
    }
}
