//! Where single branches of the user's repository are, for whoever publishes them. Read, and nothing else.

use std::path::Path;

use crate::{ObjectId, RepoError, Result, libgit};

/// What is known of a branch and of the checkout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublishTips {
    /// The branch that is checked out; none when no branch is.
    pub current: Option<String>,
    /// `refs/heads/<branch>` of each branch that was asked for, in that order.
    pub local: Vec<Option<ObjectId>>,
    /// The remote-tracking refs of the same branches.
    pub tracking: Vec<Option<ObjectId>>,
}

/// Looks at these branches and at what is known of them on `remote`.
pub fn publish_tips(user_repo: &Path, remote: Option<&str>, branches: &[&str]) -> Result<PublishTips> {
    let user = libgit::open_users(user_repo)?;
    let at = |name: String| match user.find_reference(&name).and_then(|found| found.peel_to_commit()) {
        Ok(commit) => Ok(Some(commit.id().into())),
        Err(error) if matches!(error.code(), git2::ErrorCode::NotFound | git2::ErrorCode::InvalidSpec) => {
            Ok(None)
        }
        Err(error) => Err(RepoError::from(error)),
    };
    let head = user.find_reference("HEAD").ok();
    let head = head.and_then(|head| head.symbolic_target().ok().flatten().map(str::to_owned));
    let mut tips = PublishTips {
        current: head.and_then(|target| target.strip_prefix("refs/heads/").map(str::to_owned)),
        ..PublishTips::default()
    };
    for branch in branches {
        tips.local.push(at(format!("refs/heads/{branch}"))?);
        tips.tracking.push(match remote {
            Some(remote) => at(format!("refs/remotes/{remote}/{branch}"))?,
            None => None,
        });
    }
    Ok(tips)
}
