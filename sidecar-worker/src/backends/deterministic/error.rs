//! Why an intent could not be carried out.

use std::path::{Path, PathBuf};

/// Every sentence says what stands in the way; nothing was written unless it is [`DeterministicError::Io`].
#[derive(Debug, thiserror::Error)]
pub enum DeterministicError {
    #[error("`/{word}` is not something a worker does")]
    NotHere { word: &'static str },
    #[error("the path {path:?} {why}")]
    BadPath { path: String, why: &'static str },
    #[error("there is no {path} in the repository")]
    Missing { path: String },
    #[error("{path} is not a regular file")]
    NotAFile { path: String },
    #[error("{path} is, or lies behind, a symbolic link; links are never followed")]
    Symlink { path: String },
    #[error("{path} already exists")]
    Exists { path: String },
    #[error("{path} is binary")]
    Binary { path: String },
    #[error("{path} is larger than 1 MiB")]
    TooLarge { path: String },
    #[error("{0}")]
    NothingToDo(String),
    #[error("this would change {}, at most {allowed} {} allowed", protocol::count(*found, "file", "files"), if *allowed == 1 { "is" } else { "are" })]
    TooManyFiles { found: usize, allowed: u32 },
    #[error("{pattern:?} cannot be read: {why}")]
    BadPattern { pattern: String, why: String },
    #[error("{0}")]
    Unclear(String),
    #[error("{file}: {why}")]
    Key { file: String, why: String },
    #[error("the patch does not apply: {0}")]
    Patch(String),
    /// It is read, but stands on other lines than these: a three-way merge may still find its place.
    #[error("the patch does not apply: {0}")]
    PatchMisfit(String),
    #[error("{0}")]
    NoTool(String),
    #[error("the folder holds more than {0} entries")]
    TooManyEntries(usize),
    #[error("{action} {path}: {source}")]
    Io { action: &'static str, path: PathBuf, source: std::io::Error },
}

impl DeterministicError {
    /// Stable word for clients and tests.
    pub fn code(&self) -> &'static str {
        match self {
            DeterministicError::NotHere { .. } => "deterministic.not_here",
            DeterministicError::BadPath { .. } => "deterministic.bad_path",
            DeterministicError::Missing { .. } => "deterministic.missing",
            DeterministicError::NotAFile { .. } => "deterministic.not_a_file",
            DeterministicError::Symlink { .. } => "deterministic.symlink",
            DeterministicError::Exists { .. } => "deterministic.exists",
            DeterministicError::Binary { .. } => "deterministic.binary",
            DeterministicError::TooLarge { .. } => "deterministic.too_large",
            DeterministicError::NothingToDo(_) => "deterministic.nothing_to_do",
            DeterministicError::TooManyFiles { .. } => "deterministic.too_many_files",
            DeterministicError::BadPattern { .. } => "deterministic.bad_pattern",
            DeterministicError::Unclear(_) => "deterministic.unclear",
            DeterministicError::Key { .. } => "deterministic.key",
            DeterministicError::Patch(_) => "deterministic.patch",
            DeterministicError::PatchMisfit(_) => "deterministic.patch_misfit",
            DeterministicError::NoTool(_) => "deterministic.no_tool",
            DeterministicError::TooManyEntries(_) => "deterministic.too_many_entries",
            DeterministicError::Io { .. } => "deterministic.io",
        }
    }

    pub(super) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        DeterministicError::Io { action, path: path.to_owned(), source }
    }
}
