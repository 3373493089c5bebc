//! The request queue's operations.

use crate::ops::chat::queue_wait_budget;
use crate::{Caller, Engine, Reply, outbox};
use protocol::ops::{Done, Permission, RequestParams};
use protocol::queue::{LeaseRenewed, ListParams, MAX_WAIT_MS, RenewParams};
use protocol::request::{
    ClaimRequest, EnqueueRequest, FailRequest, FinishRequest, Request, RequestClaimed, RequestEnqueued,
    RequestStatus, Requests,
};
use protocol::{ApiError, ErrorCode, Event, message::MAX_MESSAGE};
use store::{NewEvent, NewRequest, QueueName, RequestFinish, Waiter};

impl Engine {
    pub async fn requests_enqueue(&self, caller: Caller, p: EnqueueRequest) -> Reply {
        if p.prompt.trim().is_empty() {
            return Err(ApiError::bad("sessionId and prompt are required"));
        }
        super::jobs::check_target(p.target_worker_id.as_deref())?;
        if p.prompt.len() > MAX_MESSAGE {
            return Err(ApiError::new(
                ErrorCode::TooLarge,
                format!("A prompt holds at most {MAX_MESSAGE} bytes."),
            ));
        }
        if !caller.who.may(Permission::Publish) && crate::remote_buddy::publish::would_publish(&p.prompt) {
            return Err(ApiError::new(ErrorCode::Forbidden, "This device may not publish."));
        }
        self.change(caller, move |tx| {
            let workspace_id = tx.require_session(&p.session_id)?;
            let priority = p.priority.unwrap_or_default();
            let new = NewRequest {
                session_id: p.session_id,
                workspace_id,
                prompt: p.prompt,
                enhanced_prompt: None,
                priority,
                queue_wait_budget_ms: p
                    .queue_wait_budget_ms
                    .unwrap_or(queue_wait_budget(priority))
                    .min(i64::MAX as u64 / 2),
                target_worker_id: p.target_worker_id,
            };
            let (id, position) = tx.enqueue_request(new)?;
            tx.post(outbox::ENHANCE, serde_json::json!({ "request": id }))?;
            let eta_ms = tx.eta_ms("requests", position, 1)?;
            Ok(RequestEnqueued {
                ok: true,
                request_id: serde_json::from_value(id.into())?,
                queue_position: position,
                eta_ms,
            })
        })
        .await
    }

    pub async fn requests_claim(&self, caller: Caller, p: ClaimRequest) -> Result<RequestClaimed, ApiError> {
        if p.agent_id.is_empty() || p.agent_id.len() > 200 {
            return Err(ApiError::bad("agentId is required"));
        }
        if let crate::Principal::Worker { .. } | crate::Principal::Job { .. } = caller.who {
            return Err(ApiError::new(ErrorCode::Forbidden, "A worker's token does not claim requests."));
        }
        let deadline = self.wait_deadline(p.wait_ms)?;
        // Kept until what it was woken for is looked for: a caller that goes away meanwhile hands it on.
        let mut woken: Option<Waiter> = None;
        loop {
            let mut waiter = self.store.waiter(QueueName::Requests, None, None);
            let taken = self.take_request(&p).await?;
            woken.take().into_iter().for_each(Waiter::looked);
            if let Some(claimed) = taken {
                return Ok(claimed);
            }
            if !self.wait_for_work(&mut waiter, deadline).await {
                return Err(ApiError::new(ErrorCode::Empty, "No pending requests"));
            }
            woken = Some(waiter);
        }
    }

    /// Takes the first one there is. Looking writes nothing.
    async fn take_request(&self, p: &ClaimRequest) -> Result<Option<RequestClaimed>, ApiError> {
        if !self.store.read(|tx| tx.has_pending_request()).await? {
            return Ok(None);
        }
        let (agent, lease) = (p.agent_id.clone(), p.lease_ms);
        let claimed = self.store.write(move |tx| {
            let Some(claimed) = tx.claim_request(&agent, lease)? else { return Ok(None) };
            let mut request = tx.request(&claimed.id)?;
            request.claim_token = Some(claimed.token.clone());
            tx.append(NewEvent::new(
                &request.session_id.clone(),
                Event::RequestChanged { request_id: request.id.clone(), status: request.status },
                agent,
            ))?;
            let until = host::clock::iso(claimed.lease_expires_at);
            Ok(Some(RequestClaimed {
                ok: true,
                request,
                queue_wait_ms: claimed.queue_wait_ms,
                claim_token: claimed.token,
                lease_expires_at: until,
            }))
        });
        Ok(claimed.await?)
    }

