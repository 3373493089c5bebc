//! A new branch in the user's repository, and single commits out of it. Nothing there is moved or checked out.

use std::path::Path;

use crate::depot::Depot;
use crate::object_id::ZERO;
use crate::transfer::{History, Trust};
use crate::{Git, ObjectId, RepoError, Result, check_branch, libgit};

/// Makes the branch at a commit of that repository. One of that name is left where it is, and that is an error.
pub fn create_branch(git: &Git, user_repo: &Path, name: &str, at: &ObjectId) -> Result<()> {
    check_branch(name)?;
    let user = libgit::open_users(user_repo)?;
    libgit::commit(&user, at)?;
    let refname = format!("refs/heads/{name}");
    if let Some(actual) = libgit::direct_ref(&user, &refname)? {
        return Err(RepoError::RefMoved { name: refname, expected: None, actual: Some(actual) });
    }
    let call = git.in_dir(user.commondir()).flags(&["update-ref", "--no-deref"]);
    let call = call.joined("-m", "pilothouse: branch made on request").value(&refname).value(at.as_str());
    call.env("GIT_COMMITTER_NAME", "Pilothouse")
        .env("GIT_COMMITTER_EMAIL", "git@pilothouse.invalid")
        .value(ZERO)
        .success()?;
    Ok(())
}

/// The commit that a full or shortened id names in the user's repository.
pub fn users_commit(user_repo: &Path, id: &str) -> Result<ObjectId> {
    let hex = (7..=40).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_hexdigit());
    let found = hex.then(|| libgit::open_users(user_repo)).transpose()?;
    let found = found.and_then(|user| user.find_commit_by_prefix(id).ok().map(|commit| commit.id().into()));
    found.ok_or_else(|| RepoError::NotFound { what: format!("commit {id}") })
}

impl Depot {
    /// Takes a commit of the user's with its history in, so that a job can stand beside it. It needs no ref: nothing
    /// is ever dropped here.
    pub fn bring(&self, user_repo: &Path, commit: &ObjectId) -> Result<()> {
        if self.tree_of(commit).is_ok() {
            return Ok(());
        }
        let user = libgit::open_users(user_repo)?;
        let haves: Vec<ObjectId> = self.list_refs()?.into_iter().map(|(_, at)| at).collect();
        let wants = [commit.clone()];
        let history = History { git: self.git(), from: user.commondir(), wants: &wants, haves: &haves };
        history.copy_into(self, self.dir(), Trust::Owner)
    }
}
