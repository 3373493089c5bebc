//! The job queue.

use crate::lease::{Claimed, lease_ms};
use crate::tx::Tx;
use crate::{QueueName, StoreError, row};
use protocol::event::Artifact;
use protocol::job::{Job, JobStatus};
use protocol::node::is_of_node;
use protocol::queue::{ListParams, PendingItem};
use protocol::worker::EffectiveIsolation;
use protocol::{ApiError, ErrorCode, Priority, RequestId, SessionId, WorkspaceId};
use rusqlite::{Row, params, params_from_iter, types::Value};

/// How long a bundle waits for the completion of a job that has ended.
const COMPLETION_COMES_WITHIN_MS: i64 = 7 * 24 * 3_600_000;

/// A job about to be enqueued. Budgets are milliseconds.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub task_id: String,
    pub kind: String,
    pub title: String,
    pub session_id: Option<SessionId>,
    pub workspace_id: Option<WorkspaceId>,
    pub request_id: Option<RequestId>,
    pub params: serde_json::Value,
    pub priority: Priority,
    pub target_worker_id: Option<String>,
    pub queue_wait_budget_ms: u64,
    pub execution_budget_ms: u64,
    pub finalization_budget_ms: u64,
}

/// How a claimed job ends.
#[derive(Debug, Clone)]
pub struct JobFinish {
    pub status: JobStatus,
    pub result: Option<serde_json::Value>,
    pub error: Option<String>,
    pub artifacts: Vec<Artifact>,
    pub verified: Option<bool>,
    pub isolation: Option<EffectiveIsolation>,
    pub commit_sha: Option<String>,
    pub branch: Option<String>,
}

impl JobFinish {
    /// An end that hands nothing over.
    pub fn without_work(status: JobStatus, result: serde_json::Value, error: String) -> Self {
        Self {
            status,
            result: Some(result),
            error: Some(error),
            artifacts: Vec::new(),
            verified: None,
            isolation: None,
            commit_sha: None,
            branch: None,
        }
    }
}

