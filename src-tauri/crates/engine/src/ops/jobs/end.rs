//! How a job ends: with work that enters the merge queue, with a report, failed or cancelled.

use super::steer;
use crate::{Caller, Engine, Reply, reaction};
use protocol::job::{CompleteJob, FailJob, FinishedJob, Job, JobStatus, failure};
use protocol::{ApiError, Event};
use store::{JobFinish, NewCompletion, NewEvent, QueueName, Tx};

impl Engine {
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
        let mut p = p;
        // What intake found belongs to what was verified, where anything was.
        if let (Some(taken), false) = (&taken, p.verification.is_empty()) {
            p.verification.push(taken.risky_line());
        }
        let review = p.review.clone().map(|review| Box::new(self.opinion(*review)));
        let answer = self
            .change(caller, move |tx| {
                let mut result = serde_json::json!({ "summary": p.summary, "verification": p.verification, "durationMs": p.duration_ms });
                // Beside what was verified, never among it.
                if let Some(review) = &review {
                    result["review"] = serde_json::to_value(review)?;
                }
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
                crate::network::close_open(tx, &job)?;
                let worker = job.worker_id.clone().unwrap_or_else(|| "worker".into());
                let mut completion_id = None;
                if let Some(session) = &job.session_id {
                    if p.verified.is_some() || !p.verification.is_empty() {
                        let event = Event::JobVerified { job_id: job.id.clone(), verified: p.verified.unwrap_or(false), lines: p.verification.clone() };
                        tx.append(NewEvent::new(session, event, worker.clone()))?;
                    }
                    if let Some(review) = review {
                        let event = Event::JobReviewed { job_id: job.id.clone(), review };
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
                        crate::returned::mender_ended(tx, &job.id)?;
                    }
                }
                steer::missed(tx, &job)?;
                Ok(FinishedJob { ok: true, duration_ms, completed_at: host::clock::iso(tx.now()), completion_id })
            })
            .await?;
        self.drop_bundle(&job.id).await;
        if job.taken.is_some() {
            self.desk.bell.notify_one();
        }
        if let Some(workspace) = workspace.filter(|_| merge_enabled) {
            self.wake_merge(&workspace);
        }
        Ok(answer)
    }

    pub async fn jobs_fail(&self, caller: Caller, p: FailJob) -> Reply {
        caller.require_job(p.id.as_str())?;
        let (by, id) = (caller.who.label(), p.id.clone());
        let answer = self.change(caller, move |tx| fail(tx, p, by)).await?;
        self.drop_bundle(&id).await;
        Ok(answer)
    }
}

/// Ends a claimed job as failed, or as cancelled when that was asked, and tells whoever follows it.
pub(crate) fn fail(tx: &mut Tx<'_>, p: FailJob, by: String) -> Result<FinishedJob, store::StoreError> {
    let before = tx.job(p.id.as_str())?;
    if !before.cancel_requested
        && super::taken::came_back(tx, &before, &p.claim_token, &p.message, p.detail.as_deref())?
    {
        let (duration_ms, at) = (0, host::clock::iso(tx.now()));
        return Ok(FinishedJob { ok: true, duration_ms, completed_at: at, completion_id: None });
    }
    let status = if before.cancel_requested { JobStatus::Cancelled } else { JobStatus::Failed };
    let error = match &p.detail {
        Some(detail) => format!("{}\n{detail}", p.message),
        None => p.message.clone(),
    };
    let code = failure::told(p.code.as_deref()).to_owned();
    let result = serde_json::json!({ "verification": p.verification, "code": code });
    let finish = JobFinish {
        artifacts: p.artifacts,
        isolation: p.isolation,
        ..JobFinish::without_work(status, result, error)
    };
    let duration_ms = tx.finish_job(p.id.as_str(), &p.claim_token, finish)?;
    let job = tx.job(p.id.as_str())?;
    crate::network::close_open(tx, &job)?;
    if let Some(session) = &job.session_id {
        if !p.verification.is_empty() {
            tx.append(NewEvent::new(
                session,
                Event::JobVerified { job_id: job.id.clone(), verified: false, lines: p.verification },
                by.clone(),
            ))?;
        }
        if status == JobStatus::Cancelled {
            tx.append(NewEvent::new(session, Event::JobCancelled { job_id: job.id.clone(), by }, "server"))?;
            crate::returned::mender_ended(tx, &job.id)?;
        } else {
            let why = Why { code: &code, message: &p.message, detail: p.detail };
            failed(tx, session, &job, why)?;
        }
    }
    steer::missed(tx, &job)?;
    Ok(FinishedJob { ok: true, duration_ms, completed_at: host::clock::iso(tx.now()), completion_id: None })
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
    if let Some(session) = &tx.job(p.id.as_str())?.session_id.clone() {
        tx.append(NewEvent::new(session, Event::JobCancelled { job_id: p.id.clone(), by }, "server"))?;
        crate::returned::mender_ended(tx, &p.id)?;
    }
    Ok(FinishedJob { ok: true, duration_ms, completed_at: host::clock::iso(tx.now()), completion_id: None })
}

/// Why a job failed.
pub(crate) struct Why<'a> {
    /// One of [`protocol::job::failure`], or what the worker said.
    pub code: &'a str,
    /// For people.
    pub message: &'a str,
    pub detail: Option<String>,
}

/// Says that a job failed, in the log and to the user.
pub(crate) fn failed(
    tx: &mut Tx<'_>,
    session: &protocol::SessionId,
    job: &Job,
    why: Why<'_>,
) -> Result<(), store::StoreError> {
    let event = Event::JobFailed {
        job_id: job.id.clone(),
        message: why.message.to_owned(),
        detail: why.detail,
        code: Some(why.code.to_owned()),
    };
    tx.append(NewEvent::new(session, event, "server:job-fail-hook"))?;
    reaction::failure(tx, session, job, why.message)?;
    crate::returned::mender_ended(tx, &job.id)
}
