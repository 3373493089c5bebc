//! What can go wrong between us and the machine, named after the operation that failed.

use std::io;
use std::path::{Path, PathBuf};

/// A failure of the machine or of what it was given. `code()` is stable; the text is for people.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    #[error("cannot {action} {path}: {source}")]
    File { action: &'static str, path: PathBuf, source: io::Error },

    #[error("no home folder is known for this user; pass --data DIR or set PILOTHOUSE_DATA_DIR")]
    NoHome,

    #[error(
        "the data folder {path} cannot be written: {cause}; choose another with --data DIR or PILOTHOUSE_DATA_DIR"
    )]
    DataFolderUnwritable { path: PathBuf, cause: io::Error },

    #[error("the disk that holds the data folder {path} is full; free some space and start again")]
    DataFolderFull { path: PathBuf },

    #[error("the data folder {path} belongs to {}", holder_text(.holder))]
    DataFolderHeld { path: PathBuf, holder: Option<u32> },

    #[error("{path} can be read by others (mode {mode:o}); run: chmod 600 {path}")]
    SecretExposed { path: PathBuf, mode: u32 },

    #[error("{path} belongs to another user (uid {owner}) and is not trusted")]
    SecretOwner { path: PathBuf, owner: u32 },

    #[error("{path} is empty")]
    SecretEmpty { path: PathBuf },

    #[error("{path} is not a valid record: {cause}")]
    Record { path: PathBuf, cause: String },

    #[error("not a time of the form 2026-01-31T12:00:00.000Z: {text}")]
    Time { text: String },

    #[error("nothing to run: the argument vector is empty")]
    EmptyCommand,

    #[error("the program {program} was not found")]
    ProgramNotFound { program: String },

    #[error("cannot start {program}: {source}")]
    Spawn { program: String, source: io::Error },

    #[error("lost track of {program}: {cause}")]
    Supervision { program: String, cause: String },

    #[error("no usable sandbox: {reason}. {fix}")]
    NoSandbox { reason: String, fix: String },

    #[error("cannot confine the command: {cause}")]
    Sandbox { cause: String },

    /// What ran in it may run again once it answers.
    #[error("{cause}")]
    EngineGone { cause: String },

    /// What ran in it is gone, too; it may run again in another.
    #[error("the cell is gone: {cause}")]
    CellGone { cause: String },

    #[error("{file}:{line}: {cause}")]
    ConfigSyntax { file: String, line: usize, cause: String },

    #[error("{file}{}: {key}: {cause}", line_text(.line))]
    ConfigValue { file: String, line: Option<usize>, key: String, cause: String },

    #[error("set-up layer {key}: {cause}")]
    Layer { key: String, cause: String },
}

impl HostError {
    /// A short, stable name of the failure that programs may match on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "host.file",
            Self::NoHome => "host.no_home",
            Self::DataFolderUnwritable { .. } => "host.data_unwritable",
            Self::DataFolderFull { .. } => "host.data_full",
            Self::DataFolderHeld { .. } => "host.data_held",
            Self::SecretExposed { .. } => "host.secret_exposed",
            Self::SecretOwner { .. } => "host.secret_owner",
            Self::SecretEmpty { .. } => "host.secret_empty",
            Self::Record { .. } => "host.record",
            Self::Time { .. } => "host.time",
            Self::EmptyCommand => "host.empty_command",
            Self::ProgramNotFound { .. } => "host.program_not_found",
            Self::Spawn { .. } => "host.spawn",
            Self::Supervision { .. } => "host.supervision",
            Self::NoSandbox { .. } => "host.no_sandbox",
            Self::Sandbox { .. } => "host.sandbox",
            Self::EngineGone { .. } => "host.engine_gone",
            Self::CellGone { .. } => "host.cell_gone",
            Self::ConfigSyntax { .. } => "config.syntax",
            Self::ConfigValue { .. } => "config.value",
            Self::Layer { .. } => "host.layer",
        }
    }

    /// The code a client is told.
    pub fn error_code(&self) -> protocol::ErrorCode {
        use protocol::ErrorCode;
        match self {
            Self::DataFolderFull { .. } => ErrorCode::StorageFull,
            Self::File { source, .. } if source.kind() == io::ErrorKind::StorageFull => {
                ErrorCode::StorageFull
            }
            Self::NoSandbox { .. } | Self::Sandbox { .. } | Self::EngineGone { .. } => ErrorCode::NoSandbox,
            Self::ConfigSyntax { .. } | Self::ConfigValue { .. } => ErrorCode::ConfigInvalid,
            Self::Time { .. } => ErrorCode::BadRequest,
            _ => ErrorCode::Internal,
        }
    }

    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { action, path, source }
    }
}

fn holder_text(holder: &Option<u32>) -> String {
    match holder {
        Some(pid) => {
            format!("another server (process {pid}); stop it or choose another folder with --data DIR")
        }
        None => "another server; stop it or choose another folder with --data DIR".to_owned(),
    }
}

fn line_text(line: &Option<usize>) -> String {
    line.map(|n| format!(":{n}")).unwrap_or_default()
}
