//! What one job is given.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use crate::HostError;
use crate::spawn::Limits;

/// A folder or file shown inside, possibly under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    pub source: PathBuf,
    pub target: PathBuf,
    pub writable: bool,
}

/// The one place where jobs, checks and set-ups find their HOME.
pub const HOME_INSIDE: &str = "/home/pilothouse";

/// Everything a command may see, write and reach. All paths are absolute.
#[derive(Debug, Clone)]
pub struct SandboxSpec {
    /// The job's work tree: writable, under the same path inside.
    pub work: PathBuf,
    /// The job's HOME: writable, under the same path inside unless `home_inside` says another.
    pub home: PathBuf,
    /// Where a confined command finds its HOME. Build tools write the paths of their caches into what they
    /// make, so that one job's results are worth something to the next only if both have the same.
    pub home_inside: Option<PathBuf>,
    /// Further folders and files, read-only under the same path.
    pub extra_ro: Vec<PathBuf>,
    /// Further folders and files, writable under the same path.
    pub extra_rw: Vec<PathBuf>,
    /// Mounts under other names (package caches into the job's HOME).
    pub mounts: Vec<Mount>,
    /// Never shown, even inside a folder that is. Absent ones are ignored.
    pub hide: Vec<PathBuf>,
    /// The machine's network instead of none.
    pub network: bool,
    /// Ports of this machine's loopback that may be called all the same, where a command has no network of its own.
    pub ports: Vec<u16>,
    pub env: Vec<(String, String)>,
    pub limits: Limits,
    /// Size of the private /tmp in bytes; it lives in memory.
    pub tmp_bytes: u64,
}

impl SandboxSpec {
    /// No network, no extra folders, limits that only stop run-aways.
    pub fn new(work: impl Into<PathBuf>, home: impl Into<PathBuf>) -> Self {
        Self {
            work: work.into(),
            home: home.into(),
            home_inside: None,
            extra_ro: Vec::new(),
            extra_rw: Vec::new(),
            mounts: Vec::new(),
            hide: Vec::new(),
            network: false,
            ports: Vec::new(),
            env: Vec::new(),
            limits: Limits { memory: None, pids: Some(4096), fsize: Some(8 << 30), nofile: Some(8192) },
            tmp_bytes: 2 << 30,
        }
    }

    /// HOME as a confined command sees it.
    pub fn home_seen(&self) -> &Path {
        self.home_inside.as_deref().unwrap_or(&self.home)
    }

    /// The environment every command starts from; entries of `env` win.
    pub(super) fn environment(&self, confined: bool) -> Vec<(OsString, OsString)> {
        let fixed = [
            ("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin".into()),
            ("HOME", if confined { self.home_seen() } else { &self.home }.into()),
            ("TMPDIR", if cfg!(windows) { std::env::temp_dir().into_os_string() } else { "/tmp".into() }),
            ("LANG", "C.UTF-8".into()),
            ("TERM", "dumb".into()),
            ("NO_COLOR", "1".into()),
            ("CI", "1".into()),
        ];
        let own = self.env.iter().map(|(name, value)| (name.into(), value.into()));
        fixed.into_iter().map(|(name, value)| (name.into(), value)).chain(own).collect()
    }

    pub(super) fn validate(&self) -> Result<(), HostError> {
        let named = [&self.work, &self.home].into_iter().chain(&self.extra_ro).chain(&self.extra_rw);
        let mounted = self.mounts.iter().map(|mount| &mount.source);
        for path in named.chain(mounted) {
            plain(path)?;
            if !path.exists() {
                return Err(HostError::Sandbox { cause: format!("{} does not exist", path.display()) });
            }
        }
        let inside = self.mounts.iter().map(|mount| &mount.target).chain(&self.home_inside);
        inside.chain(&self.hide).try_for_each(|path| plain(path))
    }
}

fn plain(path: &Path) -> Result<(), HostError> {
    let tricky = path.components().any(|part| matches!(part, Component::ParentDir | Component::CurDir));
    if !path.is_absolute() || tricky || path.parent().is_none() {
        return Err(HostError::Sandbox { cause: format!("not a plain absolute path: {}", path.display()) });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_missing_and_climbing_paths_are_refused() {
        let temp = tempfile::tempdir().unwrap();
        let here = temp.path();
        assert!(SandboxSpec::new(here, here).validate().is_ok());
        assert!(SandboxSpec::new("work", here).validate().is_err());
        assert!(SandboxSpec::new(here.join("no"), here).validate().is_err());
        assert!(SandboxSpec::new(here.join("../x"), here).validate().is_err());
        assert!(SandboxSpec::new("/", here).validate().is_err());
    }
}
