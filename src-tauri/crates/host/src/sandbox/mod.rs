//! Confining commands: what a command may see, write and reach.
//!
//! A [`SandboxSpec`] says what one job is given; a [`Sandbox`] turns it and a [`Command`] into a confined
//! [`Command`]. Which sandbox that is was decided by [`detect`], which believes only its own self-test: a
//! sandbox counts when a forbidden read, write and connection were really tried and really failed.
//!
//! * `bwrap` (Linux): bubblewrap with every namespace, an empty root file system, read-only system folders,
//!   no capabilities, and our own system call filter.
//! * `host`: no confinement at all, only by explicit opt-in; the process tree is still killed.
//!
//! Nothing here knows which folders matter to a job or who opted in; that is told.

#[cfg(target_os = "linux")]
mod bwrap;
mod detect;
mod isolation;
#[cfg(target_os = "linux")]
mod mounts;
#[cfg(target_os = "linux")]
mod seccomp;
#[cfg(target_os = "linux")]
mod self_test;
mod spec;
#[cfg(target_os = "linux")]
mod system_folders;

pub use detect::{NoSandbox, Preference, SelectedSandbox, detect};
pub use isolation::EffectiveIsolation;
pub use spec::{HOME_INSIDE, Mount, SandboxSpec};

use crate::HostError;
use crate::spawn::Command;

/// A working way to run commands.
#[derive(Debug, Clone)]
pub enum Sandbox {
    #[cfg(target_os = "linux")]
    Bwrap(bwrap::Bwrap),
    /// No confinement.
    Host,
}

impl Sandbox {
    /// `bwrap` or `host`.
    pub fn backend(&self) -> &'static str {
        match self {
            #[cfg(target_os = "linux")]
            Self::Bwrap(_) => "bwrap",
            Self::Host => "host",
        }
    }

    /// Whether this sandbox keeps a command from the user's files.
    pub fn confines(&self) -> bool {
        !matches!(self, Self::Host)
    }

    /// Confines `command`: its environment becomes that of the spec plus its own, its limits those of the
    /// spec where it has none. Fails when a folder of the spec is missing or not absolute.
    pub fn confine(&self, spec: &SandboxSpec, mut command: Command) -> Result<Command, HostError> {
        spec.validate()?;
        command.env = spec.environment(self.confines()).into_iter().chain(command.env).collect();
        command.limits = crate::spawn::Limits {
            memory: command.limits.memory.or(spec.limits.memory),
            pids: command.limits.pids.or(spec.limits.pids),
            fsize: command.limits.fsize.or(spec.limits.fsize),
            nofile: command.limits.nofile.or(spec.limits.nofile),
        };
        match self {
            #[cfg(target_os = "linux")]
            Self::Bwrap(bwrap) => bwrap.confine(spec, command),
            Self::Host => Ok(command),
        }
    }

    /// What confinement a command of this spec really has.
    pub fn isolation(&self, spec: &SandboxSpec) -> EffectiveIsolation {
        isolation::effective(self, spec.network)
    }
}
