//! Carrying out one landing on the user's branch: prove, move, say what came of it.

use super::look::Seen;
use super::prove::Proved;
use super::{Round, says};
use crate::rooms::Room;
use crate::{Engine, git};
use protocol::main_line::{MainLanding, MainLandingState, MainStanding, MainWith};
use protocol::{ApiError, ErrorCode};
use repo::{Advance, ForwardRequest, IntegrationLease, ObjectId, RepoError};
use std::sync::Arc;

impl Engine {
    pub(super) async fn perform_main(
        &self,
        room: &Arc<Room>,
        landing: MainLanding,
    ) -> Result<Round, ApiError> {
        match (landing.state, landing.with) {
            (MainLandingState::Landed | MainLandingState::Refused, _) => Ok(Round::Quiet),
            (MainLandingState::Checking, _) => self.prove_and_move(room, landing).await,
            // It was begun by a server that is gone: the same call does what is left of it.
            (MainLandingState::Landing, MainWith::Server) => self.move_forward(room, landing).await,
            (MainLandingState::Landing, MainWith::MyGit | MainWith::MyMerge) => {
                self.settle_users_git(room, landing).await
            }
        }
    }

    async fn prove_and_move(&self, room: &Arc<Room>, landing: MainLanding) -> Result<Round, ApiError> {
        if self.is_held().await? {
            let reason = "Everything was paused before it could be done. Resume, then say it again.";
            return self.refuse_main(room, landing, "main.held", reason.to_owned()).await;
        }
        let seen = self.see_main(room).await?;
        if let Some(reason) = moved(&seen, &landing) {
            return self.refuse_main(room, landing, "main.moved", reason).await;
        }
        let plan = self.check_plan(room).await?;
        if !plan.confirmed {
            let reason = "The checks of this workspace are not confirmed any more, so nothing can be proven.";
            return self.refuse_main(room, landing, "main.unconfirmed", reason.to_owned()).await;
        }
        let verdicts = match self.prove_main(room, &plan, &landing).await {
            Ok(Proved::Passed(verdicts)) => verdicts,
            Ok(Proved::Failed(verdicts, name)) => {
                let tail = verdicts.iter().find(|v| v.state == "failed").map(|v| v.tail.clone());
                let landing = MainLanding { checks: verdicts, output: tail, ..landing };
                let reason = format!(
                    "The check “{name}” failed on exactly what {} would be. Mend {} first.",
                    landing.branch, landing.integration_branch
                );
                return self.refuse_main(room, landing, "main.checks", reason).await;
            }
            Ok(Proved::Asked) => {
                let reason = "Its set-up waits for your answer. Answer it, then say it again.";
                return self.refuse_main(room, landing, "main.checks", reason.to_owned()).await;
            }
            // Stopped by us: the next server begins with the checks again, and finds what had passed.
            Err(error) if error.code == ErrorCode::Unavailable => return Err(error),
            Err(error) => {
                let reason = format!("Its checks could not be run. {}", error.message);
                return self.refuse_main(room, landing, "main.checks", reason).await;
            }
        };
        let begun = MainLanding { state: MainLandingState::Landing, checks: verdicts, ..landing };
        let begun = self.move_main(room, begun).await?;
        match begun.with {
            MainWith::Server => self.move_forward(room, begun).await,
            MainWith::MyGit | MainWith::MyMerge => self.run_users_git(room, begun).await,
        }
    }

    /// One ref by compare and swap, with the files of a clean checkout.
    async fn move_forward(&self, room: &Arc<Room>, landing: MainLanding) -> Result<Round, ApiError> {
        let (moving, wanted) = (room.clone(), landing.clone());
        let advanced = self
            .blocking(move || {
                moving.alone(|| {
                    let (old, new) = (ObjectId::parse(&wanted.from)?, ObjectId::parse(&wanted.to)?);
                    let lease = IntegrationLease::acquire(&moving.depot)?;
                    let note = format!("pilothouse: {} as {} said", wanted.integration_branch, wanted.by);
                    moving.depot.forward_users_branch(
                        &lease,
                        &ForwardRequest {
                            user_repo: &moving.root,
                            branch: &wanted.branch,
                            old: &old,
                            new: &new,
                            note: &note,
                        },
                    )
                })
            })
            .await?;
        let branch = landing.branch.clone();
        match advanced {
            Ok(Advance::Landed { checkouts }) => {
                let folders = checkouts.iter().map(|c| c.worktree.display().to_string()).collect();
                self.landed_main(room, MainLanding { folders, ..landing }, None).await
            }
            Ok(Advance::AlreadyThere) => self.landed_main(room, landing, None).await,
            Ok(Advance::Moved { actual }) => {
                let reason = moved_to(&branch, actual.as_ref());
                self.refuse_main(room, landing, "main.moved", reason).await
            }
            Ok(Advance::CheckedOutDirty { worktree, reason }) => {
                let reason = says::checkout(&branch, &worktree.display().to_string(), &reason);
                self.refuse_main(room, landing, "main.checkout", reason).await
            }
            // Another of ours moves branches at this moment.
            Err(RepoError::LeaseHeld { .. }) => Ok(Round::Later),
            Err(error) => {
                let reason = git::api(error).message;
                self.refuse_main(room, landing, "main.git", reason).await
            }
        }
    }

    pub(super) async fn landed_main(
        &self,
        room: &Arc<Room>,
        landing: MainLanding,
        commit: Option<String>,
    ) -> Result<Round, ApiError> {
        let commit = Some(commit.unwrap_or_else(|| landing.to.clone()));
        self.move_main(room, MainLanding { state: MainLandingState::Landed, commit, ..landing }).await?;
        // The queue stands on the newest base.
        room.merge.notify_one();
        Ok(Round::Progress)
    }

    pub(super) async fn refuse_main(
        &self,
        room: &Arc<Room>,
        landing: MainLanding,
        code: &str,
        reason: String,
    ) -> Result<Round, ApiError> {
        let (code, reason) = (Some(code.to_owned()), Some(reason));
        self.move_main(room, MainLanding { state: MainLandingState::Refused, code, reason, ..landing })
            .await?;
        Ok(Round::Progress)
    }
}

/// Why what was wanted is not what would be done now.
fn moved(seen: &Seen, landing: &MainLanding) -> Option<String> {
    let at = |id: &Option<ObjectId>, text: &str| id.as_ref().is_some_and(|id| id.as_str() == text);
    if !at(&seen.main, &landing.from) {
        return Some(moved_to(&landing.branch, seen.main.as_ref()));
    }
    if !at(&seen.tip, &landing.to) {
        let integration = &landing.integration_branch;
        return Some(format!("{integration} has moved since it was said. Look at what it is now."));
    }
    (seen.standing != MainStanding::Ahead)
        .then(|| format!("{} is not ahead of {} any more.", landing.integration_branch, landing.branch))
}

pub(super) fn moved_to(branch: &str, actual: Option<&ObjectId>) -> String {
    match actual {
        Some(at) => {
            format!("{branch} is at {} now, moved by somebody else. Look again and say it again.", at.short())
        }
        None => format!("{branch} is not there any more."),
    }
}
