//! What policy says: profile, rules of the user and the repository, grants. Decided in `flow`, told here.

use crate::rooms::Room;
use crate::{Engine, ask, grants};
use flow::policy::{Moment, Question, about};
use protocol::approval::ApprovalState;
use protocol::policy::{Action, Effect, Grant, Verdict};
use protocol::{ApiError, ErrorCode, Event, JobId, SessionId};
use std::sync::Arc;
use store::{NewEvent, StoreError, Tx};

pub(crate) use crate::rulebook::committed_file;

/// Tries again when a grant ended between being found and being used.
const TRIES: usize = 3;

/// For whom something is decided; grants may be bound to either.
#[derive(Clone, Copy)]
pub(crate) struct For<'a> {
    pub session: &'a SessionId,
    pub job: Option<&'a JobId>,
    /// What the profile lets through on its own is not told: a job's log has each of its commands.
    pub quiet: bool,
}

/// A verdict and where its rule stands.
pub(crate) struct Judged {
    pub verdict: Verdict,
    pub place: Option<String>,
    by_grant: bool,
}

impl Engine {
    /// Decides an action in a workspace; every decision is an event.
    pub(crate) async fn decide(
        &self,
        room: &Arc<Room>,
        session: &SessionId,
        action: &Action,
    ) -> Result<Verdict, ApiError> {
        self.decide_for(room, For { session, job: None, quiet: false }, action).await
    }

    /// The same for a job.
    pub(crate) async fn decide_for(
        &self,
        room: &Arc<Room>,
        whom: For<'_>,
        action: &Action,
    ) -> Result<Verdict, ApiError> {
        for _ in 0..TRIES {
            let judged = self.judge(room, Some(whom.session), whom.job, action).await?;
            let verdict = judged.verdict.clone();
            let routine = verdict.effect == Effect::Allow && verdict.rule_id.starts_with("profile.");
            if whom.quiet && routine {
                return Ok(verdict);
            }
            let event = Event::PolicyDecided {
                action: action.what.word().to_owned(),
                effect: verdict.effect,
                rule: verdict.rule.clone(),
                rule_id: verdict.rule_id.clone(),
                what: Some(about(&action.what)).filter(|text| !text.is_empty()),
                place: judged.place,
                job_id: whom.job.cloned(),
            };
            let (session, job, told) = (whom.session.clone(), whom.job.cloned(), verdict.clone());
            let stands = self.store.write(move |tx| {
                if judged.by_grant && !grants::used(tx, &told, &session, job.as_ref())? {
                    return Ok(false);
                }
                tx.append(NewEvent::new(&session, event, "policy")).map(|_| true)
            });
            if stands.await? {
                return Ok(verdict);
            }
        }
        Err(ApiError::new(ErrorCode::Conflict, "What was remembered changes too often; try again."))
    }

    /// What policy says, and nothing else happens.
    pub(crate) async fn judge(
        &self,
        room: &Arc<Room>,
        session: Option<&SessionId>,
        job: Option<&JobId>,
        action: &Action,
    ) -> Result<Judged, ApiError> {
        let book = self.book(room).await?;
        let policy = book.policy()?;
        let workspace = room.id.clone();
        let kept = self.store.read(move |tx| tx.grants(Some(workspace.as_str()))).await?;
        let kept: Vec<Grant> = kept.into_iter().map(|kept| kept.grant).collect();
        let moment = Moment { ms: self.clock.now_ms(), minute_of_day: self.clock.minute_of_day() };
        let verdict = flow::policy::decide(&policy, &kept, Question { action, session, job }, moment);
        let by_grant =
            verdict.effect == Effect::Allow && kept.iter().any(|grant| grant.id == verdict.rule_id);
        let place = book.place(&verdict.rule_id, &verdict.rule);
        Ok(Judged { verdict, place, by_grant })
    }
}

/// Closes open questions about a subject whose payload is no longer `hash`.
pub(crate) fn supersede(tx: &mut Tx<'_>, subject: &str, hash: &str) -> Result<(), StoreError> {
    for approval in tx.approvals_about(subject)? {
        if approval.state == ApprovalState::Pending && approval.hash != hash {
            ask::close(tx, approval, ApprovalState::Superseded)?;
        }
    }
    Ok(())
}
