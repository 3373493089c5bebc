//! An entry as it enters the queue: nothing has been built of it, and nothing is known but what it brings.

use protocol::merge::{EntryState, MergeEntry};
use protocol::{EntryId, JobId, Priority, SessionId};
use repo::ObjectId;
use store::{StoreError, Tx, WorkspaceRow};

/// What an entry brings.
pub(crate) struct Fresh<'a> {
    pub id: EntryId,
    pub job: &'a JobId,
    pub session: &'a SessionId,
    pub completion: &'a str,
    /// Where it is to land, and how.
    pub row: WorkspaceRow,
    pub title: String,
    pub branch: String,
    pub commit: &'a ObjectId,
    pub base: &'a ObjectId,
    /// Files, lines added, lines removed.
    pub size: (u32, u32, u32),
}

impl Fresh<'_> {
    pub(crate) fn entry(self, tx: &Tx<'_>) -> Result<MergeEntry, StoreError> {
        let now = host::clock::iso(tx.now());
        let (files, additions, deletions) = self.size;
        Ok(MergeEntry {
            id: self.id,
            completion_id: serde_json::from_value(self.completion.into())?,
            job_id: self.job.clone(),
            workspace_id: self.row.id,
            session_id: self.session.clone(),
            title: self.title,
            state: EntryState::Queued,
            commit_sha: self.commit.to_string(),
            base: self.base.to_string(),
            branch: self.branch,
            strategy: self.row.strategy,
            target: self.row.integration_branch,
            onto: None,
            candidate: None,
            tree: None,
            patch_hash: None,
            files,
            additions,
            deletions,
            risky: Vec::new(),
            verified: false,
            position: None,
            reason: None,
            because: None,
            approval_id: None,
            checks: Vec::new(),
            landed_commit: None,
            created_at: now.clone(),
            updated_at: now,
            landed_at: None,
            ahead: None,
            slot: None,
            checking_since: None,
            doubt: None,
            priority: Priority::default(),
            next: false,
            depends_on: None,
            runs: 0,
            thrown_away: 0,
            kind: Default::default(),
            reverts: None,
            reverted_by: None,
            repair: None,
        })
    }
}
