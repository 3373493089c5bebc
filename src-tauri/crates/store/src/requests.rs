//! The request queue.

use crate::lease::{Claimed, lease_ms};
use crate::tx::Tx;
use crate::{QueueName, StoreError, row};
use protocol::queue::{ListParams, PendingItem};
use protocol::request::{Request, RequestStatus};
use protocol::{ApiError, ErrorCode, Priority, SessionId, WorkspaceId};
use rusqlite::{Row, params};

/// A request about to be enqueued.
#[derive(Debug, Clone)]
pub struct NewRequest {
    pub session_id: SessionId,
    pub workspace_id: Option<WorkspaceId>,
    pub prompt: String,
    pub enhanced_prompt: Option<String>,
    pub priority: Priority,
    pub queue_wait_budget_ms: u64,
    /// The only worker that may have its job.
    pub target_worker_id: Option<String>,
}

/// How a request ends.
#[derive(Debug, Clone)]
pub struct RequestFinish {
    pub status: RequestStatus,
    pub result: Option<serde_json::Value>,
    pub error: Option<String>,
    pub job_id: Option<String>,
}

impl Tx<'_> {
    /// Adds a request at the end of its band: `(id, position)`.
    pub fn enqueue_request(&mut self, new: NewRequest) -> Result<(String, u64), StoreError> {
        let (id, now, band) = (self.new_id(), self.now(), new.priority.band());
        self.exec(
            "INSERT INTO requests (id, sessionId, workspaceId, prompt, enhancedPrompt, band, queueWaitBudgetMs, status, enqueuedAt, createdAt, updatedAt, targetWorkerId) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'pending', ?8, ?8, ?8, ?9)",
            params![id, new.session_id.as_str(), new.workspace_id.as_ref().map(|w| w.as_str()), new.prompt, new.enhanced_prompt, band, new.queue_wait_budget_ms as i64, now, new.target_worker_id],
        )?;
        self.wake_claims(QueueName::Requests, &id)?;
        Ok((id, self.last_position("requests", band)?))
    }

    /// Whether a claim would find something; keeps empty claims off the writer.
    pub fn has_pending_request(&self) -> Result<bool, StoreError> {
        let pending = "SELECT 1 FROM requests WHERE status = 'pending' LIMIT 1";
        Ok(!self.is_held()? && self.one(pending, [], |_| Ok(()))?.is_some())
    }

    /// Takes the first pending request.
    pub fn claim_request(&mut self, agent: &str, lease: Option<u64>) -> Result<Option<Claimed>, StoreError> {
        let lease = lease_ms(lease)?;
        if self.is_held()? {
            return Ok(None);
        }
        let seq = self.one(
            "SELECT seq FROM requests WHERE status = 'pending' ORDER BY band, seq LIMIT 1",
            [],
            |r| Ok(r.get::<_, i64>(0)?),
        )?;
        seq.map(|seq| self.take(QueueName::Requests, "agentId", seq, agent, lease)).transpose()
    }

    /// Ends a claimed request.
    pub fn finish_request(&mut self, id: &str, token: &str, finish: RequestFinish) -> Result<(), StoreError> {
        self.require_claim(QueueName::Requests, id, token)?;
        let now = self.now();
        let result = finish.result.map(|v| v.to_string());
        let duration = self.one(
            "UPDATE requests SET status = ?2, result = ?3, error = ?4, jobId = COALESCE(?5, jobId), leaseExpiresAt = NULL, endedAt = ?6, \
             durationMs = ?6 - claimedAt, updatedAt = ?6 WHERE id = ?1 RETURNING durationMs",
            params![id, finish.status.as_str(), result, finish.error, finish.job_id, now],
            |r| Ok(r.get::<_, i64>(0)?),
        )?;
        if let Some(duration) = duration {
            self.measure("requests", duration)?;
        }
        Ok(())
    }

    /// Names the job of a request whose plan had to wait.
    pub fn set_request_job(&mut self, id: &str, job: &str) -> Result<(), StoreError> {
        self.exec(
            "UPDATE requests SET jobId = ?2, updatedAt = ?3 WHERE id = ?1",
            params![id, job, self.now()],
        )?;
        Ok(())
    }

    /// Ends a request whose plan waited and cannot become a job after all.
    pub fn fail_waiting_plan(&mut self, id: &str, error: &str) -> Result<(), StoreError> {
        self.exec(
            "UPDATE requests SET status = 'failed', error = ?2, endedAt = ?3, updatedAt = ?3 WHERE id = ?1 AND status = 'completed' AND jobId IS NULL",
            params![id, error, self.now()],
        )?;
        Ok(())
    }

    pub fn set_enhanced_prompt(&mut self, id: &str, text: &str) -> Result<(), StoreError> {
        self.exec(
            "UPDATE requests SET enhancedPrompt = ?2, updatedAt = ?3 WHERE id = ?1",
            params![id, text, self.now()],
        )?;
        Ok(())
    }

    /// Stops a request that has not ended: in line, waiting for a model, or being planned. Whoever plans it holds no
    /// claim any more, so what comes of that is refused.
    pub fn cancel_request(&mut self, id: &str) -> Result<(), StoreError> {
        let changed = self.exec(
            "UPDATE requests SET status = 'cancelled', claimToken = NULL, leaseExpiresAt = NULL, endedAt = ?2, updatedAt = ?2 WHERE id = ?1 AND status IN ('pending', 'claimed', 'waiting_for_model')",
            params![id, self.now()],
        )?;
        if changed == 0 {
            let request = self.request(id)?;
            return Self::refuse(ApiError::new(
                ErrorCode::Conflict,
                format!("This request is already {}.", request.status),
            ));
        }
        Ok(())
    }

    /// Puts a failed, cancelled or waiting request back in line; returns its position.
    pub fn retry_request(&mut self, id: &str) -> Result<u64, StoreError> {
        let changed = self.exec(
            "UPDATE requests SET status = 'pending', attempts = 0, error = NULL, endedAt = NULL, enqueuedAt = ?2, updatedAt = ?2 \
             WHERE id = ?1 AND status IN ('failed', 'cancelled', 'waiting_for_model')",
            params![id, self.now()],
        )?;
        let request = self.request(id)?;
        if changed == 0 {
            return Self::refuse(ApiError::new(
                ErrorCode::Conflict,
                format!("This request is {}; only an ended one can be tried again.", request.status),
            ));
        }
        self.wake_claims(QueueName::Requests, id)?;
        self.last_position("requests", request.priority.band())
    }

    /// Ids of all requests kept until a model is there, the oldest first.
    pub fn requests_waiting_for_model(&self) -> Result<Vec<String>, StoreError> {
        self.all("SELECT id FROM requests WHERE status = 'waiting_for_model' ORDER BY seq", [], |r| {
            Ok(r.get(0)?)
        })
    }

    pub fn request(&self, id: &str) -> Result<Request, StoreError> {
        match self.one("SELECT * FROM requests WHERE id = ?", [id], request_row)? {
            Some(request) => Ok(request),
            None => Self::refuse(ApiError::not_found("request", id)),
        }
    }

    /// Finds a request by the first characters of its id.
    pub fn request_by_prefix(&self, prefix: &str) -> Result<Option<Request>, StoreError> {
        self.one("SELECT * FROM requests WHERE substr(id, 1, length(?1)) = ?1 LIMIT 1", [prefix], request_row)
    }

    /// Ids of the newest requests and jobs, newest first.
    pub fn recent_ids(
        &self,
        limit: usize,
    ) -> Result<(Vec<protocol::RequestId>, Vec<protocol::JobId>), StoreError> {
        let requests =
            self.all("SELECT id FROM requests ORDER BY seq DESC LIMIT ?", [limit as i64], |r| {
                row::word(r, "id")
            })?;
        let jobs = self
            .all("SELECT id FROM jobs ORDER BY seq DESC LIMIT ?", [limit as i64], |r| row::word(r, "id"))?;
        Ok((requests, jobs))
    }

    pub fn request_workspace(&self, id: &str) -> Result<Option<String>, StoreError> {
        Ok(self.one("SELECT workspaceId FROM requests WHERE id = ?", [id], |r| Ok(r.get(0)?))?.flatten())
    }

    /// Newest first.
    pub fn requests(&self, list: &ListParams) -> Result<Vec<Request>, StoreError> {
        let status = row::status_filter(list.status.as_deref(), RequestStatus::from_word)?;
        self.all(
            "SELECT * FROM requests WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR sessionId = ?2) AND (?3 IS NULL OR workspaceId = ?3) ORDER BY seq DESC LIMIT ?4",
            params![
                status.map(RequestStatus::as_str),
                list.session_id.as_ref().map(|s| s.as_str()),
                list.workspace_id.as_ref().map(|s| s.as_str()),
                row::limit(list.limit, 200)?
            ],
            request_row,
        )
    }

    pub fn pending_requests(&self) -> Result<Vec<PendingItem>, StoreError> {
        self.pending_snapshot("requests", "prompt", 1)
    }
}

