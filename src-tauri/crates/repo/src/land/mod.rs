//! Moving the integration branch: first in the depot, then in the user's repository, each by compare and
//! swap, and again after a crash until both agree. In the user's repository one ref changes and nothing
//! else, unless that very branch is checked out in a clean working folder: then its files follow.
//!
//! Order, and what a crash leaves: the user's ref is locked and compared; the depot's ref moves; a
//! checkout's files follow; the user's ref moves. Stopped anywhere, the same call finishes the rest, after
//! putting half-written files back.

mod base_branch;
mod by_user;
mod checkout;
mod journal;
mod lease;
mod ref_hold;
mod torn;

pub use base_branch::{ForwardRequest, forward_blocked, users_branch};
pub use by_user::{Settled, UserHook, UserMerge, UserSetup, UserWay, UsersGit, blocked_for_user, folder_of};
pub use checkout::{CheckoutBlock, UpdatedCheckout};
pub use lease::IntegrationLease;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::depot::{Depot, DepotRef, Expected};
use crate::transfer::{History, Trust};
use crate::{ObjectId, RepoError, Result, check_branch, libgit, os};

use journal::Following;
use ref_hold::{Held, RefHold};

#[derive(Clone, Debug)]
pub struct AdvanceRequest<'a> {
    /// The user's repository: its working folder or git folder.
    pub user_repo: &'a Path,
    /// The integration branch, without `refs/heads/`.
    pub branch: &'a str,
    /// Where the depot's integration branch is.
    pub old: &'a ObjectId,
    /// Where the user's branch is; none when it does not exist yet and is to be made.
    pub user_old: Option<&'a ObjectId>,
    /// What lands. It must continue `old`.
    pub new: &'a ObjectId,
    /// Line for the branch's reflog in the user's repository.
    pub note: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Advance {
    /// Depot and user's repository are at `new`.
    Landed { checkouts: Vec<UpdatedCheckout> },
    /// They were already: a replay after a crash.
    AlreadyThere,
    /// The user's branch is somewhere else. Nothing was moved.
    Moved { actual: Option<ObjectId> },
    /// The branch is checked out and that folder cannot follow. Nothing was moved in the user's
    /// repository; the depot was not moved by this call either.
    CheckedOutDirty { worktree: PathBuf, reason: CheckoutBlock },
}

impl Depot {
    /// Lands `new`. The lease proves that nobody else moves this depot's integration branches.
    pub fn advance(&self, lease: &IntegrationLease, request: &AdvanceRequest<'_>) -> Result<Advance> {
        lease.covers(self)?;
        check_branch(request.branch)?;
        let integration = DepotRef::Integration(request.branch.to_owned());
        let depot_at = self.read_ref(&integration)?;
        if !self.contains(request.new, request.old)? {
            let (old, new) = (request.old.clone(), request.new.clone());
            return Err(RepoError::NotFastForward { old, new });
        }
        let depot_behind = depot_at.as_ref() != Some(request.new);
        if depot_behind && depot_at.as_ref() != Some(request.old) {
            let name = integration.name()?;
            return Err(RepoError::RefMoved { name, expected: Some(request.old.clone()), actual: depot_at });
        }

        let user = libgit::open_users(request.user_repo)?;
        journal::settle(self, &user)?;
        let refname = format!("refs/heads/{}", request.branch);
        let user_at = libgit::direct_ref(&user, &refname)?;
        if user_at.as_ref() == Some(request.new) {
            if depot_behind {
                self.write_ref(&integration, request.new, &Expected::At(request.old.clone()))?;
            }
            return Ok(Advance::AlreadyThere);
        }
        if user_at.as_ref() != request.user_old {
            return Ok(Advance::Moved { actual: user_at });
        }
        let depot = || match depot_behind {
            true => self.write_ref(&integration, request.new, &Expected::At(request.old.clone())),
            false => Ok(()),
        };
        self.move_users(&user, &refname, request, depot)
    }

