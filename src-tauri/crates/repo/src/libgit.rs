//! libgit2, for reading only. It runs no hook, filter or monitor; what is left to close is the
//! configuration it would look for in the user's home and in the system, and its search through parent
//! folders.

use std::path::Path;
use std::sync::Once;

use git2::{ConfigLevel, ErrorClass, ErrorCode, Repository, RepositoryOpenFlags};

use crate::{ObjectId, RepoError, Result};

static CLOSED: Once = Once::new();

#[allow(unsafe_code)] // global options of libgit2, set once before any repository is opened by this crate
fn close_search_paths() {
    CLOSED.call_once(|| {
        for level in [ConfigLevel::System, ConfigLevel::XDG, ConfigLevel::Global, ConfigLevel::ProgramData] {
            // An unknown level on this platform is no loss: there is then nothing to close.
            let _ = unsafe { git2::opts::set_search_path(level, "") };
        }
    });
}

/// Opens exactly this repository: a git folder, or a working folder with `.git` directly in it.
pub(crate) fn open(path: &Path) -> Result<Repository> {
    close_search_paths();
    let nowhere: [&Path; 0] = [];
    Repository::open_ext(path, RepositoryOpenFlags::NO_SEARCH, nowhere).map_err(|error| explain(path, error))
}

/// Opens the user's repository for work. One that would fetch missing objects while being read, over
/// whatever its configuration names, is refused.
pub(crate) fn open_users(path: &Path) -> Result<Repository> {
    let repo = open(path)?;
    if is_partial(&repo)? {
        let detail = "it is a partial clone; fetch the rest with git fetch --refetch --no-filter".into();
        return Err(RepoError::Unsupported { path: path.to_owned(), detail });
    }
    Ok(repo)
}

pub(crate) fn is_partial(repo: &Repository) -> Result<bool> {
    let config = repo.config()?;
    let mut promised = config.entries(Some("remote\\..*\\.promisor"))?;
    Ok(promised.next().is_some() || config.get_string("extensions.partialclone").is_ok())
}

/// The git folder that `path` lies in, looking upwards.
pub(crate) fn discover(path: &Path) -> Result<std::path::PathBuf> {
    close_search_paths();
    let nowhere: [&Path; 0] = [];
    Repository::discover_path(path, nowhere).map_err(|error| explain(path, error))
}

fn explain(path: &Path, error: git2::Error) -> RepoError {
    let path = path.to_owned();
    let detail = error.message().to_owned();
    match (error.code(), error.class()) {
        (ErrorCode::NotFound, _) => RepoError::NotARepository { path },
        (ErrorCode::Owner, _) => RepoError::ForeignOwner { path },
        (_, ErrorClass::Repository)
            if detail.contains("unsupported") || detail.contains("unknown object") =>
        {
            RepoError::Unsupported { path, detail }
        }
        _ => RepoError::Unreadable { path, detail },
    }
}

/// The commit a ref points at, or none when the ref does not exist. Symbolic refs are not followed.
pub(crate) fn direct_ref(repo: &Repository, name: &str) -> Result<Option<ObjectId>> {
    match repo.find_reference(name) {
        Ok(found) => match found.target() {
            Some(oid) => Ok(Some(oid.into())),
            None => Err(RepoError::BadRef { name: name.into(), reason: "it is a symbolic ref".into() }),
        },
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

pub(crate) fn commit<'r>(repo: &'r Repository, id: &ObjectId) -> Result<git2::Commit<'r>> {
    repo.find_commit(id.raw()?).map_err(|error| match error.code() {
        ErrorCode::NotFound => RepoError::NotFound { what: format!("commit {}", id.short()) },
        _ => error.into(),
    })
}

/// Whether `ancestor` is `id` itself or one of its ancestors.
pub(crate) fn contains(repo: &Repository, id: &ObjectId, ancestor: &ObjectId) -> Result<bool> {
    Ok(id == ancestor || repo.graph_descendant_of(id.raw()?, ancestor.raw()?)?)
}

/// A path of git's as text; bytes that are not UTF-8 are shown as replacement characters.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
