//! The job queue's operations: enqueueing, renewing, cancelling and trying again here, the rest beside it.

mod claim;
mod end;
mod log;
mod look;
mod memory;
mod reviewed;
mod steer;
mod taken;
mod target;
mod wait;

pub(crate) use end::{Why, fail, failed};
pub(crate) use taken::{told, waits_for};
pub(crate) use target::check_target;

use crate::{Caller, Engine, Reply};
use protocol::job::{EnqueueJob, JobEnqueuedReply, JobStatus, RetryJob, TASK_EXECUTE};
use protocol::ops::{Done, JobParams};
use protocol::plan::TaskParams;
use protocol::queue::{LeaseRenewed, RenewParams};
use protocol::{ApiError, ErrorCode, Event, Priority};
use store::{NewEvent, NewJob, QueueName, Tx};

impl Engine {
    pub async fn jobs_enqueue(&self, caller: Caller, p: EnqueueJob) -> Reply {
        if p.task_id.is_empty() || p.kind.is_empty() || p.task_id.len() > 200 || p.kind.len() > 200 {
            return Err(ApiError::bad("taskId and kind are required, at most 200 characters each"));
        }
        check_target(p.target_worker_id.as_deref())?;
        let params = p.params.unwrap_or_else(|| serde_json::json!({}));
        let title = if p.kind == TASK_EXECUTE {
            let task: TaskParams = serde_json::from_value(params.clone())
                .map_err(|e| ApiError::bad(format!("params of {TASK_EXECUTE}: {e}")))?;
            check_planning(&task)?;
            task.title
        } else {
            p.task_id.clone()
        };
        let planning = &params["planning"];
        let budget = |own: Option<u64>, key: &str, default: u64| {
            own.or_else(|| planning[key].as_u64()).unwrap_or(default).clamp(1, 24 * 3_600_000)
        };
        let priority = match (p.priority, planning["queuePriority"].as_str().and_then(Priority::from_word)) {
            (Some(own), _) => own,
            (None, planned) => planned.unwrap_or_default(),
        };
        let new = NewJob {
            task_id: p.task_id,
            kind: p.kind,
            title,
            session_id: p.session_id,
            workspace_id: None,
            request_id: None,
            priority,
            target_worker_id: p.target_worker_id,
            queue_wait_budget_ms: budget(
                p.queue_wait_budget_ms,
                "queueWaitBudgetMs",
                super::chat::queue_wait_budget(priority),
            ),
            execution_budget_ms: budget(p.execution_budget_ms, "executionBudgetMs", 900_000),
            finalization_budget_ms: budget(p.finalization_budget_ms, "finalizationBudgetMs", 120_000),
            params,
        };
        self.change(caller, move |tx| enqueue(tx, new)).await
    }

    pub async fn jobs_renew(&self, caller: Caller, p: RenewParams) -> Reply {
        caller.require_job(&p.id)?;
        let (budget, day, next_day) = (self.own.config.budget, self.day_began(), self.next_day());
        self.change(caller, move |tx| {
            let until = tx.renew_lease(QueueName::Jobs, &p.id, &p.claim_token, p.lease_ms)?;
            let job = tx.job(&p.id)?;
            Ok(LeaseRenewed {
                ok: true,
                lease_expires_at: host::clock::iso(until),
                cancel_requested: job.cancel_requested,
                pause: wait::asked(tx, &job, &budget, (day, next_day))?,
                steer: tx.untaken_steering(&p.id)?,
            })
        })
        .await
    }

    pub async fn jobs_cancel(&self, caller: Caller, p: JobParams) -> Reply {
        let done = self
            .change(caller.clone(), move |tx| {
                let ended = tx.cancel_job(p.id.as_str())?;
                let job = tx.job(p.id.as_str())?;
                if let (true, Some(session)) = (ended, &job.session_id) {
                    tx.append(NewEvent::new(
                        session,
                        Event::JobCancelled { job_id: p.id, by: caller.who.label() },
                        "server",
                    ))?;
                    steer::missed(tx, &job)?;
                    crate::returned::mender_ended(tx, &job.id)?;
                }
                Ok(Done { ok: true })
            })
            .await?;
        self.desk.bell.notify_one();
        Ok(done)
    }

    /// Runs an ended job's task again as a new job.
    pub async fn jobs_retry(&self, caller: Caller, p: RetryJob) -> Reply {
        check_target(p.target_worker_id.as_deref())?;
        self.change(caller, move |tx| {
            let job = tx.job(p.id.as_str())?;
            if matches!(job.status, JobStatus::Pending | JobStatus::Claimed | JobStatus::Waiting) {
                return Err(ApiError::new(
                    ErrorCode::Conflict,
                    format!("This job is {}; only an ended one can be tried again.", job.status),
                )
                .into());
            }
            enqueue(
                tx,
                NewJob {
                    task_id: job.task_id,
                    kind: job.kind,
                    title: job.title,
                    session_id: job.session_id,
                    workspace_id: job.workspace_id,
                    request_id: job.request_id,
                    params: serde_json::from_str(&job.params)?,
                    priority: job.priority,
                    target_worker_id: p.target_worker_id.or(job.target_worker_id),
                    queue_wait_budget_ms: job.queue_wait_budget_ms,
                    execution_budget_ms: job.execution_budget_ms,
                    finalization_budget_ms: job.finalization_budget_ms,
                },
            )
        })
        .await
    }
}

/// What every task must hold, whoever enqueues it.
fn check_planning(task: &TaskParams) -> Result<(), ApiError> {
    let planning = &task.planning;
    let scope = &planning.scope;
    let bad = |what: &str| Err(ApiError::bad(format!("params.{what}")));
    if task.title.trim().is_empty() || task.title.len() > 500 {
        return bad("title is 1 to 500 characters");
    }
    if scope.write_globs.len() > 64
        || scope.write_globs.iter().any(|glob| flow::scope::glob_problem(glob).is_some())
    {
        return bad("planning.scope.writeGlobs holds globs inside the repository, at most 64");
    }
    if planning.validation_steps.iter().any(|argv| argv.is_empty() || argv.iter().any(|a| a.contains('\0'))) {
        return bad("planning.validationSteps holds commands, one list of words each");
    }
    if [planning.queue_wait_budget_ms, planning.execution_budget_ms, planning.finalization_budget_ms]
        .contains(&0)
    {
        return bad("planning budgets are more than 0");
    }
    Ok(())
}

/// Enqueues a job with its event; the workspace is its session's unless given.
pub(crate) fn enqueue(tx: &mut Tx<'_>, mut new: NewJob) -> Result<JobEnqueuedReply, store::StoreError> {
    if let (Some(session), None) = (&new.session_id, &new.workspace_id) {
        new.workspace_id = tx.require_session(session)?;
    }
    let (session, task, kind, params) =
        (new.session_id.clone(), new.task_id.clone(), new.kind.clone(), new.params.clone());
    let (id, position) = tx.enqueue_job(new)?;
    let job_id: protocol::JobId = serde_json::from_value(id.into())?;
    if let Some(session) = session {
        tx.append(NewEvent::new(
            &session,
            Event::JobEnqueued { job_id: job_id.clone(), task_id: task, kind, params },
            "server",
        ))?;
    }
    let hands = tx.online_workers()?;
    Ok(JobEnqueuedReply {
        ok: true,
        job_id,
        queue_position: position,
        eta_ms: tx.eta_ms("jobs", position, hands)?,
    })
}