    /// Moves a branch in the user's repository, with the files of every folder that stands on it. `first` is done once
    /// nothing can be in the way any more, before anything of the user's moves.
    fn move_users(
        &self,
        user: &git2::Repository,
        refname: &str,
        request: &AdvanceRequest<'_>,
        first: impl FnOnce() -> Result<()>,
    ) -> Result<Advance> {
        if !os::writable(user.commondir()) {
            return Err(RepoError::ReadOnly { path: user.commondir().to_owned() });
        }
        self.give_objects(user, request)?;

        let held = RefHold::take(self.git(), user.commondir(), refname, request)?;
        let hold = match held {
            Held::Locked(hold) => hold,
            Held::Refused => {
                let actual = libgit::direct_ref(user, refname)?;
                if actual.as_ref() != request.user_old {
                    return Ok(Advance::Moved { actual });
                }
                return Err(RepoError::Failed {
                    command: "update-ref".into(),
                    status: 1,
                    detail: format!("{refname} is locked or cannot be made"),
                });
            }
        };
        let checkouts = checkout::of_branch(user, refname)?;
        for found in &checkouts {
            if let Some(reason) = found.blocked(request.user_old, request.new)? {
                return Ok(Advance::CheckedOutDirty { worktree: found.path().to_owned(), reason });
            }
        }
        first()?;
        let mut updated = Vec::new();
        if !checkouts.is_empty() {
            let worktrees = checkouts.iter().map(|found| found.path().to_owned()).collect();
            let (old, new) = (request.user_old.cloned(), request.new.clone());
            journal::begin(self, &Following { refname: refname.to_owned(), worktrees, old, new })?;
        }
        for found in &checkouts {
            updated.push(found.follow(request.user_old, request.new)?);
        }
        hold.commit()?;
        if !checkouts.is_empty() {
            journal::end(self)?;
        }
        Ok(Advance::Landed { checkouts: updated })
    }

    /// After a crash: puts back files of a checkout that a landing had begun to move. `advance` does the
    /// same first; this is for a landing that is not asked for again.
    pub fn settle_checkouts(&self, lease: &IntegrationLease, user_repo: &Path) -> Result<()> {
        lease.covers(self)?;
        journal::settle(self, &libgit::open_users(user_repo)?)
    }

    /// The integration branch in the depot: what it is, or where it begins. Begins at the user's branch of
    /// that name if there is one, else at `base`. Moves nothing in the user's repository.
    pub fn begin_integration(
        &self,
        lease: &IntegrationLease,
        branch: &str,
        base: &ObjectId,
    ) -> Result<ObjectId> {
        lease.covers(self)?;
        let integration = DepotRef::Integration(branch.to_owned());
        if let Some(at) = self.read_ref(&integration)? {
            return Ok(at);
        }
        let start = self.read_ref(&DepotRef::User(branch.to_owned()))?.unwrap_or_else(|| base.clone());
        self.write_ref(&integration, &start, &Expected::Missing)?;
        Ok(start)
    }

    /// Takes over the user's own movement of the integration branch: a person committed to it, reset it or
    /// rewrote it, and that stands.
    pub fn adopt_integration(
        &self,
        lease: &IntegrationLease,
        branch: &str,
        old: &ObjectId,
        new: &ObjectId,
    ) -> Result<()> {
        lease.covers(self)?;
        self.write_ref(&DepotRef::Integration(branch.to_owned()), new, &Expected::At(old.clone()))
    }

    /// Keeps a commit that the integration branch stood at within reach.
    pub fn keep(&self, commit: &ObjectId) -> Result<()> {
        let keep = DepotRef::Kept(commit.clone());
        match self.read_ref(&keep)? {
            Some(_) => Ok(()),
            None => self.write_ref(&keep, commit, &Expected::Missing),
        }
    }

    /// The commits must be there before a ref may name them.
    fn give_objects(&self, user: &git2::Repository, request: &AdvanceRequest<'_>) -> Result<()> {
        let mut haves = vec![request.old.clone()];
        haves.extend(request.user_old.cloned());
        let wants = [request.new.clone()];
        History { git: self.git(), from: self.dir(), wants: &wants, haves: &haves }.copy_into(
            self,
            user.commondir(),
            Trust::Owner,
        )
    }
}
