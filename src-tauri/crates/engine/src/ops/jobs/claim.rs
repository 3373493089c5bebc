//! Claiming a job: waiting for one, taking it, laying the ground it stands on.

use crate::{Caller, Engine, Principal, hash};
use protocol::job::{ClaimJob, FailJob, Job, JobClaimed};
use protocol::{ApiError, ErrorCode, Event};
use store::{Claimed, NewEvent, QueueName, Waiter};

impl Engine {
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
        // Kept until what it was woken for is looked for: a caller that goes away meanwhile hands it on.
        let mut woken: Option<Waiter> = None;
        loop {
            let mut waiter = self.store.waiter(QueueName::Jobs, Some(p.worker_id.clone()), p.kinds.clone());
            let taken = self.take_job(&p).await?;
            if taken.is_none() && self.is_drained(&p.worker_id).await? {
                // Out of the line of those that may have a job, what it was woken for goes to the next.
                waiter = self.store.waiter(QueueName::Jobs, Some(p.worker_id.clone()), Some(Vec::new()));
                woken = None;
                if !self.is_drained(&p.worker_id).await? {
                    continue;
                }
            }
            woken.take().into_iter().for_each(Waiter::looked);
            if let Some((mut job, claimed, secret)) = taken {
                let steer = self.said_to(&mut job).await?;
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
                    steer,
                });
            }
            if !self.wait_for_work(&mut waiter, deadline).await {
                return Err(ApiError::new(ErrorCode::Empty, "No pending jobs"));
            }
            woken = Some(waiter);
        }
    }

    async fn is_drained(&self, worker: &str) -> Result<bool, ApiError> {
        let worker = worker.to_owned();
        Ok(self.store.read(move |tx| tx.is_drained(&worker)).await?)
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
    pub(crate) async fn fail_claimed(
        &self,
        job: &Job,
        token: &str,
        error: &ApiError,
    ) -> Result<(), ApiError> {
        let fail = FailJob {
            id: job.id.clone(),
            claim_token: token.to_owned(),
            message: error.message.clone(),
            code: Some(error.code.as_str().to_owned()),
            detail: None,
            artifacts: Vec::new(),
            verification: Vec::new(),
            isolation: None,
        };
        self.jobs_fail(Caller::new(Principal::Server), fail).await.map(drop)
    }
}
