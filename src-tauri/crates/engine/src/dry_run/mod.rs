//! Trying the confirmed checks on the commit that work would start from, before the first message.
//!
//! The same commands in the same sandbox on the same set-up as when something lands, so a check that passes here
//! counts for that tree. Nothing lands and nothing is refused because of it: it tells a person early whether the
//! checks work on this machine, and warms the set-up. It knows nothing of entries and candidates.

mod entry;
mod run;
mod trial;

pub(crate) use entry::EntryTrials;
pub(crate) use trial::Trial;

use crate::merge::checks;
use crate::rooms::Room;
use crate::{Caller, Engine, Reply, git, ground};
use flow::because::sentence;
use host::clock::iso;
use protocol::because::Because;
use protocol::check::{CheckPlan, DryRun, DryRunParams, DryRunShown, DryRunState};
use protocol::{ApiError, ErrorCode, Event, SessionId};
use repo::ObjectId;
use std::sync::Arc;
use store::NewEvent;

impl Engine {
    /// Starts a trial and answers at once; while one runs, that one is answered.
    pub async fn checks_dry_run(&self, caller: Caller, p: DryRunParams) -> Reply {
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        if self.is_held().await? {
            return Err(refused("Everything is paused. Resume everything, then try them."));
        }
        let room = self.room(&p.workspace_id)?;
        let looked = room.clone();
        let commit = self.blocking(move || looked.look()).await?.map_err(git::api)?.onto;
        let plan = self.check_plan_at(&room, commit.clone()).await?;
        if !plan.confirmed {
            return Err(refused("These checks are not confirmed yet. Use them first, then try them."));
        }
        if plan.checks.is_empty() {
            return Err(refused("This workspace has no checks to try. Add some in Settings."));
        }
        // An image of its own may have to be made first, which is part of trying.
        if self.look_at_image(&room).await? {
            self.sandbox_for(&room)?;
        }
        let fresh = DryRun {
            workspace_id: room.id.clone(),
            state: DryRunState::Preparing,
            commit: commit.to_string(),
            checks: plan.checks.iter().map(checks::waiting).collect(),
            reason: None,
            because: None,
            lines: Vec::new(),
            lines_dropped: 0,
            started_at: iso(self.clock.now_ms()),
            finished_at: None,
        };
        let (shown, begun) = room.trial.begin(fresh);
        if begun {
            let engine = self.clone();
            self.run(async move { engine.dry_run(&room, &plan, &commit).await }).await;
        }
        self.change(caller, move |_| Ok(shown)).await
    }

    /// Ends the trial under way and what it runs. A set-up that is being made is made to its end: others need it too.
    pub async fn checks_dry_run_stop(&self, caller: Caller, p: DryRunParams) -> Reply {
        let room = self.room(&p.workspace_id)?;
        room.trial.stop();
        self.change(caller, move |_| Ok(DryRunShown { run: room.trial.shown() })).await
    }

    pub async fn checks_dry_run_state(&self, p: DryRunParams) -> Result<DryRunShown, ApiError> {
        Ok(DryRunShown { run: self.room(&p.workspace_id)?.trial.shown() })
    }

    async fn dry_run(&self, room: &Arc<Room>, plan: &CheckPlan, commit: &ObjectId) {
        // A person wants it done: what stood in the way of a set-up before does not count.
        room.set_up.try_anew(self.clock.now_ms());
        let ended = match self.session_of(room).await {
            Ok(session) => self.try_checks(room, &session, plan, commit).await,
            Err(error) => Err(error),
        };
        let (state, because) = match ended {
            _ if room.trial.is_unwanted() => (DryRunState::Stopped, Some(Because::Stopped)),
            Ok(true) => (DryRunState::Passed, None),
            Ok(false) => (DryRunState::Failed, None),
            Err(error) if self.is_stopping() => (DryRunState::Stopped, Some(Because::of(&error))),
            Err(error) => (DryRunState::Failed, Some(Because::of(&error))),
        };
        let at = iso(self.clock.now_ms());
        room.trial.change(|run| {
            run.state = state;
            (run.reason, run.because) = said(because);
            run.finished_at = Some(at);
        });
        self.tell_dry_run(room).await;
    }

    /// Refuses to go on with checks that are not the confirmed ones any more.
    async fn still_confirmed(&self, room: &Arc<Room>, plan: &CheckPlan) -> Result<(), ApiError> {
        // Somebody's word may be stored and not be in the room yet.
        self.reload_row(&room.id).await?;
        let now = self.check_plan(room).await?;
        if !now.confirmed {
            return Err(ended_by(&Because::TrialUnconfirmed));
        }
        if ground::plan_digest(&now) != ground::plan_digest(plan) {
            return Err(ended_by(&Because::ChecksChanged));
        }
        Ok(())
    }

    /// The conversation of the workspace, where its questions are asked.
    pub(crate) async fn session_of(&self, room: &Room) -> Result<SessionId, ApiError> {
        let workspace = room.id.clone();
        let sessions = self.store.read(|tx| tx.sessions()).await?;
        let session = sessions.into_iter().find(|s| s.workspace_id.as_ref() == Some(&workspace));
        session.map(|s| s.session_id).ok_or_else(|| ApiError::not_found("session of", workspace.as_str()))
    }

    /// Shows the state to everyone who follows; lines are fetched by who wants them.
    async fn tell_dry_run(&self, room: &Room) {
        let Some(run) = room.trial.shown() else { return };
        let Ok(session) = self.session_of(room).await else { return };
        let event = Event::DryRunChanged { run: Box::new(DryRun { lines: Vec::new(), ..run }) };
        let new = NewEvent::new(&session, event, "server").about(room.id.as_str());
        if let Err(error) = self.store.write(move |tx| tx.append(new).map(drop)).await {
            tracing::warn!(workspace = %room.id, %error, "a dry run's event");
        }
    }
}

fn refused(text: &str) -> ApiError {
    ApiError::new(ErrorCode::Conflict, text)
}

/// What ends a trial before it could say anything of the checks; the error keeps what it is made of.
fn ended_by(why: &Because) -> ApiError {
    refused(&sentence(why)).with(why.as_details())
}

/// A reason as a trial shows it: its sentence and what that is made of.
fn said(because: Option<Because>) -> (Option<String>, Option<Box<Because>>) {
    (because.as_ref().map(sentence), because.map(Box::new))
}
