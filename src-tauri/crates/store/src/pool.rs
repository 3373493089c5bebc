//! What the pool of workers stands on: who takes no new jobs, how processes ended, which work waits for a hand.
//!
//! Whether a worker may claim is looked up in the claim's own transaction, so once a drain is committed that worker
//! gets nothing any more. It knows nothing of processes, and not which workers are ours.

use crate::live::Wake;
use crate::tx::Tx;
use crate::{QueueName, StoreError, row};
use protocol::job::TASK_EXECUTE;
use protocol::worker::{WorkerDrain, WorkerEnd};
use protocol::{ApiError, ErrorCode};
use rusqlite::params;
use std::collections::BTreeMap;

/// Ends kept of one worker.
const ENDS_KEPT: i64 = 12;
/// Pending jobs looked at to see how many hands are wanted: more than there can ever be.
const LOOKED_AT: i64 = 256;

/// What is known of one worker that matters to the pool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolWorker {
    /// Somebody asked it to take no new jobs.
    pub drained: bool,
    /// Jobs it holds.
    pub claims: u32,
    /// Jobs in line that only it may have.
    pub targeted: u32,
    /// What it last said of itself, and when in milliseconds since 1970; none when it never did.
    pub said: Option<(String, i64)>,
}

/// One look at everything the pool decides by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PoolFacts {
    /// Jobs for our workers in line that any of them may have, up to a few hundred.
    pub waiting: u32,
    pub workers: BTreeMap<String, PoolWorker>,
}

