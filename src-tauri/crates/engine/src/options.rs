//! How a server is started: what its command line said, and where the rest of its configuration is read from.

use host::HostError;
use host::config::{Flag, Own};
use host::sandbox::Preference;
use std::net::IpAddr;
use std::path::PathBuf;

/// Which sandbox confines repository code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SandboxChoice {
    /// The strongest whose self-test passes.
    #[default]
    Auto,
    Bwrap,
    Container,
    /// The sandbox of macOS.
    Seatbelt,
    /// Windows: limits and a certain end only. As `Host`, an explicit opt-in.
    JobObject,
    /// Plain host processes: the explicit opt-in for this run.
    Host,
}

impl SandboxChoice {
    pub(crate) fn word(self) -> &'static str {
        match self {
            SandboxChoice::Auto => "auto",
            SandboxChoice::Bwrap => "bwrap",
            SandboxChoice::Container => "container",
            SandboxChoice::Seatbelt => "seatbelt",
            SandboxChoice::JobObject => "job-object",
            SandboxChoice::Host => "host",
        }
    }
}

/// Absent values are those the command line said nothing about: files, environment and built-in values decide.
#[derive(Debug, Clone)]
pub struct Options {
    pub data: Option<PathBuf>,
    pub host: Option<IpAddr>,
    /// 0 picks a free one.
    pub port: Option<u16>,
    /// Worker processes.
    pub workers: Option<usize>,
    pub sandbox: Option<SandboxChoice>,
    /// Repositories to register at start.
    pub repos: Vec<PathBuf>,
    /// Accept the repositories' own checks and recipes without asking.
    pub trust: bool,
    /// The worker's program; beside our own executable when absent.
    pub worker_program: Option<PathBuf>,
    /// Folder of the user's own configuration files; none reads none.
    pub config_folder: Option<PathBuf>,
    /// Environment variables the server may look at, taken once at start.
    pub environment: Vec<(String, String)>,
    /// Benchmarks only: commits do not wait for the disk, so a power cut loses them. No command line sets it.
    pub unsafe_no_fsync: bool,
}

impl Default for Options {
    fn default() -> Self {
        // A variable that is not text means nothing to us.
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            data: None,
            host: None,
            port: None,
            workers: None,
            sandbox: None,
            repos: Vec::new(),
            trust: false,
            worker_program: None,
            config_folder: host::paths::user_config_folder(),
            environment: std::env::vars_os().filter_map(text).collect(),
            unsafe_no_fsync: false,
        }
    }
}

impl Options {
    /// Reads and resolves what is configured on this machine, the command line last.
    pub fn own(&self) -> Result<Own, HostError> {
        Own::read(self.config_folder.as_deref(), self.environment.clone(), self.flags())
    }

    /// The data folder these options mean; nothing is created. No file is read when the command line names it.
    pub fn data_folder(&self) -> Result<PathBuf, HostError> {
        match &self.data {
            Some(folder) => host::paths::resolve_data_folder(Some(folder), None),
            None => self.own()?.data_folder(),
        }
    }

    fn flags(&self) -> Vec<Flag> {
        let flag = |name: &str, key: &str, value: Option<String>| {
            value.map(|value| Flag { name: name.to_owned(), key: key.to_owned(), value })
        };
        let data = self.data.as_ref().map(|path| path.to_string_lossy().into_owned());
        let given = [
            flag("--data", "data.dir", data),
            flag("--host", "server.host", self.host.map(|host| host.to_string())),
            flag("--port", "server.port", self.port.map(|port| port.to_string())),
            flag("--workers", "workers.count", self.workers.map(|count| count.to_string())),
            flag("--sandbox", "sandbox.backend", self.sandbox.map(|choice| choice.word().to_owned())),
        ];
        given.into_iter().flatten().collect()
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.environment
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }
}

/// The word the worker's command line takes.
pub(crate) fn word(preference: Preference) -> &'static str {
    preference.word()
}
