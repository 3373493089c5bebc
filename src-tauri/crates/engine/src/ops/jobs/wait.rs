//! Jobs that are put aside and go on later: because a provider or a budget allows no more, or because a person said so.

use crate::budgets::{self, Whose};
use crate::policy::For;
use crate::{Caller, Engine, Reply, reaction};
use flow::budget::reached;
use host::config::Budget;
use protocol::budget::BudgetScope;
use protocol::job::{Job, JobStatus, JobWait, ParkJob, PauseAsked, RaiseJob, WaitReason};
use protocol::ops::{Done, JobParams};
use protocol::policy::{Action, ActionKind, ActorKind, Effect};
use protocol::{ApiError, ErrorCode, Event, RiskLevel};
use store::{NewEvent, Tx};

/// Longest reason that is kept.
const DETAIL_CHARS: usize = 2_000;

impl Engine {
    pub async fn jobs_park(&self, caller: Caller, p: ParkJob) -> Reply {
        caller.require_job(p.id.as_str())?;
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        let (id, token) = (p.id.to_string(), p.claim_token.clone());
        let job = self
            .store
            .read(move |tx| tx.require_claim(store::QueueName::Jobs, &id, &token).and_then(|()| tx.job(&id)))
            .await?;
        if job.cancel_requested {
            return Err(ApiError::new(ErrorCode::Conflict, "This job was cancelled; report its end."));
        }
        let resume_commit = match (&p.hand_over, &job.workspace_id) {
            (Some(work), Some(workspace)) => {
                self.take_hand_over(workspace, &job, work).await?;
                Some(work.commit_sha.clone())
            }
            _ => None,
        };
        let now = host::clock::iso(self.clock.now_ms());
        let mut wait = JobWait {
            reason: p.reason,
            detail: self.keys.known_out_of(&p.detail).chars().take(DETAIL_CHARS).collect(),
            since: now,
            resets_at: p.resets_at_ms.map(host::clock::iso),
            resume_commit,
        };
        super::taken::parked_for(&job, &mut wait);
        let (budget, day) = (self.own.config.budget, self.day_began());
        let answer = self
            .change(caller, move |tx| {
                for artifact in &p.artifacts {
                    tx.add_artifact(p.id.as_str(), artifact)?;
                }
                let overtaken = overtaken(tx, &tx.job(p.id.as_str())?, wait.reason, &budget, day)?;
                tx.park_job(p.id.as_str(), &p.claim_token, &wait)?;
                crate::network::close_open(tx, &tx.job(p.id.as_str())?)?;
                let done = waits(tx, p.id.as_str(), wait)?;
                if overtaken { goes_on(tx, p.id.as_str(), "server".to_owned()) } else { Ok(done) }
            })
            .await?;
        self.drop_bundle(&job.id).await;
        self.parked.notify_one();
        self.desk.bell.notify_one();
        Ok(answer)
    }

    pub async fn jobs_pause(&self, caller: Caller, p: JobParams) -> Reply {
        let by = caller.who.label();
        let wait = JobWait {
            reason: WaitReason::Paused,
            detail: format!("Paused by {by}."),
            since: host::clock::iso(self.clock.now_ms()),
            resets_at: None,
            resume_commit: None,
        };
        self.change(caller, move |tx| {
            let was = tx.job(p.id.as_str())?.status;
            let now_waits = tx.pause_job(p.id.as_str(), &wait)?;
            if now_waits && was == JobStatus::Pending {
                return waits(tx, p.id.as_str(), wait);
            }
            Ok(Done { ok: true })
        })
        .await
    }

    pub async fn jobs_resume(&self, caller: Caller, p: JobParams) -> Reply {
        let by = caller.who.label();
        self.change(caller, move |tx| goes_on(tx, p.id.as_str(), by)).await
    }

    /// Resumes a job for a reason of our own.
    pub(crate) async fn resume(&self, id: String, by: String) -> Result<(), ApiError> {
        Ok(self.store.write(move |tx| goes_on(tx, &id, by)).await.map(drop)?)
    }

