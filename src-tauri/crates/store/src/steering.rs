//! What people say to jobs: kept in order until a worker has taken it.
//!
//! Taking is written by the worker's own word, after it put a message before its model. A worker that dies before
//! that leaves it to the next attempt, and no message is taken twice.

use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::steer::{STEER_ALL, STEER_WAITING, SteerMessage};
use protocol::{ApiError, ErrorCode};
use rusqlite::{Row, params};

const COLUMNS: &str = "SELECT s.number, s.jobId, s.text, s.saidBy, s.saidAt, s.takenBy, s.takenAt, \
    CASE WHEN s.takenAt IS NOT NULL THEN 'taken' WHEN j.status IN ('completed', 'failed', 'cancelled') THEN 'missed' ELSE 'waiting' END AS state \
    FROM steering s JOIN jobs j ON j.id = s.jobId WHERE s.jobId = ?1";

impl Tx<'_> {
    /// Keeps a message for a job. Refused when too many wait already, or were ever said.
    pub fn steer_job(&mut self, job: &str, text: &str, by: &str) -> Result<SteerMessage, StoreError> {
        let (all, waiting) = self
            .one("SELECT COUNT(*), COUNT(*) - COUNT(takenAt) FROM steering WHERE jobId = ?", [job], |r| {
                Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?))
            })?
            .unwrap_or((0, 0));
        if waiting as u64 >= STEER_WAITING || all as u64 >= STEER_ALL {
            let said = if waiting as u64 >= STEER_WAITING {
                format!("{waiting} messages wait for this job already; it takes them first.")
            } else {
                format!("This job was told {all} things; that is all it takes.")
            };
            return Self::refuse(ApiError::new(ErrorCode::RateLimited, said));
        }
        self.exec(
            "INSERT INTO steering (jobId, text, saidBy, saidAt) VALUES (?1, ?2, ?3, ?4)",
            params![job, text, by, self.now()],
        )?;
        let number = self.conn.last_insert_rowid();
        let sql = format!("{COLUMNS} AND s.number = ?2");
        self.one(&sql, params![job, number], message)?.ok_or(StoreError::Closed)
    }

    /// Everything that was said to a job, oldest first.
    pub fn steering(&self, job: &str) -> Result<Vec<SteerMessage>, StoreError> {
        self.all(&format!("{COLUMNS} ORDER BY s.number"), [job], message)
    }

    /// What no worker has taken, oldest first.
    pub fn untaken_steering(&self, job: &str) -> Result<Vec<SteerMessage>, StoreError> {
        self.all(&format!("{COLUMNS} AND s.takenAt IS NULL ORDER BY s.number"), [job], message)
    }

    /// Marks what waits, up to `number`, as taken by a worker; answers which that were.
    pub fn take_steering(&mut self, job: &str, up_to: u64, by: &str) -> Result<Vec<u64>, StoreError> {
        let numbers = self.all(
            "UPDATE steering SET takenBy = ?3, takenAt = ?4 WHERE jobId = ?1 AND number <= ?2 AND takenAt IS NULL RETURNING number",
            params![job, i64::try_from(up_to).unwrap_or(i64::MAX), by, self.now()],
            |r| Ok(r.get::<_, i64>(0)?.max(0) as u64),
        );
        numbers.map(|mut numbers| {
            numbers.sort_unstable();
            numbers
        })
    }
}

fn message(r: &Row<'_>) -> Result<SteerMessage, StoreError> {
    Ok(SteerMessage {
        number: row::unsigned(r, "number")?,
        job_id: row::word(r, "jobId")?,
        text: r.get("text")?,
        by: r.get("saidBy")?,
        state: row::word(r, "state")?,
        said_at: row::iso(r, "saidAt")?,
        taken_at: row::iso_opt(r, "takenAt")?,
        taken_by: r.get("takenBy")?,
    })
}
