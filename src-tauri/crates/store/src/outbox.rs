//! Effects still to be performed. A row is written with the fact that causes it and removed when done, so a
//! crash repeats the effect instead of losing it; effects must be idempotent.

use crate::live::Wake;
use crate::tx::Tx;
use crate::{StoreError, row};
use rusqlite::params;

#[derive(Debug, Clone, PartialEq)]
pub struct OutboxRow {
    pub id: i64,
    pub kind: String,
    pub payload: serde_json::Value,
    pub attempts: u32,
}

impl Tx<'_> {
    pub fn post(&mut self, kind: &str, payload: serde_json::Value) -> Result<(), StoreError> {
        let now = self.now();
        self.exec(
            "INSERT INTO outbox (kind, payload, notBefore, createdAt) VALUES (?, ?, ?, ?)",
            params![kind, payload.to_string(), now, now],
        )?;
        self.wakes.push(Wake::Outbox);
        Ok(())
    }

    /// Due rows of all kinds but these, oldest first.
    pub fn due_but(&self, kinds: &[&str], limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        self.due("kind NOT IN", kinds, limit)
    }

    /// Due rows of these kinds, oldest first.
    pub fn due_of(&self, kinds: &[&str], limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        self.due("kind IN", kinds, limit)
    }

    fn due(&self, which: &str, kinds: &[&str], limit: usize) -> Result<Vec<OutboxRow>, StoreError> {
        let kinds = serde_json::to_string(kinds)?;
        let sql = format!(
            "SELECT id, kind, payload, attempts FROM outbox WHERE notBefore <= ? AND {which} (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?"
        );
        self.all(&sql, params![self.now(), kinds, limit as i64], |r| {
            Ok(OutboxRow {
                id: r.get(0)?,
                kind: r.get(1)?,
                payload: row::json(r, "payload")?,
                attempts: r.get(3)?,
            })
        })
    }

    pub fn performed(&mut self, id: i64) -> Result<(), StoreError> {
        self.exec("DELETE FROM outbox WHERE id = ?", [id])?;
        Ok(())
    }

    /// Tries again after `delay_ms`.
    pub fn postpone(&mut self, id: i64, delay_ms: i64) -> Result<(), StoreError> {
        self.exec(
            "UPDATE outbox SET attempts = attempts + 1, notBefore = ?2 WHERE id = ?1",
            params![id, self.now() + delay_ms],
        )?;
        Ok(())
    }
}
