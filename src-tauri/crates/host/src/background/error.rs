//! Why a program cannot be kept running by the system.

use std::path::PathBuf;

use crate::HostError;

/// `code()` is stable; the text names the cause and the next step.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackgroundError {
    #[error("{system} of this user cannot be reached ({cause}); {next}")]
    NoManager { system: &'static str, cause: String, next: &'static str },

    #[error("`{command}` failed: {cause}")]
    Refused { command: String, cause: String },

    #[error("{path} was not written by Pilothouse and stays as it is; move it away first")]
    Foreign { path: PathBuf },

    #[error("{text:?} cannot be written into the system's file: {cause}")]
    Unwritable { text: String, cause: &'static str },

    #[error("{variable} is not set, so there is no place for the file")]
    NoPlace { variable: &'static str },

    #[error(
        "nothing on this system keeps programs running that Pilothouse knows of; start `pilothouse serve` your own way"
    )]
    UnknownSystem,

    #[error(transparent)]
    Host(#[from] HostError),
}

impl BackgroundError {
    /// A short, stable name of the failure that programs may match on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoManager { .. } => "background.no_manager",
            Self::Refused { .. } => "background.refused",
            Self::Foreign { .. } => "background.foreign_file",
            Self::Unwritable { .. } => "background.unwritable",
            Self::NoPlace { .. } => "background.no_place",
            Self::UnknownSystem => "background.unknown_system",
            Self::Host(inner) => inner.code(),
        }
    }
}
