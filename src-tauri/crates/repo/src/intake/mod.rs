//! Taking in what a worker hands over. The worker and everything in its bundle may be hostile: the bundle
//! is read into a quarantine, git checks every object there, and only a hand-over that is one line of
//! commits from the job's base, within its limits, reaches the depot. What a person should look at before
//! it lands is listed, not judged.

mod bundle;
mod changes;
mod content;
mod links;
mod quarantine;
mod remote;
mod risk;
mod scope;

pub use bundle::bundle_tip;
pub use changes::{ChangeStatus, ChangedPath};
pub use remote::FetchedBranch;
pub use risk::{RiskReason, RiskyPath};
pub use scope::{Scope, ScopeReport};

use std::path::Path;

use serde::Serialize;

use crate::depot::{Depot, DepotRef, Expected};
use crate::transfer::{History, Trust};
use crate::{ObjectId, RepoError, Result, libgit, tree_diff};

/// Beyond these a hand-over is refused whole.
#[derive(Clone, Debug)]
pub struct IntakeLimits {
    pub bundle_bytes: u64,
    pub commits: usize,
    /// Changed paths, and steps taken to find them.
    pub paths: usize,
    /// All new file contents together, unpacked.
    pub content_bytes: u64,
}

impl Default for IntakeLimits {
    fn default() -> Self {
        Self { bundle_bytes: 256 << 20, commits: 1000, paths: 20_000, content_bytes: 512 << 20 }
    }
}

#[derive(Clone, Debug)]
pub struct IntakeRequest<'a> {
    pub job: &'a str,
    /// The branch the worker was told to commit on, `agent/<worker>/<job>`.
    pub branch: &'a str,
    /// The commit the job started from.
    pub base: &'a ObjectId,
    pub scope: &'a Scope,
    pub limits: &'a IntakeLimits,
}

/// What was handed over. It is in the depot, at `refs/ph/jobs/<job>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Intake {
    pub job: String,
    pub branch: String,
    pub base: ObjectId,
    pub commit: ObjectId,
    pub tree: ObjectId,
    /// 0: the worker changed nothing.
    pub commits: usize,
    /// Bytes of the bundle; 0 when the commit came from the user's repository.
    pub bundle_bytes: u64,
    /// Bytes of all new and changed files.
    pub content_bytes: u64,
    pub changes: Vec<ChangedPath>,
    pub scope: ScopeReport,
    pub risky: Vec<RiskyPath>,
    /// Files with new conflict markers.
    pub conflict_markers: Vec<String>,
    pub binary_files: Vec<String>,
    /// Files of more than 1 MB.
    pub large_files: Vec<String>,
    pub submodules: Vec<String>,
}

impl Depot {
    /// Takes in the bundle at `path`. On any error the depot is as it was.
    pub fn take_in_bundle(&self, path: &Path, request: &IntakeRequest<'_>) -> Result<Intake> {
        let (bundle, file) = bundle::open(path, request)?;
        let quarantine = quarantine::Quarantine::open(self)?;
        bundle::unpack(self, path, file, &bundle, &quarantine, request)?;
        quarantine.check_complete(self, &bundle.tip, request.base)?;
        let repo = quarantine.repository(self)?;
        let intake = examine(&repo, &bundle.tip, bundle.size, request)?;
        drop(repo);
        quarantine.release(self)?;
        self.keep_job(request.job, &bundle.tip)?;
        Ok(intake)
    }

    /// Takes in a commit that a foreign worker left in the user's own repository. Same rules, no bundle.
    pub fn take_in_commit(
        &self,
        user_repo: &Path,
        commit: &ObjectId,
        request: &IntakeRequest<'_>,
    ) -> Result<Intake> {
        let user = libgit::open_users(user_repo)?;
        libgit::commit(&user, commit)?;
        let quarantine = quarantine::Quarantine::open(self)?;
        let trust = Trust::Nobody { limit: request.limits.bundle_bytes };
        let (wants, haves) = ([commit.clone()], [request.base.clone()]);
        History { git: self.git(), from: user.commondir(), wants: &wants, haves: &haves }
            .copy_into_objects(self, quarantine.objects(), trust)
            .map_err(bundle::refused)?;
        quarantine.check_complete(self, commit, request.base)?;
        let repo = quarantine.repository(self)?;
        let intake = examine(&repo, commit, 0, request)?;
        drop(repo);
        quarantine.release(self)?;
        self.keep_job(request.job, commit)?;
        Ok(intake)
    }

    /// A revised hand-over replaces the one before.
    fn keep_job(&self, job: &str, commit: &ObjectId) -> Result<()> {
        let keep = DepotRef::Job(job.to_owned());
        let before = self.read_ref(&keep)?;
        if before.as_ref() == Some(commit) {
            return Ok(());
        }
        self.write_ref(&keep, commit, &Expected::from(before))
    }
}

fn examine(
    repo: &git2::Repository,
    tip: &ObjectId,
    bundle_bytes: u64,
    request: &IntakeRequest<'_>,
) -> Result<Intake> {
    let limits = request.limits;
    let invalid = |reason: &str| RepoError::BundleInvalid { reason: reason.into() };
    let commit = libgit::commit(repo, tip).map_err(|_| invalid("what it hands over is not a commit"))?;
    if !libgit::contains(repo, tip, request.base)? {
        return Err(invalid("its commits do not continue the job's base"));
    }
    let commits = count(repo, tip, request.base, limits.commits)?;
    let before = libgit::commit(repo, request.base)?.tree_id().into();
    let tree: ObjectId = commit.tree_id().into();
    let changes = tree_diff::between(repo, &before, &tree, limits.paths)?;
    let sizes = content::sizes(repo, &changes, limits.content_bytes)?;
    let found = content::scan(repo, &changes, &sizes)?;
    let listed = changes::describe(&changes, &sizes);
    Ok(Intake {
        job: request.job.to_owned(),
        branch: request.branch.to_owned(),
        base: request.base.clone(),
        commit: tip.clone(),
        commits,
        bundle_bytes,
        content_bytes: sizes.total,
        scope: request.scope.check(&listed)?,
        risky: risk::find(repo, &tree, &changes)?,
        conflict_markers: found.conflict_markers,
        binary_files: found.binary,
        large_files: found.large,
        submodules: changes::submodules(&changes),
        changes: listed,
        tree,
    })
}

fn count(repo: &git2::Repository, tip: &ObjectId, base: &ObjectId, limit: usize) -> Result<usize> {
    let mut walk = repo.revwalk()?;
    walk.push(tip.raw()?)?;
    walk.hide(base.raw()?)?;
    let mut commits = 0;
    for id in walk {
        id?;
        commits += 1;
        if commits > limit {
            let what = "the number of commits".into();
            return Err(RepoError::TooLarge { what, limit: limit as u64, actual: commits as u64 });
        }
    }
    Ok(commits)
}
