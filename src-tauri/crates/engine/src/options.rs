//! How a server is started.

use protocol::policy::Profile;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

/// Which sandbox confines repository code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SandboxChoice {
    /// The strongest whose self-test passes.
    #[default]
    Auto,
    Bwrap,
    Container,
    /// Plain host processes: the explicit opt-in for this run.
    Host,
}

#[derive(Debug, Clone)]
pub struct Options {
    /// Data folder; the platform's own when absent.
    pub data: Option<PathBuf>,
    pub host: IpAddr,
    /// 0 picks a free one; absent tries 3001 and the next, then remembers.
    pub port: Option<u16>,
    /// Repositories to register at start.
    pub repos: Vec<PathBuf>,
    /// Accept the repositories' own checks and recipes without asking.
    pub trust: bool,
    /// Worker processes; absent sizes from the machine.
    pub workers: Option<usize>,
    pub sandbox: SandboxChoice,
    /// Profile of newly registered workspaces.
    pub profile: Option<Profile>,
    /// The worker's program; beside our own executable when absent.
    pub worker_program: Option<PathBuf>,
    /// Environment variables the server may look at, taken once at start.
    pub environment: Vec<(String, String)>,
    /// Benchmarks only: commits do not wait for the disk, so a power cut loses them. No command line sets it.
    pub unsafe_no_fsync: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            data: None,
            host: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: None,
            repos: Vec::new(),
            trust: false,
            workers: None,
            sandbox: SandboxChoice::Auto,
            profile: None,
            worker_program: None,
            environment: std::env::vars().collect(),
            unsafe_no_fsync: false,
        }
    }
}

impl Options {
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.environment
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }
}
