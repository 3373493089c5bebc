//! The job queue's operations.

use crate::{Caller, Engine, Principal, Reply, hash, reaction};
use protocol::diff::JobDiff;
use protocol::job::{
    AppendLog, ClaimJob, CompleteJob, EnqueueJob, FailJob, FinishedJob, Job, JobArtifacts, JobClaimed,
    JobEnqueuedReply, JobLogs, JobStatus, Jobs, LogAppended, LogLine, LogsParams, TASK_EXECUTE,
};
use protocol::ops::{Done, JobParams};
use protocol::plan::TaskParams;
use protocol::queue::{ListParams, RenewParams};
use protocol::{ApiError, ErrorCode, Event, Priority};
use store::{Claimed, JobFinish, NewCompletion, NewEvent, NewJob, QueueName, Tx};

/// Most bytes one log line keeps.
const LINE_BYTES: usize = 8 * 1024;
/// Most lines one call may bring.
const LINES_PER_CALL: usize = 1_000;
/// Lines of a job that also become events; the rest is read from its log.
const LINES_AS_EVENTS: u64 = 2_000;

impl Engine {
    pub async fn jobs_enqueue(&self, caller: Caller, p: EnqueueJob) -> Reply {
        if p.task_id.is_empty() || p.kind.is_empty() || p.task_id.len() > 200 || p.kind.len() > 200 {
            return Err(ApiError::bad("taskId and kind are required, at most 200 characters each"));
        }
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

    pub async fn jobs_claim(&self, caller: Caller, p: ClaimJob) -> Result<JobClaimed, ApiError> {
        if p.worker_id.is_empty() || p.worker_id.len() > 200 {
            return Err(ApiError::bad("workerId is required"));
        }
        if p.kinds.as_ref().is_some_and(|k| k.len() > 32) {
            return Err(ApiError::bad("kinds holds at most 32 names"));
        }
        caller.require_worker(&p.worker_id)?;
        let ours = matches!(caller.who, Principal::Worker { .. });
        let deadline = self.wait_deadline(p.wait_ms)?;
        loop {
            let mut waiter = self.store.waiter(QueueName::Jobs, Some(p.worker_id.clone()), p.kinds.clone());
            if let Some((job, claimed, secret)) = self.take_job(&p).await? {
                let ground = match (&job.workspace_id, ours) {
                    (Some(workspace), true) => match self.ground_for(workspace, &job).await {
                        Ok(ground) => Some(ground),
                        Err(error) => {
                            self.fail_claimed(&job, &claimed.token, &error).await?;
                            continue;
                        }
                    },
                    _ => None,
                };
                return Ok(JobClaimed {
                    ok: true,
                    queue_wait_ms: claimed.queue_wait_ms,
                    claim_token: claimed.token,
                    lease_expires_at: host::clock::iso(claimed.lease_expires_at),
                    job_token: Some(secret),
                    ground,
                    job,
                });
            }
            if !self.wait_for_work(&mut waiter, deadline).await {
                return Err(ApiError::new(ErrorCode::Empty, "No pending jobs"));
            }
        }
    }

    /// Takes the first job a claim may have, with its own token.
    async fn take_job(&self, p: &ClaimJob) -> Result<Option<(Job, Claimed, String)>, ApiError> {
        if p.kinds.is_some() {
            // A claim for some kinds may have to look past a whole backlog of others. Looking is done where it
            // holds nobody up; without kinds the first row is the answer, and finding none writes nothing.
            let (worker, kinds) = (p.worker_id.clone(), p.kinds.clone());
            if !self.store.read(move |tx| tx.has_pending_job(&worker, kinds.as_deref())).await? {
                return Ok(None);
            }
        }
        let secret = self.ids.secret();
        let (worker, kinds, lease, token_hash) =
            (p.worker_id.clone(), p.kinds.clone(), p.lease_ms, hash::text(&secret));
        let taken = self.store.write(move |tx| {
            let Some(claimed) = tx.claim_job(&worker, kinds.as_deref(), lease, &token_hash)? else {
                return Ok(None);
            };
            let mut job = tx.job(&claimed.id)?;
            job.claim_token = Some(claimed.token.clone());
            if let Some(session) = &job.session_id {
                tx.append(NewEvent::new(
                    session,
                    Event::JobClaimed { job_id: job.id.clone(), worker_id: worker.clone() },
                    worker,
                ))?;
            }
            Ok(Some((job, claimed)))
        });
        Ok(taken.await?.map(|(job, claimed)| (job, claimed, secret)))
    }

    /// A job whose ground cannot be laid (repository gone, unreadable …) fails with that reason.
    async fn fail_claimed(&self, job: &Job, token: &str, error: &ApiError) -> Result<(), ApiError> {
        let fail = FailJob {
            id: job.id.clone(),
            claim_token: token.to_owned(),
            message: error.message.clone(),
            detail: None,
            artifacts: Vec::new(),
            verification: Vec::new(),
            isolation: None,
        };
        self.jobs_fail(Caller::new(Principal::Server), fail).await.map(drop)
    }

    pub async fn jobs_complete(&self, caller: Caller, p: CompleteJob) -> Reply {
        caller.require_job(p.id.as_str())?;
        let by = caller.who.label();
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        let (id, token) = (p.id.to_string(), p.claim_token.clone());
        let job = self
            .store
            .read(move |tx| tx.require_claim(QueueName::Jobs, &id, &token).and_then(|()| tx.job(&id)))
            .await?;
        let taken = match (&p.hand_over, &job.workspace_id) {
            _ if job.cancel_requested => None,
            (Some(hand_over), Some(workspace)) => {
                Some(self.take_hand_over(workspace, &job, hand_over).await?)
            }
            (Some(_), None) => return Err(ApiError::bad("a job without a workspace hands nothing over")),
            (None, _) => None,
        };
        let merge_enabled = taken.as_ref().map(|t| t.merge_enabled).unwrap_or(false);
        let workspace = job.workspace_id.clone();
        let answer = self
            .change(caller, move |tx| {
                let result = serde_json::json!({ "summary": p.summary, "verification": p.verification, "durationMs": p.duration_ms });
                // A worker that had not heard of it finished all the same. The word was given first, and it holds.
                if tx.job(p.id.as_str())?.cancel_requested {
                    return end_cancelled(tx, p, result, by);
                }
                let finish = JobFinish {
                    status: JobStatus::Completed,
                    result: Some(result),
                    error: None,
                    artifacts: p.artifacts.clone(),
                    verified: p.verified,
                    isolation: p.isolation,
                    commit_sha: p.hand_over.as_ref().map(|h| h.commit_sha.clone()),
                    branch: p.hand_over.as_ref().map(|h| h.branch.clone()),
                };
                let duration_ms = tx.finish_job(p.id.as_str(), &p.claim_token, finish)?;
                let job = tx.job(p.id.as_str())?;
                let worker = job.worker_id.clone().unwrap_or_else(|| "worker".into());
                let mut completion_id = None;
                if let Some(session) = &job.session_id {
                    if p.verified.is_some() || !p.verification.is_empty() {
                        let event = Event::JobVerified { job_id: job.id.clone(), verified: p.verified.unwrap_or(false), lines: p.verification.clone() };
                        tx.append(NewEvent::new(session, event, worker.clone()))?;
                    }
                    let event = Event::JobCompleted { job_id: job.id.clone(), summary: p.summary.clone(), artifacts: Some(p.artifacts.clone()).filter(|a| !a.is_empty()) };
                    tx.append(NewEvent::new(session, event, worker))?;
                    if let (Some(hand_over), Some(taken)) = (p.hand_over, taken) {
                        let new = NewCompletion {
                            job_id: job.id.clone(),
                            session_id: session.clone(),
                            workspace_id: job.workspace_id.clone(),
                            commit_sha: Some(hand_over.commit_sha.clone()),
                            branch: Some(hand_over.branch.clone()),
                            message: hand_over.message.clone(),
                            pr_title: hand_over.pr_title,
                            pr_body: hand_over.pr_body,
                            external: !taken.merge_enabled,
                        };
                        let id = tx.enqueue_completion(new)?;
                        taken.place(tx, &job, session, &id, p.verified.unwrap_or(false))?;
                        completion_id = Some(serde_json::from_value(id.into())?);
                    } else {
                        reaction::report(tx, session, &job, p.summary.as_deref())?;
                    }
                }
                Ok(FinishedJob { ok: true, duration_ms, completed_at: host::clock::iso(tx.now()), completion_id })
            })
            .await?;
        self.drop_bundle(&job.id).await;
        if let Some(workspace) = workspace.filter(|_| merge_enabled) {
            self.wake_merge(&workspace);
        }
        Ok(answer)
    }

    pub async fn jobs_fail(&self, caller: Caller, p: FailJob) -> Reply {
        caller.require_job(p.id.as_str())?;
        let (by, id) = (caller.who.label(), p.id.clone());
        let answer = self
            .change(caller, move |tx| {
                let before = tx.job(p.id.as_str())?;
                let status = if before.cancel_requested { JobStatus::Cancelled } else { JobStatus::Failed };
                let error = match &p.detail {
                    Some(detail) => format!("{}\n{detail}", p.message),
                    None => p.message.clone(),
                };
                let result = serde_json::json!({ "verification": p.verification });
                let finish = JobFinish {
                    artifacts: p.artifacts,
                    isolation: p.isolation,
                    ..JobFinish::without_work(status, result, error)
                };
                let duration_ms = tx.finish_job(p.id.as_str(), &p.claim_token, finish)?;
                let job = tx.job(p.id.as_str())?;
                if let Some(session) = &job.session_id {
                    if !p.verification.is_empty() {
                        tx.append(NewEvent::new(
                            session,
                            Event::JobVerified {
                                job_id: job.id.clone(),
                                verified: false,
                                lines: p.verification,
                            },
                            by.clone(),
                        ))?;
                    }
                    if status == JobStatus::Cancelled {
                        tx.append(NewEvent::new(
                            session,
                            Event::JobCancelled { job_id: job.id.clone(), by },
                            "server",
                        ))?;
                    } else {
                        failed(tx, session, &job, &p.message, p.detail)?;
                    }
                }
                Ok(FinishedJob {
                    ok: true,
                    duration_ms,
                    completed_at: host::clock::iso(tx.now()),
                    completion_id: None,
                })
            })
            .await?;
        self.drop_bundle(&id).await;
        Ok(answer)
    }

    pub async fn jobs_log(&self, caller: Caller, p: AppendLog) -> Reply {
        caller.require_job(p.id.as_str())?;
        let mut lines = p.lines;
        lines.extend(p.message.or(p.line).map(|line| LogLine { stream: "stdout".into(), line }));
        if lines.is_empty() && p.progress.is_none() {
            return Err(ApiError::bad("message is required"));
        }
        if lines.len() > LINES_PER_CALL {
            return Err(ApiError::new(
                ErrorCode::TooLarge,
                format!("At most {LINES_PER_CALL} lines in one call."),
            ));
        }
        for line in &mut lines {
            if line.stream != "stdout" && line.stream != "stderr" {
                return Err(ApiError::bad("stream is stdout or stderr"));
            }
            cut(&mut line.line, LINE_BYTES);
        }
        let ours = matches!(caller.who, Principal::Worker { .. } | Principal::Job { .. });
        self.change(caller, move |tx| {
            if ours || p.claim_token.is_some() {
                tx.require_claim(
                    QueueName::Jobs,
                    p.id.as_str(),
                    p.claim_token.as_deref().unwrap_or_default(),
                )?;
            }
            let job = tx.job(p.id.as_str())?;
            let from = job.worker_id.clone().unwrap_or_else(|| "worker".into());
            let (log_id, before) =
                if lines.is_empty() { (0, 0) } else { tx.append_log(p.id.as_str(), &lines)? };
            if let Some(session) = &job.session_id {
                for (seq, line) in (before + 1..).zip(&lines).take_while(|(seq, _)| *seq <= LINES_AS_EVENTS) {
                    let event = Event::JobLog {
                        job_id: job.id.clone(),
                        stream: line.stream.clone(),
                        seq,
                        line: line.line.clone(),
                    };
                    tx.append(NewEvent::new(session, event, from.clone()))?;
                }
                if let Some(progress) = p.progress {
                    tx.set_job_step(job.id.as_str(), &progress.label)?;
                    let event = Event::JobProgress {
                        job_id: job.id.clone(),
                        step: progress.step,
                        steps: progress.steps,
                        label: progress.label,
                    };
                    tx.append(NewEvent::new(session, event, from))?;
                }
            }
            Ok(LogAppended { ok: true, job_id: job.id, log_id })
        })
        .await
    }

    pub async fn jobs_renew(&self, caller: Caller, p: RenewParams) -> Reply {
        caller.require_job(&p.id)?;
        self.renew(caller, QueueName::Jobs, p).await
    }

    pub async fn jobs_cancel(&self, caller: Caller, p: JobParams) -> Reply {
        self.change(caller.clone(), move |tx| {
            let ended = tx.cancel_job(p.id.as_str())?;
            let job = tx.job(p.id.as_str())?;
            if let (true, Some(session)) = (ended, &job.session_id) {
                tx.append(NewEvent::new(
                    session,
                    Event::JobCancelled { job_id: p.id, by: caller.who.label() },
                    "server",
                ))?;
            }
            Ok(Done { ok: true })
        })
        .await
    }

    /// Runs an ended job's task again as a new job.
    pub async fn jobs_retry(&self, caller: Caller, p: JobParams) -> Reply {
        self.change(caller, move |tx| {
            let job = tx.job(p.id.as_str())?;
            if matches!(job.status, JobStatus::Pending | JobStatus::Claimed) {
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
                    target_worker_id: job.target_worker_id,
                    queue_wait_budget_ms: job.queue_wait_budget_ms,
                    execution_budget_ms: job.execution_budget_ms,
                    finalization_budget_ms: job.finalization_budget_ms,
                },
            )
        })
        .await
    }