impl Tx<'_> {
    /// Adds a job at the end of its band: `(id, position)`.
    pub fn enqueue_job(&mut self, new: NewJob) -> Result<(String, u64), StoreError> {
        let (id, now, band) = (self.new_id(), self.now(), new.priority.band());
        self.exec(
            "INSERT INTO jobs (id, taskId, sessionId, workspaceId, requestId, kind, title, params, band, queueWaitBudgetMs, executionBudgetMs, finalizationBudgetMs, \
             status, targetWorkerId, enqueuedAt, createdAt, updatedAt) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'pending', ?13, ?14, ?14, ?14)",
            params![
                id,
                new.task_id,
                new.session_id.as_ref().map(|s| s.as_str()),
                new.workspace_id.as_ref().map(|w| w.as_str()),
                new.request_id.as_ref().map(|r| r.as_str()),
                new.kind,
                new.title,
                new.params.to_string(),
                band,
                new.queue_wait_budget_ms as i64,
                new.execution_budget_ms as i64,
                new.finalization_budget_ms as i64,
                new.target_worker_id,
                now
            ],
        )?;
        self.wake_claims(QueueName::Jobs, &id)?;
        Ok((id, self.last_position("jobs", band)?))
    }

    fn next_job(&self, worker: &str, kinds: Option<&[String]>) -> Result<Option<i64>, StoreError> {
        let filter = match kinds {
            Some(kinds) if !kinds.is_empty() => {
                format!(" AND kind IN ({})", vec!["?"; kinds.len()].join(", "))
            }
            _ => String::new(),
        };
        let kinds = kinds.unwrap_or_default();
        let values = |first: Option<&str>| {
            first
                .into_iter()
                .map(str::to_owned)
                .chain(kinds.iter().cloned())
                .map(Value::from)
                .collect::<Vec<_>>()
        };
        let targeted = format!(
            "SELECT seq FROM jobs WHERE status = 'pending' AND targetWorkerId = ?{filter} ORDER BY band, seq LIMIT 1"
        );
        if let Some(seq) = self.one(&targeted, params_from_iter(values(Some(worker))), |r| Ok(r.get(0)?))? {
            return Ok(Some(seq));
        }
        if is_of_node(worker) {
            return Ok(None);
        }
        let anyone = format!(
            "SELECT seq FROM jobs WHERE status = 'pending' AND targetWorkerId IS NULL{filter} ORDER BY band, seq LIMIT 1"
        );
        self.one(&anyone, params_from_iter(values(None)), |r| Ok(r.get(0)?))
    }

    /// Whether a claim would find something; keeps empty claims off the writer.
    pub fn has_pending_job(&self, worker: &str, kinds: Option<&[String]>) -> Result<bool, StoreError> {
        Ok(!self.is_held()? && self.may_claim(worker)? && self.next_job(worker, kinds)?.is_some())
    }

    /// Takes the first job this worker may run: its own targeted ones first, then by band and age. A worker of another
    /// machine has jobs that name it and no others.
    /// `job_token_hash` is stored so that a bearer of that token speaks for this job only.
    pub fn claim_job(
        &mut self,
        worker: &str,
        kinds: Option<&[String]>,
        lease: Option<u64>,
        job_token_hash: &str,
    ) -> Result<Option<Claimed>, StoreError> {
        let lease = lease_ms(lease)?;
        if self.is_held()? || !self.may_claim(worker)? {
            return Ok(None);
        }
        let Some(seq) = self.next_job(worker, kinds)? else { return Ok(None) };
        let claimed = self.take(QueueName::Jobs, "workerId", seq, worker, lease)?;
        self.exec("UPDATE jobs SET jobTokenHash = ?2, startedAt = COALESCE(startedAt, claimedAt), step = NULL WHERE seq = ?1", params![seq, job_token_hash])?;
        Ok(Some(claimed))
    }

    /// The claimed job a job token belongs to.
    pub fn job_of_token(&self, token_hash: &str) -> Result<Option<String>, StoreError> {
        self.one("SELECT id FROM jobs WHERE status = 'claimed' AND jobTokenHash = ?", [token_hash], |r| {
            Ok(r.get(0)?)
        })
    }

    /// Every current claim: `(job, claim token)`.
    pub fn job_claims(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.all(
            "SELECT id, claimToken FROM jobs WHERE status = 'claimed' AND claimToken IS NOT NULL",
            [],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
    }

    /// Jobs somebody may still work on.
    pub fn unfinished_jobs(&self) -> Result<std::collections::BTreeSet<String>, StoreError> {
        let sql = "SELECT id FROM jobs WHERE status IN ('pending', 'claimed', 'waiting')";
        Ok(self.all(sql, [], |r| Ok(r.get(0)?))?.into_iter().collect())
    }

    /// Whether an uploaded bundle may still be asked for: while the job is claimed, and for a week after it was
    /// completed without its completion having come. An unknown job needs none.
    pub fn needs_bundle(&self, id: &str) -> Result<bool, StoreError> {
        let since = self.now() - COMPLETION_COMES_WITHIN_MS;
        let sql = "SELECT 1 FROM jobs WHERE id = ?1 AND (status = 'claimed' OR (status = 'completed' AND endedAt > ?2 \
                   AND NOT EXISTS (SELECT 1 FROM completions WHERE jobId = ?1)))";
        Ok(self.one(sql, params![id, since], |_| Ok(()))?.is_some())
    }

    /// Ends a claimed job; returns its duration in milliseconds.
    pub fn finish_job(&mut self, id: &str, token: &str, finish: JobFinish) -> Result<u64, StoreError> {
        self.require_claim(QueueName::Jobs, id, token)?;
        let now = self.now();
        let isolation = finish.isolation.map(|i| serde_json::to_string(&i)).transpose()?;
        let duration = self
            .one(
                "UPDATE jobs SET status = ?2, result = ?3, error = ?4, verified = ?5, isolation = COALESCE(?6, isolation), commitSha = COALESCE(?7, commitSha), \
                 branch = COALESCE(?8, branch), leaseExpiresAt = NULL, jobTokenHash = NULL, endedAt = ?9, durationMs = ?9 - claimedAt, updatedAt = ?9 WHERE id = ?1 RETURNING durationMs",
                params![id, finish.status.as_str(), finish.result.map(|v| v.to_string()), finish.error, finish.verified, isolation, finish.commit_sha, finish.branch, now],
                |r| Ok(r.get::<_, i64>(0)?),
            )?
            .unwrap_or(0);
        self.measure("jobs", duration)?;
        for artifact in finish.artifacts {
            self.add_artifact(id, &artifact)?;
        }
        Ok(duration.max(0) as u64)
    }

    /// Cancels a pending or waiting job at once; a claimed one is asked to stop. True when it ended here.
    pub fn cancel_job(&mut self, id: &str) -> Result<bool, StoreError> {
        let now = self.now();
        if self.exec("UPDATE jobs SET status = 'cancelled', endedAt = ?2, updatedAt = ?2 WHERE id = ?1 AND status IN ('pending', 'waiting')", params![id, now])? > 0 {
            return Ok(true);
        }
        if self.exec(
            "UPDATE jobs SET cancelRequested = 1, updatedAt = ?2 WHERE id = ?1 AND status = 'claimed'",
            params![id, now],
        )? > 0
        {
            return Ok(false);
        }
        let job = self.job(id)?;
        Self::refuse(ApiError::new(ErrorCode::Conflict, format!("This job is already {}.", job.status)))
    }

    pub fn set_job_step(&mut self, id: &str, step: &str) -> Result<(), StoreError> {
        self.exec("UPDATE jobs SET step = ?2, updatedAt = ?3 WHERE id = ?1", params![id, step, self.now()])?;
        Ok(())
    }

    pub fn job(&self, id: &str) -> Result<Job, StoreError> {
        match self.one("SELECT * FROM jobs WHERE id = ?", [id], job_row)? {
            Some(job) => Ok(job),
            None => Self::refuse(ApiError::not_found("job", id)),
        }
    }

    /// Finds a job by the first characters of its id.
    pub fn job_by_prefix(&self, prefix: &str) -> Result<Option<Job>, StoreError> {
        self.one("SELECT * FROM jobs WHERE substr(id, 1, length(?1)) = ?1 LIMIT 1", [prefix], job_row)
    }

    /// Newest first.
    pub fn jobs(&self, list: &ListParams) -> Result<Vec<Job>, StoreError> {
        let status = row::status_filter(list.status.as_deref(), JobStatus::from_word)?;
        self.all(
            "SELECT * FROM jobs WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR sessionId = ?2) AND (?3 IS NULL OR workspaceId = ?3) ORDER BY seq DESC LIMIT ?4",
            params![
                status.map(JobStatus::as_str),
                list.session_id.as_ref().map(|s| s.as_str()),
                list.workspace_id.as_ref().map(|s| s.as_str()),
                row::limit(list.limit, 200)?
            ],
            job_row,
        )
    }

    /// Jobs that have not ended, oldest first, with their parameters: for the overlap forecast and clean-up.
    pub fn open_jobs(&self, workspace: &str) -> Result<Vec<Job>, StoreError> {
        self.all("SELECT * FROM jobs WHERE workspaceId = ? AND status IN ('pending', 'claimed', 'waiting') ORDER BY seq LIMIT 500", [workspace], job_row)
    }

    pub fn pending_jobs(&self, hands: u64) -> Result<Vec<PendingItem>, StoreError> {
        self.pending_snapshot("jobs", "title", hands)
    }
}