impl Tx<'_> {
    /// Whether a worker may take new jobs at all.
    pub(crate) fn may_claim(&self, worker: &str) -> Result<bool, StoreError> {
        let drained =
            self.one("SELECT 1 FROM worker_drains WHERE workerId = ? LIMIT 1", [worker], |_| Ok(()))?;
        Ok(drained.is_none())
    }

    /// Whether a worker takes no new jobs, by a person's word or the pool's.
    pub fn is_drained(&self, worker: &str) -> Result<bool, StoreError> {
        Ok(!self.may_claim(worker)?)
    }

    /// A worker takes no new jobs from now on. False when it was so already.
    pub fn drain_worker(&mut self, worker: &str, by: &str) -> Result<bool, StoreError> {
        self.require_worker_row(worker)?;
        self.drain(worker, false, by)
    }

    /// It may take jobs again. False when it could already.
    pub fn undrain_worker(&mut self, worker: &str) -> Result<bool, StoreError> {
        self.require_worker_row(worker)?;
        let changed = self.exec("DELETE FROM worker_drains WHERE workerId = ? AND pool = 0", [worker])? > 0;
        if changed {
            self.wakes.push(Wake::All(QueueName::Jobs));
        }
        Ok(changed)
    }

    /// Keeps an idle worker from claiming until its process has ended. False, and nothing changes, when it has work.
    pub fn retire_worker(&mut self, worker: &str) -> Result<bool, StoreError> {
        let has_work = "SELECT 1 FROM jobs WHERE (status = 'claimed' AND workerId = ?1) \
                        OR (status = 'pending' AND targetWorkerId = ?1) LIMIT 1";
        if self.one(has_work, [worker], |_| Ok(()))?.is_some() {
            return Ok(false);
        }
        self.drain(worker, true, "server")?;
        Ok(true)
    }

    /// The process of one that was retired is gone: its successor may claim. All of them without a name.
    pub fn end_retirement(&mut self, worker: Option<&str>) -> Result<(), StoreError> {
        let sql = "DELETE FROM worker_drains WHERE pool = 1 AND (?1 IS NULL OR workerId = ?1)";
        self.exec(sql, [worker])?;
        Ok(())
    }

    fn drain(&mut self, worker: &str, pool: bool, by: &str) -> Result<bool, StoreError> {
        let sql = "INSERT INTO worker_drains VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
        let changed = self.exec(sql, params![worker, pool, by, self.now()])? > 0;
        if changed {
            // Its waiting claim leaves the line, so that no job is offered to it in vain.
            self.wakes.push(Wake::All(QueueName::Jobs));
        }
        Ok(changed)
    }

    fn require_worker_row(&self, worker: &str) -> Result<(), StoreError> {
        match self.one("SELECT 1 FROM workers WHERE workerId = ?", [worker], |_| Ok(()))? {
            Some(()) => Ok(()),
            None => Self::refuse(ApiError::not_found("worker", worker)),
        }
    }

    /// Who asked which worker to take no new jobs.
    pub(crate) fn worker_drains(&self) -> Result<BTreeMap<String, WorkerDrain>, StoreError> {
        let rows = self.all("SELECT workerId, by, since FROM worker_drains WHERE pool = 0", [], |r| {
            Ok((r.get(0)?, WorkerDrain { by: r.get(1)?, since: row::iso(r, "since")? }))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// Remembers how a process of a worker ended, and forgets the oldest.
    pub fn add_worker_end(&mut self, worker: &str, end: &WorkerEnd) -> Result<(), StoreError> {
        let record = serde_json::to_string(end)?;
        self.exec("INSERT INTO worker_ends (workerId, record) VALUES (?1, ?2)", [worker, &record])?;
        self.exec(
            "DELETE FROM worker_ends WHERE workerId = ?1 AND id <= \
             (SELECT id FROM worker_ends WHERE workerId = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
            params![worker, ENDS_KEPT],
        )?;
        Ok(())
    }

    /// How processes of workers ended, the newest first.
    pub(crate) fn worker_ends(&self) -> Result<BTreeMap<String, Vec<WorkerEnd>>, StoreError> {
        let mut found: BTreeMap<String, Vec<WorkerEnd>> = BTreeMap::new();
        let rows =
            self.all("SELECT workerId, record FROM worker_ends ORDER BY id DESC LIMIT 2000", [], |r| {
                Ok((r.get::<_, String>(0)?, row::json(r, "record")?))
            })?;
        for (worker, end) in rows {
            found.entry(worker).or_default().push(serde_json::from_value(end)?);
        }
        Ok(found)
    }

    /// Says which worker may have a job that nobody has; none for any.
    pub fn target_job(&mut self, id: &str, worker: Option<&str>) -> Result<(), StoreError> {
        let changed = self.exec(
            "UPDATE jobs SET targetWorkerId = ?2, updatedAt = ?3 WHERE id = ?1 AND status IN ('pending', 'waiting')",
            params![id, worker, self.now()],
        )?;
        if changed == 0 {
            let job = self.job(id)?;
            return Self::refuse(ApiError::new(
                ErrorCode::Conflict,
                format!("This job is {}; only one that nobody has yet can be given to a worker.", job.status),
            ));
        }
        self.wake_claims(QueueName::Jobs, id)
    }

    /// What the pool decides by. A read of a few rows, however long the queue is.
    pub fn pool_facts(&self) -> Result<PoolFacts, StoreError> {
        let mut facts = PoolFacts::default();
        // Looking at the head of the line alone keeps it cheap when thousands wait.
        let waiting = "SELECT COUNT(*) FROM (SELECT kind FROM jobs WHERE status = 'pending' AND targetWorkerId IS NULL \
                       ORDER BY band, seq LIMIT ?1) WHERE kind = ?2";
        facts.waiting =
            self.one(waiting, params![LOOKED_AT, TASK_EXECUTE], |r| Ok(r.get(0)?))?.unwrap_or_default();
        let counts = |sql: &str| {
            self.all(sql, [], |r| {
                Ok((r.get::<_, Option<String>>(0)?.unwrap_or_default(), r.get::<_, u32>(1)?))
            })
        };
        for (id, status, at) in self.all("SELECT workerId, status, lastHeartbeat FROM workers", [], |r| {
            Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?, r.get::<_, i64>(2)?))
        })? {
            facts.workers.entry(id).or_default().said = Some((status, at));
        }
        for (id, n) in
            counts("SELECT workerId, COUNT(*) FROM jobs WHERE status = 'claimed' GROUP BY workerId")?
        {
            facts.workers.entry(id).or_default().claims = n;
        }
        for (id, n) in counts(
            "SELECT targetWorkerId, COUNT(*) FROM (SELECT targetWorkerId FROM jobs WHERE status = 'pending' \
             AND targetWorkerId IS NOT NULL LIMIT 1000) GROUP BY targetWorkerId",
        )? {
            facts.workers.entry(id).or_default().targeted = n;
        }
        for id in
            self.all("SELECT workerId FROM worker_drains WHERE pool = 0", [], |r| Ok(r.get::<_, String>(0)?))?
        {
            facts.workers.entry(id).or_default().drained = true;
        }
        Ok(facts)
    }
}
