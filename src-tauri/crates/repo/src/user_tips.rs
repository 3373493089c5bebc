//! Where branches are in the user's repository and what was fetched of them, read without taking anything in.

use std::path::{Path, PathBuf};

use crate::{ObjectId, RepoError, Result, check_branch, libgit};

/// One branch there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserTip {
    /// `refs/heads/<branch>`; none when there is no such branch.
    pub local: Option<ObjectId>,
    /// `refs/remotes/origin/<branch>`, as it was fetched last.
    pub remote: Option<ObjectId>,
}

/// Looks at these branches, in this order. Four references are read and nothing is started.
pub fn user_tips(user_repo: &Path, branches: &[&str]) -> Result<Vec<UserTip>> {
    let user = libgit::open_users(user_repo)?;
    let at = |name: String| match user.find_reference(&name).and_then(|found| found.peel_to_commit()) {
        Ok(commit) => Ok(Some(commit.id().into())),
        Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
        Err(error) => {
            let detail = error.message().to_owned();
            Err(RepoError::Unreadable { path: user.path().to_owned(), detail })
        }
    };
    let mut tips = Vec::new();
    for branch in branches {
        check_branch(branch)?;
        tips.push(UserTip {
            local: at(format!("refs/heads/{branch}"))?,
            remote: at(format!("refs/remotes/origin/{branch}"))?,
        });
    }
    Ok(tips)
}

/// The git folder that all worktrees share: where the branches are.
pub fn shared_git_folder(user_repo: &Path) -> Result<PathBuf> {
    Ok(libgit::open_users(user_repo)?.commondir().to_owned())
}