fn job_row(r: &Row<'_>) -> Result<Job, StoreError> {
    let status: JobStatus = row::word(r, "status")?;
    let ended = row::iso_opt(r, "endedAt")?;
    Ok(Job {
        id: row::word(r, "id")?,
        task_id: r.get("taskId")?,
        session_id: row::word_opt(r, "sessionId")?,
        workspace_id: row::word_opt(r, "workspaceId")?,
        request_id: row::word_opt(r, "requestId")?,
        kind: r.get("kind")?,
        title: r.get("title")?,
        params: r.get("params")?,
        priority: Priority::from_band(r.get("band")?),
        queue_wait_budget_ms: row::unsigned(r, "queueWaitBudgetMs")?,
        execution_budget_ms: row::unsigned(r, "executionBudgetMs")?,
        finalization_budget_ms: row::unsigned(r, "finalizationBudgetMs")?,
        worker_id: r.get("workerId")?,
        target_worker_id: r.get("targetWorkerId")?,
        result: row::json_opt(r, "result")?,
        error: r.get("error")?,
        attempts: r.get("attempts")?,
        cancel_requested: r.get("cancelRequested")?,
        pause_requested: r.get("pauseRequested")?,
        waiting: row::json_opt(r, "waiting")?,
        taken: crate::taken::column(r)?,
        step: r.get("step")?,
        isolation: row::json_opt(r, "isolation")?,
        verified: r.get("verified")?,
        commit_sha: r.get("commitSha")?,
        branch: r.get("branch")?,
        enqueued_at: row::iso(r, "enqueuedAt")?,
        claimed_at: row::iso_opt(r, "claimedAt")?,
        started_at: row::iso_opt(r, "startedAt")?,
        first_log_at: row::iso_opt(r, "firstLogAt")?,
        completed_at: ended.clone().filter(|_| status == JobStatus::Completed),
        failed_at: ended.filter(|_| status == JobStatus::Failed),
        duration_ms: row::unsigned_opt(r, "durationMs")?,
        created_at: row::iso(r, "createdAt")?,
        updated_at: row::iso(r, "updatedAt")?,
        status,
        claim_token: None,
        lease_expires_at: row::iso_opt(r, "leaseExpiresAt")?,
    })
}
