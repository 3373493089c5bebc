//! What a repository's state rules out, each with the user's next step. A state that rules out nothing is
//! a fact, not a blocker.

use serde::Serialize;

use super::{BaseBranch, Head, RepoFacts, State};
use crate::{RepoError, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Blocked {
    /// No job can start.
    Jobs,
    /// Results cannot be written back as the integration branch.
    Landing,
    /// The open checkout cannot follow the integration branch.
    UpdateCheckout,
    /// Older history cannot be shown or merged with.
    OldHistory,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Blocker {
    pub code: &'static str,
    pub blocks: Blocked,
    pub what: String,
    pub next_step: String,
}

impl RepoFacts {
    pub fn blockers(&self) -> Vec<Blocker> {
        let mut all = Vec::new();
        let mut add = |code, blocks, what: &str, next_step: &str| {
            all.push(Blocker { code, blocks, what: what.into(), next_step: next_step.into() });
        };
        if let Head::Unborn { name } = &self.head {
            let what = format!("Branch {name} has no commit yet, so there is nothing to work from.");
            add(
                "git.empty",
                Blocked::Jobs,
                &what,
                "Make a first commit: git add . && git commit -m \"Start\"",
            );
        } else if self.base.is_none() {
            add(
                "git.no_base",
                Blocked::Jobs,
                "HEAD is detached and there is no main or master branch to start from.",
                "Choose a base branch in the workspace settings, or run: git switch -c <name>",
            );
        }
        if self.partial {
            add(
                "git.partial",
                Blocked::Jobs,
                "This is a partial clone: some files would have to be fetched while they are read.",
                "Fetch them once: git fetch --refetch --no-filter",
            );
        }
        if !self.writable {
            add(
                "git.read_only",
                Blocked::Landing,
                "The git folder cannot be written, so landed work stays in the app's own copy.",
                "Allow writing to the git folder, or open a writable clone.",
            );
        }
        if self.shallow {
            add(
                "git.shallow",
                Blocked::OldHistory,
                "This is a shallow clone: history ends early.",
                "Fetch the rest when it is needed: git fetch --unshallow",
            );
        }
        if let Some((name, next)) = self.state.unfinished() {
            let what = format!("A {name} is in progress in this checkout. Work and landing go on beside it.");
            add("git.mid_merge", Blocked::UpdateCheckout, &what, next);
        }
        if self.sparse {
            add(
                "git.sparse",
                Blocked::UpdateCheckout,
                "This checkout shows only some folders, so it is not moved automatically.",
                "After a landing, update it yourself: git merge --ff-only",
            );
        }
        all
    }
}

impl RepoFacts {
    /// The branch to start from, or why there is none.
    pub fn require_base(&self) -> Result<&BaseBranch> {
        match (&self.base, &self.head) {
            (Some(base), _) => Ok(base),
            (None, Head::Unborn { .. }) => Err(RepoError::Empty { path: self.root.clone() }),
            (None, _) => {
                Err(RepoError::NotFound { what: "a base branch (main, master or the remote's)".into() })
            }
        }
    }

    /// For an action on this very checkout: nothing in it is half done.
    pub fn require_settled(&self) -> Result<()> {
        match self.state.unfinished() {
            None => Ok(()),
            Some((state, _)) => Err(RepoError::MidOperation { path: self.root.clone(), state: state.into() }),
        }
    }
}

impl State {
    /// What is unfinished, and how to finish it.
    pub fn unfinished(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Clean => None,
            Self::Merge => Some(("merge", "Finish with git merge --continue, or git merge --abort")),
            Self::Rebase => Some(("rebase", "Finish with git rebase --continue, or git rebase --abort")),
            Self::CherryPick => {
                Some(("cherry-pick", "Finish with git cherry-pick --continue, or git cherry-pick --abort"))
            }
            Self::Revert => Some(("revert", "Finish with git revert --continue, or git revert --abort")),
            Self::Bisect => Some(("bisect", "Finish with git bisect reset")),
            Self::ApplyMailbox => Some(("git am", "Finish with git am --continue, or git am --abort")),
        }
    }
}