    pub async fn requests_complete(&self, caller: Caller, p: FinishRequest) -> Reply {
        self.finish_request(caller, p.id.to_string(), p.claim_token, RequestStatus::Completed, p.result, None)
            .await
    }

    pub async fn requests_fail(&self, caller: Caller, p: FailRequest) -> Reply {
        let error = match p.detail {
            Some(detail) => format!("{}: {detail}", p.message),
            None => p.message,
        };
        self.finish_request(caller, p.id.to_string(), p.claim_token, RequestStatus::Failed, None, Some(error))
            .await
    }

    async fn finish_request(
        &self,
        caller: Caller,
        id: String,
        token: String,
        status: RequestStatus,
        result: Option<serde_json::Value>,
        error: Option<String>,
    ) -> Reply {
        self.change(caller.clone(), move |tx| {
            tx.finish_request(&id, &token, RequestFinish { status, result, error, job_id: None })?;
            let request = tx.request(&id)?;
            tx.append(NewEvent::new(
                &request.session_id,
                Event::RequestChanged { request_id: request.id, status },
                caller.who.label(),
            ))?;
            Ok(Done { ok: true })
        })
        .await
    }

    pub async fn requests_renew(&self, caller: Caller, p: RenewParams) -> Reply {
        self.renew(caller, QueueName::Requests, p).await
    }

    pub(crate) async fn renew(&self, caller: Caller, queue: QueueName, p: RenewParams) -> Reply {
        self.change(caller, move |tx| {
            let until = tx.renew_lease(queue, &p.id, &p.claim_token, p.lease_ms)?;
            Ok(LeaseRenewed {
                ok: true,
                lease_expires_at: host::clock::iso(until),
                cancel_requested: false,
                pause: None,
                steer: Vec::new(),
            })
        })
        .await
    }

    pub async fn requests_cancel(&self, caller: Caller, p: RequestParams) -> Reply {
        self.change(caller.clone(), move |tx| {
            tx.cancel_request(p.id.as_str())?;
            let request = tx.request(p.id.as_str())?;
            tx.append(NewEvent::new(
                &request.session_id,
                Event::RequestChanged { request_id: p.id, status: RequestStatus::Cancelled },
                caller.who.label(),
            ))?;
            Ok(Done { ok: true })
        })
        .await
    }

    pub async fn requests_retry(&self, caller: Caller, p: RequestParams) -> Reply {
        self.change(caller.clone(), move |tx| {
            let position = tx.retry_request(p.id.as_str())?;
            let request = tx.request(p.id.as_str())?;
            tx.append(NewEvent::new(
                &request.session_id,
                Event::RequestChanged { request_id: p.id.clone(), status: RequestStatus::Pending },
                caller.who.label(),
            ))?;
            Ok(RequestEnqueued {
                ok: true,
                request_id: p.id,
                queue_position: position,
                eta_ms: tx.eta_ms("requests", position, 1)?,
            })
        })
        .await
    }

    pub async fn requests_list(&self, p: ListParams) -> Result<Requests, ApiError> {
        Ok(self
            .store
            .read(move |tx| {
                Ok(Requests {
                    ok: true,
                    requests: tx.requests(&p)?,
                    counts: tx.counts("requests")?,
                    priority_counts: tx.priority_counts("requests")?,
                    pending_snapshot: tx.pending_requests()?,
                    slo: tx.slo("requests")?,
                })
            })
            .await?)
    }

    pub async fn requests_get(&self, p: RequestParams) -> Result<Request, ApiError> {
        Ok(self.store.read(move |tx| tx.request(p.id.as_str())).await?)
    }

    /// When a waiting claim gives up; none means it does not wait.
    pub(crate) fn wait_deadline(
        &self,
        wait_ms: Option<u64>,
    ) -> Result<Option<tokio::time::Instant>, ApiError> {
        match wait_ms {
            None | Some(0) => Ok(None),
            Some(ms) if ms <= MAX_WAIT_MS => {
                Ok(Some(tokio::time::Instant::now() + std::time::Duration::from_millis(ms)))
            }
            Some(_) => Err(ApiError::bad(format!("waitMs is 0 to {MAX_WAIT_MS}"))),
        }
    }

    /// True when the claim should look again; false when its time is over or the server drains.
    pub(crate) async fn wait_for_work(
        &self,
        waiter: &mut store::Waiter,
        deadline: Option<tokio::time::Instant>,
    ) -> bool {
        let Some(deadline) = deadline else { return false };
        tokio::select! {
            // Work that arrives with the deadline is taken, or nobody else would be woken for it.
            biased;
            () = waiter.woken() => true,
            () = tokio::time::sleep_until(deadline) => false,
            () = self.stopping() => false,
        }
    }
}
