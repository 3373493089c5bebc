//! Building what would land, in the depot's objects, without a checkout. The caller gives the tip to build
//! on, the entry, and the dates; the same input gives the same commit on every machine and every git.

mod commit_object;
mod conflict;
mod half;
mod message;
mod pick;
mod three_way;

pub(crate) use commit_object::CommitObject;
pub use commit_object::Signature;
pub use conflict::{ConflictFile, ConflictHunk};
pub use half::HalfMerged;
pub use message::Trailers;
pub(crate) use message::compose;
pub(crate) use three_way::{Base, Merged, Sides, merge};

use serde::{Deserialize, Serialize};

use crate::depot::Depot;
use crate::{ObjectId, RepoError, Result, libgit, patch, tree_diff};

/// How an entry becomes part of the integration branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Each commit of the entry again, on top of the tip.
    CherryPick,
    /// A merge commit, also where none is needed.
    NoFf,
    /// The entry's own commits, only if they continue the tip.
    FfOnly,
    /// One commit with everything.
    Squash,
}

impl Strategy {
    pub fn name(self) -> &'static str {
        match self {
            Self::CherryPick => "cherry-pick",
            Self::NoFf => "no-ff",
            Self::FfOnly => "ff-only",
            Self::Squash => "squash",
        }
    }
}

#[derive(Clone, Debug)]
pub struct CandidateRequest<'a> {
    /// The integration branch's name; part of the patch's identity.
    pub target: &'a str,
    /// The commit to build on.
    pub tip: &'a ObjectId,
    /// What the job handed over.
    pub entry: &'a ObjectId,
    /// Where the job started from; an ancestor of `entry`.
    pub entry_base: &'a ObjectId,
    pub strategy: Strategy,
    /// The message of a squash or merge commit; picked commits keep their own.
    pub message: &'a str,
    pub trailers: &'a Trailers,
    /// Who commits and when. Authors of picked commits are kept; a squash or merge has this one.
    pub committer: &'a Signature,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CandidateOutcome {
    Built(Candidate),
    Conflict {
        /// The commit of the entry that did not apply.
        commit: ObjectId,
        files: Vec<ConflictFile>,
    },
    /// The tip has all of it already.
    Empty,
    Refused(Refusal),
}

impl CandidateOutcome {
    /// The candidate; a conflict is an error, and what needs no landing is none.
    pub fn require(self) -> Result<Option<Candidate>> {
        match self {
            Self::Built(candidate) => Ok(Some(candidate)),
            Self::Empty => Ok(None),
            Self::Conflict { files, .. } => {
                Err(RepoError::Conflict { files: files.into_iter().map(|file| file.path).collect() })
            }
            Self::Refused(refusal) => Err(RepoError::StrategyRefused { refusal }),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    pub commit: ObjectId,
    pub tree: ObjectId,
    /// The tip it was built on.
    pub parent: ObjectId,
    /// The commits it adds, oldest first; the last is `commit`.
    pub commits: Vec<Picked>,
    /// Commits of the entry that change nothing any more.
    pub skipped: Vec<ObjectId>,
    /// See `Depot::patch`.
    pub patch_hash: String,
    pub changed_files: usize,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Picked {
    /// The entry's commit this one stands for; none for a squash or merge commit.
    pub from: Option<ObjectId>,
    pub to: ObjectId,
}

/// Why a strategy cannot be used; another one can.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "reason", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Refusal {
    /// ff-only, and the tip has commits that the entry does not continue.
    NotFastForward { tip: ObjectId },
    /// cherry-pick, and the entry has a merge commit.
    MergeCommit { commit: ObjectId },
    /// No common history to merge along.
    Unrelated,
    /// The entry has more commits than are picked one by one.
    TooManyCommits { limit: usize },
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFastForward { tip } => write!(f, "it does not continue {}", tip.short()),
            Self::MergeCommit { commit } => write!(f, "{} is a merge commit", commit.short()),
            Self::Unrelated => f.write_str("it has no history in common with the branch"),
            Self::TooManyCommits { limit } => write!(f, "it has more than {limit} commits"),
        }
    }
}

impl Depot {
    pub fn build_candidate(&self, request: &CandidateRequest<'_>) -> Result<CandidateOutcome> {
        if self.contains(request.tip, request.entry)? {
            return Ok(CandidateOutcome::Empty);
        }
        match request.strategy {
            Strategy::CherryPick => pick::build(self, request),
            Strategy::FfOnly => fast_forward(self, request),
            Strategy::NoFf => whole(self, request, &[request.tip.clone(), request.entry.clone()]),
            Strategy::Squash => whole(self, request, std::slice::from_ref(request.tip)),
        }
    }

    /// A built candidate with its identity worked out.
    pub(crate) fn finish_candidate(
        &self,
        tip: &ObjectId,
        commits: Vec<Picked>,
        skipped: Vec<ObjectId>,
        target: &str,
        strategy: &str,
    ) -> Result<CandidateOutcome> {
        let repo = self.open()?;
        let Some(commit) = commits.last().map(|picked| picked.to.clone()) else {
            return Ok(CandidateOutcome::Empty);
        };
        let tree: ObjectId = libgit::commit(&repo, &commit)?.tree_id().into();
        let before = libgit::commit(&repo, tip)?.tree_id().into();
        let changes = tree_diff::between(&repo, &before, &tree, patch::MAX_PATHS)?;
        Ok(CandidateOutcome::Built(Candidate {
            commit,
            tree,
            parent: tip.clone(),
            commits,
            skipped,
            patch_hash: patch::hash(&changes, target, strategy),
            changed_files: changes.len(),
        }))
    }
}

fn fast_forward(depot: &Depot, request: &CandidateRequest<'_>) -> Result<CandidateOutcome> {
    if !depot.contains(request.entry, request.tip)? {
        return Ok(CandidateOutcome::Refused(Refusal::NotFastForward { tip: request.tip.clone() }));
    }
    let commits = match pick::range(depot, request.entry, request.tip)? {
        Ok(commits) => commits,
        Err(refusal) => return Ok(CandidateOutcome::Refused(refusal)),
    };
    let picked = commits.into_iter().map(|id| Picked { from: Some(id.clone()), to: id }).collect();
    depot.finish_candidate(request.tip, picked, Vec::new(), request.target, request.strategy.name())
}

/// One commit that brings the whole entry: a merge, or a squash when the tip is its only parent.
fn whole(depot: &Depot, request: &CandidateRequest<'_>, parents: &[ObjectId]) -> Result<CandidateOutcome> {
    if depot.open()?.merge_base(request.tip.raw()?, request.entry.raw()?).is_err() {
        return Ok(CandidateOutcome::Refused(Refusal::Unrelated));
    }
    let sides = Sides { base: None, ours: request.tip, theirs: request.entry };
    let tree = match merge(depot, &sides)? {
        Merged::Clean(tree) => tree,
        Merged::Conflict(files) => {
            return Ok(CandidateOutcome::Conflict { commit: request.entry.clone(), files });
        }
    };
    if tree == depot.tree_of(request.tip)? {
        return Ok(CandidateOutcome::Empty);
    }
    let message = compose(request.message.as_bytes(), request.trailers);
    let author = request.committer.line();
    let object =
        CommitObject { tree: &tree, parents, author: &author, committer: request.committer, message };
    let picked = Picked { from: None, to: object.write(depot)? };
    depot.finish_candidate(request.tip, vec![picked], Vec::new(), request.target, request.strategy.name())
}