fn request_row(r: &Row<'_>) -> Result<Request, StoreError> {
    let status: RequestStatus = row::word(r, "status")?;
    let prompt: String = r.get("prompt")?;
    let ended = row::iso_opt(r, "endedAt")?;
    Ok(Request {
        id: row::word(r, "id")?,
        session_id: row::word(r, "sessionId")?,
        original_prompt: prompt.clone(),
        prompt,
        enhanced_prompt: r.get("enhancedPrompt")?,
        priority: Priority::from_band(r.get("band")?),
        queue_wait_budget_ms: row::unsigned(r, "queueWaitBudgetMs")?,
        agent_id: r.get("agentId")?,
        result: row::json_opt(r, "result")?,
        error: r.get("error")?,
        job_id: row::word_opt(r, "jobId")?,
        target_worker_id: r.get("targetWorkerId")?,
        attempts: r.get("attempts")?,
        enqueued_at: row::iso(r, "enqueuedAt")?,
        claimed_at: row::iso_opt(r, "claimedAt")?,
        completed_at: ended.clone().filter(|_| status == RequestStatus::Completed),
        failed_at: ended.filter(|_| status == RequestStatus::Failed),
        duration_ms: row::unsigned_opt(r, "durationMs")?,
        created_at: row::iso(r, "createdAt")?,
        updated_at: row::iso(r, "updatedAt")?,
        status,
        claim_token: None,
        lease_expires_at: row::iso_opt(r, "leaseExpiresAt")?,
    })
}
