//! What is kept of a job's conversation with its model while the job is not over.

use crate::tx::Tx;
use crate::{QueueName, StoreError};
use protocol::memory::{MEMORY_BYTES, PIECES};
use protocol::{ApiError, ErrorCode};
use rusqlite::params;

impl Tx<'_> {
    /// Replaces what is kept from piece `from` on. Only whoever holds the claim may, so an attempt that lost it
    /// never overwrites what its successor says.
    pub fn remember_job(
        &mut self,
        id: &str,
        token: &str,
        from: u64,
        pieces: &[String],
    ) -> Result<(), StoreError> {
        self.require_claim(QueueName::Jobs, id, token)?;
        let kept =
            self.one("SELECT COUNT(*) FROM job_memory WHERE jobId = ?", [id], |r| Ok(r.get::<_, i64>(0)?))?;
        let kept = kept.unwrap_or(0).cast_unsigned();
        if from > kept {
            let why = format!("Only {kept} pieces are kept; the next is number {kept}.");
            return Self::refuse(ApiError::new(ErrorCode::Conflict, why));
        }
        let all = from.saturating_add(pieces.len() as u64);
        self.exec("DELETE FROM job_memory WHERE jobId = ? AND place >= ?", params![id, from.cast_signed()])?;
        for (place, piece) in (from..).zip(pieces) {
            self.exec(
                "INSERT INTO job_memory (jobId, place, piece) VALUES (?, ?, ?)",
                params![id, place.cast_signed(), piece],
            )?;
        }
        let size = self.one(
            "SELECT COALESCE(SUM(LENGTH(CAST(piece AS BLOB))), 0) FROM job_memory WHERE jobId = ?",
            [id],
            |r| Ok(r.get::<_, i64>(0)?),
        )?;
        if all > PIECES || size.unwrap_or(0).cast_unsigned() > MEMORY_BYTES as u64 {
            let why = "More is not kept of one job's conversation.";
            return Self::refuse(ApiError::new(ErrorCode::TooLarge, why));
        }
        Ok(())
    }

    /// All that is kept of a job's conversation, in order.
    pub fn job_memory(&self, id: &str) -> Result<Vec<String>, StoreError> {
        self.all("SELECT piece FROM job_memory WHERE jobId = ? ORDER BY place", [id], |r| Ok(r.get(0)?))
    }
}
