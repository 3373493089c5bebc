//! Having the system keep a program of ours running for this user: from login on, and again after a crash.
//!
//! Three systems do that, each with a file of its own kind: systemd's user manager (a unit), launchd (an agent)
//! and the Windows Task Scheduler (a task). What goes into the file is a pure function of [`Wanted`]; telling
//! the system is a few calls of its own program. A Windows service in the narrow sense would need an
//! administrator and would not have the user's files and keys, so it is a task of the user's session.
//!
//! This room does not know what the program does, and it replaces or removes only files it wrote itself.

mod environment;
mod error;
pub mod launchd;
mod ready;
pub mod systemd;
pub mod task_scheduler;
mod telling;
mod words;

use std::path::{Path, PathBuf};

pub use environment::Environment;
pub use error::BackgroundError;
pub use ready::tell_ready;

use crate::atomic_file;
use telling::Teller;

/// In every file we write; a file without it is somebody else's.
pub const MARK: &str = "Written by `pilothouse service install`";

/// What is to be kept running. Everything is text: the three kinds of file hold nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Absolute path of the program.
    pub program: String,
    pub args: Vec<String>,
    /// Variables it needs beyond what the system gives it, sorted by the caller. The Task Scheduler has no
    /// place for them; see [`task_scheduler`].
    pub environment: Vec<(String, String)>,
    /// Absolute path of a log for systems that would throw its output away.
    pub log: String,
}

/// Which part of the system does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    Systemd,
    Launchd,
    TaskScheduler,
}

impl System {
    /// The one of the machine this runs on; none where we know of none.
    pub fn here() -> Option<Self> {
        match std::env::consts::OS {
            "linux" => Some(Self::Systemd),
            "macos" => Some(Self::Launchd),
            "windows" => Some(Self::TaskScheduler),
            _ => None,
        }
    }

    /// A name for people and for JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Launchd => "launchd",
            Self::TaskScheduler => "Task Scheduler",
        }
    }
}

/// How it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub system: &'static str,
    pub file: PathBuf,
    /// Our file is there.
    pub installed: bool,
    /// Starts at login. None when the system was not there to ask.
    pub enabled: Option<bool>,
    /// None when it could not be asked, or does not say.
    pub running: Option<bool>,
    pub pid: Option<u32>,
    /// Why the system could not be asked.
    pub problem: Option<String>,
}

/// What an uninstall found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removed {
    NothingThere,
    Removed,
    /// The file is gone, but the system could not be told: what runs goes on until it ends.
    FileOnly(String),
}

/// The entry of this user.
#[derive(Debug)]
pub struct Background {
    system: System,
    file: PathBuf,
    teller: Teller,
}

impl Background {
    /// In the places `environment` names.
    pub fn new(system: System, environment: Environment) -> Result<Self, BackgroundError> {
        let file = match system {
            System::Systemd => environment.config_home()?.join("systemd/user").join(systemd::UNIT),
            System::Launchd => {
                environment.home()?.join("Library/LaunchAgents").join(format!("{}.plist", launchd::LABEL))
            }
            System::TaskScheduler => environment.local_data()?.join("pilothouse").join("background-task.xml"),
        };
        Ok(Self { system, file, teller: Teller::new(environment) })
    }

    /// The file that makes it so.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Writes the file and tells the system; with `start`, it runs when this returns. Replaces an older entry of
    /// ours. When the system refuses, what was there before is put back.
    pub async fn install(&self, wanted: &Wanted, start: bool) -> Result<(), BackgroundError> {
        let bytes = match self.system {
            System::Systemd => systemd::unit(wanted)?.into_bytes(),
            System::Launchd => launchd::agent(wanted)?.into_bytes(),
            System::TaskScheduler => {
                task_scheduler::utf16(&task_scheduler::task(wanted, &self.teller.environment.user()?)?)
            }
        };
        let before = self.ours()?;
        self.teller.reachable(self.system).await?;
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder).map_err(crate::HostError::file("create", folder))?;
        }
        atomic_file::write(&self.file, &bytes)?;
        let told = self.teller.take_up(self.system, &self.file, start).await;
        if told.is_err() {
            match &before {
                Some(bytes) => atomic_file::write(&self.file, bytes)?,
                None => self.remove_file()?,
            }
            let _ = self.teller.look_again(self.system).await;
        }
        told
    }

    /// Ends what runs and removes the file.
    pub async fn uninstall(&self) -> Result<Removed, BackgroundError> {
        if self.ours()?.is_none() {
            return Ok(Removed::NothingThere);
        }
        let unreachable = match self.teller.reachable(self.system).await {
            Ok(()) => None,
            Err(BackgroundError::NoManager { cause, .. }) => Some(cause),
            Err(other) => return Err(other),
        };
        if unreachable.is_none() {
            self.teller.let_go(self.system).await?;
        } else if self.system == System::Systemd
            && let Some(folder) = self.file.parent()
        {
            // What `systemctl enable` made; a link to nothing would be reported at every login.
            let _ = std::fs::remove_file(folder.join(systemd::WANTED_BY).join(systemd::UNIT));
        }
        self.remove_file()?;
        if let Some(cause) = unreachable {
            return Ok(Removed::FileOnly(cause));
        }
        self.teller.look_again(self.system).await?;
        Ok(Removed::Removed)
    }

    pub async fn status(&self) -> Result<Status, BackgroundError> {
        let mut status = Status {
            system: self.system.name(),
            file: self.file.clone(),
            installed: self.ours()?.is_some(),
            enabled: None,
            running: None,
            pid: None,
            problem: None,
        };
        match self.teller.state(self.system).await {
            Ok(state) => {
                (status.enabled, status.running, status.pid) = (state.enabled, state.running, state.pid);
            }
            Err(BackgroundError::NoManager { cause, .. }) => status.problem = Some(cause),
            Err(other) => return Err(other),
        }
        Ok(status)
    }

    /// Our file's bytes; a file that is not ours is an error, so nothing of the user's is ever overwritten.
    fn ours(&self) -> Result<Option<Vec<u8>>, BackgroundError> {
        match std::fs::read(&self.file) {
            Ok(bytes) if words::contains(&bytes, MARK) => Ok(Some(bytes)),
            Ok(_) => Err(BackgroundError::Foreign { path: self.file.clone() }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(crate::HostError::file("read", &self.file)(error).into()),
        }
    }

    fn remove_file(&self) -> Result<(), BackgroundError> {
        match std::fs::remove_file(&self.file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(crate::HostError::file("remove", &self.file)(error).into())
            }
            _ => Ok(()),
        }
    }
}
