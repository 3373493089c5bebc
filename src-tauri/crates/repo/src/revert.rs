//! Taking landed work back: a candidate that goes through the queue like any other.

use crate::candidate::{
    CandidateOutcome, CommitObject, Merged, Picked, Sides, Signature, Trailers, compose, merge,
};
use crate::depot::Depot;
use crate::{ObjectId, Result, libgit};

#[derive(Clone, Debug)]
pub struct RevertRequest<'a> {
    pub target: &'a str,
    /// The commit to build on.
    pub tip: &'a ObjectId,
    /// The last commit of what landed.
    pub landed: &'a ObjectId,
    /// Where the branch stood before it landed; its first parent when none.
    pub before: Option<&'a ObjectId>,
    pub trailers: &'a Trailers,
    pub committer: &'a Signature,
}

impl Depot {
    /// A commit on `tip` that changes nothing: it stands for work that has yet to be done there.
    pub fn empty_commit(
        &self,
        tip: &ObjectId,
        message: &str,
        trailers: &Trailers,
        committer: &Signature,
    ) -> Result<ObjectId> {
        let object = CommitObject {
            tree: &self.tree_of(tip)?,
            parents: std::slice::from_ref(tip),
            author: &committer.line(),
            committer,
            message: compose(message.as_bytes(), trailers),
        };
        object.write(self)
    }

    /// A commit on `tip` that undoes what happened from `before` to `landed`. `Empty` when the tip has
    /// nothing of it any more.
    pub fn build_revert(&self, request: &RevertRequest<'_>) -> Result<CandidateOutcome> {
        let (before, message) = {
            let repo = self.open()?;
            let commit = libgit::commit(&repo, request.landed)?;
            let parent = commit.parent_id(0).ok().map(ObjectId::from);
            let subject = libgit::text(commit.summary_bytes().unwrap_or_default());
            let message = format!("Revert \"{subject}\"\n\nThis reverts commit {}.\n", request.landed);
            (request.before.cloned().or(parent), message)
        };
        let Some(before) = before else { return Ok(CandidateOutcome::Empty) };
        let base = Some(crate::candidate::Base::Commit(request.landed));
        let tree = match merge(self, &Sides { base, ours: request.tip, theirs: &before })? {
            Merged::Clean(tree) => tree,
            Merged::Conflict(files) => {
                return Ok(CandidateOutcome::Conflict { commit: request.landed.clone(), files });
            }
        };
        if tree == self.tree_of(request.tip)? {
            return Ok(CandidateOutcome::Empty);
        }
        let object = CommitObject {
            tree: &tree,
            parents: std::slice::from_ref(request.tip),
            author: &request.committer.line(),
            committer: request.committer,
            message: compose(message.as_bytes(), request.trailers),
        };
        let picked = Picked { from: None, to: object.write(self)? };
        self.finish_candidate(request.tip, vec![picked], Vec::new(), request.target, "revert")
    }
}
