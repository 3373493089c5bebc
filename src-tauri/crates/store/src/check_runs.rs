//! Runs of an entry's checks: when each began and ended, and which were thrown away for what reason.
//!
//! A run is one candidate whose checks were begun in a slot. Verdicts that were taken over begin none.

use crate::StoreError;
use crate::tx::Tx;
use protocol::EntryId;
use protocol::merge::{MergeEntry, ThrownReason, ThrownRun};
use rusqlite::{Row, params};

impl Tx<'_> {
    /// Notes that the checks of an entry's candidate begin in a slot. One run at a time is open for an entry.
    pub fn begin_run(&mut self, entry: &mut MergeEntry, tree: &str, slot: u32) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO check_runs (workspaceId, entryId, title, tree, slot, startedAt) VALUES (?, ?, ?, ?, ?, ?)",
            params![entry.workspace_id.as_str(), entry.id.as_str(), entry.title, tree, slot, self.now()],
        )?;
        entry.runs += 1;
        self.update_entry(entry)
    }

    /// Its run came to an end by itself, whatever it said.
    pub fn end_run(&mut self, entry: &str) -> Result<(), StoreError> {
        let sql = "UPDATE check_runs SET endedAt = ?2 WHERE entryId = ?1 AND endedAt IS NULL";
        self.exec(sql, params![entry, self.now()]).map(drop)
    }

    /// Its run is ended early. None when there is none.
    pub fn throw_run(
        &mut self,
        entry: &str,
        reason: ThrownReason,
        blamed: Option<&EntryId>,
    ) -> Result<Option<ThrownRun>, StoreError> {
        let changed = self.exec(
            "UPDATE check_runs SET endedAt = ?2, reason = ?3, blamed = ?4 WHERE entryId = ?1 AND endedAt IS NULL",
            params![entry, self.now(), reason.as_str(), blamed.map(EntryId::as_str)],
        )?;
        if changed == 0 {
            return Ok(None);
        }
        let mut of = self.entry(entry)?;
        of.thrown_away += 1;
        self.update_entry(&mut of)?;
        self.one(&format!("{SELECT} WHERE entryId = ? ORDER BY number DESC LIMIT 1"), [entry], thrown)
    }

    /// Entries of a workspace with a run that nobody noted the end of.
    pub fn open_runs(&self, workspace: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT entryId FROM check_runs WHERE workspaceId = ? AND endedAt IS NULL ORDER BY number";
        self.all(sql, [workspace], |r| Ok(r.get(0)?))
    }

    /// Runs that were thrown away, newest first.
    pub fn thrown_runs(&self, workspace: &str, limit: usize) -> Result<Vec<ThrownRun>, StoreError> {
        let sql =
            format!("{SELECT} WHERE workspaceId = ? AND reason IS NOT NULL ORDER BY number DESC LIMIT ?");
        self.all(&sql, params![workspace, limit as i64], thrown)
    }

    /// How many runs were begun, and how many of them were thrown away.
    pub(crate) fn count_runs(&self) -> Result<(u64, u64), StoreError> {
        let sql = "SELECT COUNT(*), COUNT(reason) FROM check_runs";
        let counts = self
            .one(sql, [], |r| Ok((r.get::<_, i64>(0)?.max(0) as u64, r.get::<_, i64>(1)?.max(0) as u64)))?;
        Ok(counts.unwrap_or_default())
    }
}

const SELECT: &str = "SELECT entryId, title, tree, slot, reason, blamed, startedAt, endedAt FROM check_runs";

fn thrown(r: &Row<'_>) -> Result<ThrownRun, StoreError> {
    let id = |text: String| serde_json::from_value::<EntryId>(text.into());
    let reason: String = r.get("reason")?;
    let (started, ended): (i64, i64) = (r.get("startedAt")?, r.get("endedAt")?);
    Ok(ThrownRun {
        entry_id: id(r.get("entryId")?)?,
        title: r.get("title")?,
        tree: r.get("tree")?,
        slot: r.get("slot")?,
        reason: ThrownReason::from_word(&reason).unwrap_or(ThrownReason::ServerEnded),
        blamed: r.get::<_, Option<String>>("blamed")?.map(id).transpose()?,
        duration_ms: ended.saturating_sub(started).max(0) as u64,
        at: host::clock::iso(ended),
    })
}