    pub async fn jobs_list(&self, p: ListParams) -> Result<Jobs, ApiError> {
        Ok(self
            .store
            .read(move |tx| {
                let hands = tx.online_workers()?;
                Ok(Jobs {
                    ok: true,
                    jobs: tx.jobs(&p)?,
                    counts: tx.counts("jobs")?,
                    priority_counts: tx.priority_counts("jobs")?,
                    pending_snapshot: tx.pending_jobs(hands)?,
                    slo: tx.slo("jobs")?,
                })
            })
            .await?)
    }

    pub async fn jobs_get(&self, p: JobParams) -> Result<Job, ApiError> {
        Ok(self.store.read(move |tx| tx.job(p.id.as_str())).await?)
    }

    pub async fn jobs_logs(&self, p: LogsParams) -> Result<JobLogs, ApiError> {
        Ok(self
            .store
            .read(move |tx| {
                tx.job(p.id.as_str())?;
                let after = p.after_id.unwrap_or(0);
                let logs = tx.job_logs(p.id.as_str(), after, p.limit)?;
                Ok(JobLogs { ok: true, cursor: logs.last().map_or(after, |l| l.id), logs })
            })
            .await?)
    }

    pub async fn jobs_artifacts(&self, p: JobParams) -> Result<JobArtifacts, ApiError> {
        Ok(self
            .store
            .read(move |tx| {
                tx.job(p.id.as_str())?;
                Ok(JobArtifacts { ok: true, artifacts: tx.artifacts(p.id.as_str())? })
            })
            .await?)
    }

