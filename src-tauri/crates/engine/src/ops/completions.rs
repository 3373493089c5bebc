//! Completions: enqueued by any worker, landed by us, or claimed by an external integrator where ours is off.

use crate::{Caller, Engine, Principal, Reply};
use protocol::job::JobStatus;
use protocol::merge::{
    ClaimCompletion, Completion, CompletionClaimed, CompletionEnqueued, CompletionStatus, Completions,
    EnqueueCompletion, FinishCompletion,
};
use protocol::ops::{CompletionParams, Done};
use protocol::queue::{ListParams, RenewParams};
use protocol::{ApiError, ErrorCode};
use store::{NewCompletion, QueueName, Waiter};

impl Engine {
    pub async fn completions_enqueue(&self, caller: Caller, p: EnqueueCompletion) -> Reply {
        caller.require_job(p.job_id.as_str())?;
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        if p.message.trim().is_empty() {
            return Err(ApiError::bad("jobId, sessionId and message are required"));
        }
        let (job_id, session_id, uploaded) = (p.job_id.clone(), p.session_id.clone(), p.job_id.clone());
        let (job, workspace) = self
            .store
            .read(move |tx| {
                tx.require_job(job_id.as_str())?;
                let workspace = tx.require_session(&session_id)?;
                Ok((tx.job(job_id.as_str())?, workspace))
            })
            .await?;
        if let Principal::Worker { id } = &caller.who
            && job.worker_id.as_deref() != Some(id.as_str())
        {
            return Err(ApiError::new(ErrorCode::Forbidden, "This job is another worker's."));
        }
        if matches!(job.status, JobStatus::Pending | JobStatus::Waiting | JobStatus::Cancelled) {
            let message = format!("This job is {}; only work that was claimed can be completed.", job.status);
            return Err(ApiError::new(ErrorCode::Conflict, message));
        }
        let workspace = job.workspace_id.clone().or(workspace);
        let taken = match (&workspace, &p.commit_sha) {
            (Some(workspace), Some(commit)) => {
                Some(self.take_commit(workspace, &job, commit, p.branch.as_deref(), &p.message).await?)
            }
            _ => None,
        };
        let wake = workspace.clone().filter(|_| taken.as_ref().is_some_and(|t| t.merge_enabled));
        let answer = self
            .change(caller, move |tx| {
                if let Some(commit) = &p.commit_sha
                    && let Some(found) = tx.completion_of_job(p.job_id.as_str(), commit)?
                {
                    return Ok(CompletionEnqueued { ok: true, completion_id: found.id });
                }
                let now = tx.job(p.job_id.as_str())?;
                if now.cancel_requested || now.status == JobStatus::Cancelled {
                    let why = "This job was cancelled; what it made does not enter the merge queue.";
                    return Err(ApiError::new(ErrorCode::Conflict, why).into());
                }
                let external = taken.as_ref().is_none_or(|t| !t.merge_enabled);
                let new = NewCompletion {
                    job_id: p.job_id,
                    session_id: p.session_id.clone(),
                    workspace_id: workspace,
                    commit_sha: p.commit_sha,
                    branch: p.branch,
                    message: p.message,
                    pr_title: p.pr_title,
                    pr_body: p.pr_body,
                    external,
                };
                let id = tx.enqueue_completion(new)?;
                if let Some(taken) = taken {
                    taken.place(tx, &job, &p.session_id, &id, false)?;
                }
                Ok(CompletionEnqueued { ok: true, completion_id: serde_json::from_value(id.into())? })
            })
            .await?;
        self.drop_bundle(&uploaded).await;
        if let Some(workspace) = wake {
            self.wake_merge(&workspace);
        }
        Ok(answer)
    }

    pub async fn completions_claim(
        &self,
        caller: Caller,
        p: ClaimCompletion,
    ) -> Result<CompletionClaimed, ApiError> {
        if p.pusher_id.is_empty() || p.pusher_id.len() > 200 {
            return Err(ApiError::bad("pusherId is required"));
        }
        let _ = caller;
        let deadline = self.wait_deadline(p.wait_ms)?;
        // Kept until what it was woken for is looked for: a caller that goes away meanwhile hands it on.
        let mut woken: Option<Waiter> = None;
        loop {
            let mut waiter = self.store.waiter(QueueName::Completions, None, None);
            let taken = self.take_completion(&p).await?;
            woken.take().into_iter().for_each(Waiter::looked);
            if let Some(claimed) = taken {
                return Ok(claimed);
            }
            if !self.wait_for_work(&mut waiter, deadline).await {
                return Err(ApiError::new(ErrorCode::Empty, "No pending completions"));
            }
            woken = Some(waiter);
        }
    }

    /// Takes the first one there is. Looking writes nothing.
    async fn take_completion(&self, p: &ClaimCompletion) -> Result<Option<CompletionClaimed>, ApiError> {
        if !self.store.read(|tx| tx.has_pending_completion()).await? {
            return Ok(None);
        }
        let (pusher, lease) = (p.pusher_id.clone(), p.lease_ms);
        let claimed = self.store.write(move |tx| {
            let Some(claimed) = tx.claim_completion(&pusher, lease)? else { return Ok(None) };
            let mut completion = tx.completion(&claimed.id)?;
            completion.claim_token = Some(claimed.token.clone());
            let lease_expires_at = host::clock::iso(claimed.lease_expires_at);
            Ok(Some(CompletionClaimed { ok: true, completion, claim_token: claimed.token, lease_expires_at }))
        });
        Ok(claimed.await?)
    }

    pub async fn completions_processed(&self, caller: Caller, p: FinishCompletion) -> Reply {
        self.end(caller, p, CompletionStatus::Processed).await
    }

    pub async fn completions_fail(&self, caller: Caller, p: FinishCompletion) -> Reply {
        if p.error.as_deref().is_none_or(str::is_empty) {
            return Err(ApiError::bad("error is required"));
        }
        self.end(caller, p, CompletionStatus::Failed).await
    }

    async fn end(&self, caller: Caller, p: FinishCompletion, status: CompletionStatus) -> Reply {
        self.change(caller, move |tx| {
            tx.finish_completion(p.id.as_str(), &p.claim_token, status, p.error.as_deref())?;
            Ok(Done { ok: true })
        })
        .await
    }

    pub async fn completions_renew(&self, caller: Caller, p: RenewParams) -> Reply {
        self.renew(caller, QueueName::Completions, p).await
    }

    pub async fn completions_list(&self, p: ListParams) -> Result<Completions, ApiError> {
        Ok(self
            .store
            .read(move |tx| {
                Ok(Completions {
                    ok: true,
                    completions: tx.completions(&p)?,
                    counts: tx.counts("completions")?,
                })
            })
            .await?)
    }

    pub async fn completions_get(&self, p: CompletionParams) -> Result<Completion, ApiError> {
        Ok(self.store.read(move |tx| tx.completion(p.id.as_str())).await?)
    }
}
