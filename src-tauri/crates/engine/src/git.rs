//! The one git of this server, and how its errors read on the wire.

use crate::Options;
use host::paths::DataFolder;
use protocol::{ApiError, ErrorCode};
use repo::{Git, RepoError, Signature};

/// Finds git once, at start.
pub(crate) fn find(options: &Options, data: &DataFolder) -> Result<Git, ApiError> {
    let path = options.variable("PATH").unwrap_or("/usr/local/bin:/usr/bin:/bin").into();
    Git::on_path(path, &data.root().join("git-home")).map_err(api)
}

/// Who makes the server's own commits; `time` in seconds since 1970.
pub(crate) fn committer(time: i64) -> Signature {
    Signature { name: "Pilothouse".into(), email: "pilothouse@localhost.invalid".into(), time, offset: 0 }
}

/// A git error with its code and the next step.
pub(crate) fn api(error: RepoError) -> ApiError {
    let (code, next) = match &error {
        RepoError::NotARepository { .. } => {
            (ErrorCode::NotARepository, " Choose a folder inside a git repository, or run `git init` there.")
        }
        RepoError::NoFolder { .. } => {
            (ErrorCode::NotARepository, " Choose a folder inside a git repository.")
        }
        RepoError::Bare { .. } => (ErrorCode::BareRepository, " Choose a clone of it that has files."),
        RepoError::Empty { .. } => (ErrorCode::EmptyRepository, " Make a first commit, then try again."),
        RepoError::Unreadable { .. } => {
            (ErrorCode::RepositoryUnreadable, " Run `git fsck` there to see what is wrong with it.")
        }
        RepoError::ForeignOwner { .. } => {
            (ErrorCode::RepositoryUnreadable, " Start Pilothouse as the user it belongs to.")
        }
        RepoError::Unsupported { .. } => {
            (ErrorCode::RepositoryUnreadable, " Open a clone of it in git's usual format.")
        }
        RepoError::Missing { .. } => (ErrorCode::GitMissing, " Install git 2.38 or newer."),
        RepoError::TooOld { .. } => (ErrorCode::GitTooOld, " Update git."),
        RepoError::BundleInvalid { .. } | RepoError::TooLarge { .. } => (ErrorCode::BundleInvalid, ""),
        RepoError::OutOfScope { .. } => (ErrorCode::OutOfScope, ""),
        RepoError::NotFound { .. } | RepoError::NotAFile { .. } | RepoError::BadRef { .. } => {
            (ErrorCode::CommitNotFound, "")
        }
        RepoError::Conflict { .. } => (ErrorCode::MergeConflict, ""),
        RepoError::Io { source, .. } if source.kind() == std::io::ErrorKind::StorageFull => {
            (ErrorCode::StorageFull, " Free some space and try again.")
        }
        _ => (ErrorCode::GitFailed, ""),
    };
    let mut text = error.to_string();
    // A name or a path keeps its letters.
    let named = text.split(' ').next().is_some_and(|word| word.contains(['/', '\\', '.']));
    if let Some(first) = text.get(..1).filter(|_| !named) {
        text = format!("{}{}", first.to_uppercase(), text.get(1..).unwrap_or_default());
    }
    let stop = if text.ends_with('.') { "" } else { "." };
    ApiError::new(code, format!("{text}{stop}{next}")).with(serde_json::json!({ "git": error.code() }))
}
