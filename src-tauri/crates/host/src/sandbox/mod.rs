//! Confining commands: what a command may see, write and reach.
//!
//! A [`SandboxSpec`] says what one job is given; a [`Sandbox`] turns it and a [`Command`] into a confined
//! [`Command`]. Which sandbox that is was decided by [`detect`], which believes only its own self-test: a
//! sandbox counts when a forbidden read, write and connection were really tried and really failed.
//!
//! * `bwrap` (Linux): bubblewrap with every namespace, an empty root file system, read-only system folders,
//!   no capabilities, and our own system call filter.
//! * `container`: Docker or Podman, see [`container`].
//! * `seatbelt` (macOS): the system's own, through `sandbox-exec`. Written, never run.
//! * `job-object` (Windows): limits and a certain end, and no confinement: only by explicit opt-in. Written, never run.
//! * `host`: no confinement at all, only by explicit opt-in; the process tree is still killed.
//!
//! Nothing here knows which folders matter to a job or who opted in; that is told.

#[cfg(target_os = "linux")]
mod affinity;
#[cfg(target_os = "linux")]
mod bwrap;
mod confinement;
pub mod container;
mod detect;
mod isolation;
mod mounts;
mod open;
#[cfg(any(target_os = "macos", all(test, unix)))]
mod seatbelt;
mod self_test;
mod spec;
#[cfg(target_os = "linux")]
mod system_folders;

pub use confinement::{Confinement, Found};
pub use detect::{NoSandbox, Preference, SelectedSandbox, detect, detect_image, detect_with};
pub use isolation::EffectiveIsolation;
pub use spec::{HOME_INSIDE, Mount, SandboxSpec};

use std::path::Path;
use std::sync::Arc;

use crate::HostError;
use crate::spawn::{Command, Outcome, Running};

/// A working way to run commands.
#[derive(Debug, Clone)]
pub enum Sandbox {
    #[cfg(target_os = "linux")]
    Bwrap(bwrap::Bwrap),
    Container(Arc<container::ContainerSandbox>),
    #[cfg(target_os = "macos")]
    Seatbelt,
    /// No confinement, but limits and an end that nothing escapes.
    #[cfg(windows)]
    JobObject,
    /// No confinement.
    Host,
}

