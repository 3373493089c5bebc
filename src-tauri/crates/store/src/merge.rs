//! Merge queue entries: the record is the whole entry, the columns are what it is found by.

use crate::slo::percentiles;
use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::ApiError;
use protocol::merge::{EntryState, MergeEntry, MergeStats};
use rusqlite::params;

impl Tx<'_> {
    /// Adds an entry to its workspace's queue, behind all of the same priority.
    pub fn insert_entry(&mut self, entry: &MergeEntry) -> Result<(), StoreError> {
        let now = self.now();
        self.exec(
            "INSERT INTO merge_entries (id, completionId, jobId, workspaceId, state, place, record, createdAt, updatedAt) \
             VALUES (?1, ?2, ?3, ?4, ?5, (SELECT COALESCE(MAX(place), 0) + 1 FROM merge_entries), ?6, ?7, ?7)",
            params![entry.id.as_str(), entry.completion_id.as_str(), entry.job_id.as_str(), entry.workspace_id.as_str(), entry.state.as_str(), serde_json::to_string(entry)?, now],
        )?;
        self.place_by_priority(entry)
    }

    /// Stores the entry as it is now; the time of the change is set here.
    pub fn update_entry(&mut self, entry: &mut MergeEntry) -> Result<(), StoreError> {
        let now = self.now();
        entry.updated_at = host::clock::iso(now);
        let landed = (entry.state == EntryState::Landed).then_some(now);
        if landed.is_some() {
            entry.landed_at = Some(entry.updated_at.clone());
        }
        self.exec(
            "UPDATE merge_entries SET state = ?2, record = ?3, updatedAt = ?4, landedAt = ?5 WHERE id = ?1",
            params![entry.id.as_str(), entry.state.as_str(), serde_json::to_string(entry)?, now, landed],
        )?;
        Ok(())
    }

    pub fn entry(&self, id: &str) -> Result<MergeEntry, StoreError> {
        match self.one("SELECT record FROM merge_entries WHERE id = ?", [id], |r| row::json(r, "record"))? {
            Some(entry) => Ok(entry),
            None => Self::refuse(ApiError::not_found("entry", id)),
        }
    }

    /// The newest entry a job produced.
    pub fn entry_of_job(&self, job: &str) -> Result<Option<MergeEntry>, StoreError> {
        self.one("SELECT record FROM merge_entries WHERE jobId = ? ORDER BY seq DESC LIMIT 1", [job], |r| {
            row::json(r, "record")
        })
    }

    /// Entries that have not ended, in landing order, with their positions.
    pub fn open_entries(&self, workspace: &str) -> Result<Vec<MergeEntry>, StoreError> {
        let rows: Vec<MergeEntry> = self.all(
            "SELECT record FROM merge_entries WHERE workspaceId = ? AND state NOT IN ('landed', 'returned', 'failed', 'removed') ORDER BY place LIMIT 1000",
            [workspace],
            |r| row::json(r, "record"),
        )?;
        Ok(rows
            .into_iter()
            .zip(1u64..)
            .map(|(mut entry, position)| {
                entry.position = Some(position);
                entry
            })
            .collect())
    }

    /// Ended entries, newest first.
    pub fn recent_entries(&self, workspace: &str, limit: usize) -> Result<Vec<MergeEntry>, StoreError> {
        self.all(
            "SELECT record FROM merge_entries WHERE workspaceId = ? AND state IN ('landed', 'returned', 'failed', 'removed') ORDER BY updatedAt DESC LIMIT ?",
            params![workspace, limit as i64],
            |r| row::json(r, "record"),
        )
    }

    /// Commits that landed in a workspace, oldest first: `(entry, landed commit)`.
    pub fn landed_commits(&self, workspace: &str) -> Result<Vec<(String, String)>, StoreError> {
        self.all(
            "SELECT id, record FROM merge_entries WHERE workspaceId = ? AND state = 'landed' ORDER BY landedAt, seq",
            [workspace],
            |r| {
                let entry: MergeEntry = row::json(r, "record")?;
                Ok((r.get(0)?, entry.landed_commit.unwrap_or_default()))
            },
        )
    }

    /// The commit of what landed last.
    pub fn last_landed(&self, workspace: &str) -> Result<Option<String>, StoreError> {
        let last = self.one(
            "SELECT record FROM merge_entries WHERE workspaceId = ? AND state = 'landed' AND landedAt IS NOT NULL ORDER BY landedAt DESC, seq DESC LIMIT 1",
            [workspace],
            |r| row::json::<MergeEntry>(r, "record"),
        )?;
        Ok(last.and_then(|entry| entry.landed_commit))
    }

    pub fn merge_stats(&self) -> Result<MergeStats, StoreError> {
        let counts = self.counts("merge")?;
        let n = |word: &str| counts.get(word).copied().unwrap_or(0);
        let times = self.all("SELECT landedAt - createdAt FROM merge_entries WHERE landedAt IS NOT NULL ORDER BY landedAt DESC LIMIT 2000", [], |r| {
            Ok(r.get::<_, i64>(0)? as f64)
        })?;
        let runs = self
            .one("SELECT COUNT(*) FROM check_results", [], |r| Ok(r.get::<_, i64>(0)? as u64))?
            .unwrap_or(0);
        let (began, cancelled_runs) = self.count_runs()?;
        let reused = self.setting("merge.reused_verdicts")?.and_then(|v| v.as_u64()).unwrap_or(0);
        let landed = n("landed");
        Ok(MergeStats {
            landed,
            returned: n("returned"),
            failed: n("failed"),
            check_runs: runs,
            reused_verdicts: reused,
            runs: began,
            cancelled_runs,
            runs_per_landed: (landed > 0).then(|| began as f64 / landed as f64),
            time_to_land_ms: percentiles(times),
            buckets: Vec::new(),
        })
    }
}
