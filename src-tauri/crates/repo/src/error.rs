//! What can go wrong with git, as data. Every variant has a stable `code()`; the text is for people.

use std::path::{Path, PathBuf};

use crate::{ObjectId, Refusal};

pub type Result<T, E = RepoError> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum RepoError {
    #[error("{} is not inside a git repository", path.display())]
    NotARepository { path: PathBuf },
    #[error("{} does not exist", path.display())]
    NoFolder { path: PathBuf },
    #[error("{} is a bare repository, it has no files to work on", path.display())]
    Bare { path: PathBuf },
    #[error("{} has no commit yet", path.display())]
    Empty { path: PathBuf },
    #[error("{} is in the middle of a {state}", path.display())]
    MidOperation { path: PathBuf, state: String },
    #[error("{} cannot be read as a git repository: {detail}", path.display())]
    Unreadable { path: PathBuf, detail: String },
    #[error("{} belongs to another user of this computer", path.display())]
    ForeignOwner { path: PathBuf },
    #[error("{} uses a repository format this program cannot read: {detail}", path.display())]
    Unsupported { path: PathBuf, detail: String },
    #[error("git {found} is too old, {minimum} or newer is needed")]
    TooOld { found: String, minimum: String },
    #[error("no usable git program was found ({detail})")]
    Missing { detail: String },
    #[error("{} cannot be written", path.display())]
    ReadOnly { path: PathBuf },
    #[error("the changes conflict in {}", files.join(", "))]
    Conflict { files: Vec<String> },
    #[error("the strategy cannot land this: {refusal}")]
    StrategyRefused { refusal: Refusal },
    #[error("{name:?} is not an acceptable name: {reason}")]
    BadRef { name: String, reason: String },
    #[error("{name} is at {}, not at {}", show(actual), show(expected))]
    RefMoved { name: String, expected: Option<ObjectId>, actual: Option<ObjectId> },
    #[error("{what} does not exist")]
    NotFound { what: String },
    #[error("{what} is {kind}, not a file of its own")]
    NotAFile { what: String, kind: &'static str },
    #[error("the handed-over bundle is refused: {reason}")]
    BundleInvalid { reason: String },
    #[error("the change leaves its scope: {reason}")]
    OutOfScope { reason: String, paths: Vec<String> },
    #[error("{what} is {actual}, the limit is {limit}")]
    TooLarge { what: String, limit: u64, actual: u64 },
    #[error("{new} does not continue {old}")]
    NotFastForward { old: ObjectId, new: ObjectId },
    #[error("the integration branch is held by another operation")]
    LeaseHeld { path: PathBuf },
    #[error("git {command} did not finish within {seconds} s")]
    Timeout { command: String, seconds: u64 },
    #[error("git {command} failed (status {status}): {detail}")]
    Failed { command: String, status: i32, detail: String },
    #[error("reading the repository failed: {0}")]
    Library(#[from] git2::Error),
    #[error("{what} {}: {source}", path.display())]
    Io { what: &'static str, path: PathBuf, source: std::io::Error },
}

impl RepoError {
    /// Stable over releases; what the interface and tests match on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotARepository { .. } | Self::NoFolder { .. } => "git.not_a_repository",
            Self::Bare { .. } => "git.bare",
            Self::Empty { .. } => "git.empty",
            Self::MidOperation { .. } => "git.mid_merge",
            Self::Unreadable { .. } => "git.unreadable",
            Self::ForeignOwner { .. } => "git.foreign_owner",
            Self::Unsupported { .. } => "git.unsupported",
            Self::TooOld { .. } => "git.too_old",
            Self::Missing { .. } => "git.missing",
            Self::ReadOnly { .. } => "git.read_only",
            Self::Conflict { .. } => "git.conflict",
            Self::StrategyRefused { .. } => "git.strategy_refused",
            Self::BadRef { .. } => "git.bad_ref",
            Self::RefMoved { .. } => "git.ref_moved",
            Self::NotFound { .. } => "git.not_found",
            Self::NotAFile { .. } => "git.not_a_file",
            Self::BundleInvalid { .. } => "git.bundle_invalid",
            Self::OutOfScope { .. } => "git.out_of_scope",
            Self::TooLarge { .. } => "git.too_large",
            Self::NotFastForward { .. } => "git.not_fast_forward",
            Self::LeaseHeld { .. } => "git.lease_held",
            Self::Timeout { .. } => "git.timeout",
            Self::Failed { .. } | Self::Library(_) => "git.failed",
            Self::Io { source, .. } => match source.kind() {
                std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => {
                    "git.read_only"
                }
                std::io::ErrorKind::StorageFull => "git.disk_full",
                _ => "git.io",
            },
        }
    }
}

fn show(id: &Option<ObjectId>) -> String {
    id.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string)
}

/// Adds the path and the operation to an IO error, which alone says neither.
pub(crate) trait IoContext<T> {
    fn at(self, what: &'static str, path: &Path) -> Result<T>;
}

impl<T> IoContext<T> for std::io::Result<T> {
    fn at(self, what: &'static str, path: &Path) -> Result<T> {
        self.map_err(|source| RepoError::Io { what, path: path.to_owned(), source })
    }
}