impl Sandbox {
    /// `bwrap`, `container`, `seatbelt`, `job-object` or `host`.
    pub fn backend(&self) -> &'static str {
        match self {
            #[cfg(target_os = "linux")]
            Self::Bwrap(_) => "bwrap",
            Self::Container(_) => "container",
            #[cfg(target_os = "macos")]
            Self::Seatbelt => "seatbelt",
            #[cfg(windows)]
            Self::JobObject => "job-object",
            Self::Host => "host",
        }
    }

    /// Whether this sandbox keeps a command from the user's files.
    pub fn confines(&self) -> bool {
        match self {
            #[cfg(windows)]
            Self::JobObject => false,
            Self::Host => false,
            _ => true,
        }
    }

    /// Whether files can be shown under other names than their own, such as one HOME for all jobs.
    pub fn renames(&self) -> bool {
        match self {
            #[cfg(target_os = "macos")]
            Self::Seatbelt => false,
            _ => self.confines(),
        }
    }

    /// Whether commands see the tools of an image instead of this machine's.
    pub fn brings_its_own_tools(&self) -> bool {
        matches!(self, Self::Container(_))
    }

    /// What makes the tools inside others than those of this machine: an image, by its content.
    pub fn tools(&self) -> Option<&str> {
        match self {
            Self::Container(container) => Some(&container.image().id),
            _ => None,
        }
    }

    /// The same for one job alone: where opening a place for commands takes long, one may be opened ahead.
    #[must_use]
    pub fn of_job(&self, job: &str) -> Self {
        match self {
            Self::Container(container) => Self::Container(Arc::new(container.of_job(job))),
            other => other.clone(),
        }
    }

    /// Whether [`Sandbox::open_ahead`] does anything.
    pub fn opens_ahead(&self) -> bool {
        matches!(self, Self::Container(container) if container.opens_ahead())
    }

    /// Opens the place of the job's next command ahead and returns at once; to be called on a runtime. The folders of
    /// the spec may be filled after this, but not replaced.
    pub fn open_ahead(&self, spec: &SandboxSpec) {
        if let Self::Container(container) = self {
            container.open_ahead(spec);
        }
    }

    /// Removes what was opened ahead, and opens nothing ahead from now on.
    pub async fn end_ahead(&self) {
        if let Self::Container(container) = self {
            container.end_ahead().await;
        }
    }

    /// Starts `command` confined, with the environment and limits [`Sandbox::confine`] gives it. Dropping what it
    /// returns ends the command and everything it started.
    pub async fn start(&self, spec: &SandboxSpec, command: Command) -> Result<Running, HostError> {
        match self {
            Self::Container(container) => container.start(spec, self.prepare(spec, command)?).await,
            _ => self.confine(spec, command)?.start().await,
        }
    }

    /// Starts `command` confined and waits for its end.
    pub async fn run(&self, spec: &SandboxSpec, command: Command) -> Result<Outcome, HostError> {
        self.start(spec, command).await?.wait().await
    }

    /// Confines `command`: its environment becomes that of the spec plus its own, its limits those of the
    /// spec where it has none; one without a folder of its own begins in the job's, on the plain host too. Fails when
    /// a folder of the spec is missing or not absolute, and for a container, in which a command is not a process of
    /// ours: that is for [`Sandbox::start`].
    pub fn confine(&self, spec: &SandboxSpec, command: Command) -> Result<Command, HostError> {
        let mut command = self.prepare(spec, command)?;
        command.limits.memory = command.limits.memory.or(self.memory());
        match self {
            #[cfg(target_os = "linux")]
            Self::Bwrap(bwrap) => bwrap.confine(spec, command),
            Self::Container(_) => Err(HostError::Sandbox {
                cause: "a command in a container is started through its engine".to_owned(),
            }),
            #[cfg(target_os = "macos")]
            Self::Seatbelt => seatbelt::confine(spec, command),
            #[cfg(windows)]
            Self::JobObject => Ok(command.in_job_object()),
            Self::Host => Ok(command),
        }
    }

    /// Most bytes of memory of each process, where the spec says nothing. A container has them for all together.
    fn memory(&self) -> Option<u64> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Bwrap(bwrap) => bwrap.memory,
            _ => None,
        }
    }

    fn prepare(&self, spec: &SandboxSpec, mut command: Command) -> Result<Command, HostError> {
        spec.validate()?;
        let ours = match self {
            Self::Container(container) => container.environment(spec),
            _ => spec.environment(self.renames()),
        };
        command.env = ours.into_iter().chain(command.env).collect();
        command.limits = command.limits.or(spec.limits);
        if command.cwd == Path::new("/") {
            command.cwd.clone_from(&spec.work);
        }
        Ok(command)
    }

    /// Confines the first process of a cell. Where the sandbox numbers processes anew it becomes number 1, which
    /// nothing inside can kill.
    fn confine_first(&self, spec: &SandboxSpec, command: Command) -> Result<Command, HostError> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Bwrap(bwrap) => bwrap.confine_first(spec, self.prepare(spec, command)?),
            _ => self.confine(spec, command),
        }
    }

    /// As [`Sandbox::isolation`], for a cell with doors.
    pub(crate) fn isolation_with_doors(&self, spec: &SandboxSpec) -> EffectiveIsolation {
        let mut isolation = self.isolation(spec);
        if isolation.net == "none" {
            "doors".clone_into(&mut isolation.net);
        }
        isolation
    }

    /// What confinement a command of this spec really has.
    pub fn isolation(&self, spec: &SandboxSpec) -> EffectiveIsolation {
        isolation::effective(self, spec.network)
    }
}
