//! Looking at the user's repository: what it is, where it stands, and what that rules out. Reads only;
//! not even the index is refreshed. Work is bounded, so a huge repository costs facts, not minutes.

mod base;
mod blockers;
mod census;
mod checkout_diff;
mod dirty;

pub use base::{BaseBranch, BaseSource};
pub(crate) use base::{remote_head, without_credentials};
pub use blockers::{Blocked, Blocker};
pub use census::{Language, Manifest};
pub use checkout_diff::checkout_diff;
pub(crate) use dirty::options as status_options;
pub use dirty::{DirtyFile, DirtyState};

use std::path::{Path, PathBuf};

use git2::{Repository, RepositoryState};
use serde::Serialize;

use crate::{ObjectId, RepoError, Result, libgit, os};

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RepoFacts {
    /// The working folder's top.
    pub root: PathBuf,
    /// The git folder of this working folder.
    pub git_dir: PathBuf,
    /// The git folder shared by all linked working folders.
    pub common_dir: PathBuf,
    pub linked_worktree: bool,
    pub head: Head,
    pub shallow: bool,
    pub sparse: bool,
    /// A clone without all its objects; missing ones would be fetched from its remote.
    pub partial: bool,
    /// The git folder can be written by this process.
    pub writable: bool,
    pub state: State,
    pub dirty: DirtyState,
    pub remotes: Vec<RemoteFacts>,
    /// None while there is no commit.
    pub base: Option<BaseBranch>,
    /// Against the current branch's upstream, when it has one.
    pub tracking: Option<Tracking>,
    pub recent: Vec<CommitLine>,
    /// By number of tracked files, most first.
    pub languages: Vec<Language>,
    pub manifests: Vec<Manifest>,
    pub tracked_files: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Head {
    Branch {
        name: String,
        commit: ObjectId,
    },
    Detached {
        commit: ObjectId,
    },
    /// On a branch without a commit.
    Unborn {
        name: String,
    },
}

impl Head {
    pub fn commit(&self) -> Option<&ObjectId> {
        match self {
            Self::Branch { commit, .. } | Self::Detached { commit } => Some(commit),
            Self::Unborn { .. } => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    Clean,
    Merge,
    Rebase,
    CherryPick,
    Revert,
    Bisect,
    ApplyMailbox,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoteFacts {
    pub name: String,
    /// Without user name and password.
    pub url: String,
    /// The branch the remote's HEAD names, as last fetched.
    pub default_branch: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tracking {
    pub upstream: String,
    pub ahead: usize,
    pub behind: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommitLine {
    pub commit: ObjectId,
    pub subject: String,
    pub author: String,
    /// Seconds since 1970.
    pub time: i64,
}

const RECENT: usize = 20;

/// Everything known about the repository that `path` lies in.
pub fn inspect(path: &Path) -> Result<RepoFacts> {
    if !path.exists() {
        return Err(RepoError::NoFolder { path: path.to_owned() });
    }
    let repo = libgit::open(&libgit::discover(path)?)?;
    let Some(root) = repo.workdir().map(Path::to_owned) else {
        return Err(RepoError::Bare { path: repo.path().to_owned() });
    };
    let head = read_head(&repo)?;
    let config = repo.config()?;
    let sparse = config.get_bool("core.sparseCheckout").unwrap_or(false);
    let index = repo.index().map_err(|error| unreadable(&root, &error))?;
    let (languages, manifests) = census::count(&index);
    let remotes = remotes(&repo)?;
    Ok(RepoFacts {
        git_dir: repo.path().to_owned(),
        common_dir: repo.commondir().to_owned(),
        linked_worktree: repo.is_worktree(),
        shallow: repo.is_shallow(),
        sparse,
        partial: libgit::is_partial(&repo)?,
        writable: os::writable(repo.commondir()) && os::writable(&repo.commondir().join("objects")),
        state: state(&repo),
        dirty: dirty::list(&repo, index.len())?,
        base: base::detect(&repo, &head, &remotes)?,
        tracking: tracking(&repo, &head),
        recent: recent(&repo, &head)?,
        tracked_files: index.len(),
        root,
        head,
        remotes,
        languages,
        manifests,
    })
}

fn unreadable(path: &Path, error: &git2::Error) -> RepoError {
    RepoError::Unreadable { path: path.to_owned(), detail: error.message().to_owned() }
}

fn read_head(repo: &Repository) -> Result<Head> {
    let raw = repo.find_reference("HEAD").map_err(|error| unreadable(repo.path(), &error))?;
    let Some(target) = raw.symbolic_target_bytes().map(libgit::text) else {
        let commit = raw.peel_to_commit().map_err(|error| unreadable(repo.path(), &error))?;
        return Ok(Head::Detached { commit: commit.id().into() });
    };
    let name = target.strip_prefix("refs/heads/").unwrap_or(&target).to_owned();
    match repo.head().and_then(|head| head.peel_to_commit()) {
        Ok(commit) => Ok(Head::Branch { name, commit: commit.id().into() }),
        Err(error) if error.code() == git2::ErrorCode::UnbornBranch => Ok(Head::Unborn { name }),
        Err(error) => Err(unreadable(repo.path(), &error)),
    }
}

fn state(repo: &Repository) -> State {
    match repo.state() {
        RepositoryState::Clean => State::Clean,
        RepositoryState::Merge => State::Merge,
        RepositoryState::Revert | RepositoryState::RevertSequence => State::Revert,
        RepositoryState::CherryPick | RepositoryState::CherryPickSequence => State::CherryPick,
        RepositoryState::Bisect => State::Bisect,
        RepositoryState::Rebase | RepositoryState::RebaseInteractive | RepositoryState::RebaseMerge => {
            State::Rebase
        }
        RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => State::ApplyMailbox,
    }
}

fn remotes(repo: &Repository) -> Result<Vec<RemoteFacts>> {
    let mut all = Vec::new();
    for name in repo.remotes()?.iter() {
        let Ok(Some(name)) = name else { continue };
        let Ok(remote) = repo.find_remote(name) else { continue };
        let url = base::without_credentials(remote.url().unwrap_or_default());
        let default_branch = base::remote_head(repo, name);
        all.push(RemoteFacts { name: name.to_owned(), url, default_branch });
    }
    Ok(all)
}

fn tracking(repo: &Repository, head: &Head) -> Option<Tracking> {
    let Head::Branch { name, commit } = head else { return None };
    let branch = repo.find_branch(name, git2::BranchType::Local).ok()?;
    let upstream = branch.upstream().ok()?;
    let name = upstream.name().ok().flatten()?.to_owned();
    let (ahead, behind) = repo.graph_ahead_behind(commit.raw().ok()?, upstream.get().target()?).ok()?;
    Some(Tracking { upstream: name, ahead, behind })
}

fn recent(repo: &Repository, head: &Head) -> Result<Vec<CommitLine>> {
    let Some(start) = head.commit() else { return Ok(Vec::new()) };
    crate::history::walk(repo, start, None, RECENT)
}
