//! Cherry-picking every commit of an entry, in order, each merged against its own parent.

use super::{
    Base, Candidate, CandidateOutcome, CandidateRequest, CommitObject, Merged, Picked, Refusal, Sides,
};
use super::{compose, merge};
use crate::depot::Depot;
use crate::{ObjectId, Result, libgit};

/// A hand-over of more commits than this lands by squash or merge.
const MAX_COMMITS: usize = 500;

pub(super) fn build(depot: &Depot, request: &CandidateRequest<'_>) -> Result<CandidateOutcome> {
    let commits = match range(depot, request.entry, request.entry_base)? {
        Ok(commits) => commits,
        Err(refusal) => return Ok(CandidateOutcome::Refused(refusal)),
    };
    let mut tip = request.tip.clone();
    let mut tip_tree = depot.tree_of(&tip)?;
    let (mut picked, mut skipped) = (Vec::new(), Vec::new());
    for id in commits {
        let original = original(depot, &id)?;
        if original.parents > 1 {
            return Ok(CandidateOutcome::Refused(Refusal::MergeCommit { commit: id }));
        }
        let base = original.parent.as_ref().map_or(Base::Nothing, Base::Commit);
        let sides = Sides { base: Some(base), ours: &tip, theirs: &id };
        let tree = match merge(depot, &sides)? {
            Merged::Clean(tree) => tree,
            Merged::Conflict(files) => return Ok(CandidateOutcome::Conflict { commit: id, files }),
        };
        if tree == tip_tree {
            skipped.push(id);
            continue;
        }
        let object = CommitObject {
            tree: &tree,
            parents: std::slice::from_ref(&tip),
            author: &original.author,
            committer: request.committer,
            message: compose(&original.message, request.trailers),
        };
        tip = object.write(depot)?;
        tip_tree = tree;
        picked.push(Picked { from: Some(id), to: tip.clone() });
    }
    let built =
        depot.finish_candidate(request.tip, picked, skipped, request.target, request.strategy.name())?;
    Ok(match built {
        // Commits that take each other back leave nothing to approve or check.
        CandidateOutcome::Built(Candidate { changed_files: 0, .. }) => CandidateOutcome::Empty,
        other => other,
    })
}

struct Original {
    parents: usize,
    parent: Option<ObjectId>,
    author: Vec<u8>,
    message: Vec<u8>,
}

fn original(depot: &Depot, id: &ObjectId) -> Result<Original> {
    let repo = depot.open()?;
    let commit = libgit::commit(&repo, id)?;
    let author = commit
        .raw_header_bytes()
        .split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(b"author "))
        .unwrap_or(b"unknown <> 0 +0000")
        .to_vec();
    Ok(Original {
        parents: commit.parent_count(),
        parent: commit.parent_id(0).ok().map(Into::into),
        author,
        message: commit.message_raw_bytes().to_vec(),
    })
}

/// The commits of `tip` that `base` lacks, oldest first.
pub(super) fn range(
    depot: &Depot,
    tip: &ObjectId,
    base: &ObjectId,
) -> Result<Result<Vec<ObjectId>, Refusal>> {
    let repo = depot.open()?;
    let mut walk = repo.revwalk()?;
    walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)?;
    walk.push(tip.raw()?)?;
    walk.hide(base.raw()?)?;
    let mut commits = Vec::new();
    for id in walk {
        if commits.len() == MAX_COMMITS {
            return Ok(Err(Refusal::TooManyCommits { limit: MAX_COMMITS }));
        }
        commits.push(id?.into());
    }
    Ok(Ok(commits))
}