    pub async fn jobs_diff(&self, p: JobParams) -> Result<JobDiff, ApiError> {
        let job = self.jobs_get(p).await?;
        self.diff_of(&job).await
    }
}

/// Ends a finished job as cancelled: nothing is handed over, nothing enters the merge queue. What it made stays in
/// the depot.
fn end_cancelled(
    tx: &mut Tx<'_>,
    p: CompleteJob,
    result: serde_json::Value,
    by: String,
) -> Result<FinishedJob, store::StoreError> {
    let finish = JobFinish {
        artifacts: p.artifacts,
        isolation: p.isolation,
        ..JobFinish::without_work(JobStatus::Cancelled, result, "Cancelled".into())
    };
    let duration_ms = tx.finish_job(p.id.as_str(), &p.claim_token, finish)?;
    if let Some(session) = &tx.job(p.id.as_str())?.session_id {
        tx.append(NewEvent::new(session, Event::JobCancelled { job_id: p.id, by }, "server"))?;
    }
    Ok(FinishedJob { ok: true, duration_ms, completed_at: host::clock::iso(tx.now()), completion_id: None })
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

/// Says that a job failed, in the log and to the user.
pub(crate) fn failed(
    tx: &mut Tx<'_>,
    session: &protocol::SessionId,
    job: &Job,
    message: &str,
    detail: Option<String>,
) -> Result<(), store::StoreError> {
    let event =
        Event::JobFailed { job_id: job.id.clone(), message: message.to_owned(), detail: detail.clone() };
    tx.append(NewEvent::new(session, event, "server:job-fail-hook"))?;
    reaction::failure(tx, session, job, message)
}

fn cut(text: &mut String, bytes: usize) {
    if text.len() > bytes {
        let mut end = bytes;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
}
