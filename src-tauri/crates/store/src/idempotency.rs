//! Idempotency keys: a retried call gets the first call's answer, in the same transaction as its effect.

use crate::StoreError;
use crate::tx::Tx;
use protocol::{ApiError, ErrorCode};
use rusqlite::params;

/// How long an answer is kept, in milliseconds.
const KEEP_MS: i64 = 24 * 3_600_000;

/// Who called with which key, and a digest of what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    pub actor: String,
    pub key: String,
    pub digest: String,
}

/// The stored answer of an earlier call.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    pub status: u16,
    pub body: serde_json::Value,
}

impl Tx<'_> {
    /// The first call's answer; the same key with another body is a conflict.
    pub fn replay(&self, print: &Fingerprint) -> Result<Option<Replay>, StoreError> {
        let found = self.one(
            "SELECT fingerprint, status, body FROM idempotency WHERE actor = ? AND key = ?",
            params![print.actor, print.key],
            |r| Ok((r.get::<_, String>(0)?, r.get::<_, u16>(1)?, crate::row::json(r, "body")?)),
        )?;
        match found {
            None => Ok(None),
            Some((digest, status, body)) if digest == print.digest => Ok(Some(Replay { status, body })),
            Some(_) => Self::refuse(ApiError::new(
                ErrorCode::Conflict,
                "This idempotency key was used with other parameters.",
            )),
        }
    }

    pub fn keep_answer(
        &mut self,
        print: &Fingerprint,
        status: u16,
        body: &serde_json::Value,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT OR IGNORE INTO idempotency VALUES (?, ?, ?, ?, ?, ?)",
            params![print.actor, print.key, print.digest, status, body.to_string(), self.now()],
        )?;
        Ok(())
    }

    /// Forgets answers older than a day.
    pub fn prune_answers(&mut self) -> Result<usize, StoreError> {
        let before = self.now() - KEEP_MS;
        Ok(self.prune_publish_keys(before)?
            + self.exec("DELETE FROM idempotency WHERE createdAt < ?", [before])?)
    }
}
