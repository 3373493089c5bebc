//! Workers that reported themselves.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::worker::{Heartbeat, Worker};
use rusqlite::params;

/// A worker is online while its last heartbeat is younger than this, unless the caller says otherwise.
pub(crate) const TTL_MS: u64 = 15_000;

impl Tx<'_> {
    pub fn heartbeat(&mut self, beat: &Heartbeat) -> Result<(), StoreError> {
        let now = self.now();
        let text = |v: &Option<serde_json::Value>| v.as_ref().map(|v| v.to_string());
        self.exec(
            "INSERT INTO workers VALUES (?1, COALESCE(?2, 'idle'), ?3, ?4, COALESCE(?5, '{}'), COALESCE(?6, '{}'), ?7, ?7, ?7) \
             ON CONFLICT DO UPDATE SET status = COALESCE(?2, status), currentJobId = ?3, pollMs = COALESCE(?4, pollMs), \
             capabilities = COALESCE(?5, capabilities), details = COALESCE(?6, details), lastHeartbeat = ?7, updatedAt = ?7",
            params![
                beat.worker_id,
                beat.status,
                beat.current_job_id.as_ref().map(|j| j.as_str()),
                beat.poll_ms.map(|p| p as i64),
                text(&beat.capabilities),
                text(&beat.details),
                now
            ],
        )?;
        Ok(())
    }

    /// Forgets workers that have not been heard of for a day.
    pub fn prune_workers(&mut self) -> Result<usize, StoreError> {
        // One that was drained is kept: nobody could undrain it otherwise.
        let forgotten = self.exec(
            "DELETE FROM workers WHERE lastHeartbeat < ? AND workerId NOT IN (SELECT workerId FROM worker_drains)",
            [self.now() - 24 * 3_600_000],
        )?;
        self.exec("DELETE FROM worker_ends WHERE workerId NOT IN (SELECT workerId FROM workers)", [])?;
        Ok(forgotten)
    }

    /// One that never reported itself is known from now on, so that it can be seen why.
    pub fn set_worker_offline(&mut self, worker: &str) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO workers VALUES (?1, 'offline', NULL, NULL, '{}', '{}', ?2, ?2, ?2) \
             ON CONFLICT DO UPDATE SET status = 'offline', currentJobId = NULL, updatedAt = ?2",
            params![worker, self.now()],
        )?;
        Ok(())
    }

    /// Workers heard of lately, without reading what they said.
    pub fn online_workers(&self) -> Result<u64, StoreError> {
        let alive_since = self.now() - TTL_MS as i64;
        let count = self.one(
            "SELECT COUNT(*) FROM workers WHERE lastHeartbeat >= ? AND status <> 'offline'",
            [alive_since],
            |r| Ok(r.get::<_, i64>(0)?),
        )?;
        Ok(count.unwrap_or(0).max(0) as u64)
    }

    pub fn workers(&self, ttl_ms: Option<u64>) -> Result<Vec<Worker>, StoreError> {
        let alive_since = self.now() - ttl_ms.unwrap_or(TTL_MS).min(3_600_000) as i64;
        let (mut drains, mut ends) = (self.worker_drains()?, self.worker_ends()?);
        self.all(
            "SELECT workers.*, (SELECT COUNT(*) FROM jobs WHERE jobs.workerId = workers.workerId AND jobs.status = 'claimed') AS active, \
             (SELECT COUNT(*) FROM jobs WHERE jobs.targetWorkerId = workers.workerId AND jobs.status = 'pending') AS targeted \
             FROM workers ORDER BY workerId LIMIT 500",
            [],
            |r| {
                let id: String = r.get("workerId")?;
                let (last, status): (i64, String) = (r.get("lastHeartbeat")?, r.get("status")?);
                let online = last >= alive_since && status != "offline";
                Ok(Worker {
                    supervised: false,
                    drain: drains.remove(&id),
                    waiting_for_it: row::unsigned(r, "targeted")?,
                    ends: ends.remove(&id).unwrap_or_default(),
                    worker_id: id,
                    status: if online { status } else { "offline".into() },
                    current_job_id: r.get("currentJobId")?,
                    poll_ms: row::unsigned_opt(r, "pollMs")?,
                    capabilities: row::json(r, "capabilities")?,
                    details: row::json(r, "details")?,
                    last_heartbeat: row::iso(r, "lastHeartbeat")?,
                    created_at: row::iso(r, "createdAt")?,
                    updated_at: row::iso(r, "updatedAt")?,
                    active_job_count: row::unsigned(r, "active")?,
                    is_online: online,
                })
            },
        )
    }
}
