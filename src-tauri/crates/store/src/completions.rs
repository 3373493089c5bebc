//! The completion queue: finished commits waiting to land.

use crate::lease::{Claimed, lease_ms};
use crate::tx::Tx;
use crate::{QueueName, StoreError, row};
use protocol::merge::{Completion, CompletionStatus};
use protocol::queue::ListParams;
use protocol::{ApiError, ErrorCode, JobId, SessionId, WorkspaceId};
use rusqlite::{Row, params};

/// A completion about to be enqueued. `external` ones wait for somebody else's integrator.
#[derive(Debug, Clone)]
pub struct NewCompletion {
    pub job_id: JobId,
    pub session_id: SessionId,
    pub workspace_id: Option<WorkspaceId>,
    pub commit_sha: Option<String>,
    pub branch: Option<String>,
    pub message: String,
    pub pr_title: Option<String>,
    pub pr_body: Option<String>,
    pub external: bool,
}

const COLUMNS: &str =
    "completions.*, (SELECT id FROM merge_entries WHERE completionId = completions.id) AS entryId";

impl Tx<'_> {
    pub fn enqueue_completion(&mut self, new: NewCompletion) -> Result<String, StoreError> {
        let (id, now) = (self.new_id(), self.now());
        self.exec(
            "INSERT INTO completions (id, jobId, sessionId, workspaceId, commitSha, branch, message, prTitle, prBody, status, external, enqueuedAt, createdAt, updatedAt) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'pending', ?10, ?11, ?11, ?11)",
            params![
                id,
                new.job_id.as_str(),
                new.session_id.as_str(),
                new.workspace_id.as_ref().map(|w| w.as_str()),
                new.commit_sha,
                new.branch,
                new.message,
                new.pr_title,
                new.pr_body,
                new.external,
                now
            ],
        )?;
        self.wake_claims(QueueName::Completions, &id)?;
        Ok(id)
    }

    /// Whether an external integrator would find something.
    pub fn has_pending_completion(&self) -> Result<bool, StoreError> {
        Ok(self
            .one("SELECT 1 FROM completions WHERE status = 'pending' AND external = 1 LIMIT 1", [], |_| {
                Ok(())
            })?
            .is_some())
    }

    /// Takes the oldest completion of a workspace whose built-in merge queue is off.
    pub fn claim_completion(
        &mut self,
        pusher: &str,
        lease: Option<u64>,
    ) -> Result<Option<Claimed>, StoreError> {
        let lease = lease_ms(lease)?;
        if self.is_held()? {
            return Ok(None);
        }
        let seq = self.one("SELECT seq FROM completions WHERE status = 'pending' AND external = 1 ORDER BY band, seq LIMIT 1", [], |r| Ok(r.get::<_, i64>(0)?))?;
        seq.map(|seq| self.take(QueueName::Completions, "pusherId", seq, pusher, lease)).transpose()
    }

    /// Ends a completion an external integrator holds.
    pub fn finish_completion(
        &mut self,
        id: &str,
        token: &str,
        status: CompletionStatus,
        error: Option<&str>,
    ) -> Result<(), StoreError> {
        self.require_claim(QueueName::Completions, id, token)?;
        self.end_completion(id, status, error)
    }

    /// Ends a completion of the built-in merge queue.
    pub fn end_completion(
        &mut self,
        id: &str,
        status: CompletionStatus,
        error: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        self.exec(
            "UPDATE completions SET status = ?2, error = ?3, leaseExpiresAt = NULL, endedAt = ?4, durationMs = ?4 - createdAt, updatedAt = ?4 WHERE id = ?1",
            params![id, status.as_str(), error, now],
        )?;
        Ok(())
    }

    /// Completions of the built-in merge queue that have no entry yet, oldest first.
    pub fn unplaced_completions(&self) -> Result<Vec<Completion>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM completions WHERE status = 'pending' AND external = 0 AND entryId IS NULL ORDER BY seq LIMIT 100"
        );
        self.all(&sql, [], completion_row)
    }

    pub fn completion(&self, id: &str) -> Result<Completion, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM completions WHERE id = ?");
        match self.one(&sql, [id], completion_row)? {
            Some(completion) => Ok(completion),
            None => Self::refuse(ApiError::not_found("completion", id)),
        }
    }

    /// The completion a job produced, if it did; a retried hand-over finds the first one.
    pub fn completion_of_job(&self, job: &str, commit: &str) -> Result<Option<Completion>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM completions WHERE jobId = ? AND commitSha = ? LIMIT 1");
        self.one(&sql, params![job, commit], completion_row)
    }

    /// Newest first.
    pub fn completions(&self, list: &ListParams) -> Result<Vec<Completion>, StoreError> {
        let status = row::status_filter(list.status.as_deref(), CompletionStatus::from_word)?;
        let sql = format!(
            "SELECT {COLUMNS} FROM completions WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR sessionId = ?2) ORDER BY seq DESC LIMIT ?3"
        );
        self.all(
            &sql,
            params![
                status.map(CompletionStatus::as_str),
                list.session_id.as_ref().map(|s| s.as_str()),
                row::limit(list.limit, 200)?
            ],
            completion_row,
        )
    }

    /// Refuses a completion for a job that does not exist.
    pub fn require_job(&self, id: &str) -> Result<(), StoreError> {
        match self.one("SELECT 1 FROM jobs WHERE id = ?", [id], |_| Ok(()))? {
            Some(()) => Ok(()),
            None => Self::refuse(ApiError::new(ErrorCode::NotFound, format!("There is no job {id}"))),
        }
    }
}

fn completion_row(r: &Row<'_>) -> Result<Completion, StoreError> {
    Ok(Completion {
        id: row::word(r, "id")?,
        job_id: row::word(r, "jobId")?,
        session_id: row::word(r, "sessionId")?,
        commit_sha: r.get("commitSha")?,
        branch: r.get("branch")?,
        message: r.get("message")?,
        pr_title: r.get("prTitle")?,
        pr_body: r.get("prBody")?,
        status: row::word(r, "status")?,
        pusher_id: r.get("pusherId")?,
        error: r.get("error")?,
        entry_id: row::word_opt(r, "entryId")?,
        attempts: r.get("attempts")?,
        created_at: row::iso(r, "createdAt")?,
        updated_at: row::iso(r, "updatedAt")?,
        claim_token: None,
        lease_expires_at: row::iso_opt(r, "leaseExpiresAt")?,
    })
}
