//! Work that the server does itself, in one moment, and that is a job to everybody who looks: it has an id, a title, a
//! commit and a place in the history.

use crate::StoreError;
use crate::jobs::NewJob;
use crate::tx::Tx;
use protocol::merge::MergeEntry;
use rusqlite::params;

/// What the server made.
#[derive(Debug, Clone)]
pub struct ServerJob {
    pub commit: String,
    pub branch: String,
    /// Who does it, as shown.
    pub by: String,
}

impl Tx<'_> {
    /// Adds a job that is done already.
    pub fn insert_done_job(&mut self, id: &str, new: &NewJob, done: &ServerJob) -> Result<(), StoreError> {
        let now = self.now();
        self.exec(
            "INSERT INTO jobs (id, taskId, sessionId, workspaceId, requestId, kind, title, params, band, queueWaitBudgetMs, executionBudgetMs, finalizationBudgetMs, \
             status, workerId, commitSha, branch, enqueuedAt, claimedAt, startedAt, endedAt, durationMs, createdAt, updatedAt) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 'completed', ?13, ?14, ?15, ?16, ?16, ?16, ?16, 0, ?16, ?16)",
            params![
                id,
                new.task_id,
                new.session_id.as_ref().map(|s| s.as_str()),
                new.workspace_id.as_ref().map(|w| w.as_str()),
                new.request_id.as_ref().map(|r| r.as_str()),
                new.kind,
                new.title,
                new.params.to_string(),
                new.priority.band(),
                new.queue_wait_budget_ms as i64,
                new.execution_budget_ms as i64,
                new.finalization_budget_ms as i64,
                done.by,
                done.commit,
                done.branch,
                now
            ],
        )?;
        Ok(())
    }

    /// Notes on a landed entry which one takes it back. When it landed stays as it is.
    pub fn note_reverted(&mut self, entry: &MergeEntry) -> Result<(), StoreError> {
        self.exec(
            "UPDATE merge_entries SET record = ?2 WHERE id = ?1",
            params![entry.id.as_str(), serde_json::to_string(entry)?],
        )?;
        Ok(())
    }

    /// Landed entries whose id, or landed commit, begins so; the newest first, at most two.
    pub fn landed_by_prefix(&self, workspace: &str, prefix: &str) -> Result<Vec<MergeEntry>, StoreError> {
        self.all(
            "SELECT record FROM merge_entries WHERE workspaceId = ?1 AND state = 'landed' \
             AND (substr(id, 1, length(?2)) = ?2 OR substr(json_extract(record, '$.landedCommit'), 1, length(?2)) = ?2) ORDER BY seq DESC LIMIT 2",
            params![workspace, prefix],
            |r| crate::row::json(r, "record"),
        )
    }

    /// Landed entries by where they landed, of a workspace, the newest first.
    pub fn landed_entries(&self, workspace: &str, limit: usize) -> Result<Vec<MergeEntry>, StoreError> {
        self.all(
            "SELECT record FROM merge_entries WHERE workspaceId = ? AND state = 'landed' ORDER BY landedAt DESC, seq DESC LIMIT ?",
            params![workspace, limit as i64],
            |r| crate::row::json(r, "record"),
        )
    }
}