    /// Raises a job's own budget, and lets it go on if that was what it waited for.
    pub async fn jobs_raise(&self, caller: Caller, p: RaiseJob) -> Reply {
        if p.tokens.is_none() && p.minutes.is_none() && p.money_micros.is_none() {
            return Err(ApiError::bad("one of tokens, minutes and moneyMicros is required"));
        }
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        self.raise_forbidden(&p).await?;
        let by = caller.who.label();
        self.change(caller, move |tx| {
            let job = tx.job(p.id.as_str())?;
            if !matches!(job.status, JobStatus::Pending | JobStatus::Claimed | JobStatus::Waiting) {
                return Err(ApiError::new(
                    ErrorCode::Conflict,
                    format!("This job is already {}.", job.status),
                )
                .into());
            }
            tx.raise_job(&p)?;
            if job.waiting.is_some_and(|wait| wait.reason == WaitReason::Budget) {
                return goes_on(tx, p.id.as_str(), by);
            }
            Ok(Done { ok: true })
        })
        .await
    }

    /// Whoever raises a budget has answered whatever would be asked; a rule that denies comes first all the same.
    async fn raise_forbidden(&self, p: &RaiseJob) -> Result<(), ApiError> {
        let id = p.id.to_string();
        let job = self.store.read(move |tx| tx.job(&id)).await?;
        let Some(workspace) = &job.workspace_id else { return Ok(()) };
        let room = self.room(workspace)?;
        let money = p.money_micros.map(|micros| micros as f64 / 1_000_000.0);
        for (what, to) in [
            ("tokens", p.tokens.map(|tokens| tokens as f64)),
            ("minutes", p.minutes.map(|minutes| minutes as f64)),
            ("money", money),
        ] {
            let Some(to) = to else { continue };
            let action = Action {
                workspace_id: Some(workspace.clone()),
                actor: ActorKind::Person,
                risk: RiskLevel::Low,
                what: ActionKind::BudgetRaise { what: what.to_owned(), to },
            };
            let verdict = match &job.session_id {
                Some(session) => {
                    let whom = For { session, job: Some(&job.id), quiet: true };
                    self.decide_for(&room, whom, &action).await?
                }
                None => self.judge(&room, None, Some(&job.id), &action).await?.verdict,
            };
            if verdict.effect == Effect::Deny {
                return Err(ApiError::new(ErrorCode::Forbidden, format!("{}.", verdict.rule)));
            }
        }
        Ok(())
    }
}

/// Whether a running job is to keep its work and wait: because a person said so, or because the time that workers may
/// spend is used up. (Tokens and money are asked for before each call.)
pub(super) fn asked(
    tx: &mut Tx<'_>,
    job: &Job,
    budget: &Budget,
    (day, next_day): (i64, i64),
) -> Result<Option<PauseAsked>, store::StoreError> {
    if job.pause_requested {
        let detail = "It was asked to wait.".to_owned();
        return Ok(Some(PauseAsked { reason: WaitReason::Paused, detail, resets_at_ms: None }));
    }
    let all = budgets::time(tx, job, budget, day)?;
    let over = all.iter().find(|standing| reached(standing));
    Ok(over.map(|standing| PauseAsked {
        reason: WaitReason::Budget,
        detail: budgets::used_up(standing),
        resets_at_ms: (standing.scope != BudgetScope::Job).then_some(next_day),
    }))
}

/// Whether a person changed their mind while the worker was stopping: what the job is put aside for is not so any more.
fn overtaken(
    tx: &Tx<'_>,
    job: &Job,
    reason: WaitReason,
    budget: &Budget,
    day: i64,
) -> Result<bool, store::StoreError> {
    Ok(match reason {
        WaitReason::Paused => !job.pause_requested,
        WaitReason::Budget if tx.raised(job.id.as_str())?.is_some() => {
            !budgets::look(tx, budget, &Whose::of(job), day)?.iter().any(reached)
        }
        _ => false,
    })
}

fn waits(tx: &mut Tx<'_>, id: &str, wait: JobWait) -> Result<Done, store::StoreError> {
    let job = tx.job(id)?;
    if let Some(session) = &job.session_id {
        let said = format!("**{}** waits. {}", job.title, wait.detail);
        let event = Event::JobWaiting { job_id: job.id.clone(), wait: Box::new(wait) };
        tx.append(NewEvent::new(session, event, "server"))?;
        reaction::say(tx, session, said, None)?;
    }
    Ok(Done { ok: true })
}

fn goes_on(tx: &mut Tx<'_>, id: &str, by: String) -> Result<Done, store::StoreError> {
    if tx.resume_job(id)? {
        let job = tx.job(id)?;
        if let Some(session) = &job.session_id {
            tx.append(NewEvent::new(session, Event::JobResumed { job_id: job.id, by }, "server"))?;
        }
    }
    Ok(Done { ok: true })
}
