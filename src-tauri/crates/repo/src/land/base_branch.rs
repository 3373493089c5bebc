//! Moving the user's own branch, such as `main`, forward to what is on the integration branch: the same lock, compare
//! and swap and files that follow as a landing, and never anything but forward.

use std::path::{Path, PathBuf};

use super::{Advance, AdvanceRequest, IntegrationLease, checkout, journal};
use crate::depot::Depot;
use crate::{ObjectId, RepoError, Result, check_branch, libgit};

#[derive(Clone, Debug)]
pub struct ForwardRequest<'a> {
    /// The user's repository: its working folder or git folder.
    pub user_repo: &'a Path,
    /// Their branch, without `refs/heads/`.
    pub branch: &'a str,
    /// Where it was when that was shown.
    pub old: &'a ObjectId,
    /// Where it goes; it must continue `old`.
    pub new: &'a ObjectId,
    /// Line for the branch's reflog.
    pub note: &'a str,
}

impl Depot {
    /// Moves the branch to `new`. A crash at any point is finished by the same call, or put back by
    /// [`Depot::settle_checkouts`].
    pub fn forward_users_branch(
        &self,
        lease: &IntegrationLease,
        request: &ForwardRequest<'_>,
    ) -> Result<Advance> {
        lease.covers(self)?;
        check_branch(request.branch)?;
        if !self.contains(request.new, request.old)? {
            let (old, new) = (request.old.clone(), request.new.clone());
            return Err(RepoError::NotFastForward { old, new });
        }
        let user = libgit::open_users(request.user_repo)?;
        journal::settle(self, &user)?;
        let refname = format!("refs/heads/{}", request.branch);
        match libgit::direct_ref(&user, &refname)? {
            Some(at) if at == *request.new => return Ok(Advance::AlreadyThere),
            Some(at) if at == *request.old => {}
            actual => return Ok(Advance::Moved { actual }),
        }
        let advance = AdvanceRequest {
            user_repo: request.user_repo,
            branch: request.branch,
            old: request.old,
            user_old: Some(request.old),
            new: request.new,
            note: request.note,
        };
        self.move_users(&user, &refname, &advance, || Ok(()))
    }

    /// Commits that `one` has and `other` lacks, and the other way round.
    pub fn apart(&self, one: &ObjectId, other: &ObjectId) -> Result<(usize, usize)> {
        if one == other {
            return Ok((0, 0));
        }
        Ok(self.open()?.graph_ahead_behind(one.raw()?, other.raw()?)?)
    }

    /// The newest commit both have; none when their histories have nothing in common.
    pub fn common(&self, one: &ObjectId, other: &ObjectId) -> Result<Option<ObjectId>> {
        match self.open()?.merge_base(one.raw()?, other.raw()?) {
            Ok(id) => Ok(Some(id.into())),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Why the folder that has the branch checked out cannot follow now, if there is one and it cannot.
pub fn forward_blocked(request: &ForwardRequest<'_>) -> Result<Option<(PathBuf, super::CheckoutBlock)>> {
    check_branch(request.branch)?;
    let user = libgit::open_users(request.user_repo)?;
    for found in checkout::of_branch(&user, &format!("refs/heads/{}", request.branch))? {
        // What is not there yet is not in the user's objects; then only what is dirty can be told.
        let known = libgit::commit(&user, request.new).is_ok();
        let target = if known { request.new } else { request.old };
        if let Some(block) = found.blocked(Some(request.old), target)? {
            return Ok(Some((found.path().to_owned(), block)));
        }
    }
    Ok(None)
}

/// Where a branch stands in the user's repository itself, whatever remotes have.
pub fn users_branch(user_repo: &Path, branch: &str) -> Result<Option<ObjectId>> {
    check_branch(branch)?;
    libgit::direct_ref(&libgit::open_users(user_repo)?, &format!("refs/heads/{branch}"))
}
