//! The variables that say where a user's files are and how the system's own programs are reached.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::BackgroundError;

/// What `systemctl`, `launchctl` and `schtasks` need to find their user; nothing else is passed on to them.
const PASSED_ON: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    "DBUS_SESSION_BUS_ADDRESS",
    "SystemRoot",
    "USERNAME",
    "USERDOMAIN",
    "USERPROFILE",
    "LOCALAPPDATA",
];

/// A copy of some variables of a process.
#[derive(Debug, Clone, Default)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// Of this process.
    pub fn of_process() -> Self {
        Self::of(|name| std::env::var_os(name))
    }

    /// Takes what is needed from `look`; empty is not set.
    pub fn of(look: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &&str| Some(((*name).to_owned(), look(name).filter(|value| !value.is_empty())?));
        Self(PASSED_ON.iter().filter_map(set).collect())
    }

    pub(super) fn pairs(&self) -> impl Iterator<Item = (&String, &OsString)> {
        self.0.iter()
    }

    pub(super) fn home(&self) -> Result<PathBuf, BackgroundError> {
        self.folder("HOME")
    }

    /// Relative values are to be ignored, says the specification of these folders.
    pub(super) fn config_home(&self) -> Result<PathBuf, BackgroundError> {
        match self.folder("XDG_CONFIG_HOME") {
            Ok(folder) if folder.is_absolute() => Ok(folder),
            _ => Ok(self.home()?.join(".config")),
        }
    }

    pub(super) fn local_data(&self) -> Result<PathBuf, BackgroundError> {
        self.folder("LOCALAPPDATA")
    }

    /// `DOMAIN\name`, as Windows names its users.
    pub(super) fn user(&self) -> Result<String, BackgroundError> {
        let text = |variable| {
            let value = self.0.get(variable).ok_or(BackgroundError::NoPlace { variable })?;
            Ok::<_, BackgroundError>(value.to_string_lossy().into_owned())
        };
        Ok(format!("{}\\{}", text("USERDOMAIN")?, text("USERNAME")?))
    }

    fn folder(&self, variable: &'static str) -> Result<PathBuf, BackgroundError> {
        self.0.get(variable).map(PathBuf::from).ok_or(BackgroundError::NoPlace { variable })
    }
}
