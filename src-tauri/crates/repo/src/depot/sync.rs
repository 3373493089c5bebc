//! Bringing the user's branches into the depot. Reads the user's repository, writes nothing there.

use std::path::Path;

use serde::Serialize;

use super::{Depot, DepotRef, Expected};
use crate::transfer::{History, Trust};
use crate::{ObjectId, RepoError, Result, boundary, check_branch, libgit};

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncReport {
    pub branches: Vec<BranchMovement>,
}

/// What happened to one branch of the user's since the last look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BranchMovement {
    pub branch: String,
    pub old: Option<ObjectId>,
    /// None: the branch is gone, or never was.
    pub new: Option<ObjectId>,
    /// False when history was rewritten or the branch deleted.
    pub fast_forward: bool,
    /// The branch exists only as this remote-tracking ref.
    pub remote_ref: Option<String>,
}

impl BranchMovement {
    pub fn moved(&self) -> bool {
        self.old != self.new
    }
}

impl Depot {
    /// Looks at these branches of the repository at `user_repo` (its working folder or git folder). A
    /// branch that exists only as `origin/<branch>` is taken from there.
    pub fn sync_from(&self, user_repo: &Path, branches: &[&str]) -> Result<SyncReport> {
        let user = libgit::open_users(user_repo)?;
        let mut found = Vec::new();
        for branch in branches {
            check_branch(branch)?;
            found.push(look(&user, branch)?);
        }
        self.take_boundary(user.commondir())?;
        let before: Vec<_> =
            branches.iter().map(|name| self.read_ref(&user_ref(name))).collect::<Result<_>>()?;
        let wants: Vec<_> = found.iter().filter_map(|(id, _)| id.clone()).collect();
        let mut haves: Vec<_> = before.iter().flatten().cloned().collect();
        for branch in branches {
            haves.extend(self.read_ref(&DepotRef::Integration((*branch).to_owned()))?);
        }
        History { git: self.git(), from: user.commondir(), wants: &wants, haves: &haves }.copy_into(
            self,
            &self.dir,
            Trust::Owner,
        )?;

        let mut report = SyncReport { branches: Vec::new() };
        let changes = branches.iter().zip(found).zip(before);
        let (gone, present): (Vec<_>, Vec<_>) = changes.partition(|((_, (new, _)), _)| new.is_none());
        // Deletions first: `a` may have made room for `a/b`.
        for ((branch, (new, remote_ref)), old) in gone.into_iter().chain(present) {
            let fast_forward = match (&old, &new) {
                (Some(old), Some(new)) => libgit::contains(&self.open()?, new, old)?,
                (Some(_), None) => false,
                (None, _) => true,
            };
            match (&old, &new) {
                (Some(old), None) => self.remove_ref(&user_ref(branch), old)?,
                (old, Some(new)) if old.as_ref() != Some(new) => {
                    self.write_ref(&user_ref(branch), new, &Expected::from(old.clone()))?;
                }
                _ => {}
            }
            let branch = (*branch).to_owned();
            report.branches.push(BranchMovement { branch, old, new, fast_forward, remote_ref });
        }
        Ok(report)
    }

    /// A shallow repository's history ends at commits named in this file; without it the depot would look
    /// for parents that nobody has.
    fn take_boundary(&self, user_git_dir: &Path) -> Result<()> {
        let known = self.boundary()?;
        let mut ends = known.clone();
        let odb = self.open()?;
        let odb = odb.odb()?;
        for end in boundary::read(user_git_dir)? {
            // What is here already came with its parents, or is listed.
            if !odb.exists(end.raw()?) {
                ends.insert(end);
            }
        }
        match ends == known {
            true => Ok(()),
            false => self.keep_boundary(&ends),
        }
    }
}

fn user_ref(branch: &str) -> DepotRef {
    DepotRef::User(branch.to_owned())
}

fn look(user: &git2::Repository, branch: &str) -> Result<(Option<ObjectId>, Option<String>)> {
    let local = format!("refs/heads/{branch}");
    let remote = format!("refs/remotes/origin/{branch}");
    for (name, shown) in [(&local, None), (&remote, Some(remote.clone()))] {
        match user.find_reference(name).and_then(|found| found.peel_to_commit()) {
            Ok(commit) => return Ok((Some(commit.id().into()), shown)),
            Err(error) if error.code() == git2::ErrorCode::NotFound => {}
            Err(error) => {
                let detail = error.message().to_owned();
                return Err(RepoError::Unreadable { path: user.path().to_owned(), detail });
            }
        }
    }
    Ok((None, None))
}
