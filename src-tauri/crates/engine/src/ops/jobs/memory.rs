//! A job's conversation with its model, kept for its next attempt. It is text here; nobody looks into it but to take
//! known keys out.

use crate::{Caller, Engine, Reply};
use protocol::memory::{JobMemory, PIECE_BYTES, RecallJob, RememberJob};
use protocol::ops::Done;
use protocol::{ApiError, ErrorCode};
use store::QueueName;

/// Pieces one call may bring.
const AT_ONCE: usize = 512;

impl Engine {
    pub async fn jobs_remember(&self, caller: Caller, p: RememberJob) -> Reply {
        caller.require_job(p.id.as_str())?;
        if p.pieces.len() > AT_ONCE || p.pieces.iter().any(|piece| piece.len() > PIECE_BYTES) {
            return Err(ApiError::new(
                ErrorCode::TooLarge,
                format!("At most {AT_ONCE} pieces of {PIECE_BYTES} bytes in one call."),
            ));
        }
        // The worker took out what looks like a secret; only we know the keys themselves.
        let pieces: Vec<_> = p.pieces.iter().map(|piece| self.keys.known_out_of(piece)).collect();
        self.change(caller, move |tx| {
            tx.remember_job(p.id.as_str(), &p.claim_token, p.from, &pieces)?;
            Ok(Done { ok: true })
        })
        .await
    }

    pub async fn jobs_recall(&self, caller: Caller, p: RecallJob) -> Result<JobMemory, ApiError> {
        caller.require_job(p.id.as_str())?;
        let pieces = self.store.read(move |tx| {
            tx.require_claim(QueueName::Jobs, p.id.as_str(), &p.claim_token)?;
            tx.job_memory(p.id.as_str())
        });
        Ok(JobMemory { ok: true, pieces: pieces.await? })
    }
}
