//! Ownership for a limited time, the same for requests, jobs and completions.
//!
//! A claim hands out a fresh token. Whoever finishes, renews or fails must carry the token of the current
//! claim; an older one is refused, so a worker that lost its lease can never overwrite its successor's result.

use crate::live::{Due, Wake};
use crate::tx::Tx;
use crate::{QueueName, StoreError};
use protocol::queue::{LEASE_MS, MAX_ATTEMPTS};
use protocol::{ApiError, ErrorCode};
use rusqlite::params;

impl QueueName {
    /// Table and `queue_counts` name.
    pub(crate) fn table(self) -> &'static str {
        match self {
            QueueName::Requests => "requests",
            QueueName::Jobs => "jobs",
            QueueName::Completions => "completions",
        }
    }

    fn one(self) -> &'static str {
        match self {
            QueueName::Requests => "request",
            QueueName::Jobs => "job",
            QueueName::Completions => "completion",
        }
    }
}

/// What a successful claim hands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub id: String,
    pub token: String,
    pub lease_expires_at: i64,
    pub queue_wait_ms: u64,
    pub attempts: u32,
}

/// A claim whose lease ran out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expired {
    pub id: String,
    pub session_id: Option<String>,
    pub holder: Option<String>,
    pub attempts: u32,
    /// Out of attempts: it failed instead of going back.
    pub failed: bool,
    /// A person had asked it to stop.
    pub cancelled: bool,
}

/// Why a lease call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaseError {
    Unknown,
    NotClaimed,
    WrongToken,
}

/// A lease length within the limits.
pub(crate) fn lease_ms(asked: Option<u64>) -> Result<i64, StoreError> {
    let (min, max, default) = LEASE_MS;
    match asked.unwrap_or(default) {
        ms if (min..=max).contains(&ms) => Ok(ms as i64),
        _ => Tx::refuse(ApiError::bad(format!("leaseMs is {min} to {max}"))),
    }
}

impl Tx<'_> {
    /// Marks the row `seq` as claimed by `holder`.
    pub(crate) fn take(
        &mut self,
        queue: QueueName,
        holder_column: &str,
        seq: i64,
        holder: &str,
        lease: i64,
    ) -> Result<Claimed, StoreError> {
        let (now, token) = (self.now(), self.new_id());
        let sql = format!(
            "UPDATE {} SET status = 'claimed', {holder_column} = ?2, claimToken = ?3, leaseMs = ?4, leaseExpiresAt = ?5, claimedAt = ?6, \
             attempts = attempts + 1, updatedAt = ?6 WHERE seq = ?1 RETURNING id, enqueuedAt, attempts",
            queue.table()
        );
        let claimed = self.one(&sql, params![seq, holder, token, lease, now + lease, now], |r| {
            Ok(Claimed {
                id: r.get(0)?,
                token: token.clone(),
                lease_expires_at: now + lease,
                queue_wait_ms: (now - r.get::<_, i64>(1)?).max(0) as u64,
                attempts: r.get(2)?,
            })
        })?;
        claimed.ok_or(StoreError::Closed)
    }

    /// Refuses unless `token` is the current claim's.
    pub fn require_claim(&self, queue: QueueName, id: &str, token: &str) -> Result<(), StoreError> {
        let sql = format!("SELECT status, claimToken FROM {} WHERE id = ?", queue.table());
        let row = self.one(&sql, [id], |r| Ok((r.get::<_, String>(0)?, r.get::<_, Option<String>>(1)?)))?;
        let refusal = match row {
            None => LeaseError::Unknown,
            Some((_, held)) if held.as_deref() != Some(token) => LeaseError::WrongToken,
            Some((status, _)) if status != "claimed" => LeaseError::NotClaimed,
            Some(_) => return Ok(()),
        };
        Self::refuse(match refusal {
            LeaseError::Unknown => ApiError::not_found(queue.one(), id),
            LeaseError::NotClaimed => {
                ApiError::new(ErrorCode::Conflict, format!("This {} is no longer claimed.", queue.one()))
            }
            LeaseError::WrongToken => ApiError::new(
                ErrorCode::LeaseLost,
                format!(
                    "The claim on this {} passed to somebody else. Drop the work and claim again.",
                    queue.one()
                ),
            ),
        })
    }

    /// Renews the current claim; returns when it now ends.
    pub fn renew_lease(
        &mut self,
        queue: QueueName,
        id: &str,
        token: &str,
        asked: Option<u64>,
    ) -> Result<i64, StoreError> {
        self.require_claim(queue, id, token)?;
        let asked = asked.map(|ms| lease_ms(Some(ms))).transpose()?;
        let now = self.now();
        let sql = format!(
            "UPDATE {} SET leaseMs = COALESCE(?2, leaseMs), leaseExpiresAt = ?3 + COALESCE(?2, leaseMs), updatedAt = ?3 WHERE id = ?1 RETURNING leaseExpiresAt",
            queue.table()
        );
        let until = self.one(&sql, params![id, asked, now], |r| Ok(r.get(0)?))?;
        until.ok_or(StoreError::Closed)
    }

    /// Whether any claim's lease has run out; a read, so that an idle sweep writes nothing.
    pub fn has_expired(&self, queue: QueueName) -> Result<bool, StoreError> {
        let sql = format!(
            "SELECT 1 FROM {} WHERE status = 'claimed' AND leaseExpiresAt <= ? LIMIT 1",
            queue.table()
        );
        Ok(self.one(&sql, [self.now()], |_| Ok(()))?.is_some())
    }

    /// When the next claim or pending approval runs out, in milliseconds since 1970; none while nothing can.
    pub fn next_expiry(&self) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "SELECT MIN(at) FROM (\
            SELECT MIN(leaseExpiresAt) AS at FROM requests WHERE status = 'claimed' \
            UNION ALL SELECT MIN(leaseExpiresAt) FROM jobs WHERE status = 'claimed' \
            UNION ALL SELECT MIN(leaseExpiresAt) FROM completions WHERE status = 'claimed' \
            UNION ALL SELECT MIN(expiresAt) FROM approvals WHERE state = 'pending')";
        Ok(self.one(SQL, [], |r| Ok(r.get(0)?))?.flatten())
    }

    /// Puts expired claims back at the head of their band, or fails those out of attempts.
    pub fn reclaim_expired(&mut self, queue: QueueName) -> Result<Vec<Expired>, StoreError> {
        let expired = self.claims(queue, "AND leaseExpiresAt <= ?1 ORDER BY seq LIMIT 500", [self.now()])?;
        for row in &expired {
            self.put_back(queue, row)?;
        }
        Ok(expired)
    }

    /// Puts back what holders that are gone for good still hold, whatever their leases say. The attempt they were at
    /// is not counted, so nothing fails here.
    pub fn release_claims(
        &mut self,
        queue: QueueName,
        gone: impl Fn(&str) -> bool,
    ) -> Result<Vec<Expired>, StoreError> {
        let mut released = self.claims(queue, "ORDER BY seq", [])?;
        released.retain(|row| row.holder.as_deref().is_some_and(&gone));
        for row in &mut released {
            row.failed = false;
            row.attempts = row.attempts.saturating_sub(1);
            self.put_back(queue, row)?;
        }
        Ok(released)
    }

    fn claims(
        &self,
        queue: QueueName,
        which: &str,
        values: impl rusqlite::Params,
    ) -> Result<Vec<Expired>, StoreError> {
        let (holder, cancel) = match queue {
            QueueName::Requests => ("agentId", "0"),
            QueueName::Jobs => ("workerId", "cancelRequested"),
            QueueName::Completions => ("pusherId", "0"),
        };
        let sql = format!(
            "SELECT id, sessionId, {holder}, attempts, {cancel} FROM {} WHERE status = 'claimed' {which}",
            queue.table()
        );
        self.all(&sql, values, |r| {
            let attempts: u32 = r.get(3)?;
            let cancelled = r.get::<_, i64>(4)? != 0;
            Ok(Expired {
                id: r.get(0)?,
                session_id: r.get(1)?,
                holder: r.get(2)?,
                attempts,
                failed: !cancelled && attempts >= MAX_ATTEMPTS,
                cancelled,
            })
        })
    }

    /// Takes a claim away as `row` says: cancelled, failed, or pending again.
    fn put_back(&mut self, queue: QueueName, row: &Expired) -> Result<(), StoreError> {
        let (status, error) = match row {
            Expired { cancelled: true, .. } => ("cancelled", Some("Cancelled".to_owned())),
            Expired { failed: true, .. } => (
                "failed",
                Some(format!(
                    "No answer from {} in {} attempts.",
                    row.holder.as_deref().unwrap_or("the holder"),
                    row.attempts
                )),
            ),
            _ => ("pending", None),
        };
        let sql = format!(
            "UPDATE {} SET status = ?2, error = COALESCE(?3, error), attempts = ?5, claimToken = NULL, leaseExpiresAt = NULL, \
             endedAt = CASE WHEN ?2 = 'pending' THEN NULL ELSE ?4 END, updatedAt = ?4 WHERE id = ?1",
            queue.table()
        );
        self.exec(&sql, params![row.id, status, error, self.now(), row.attempts])?;
        if status == "pending" {
            self.wake_claims(queue, &row.id)?;
        }
        Ok(())
    }

    /// Claims last anew from `until` on and lose no attempt.
    pub(crate) fn extend_leases(&mut self, until: i64) -> Result<(), StoreError> {
        for queue in [QueueName::Requests, QueueName::Jobs, QueueName::Completions] {
            let sql = format!(
                "UPDATE {} SET leaseExpiresAt = MAX(leaseExpiresAt, ?1 + leaseMs) WHERE status = 'claimed'",
                queue.table()
            );
            self.exec(&sql, [until])?;
        }
        Ok(())
    }

    pub(crate) fn wake_claims(&mut self, queue: QueueName, id: &str) -> Result<(), StoreError> {
        let (target, kind) = match queue {
            QueueName::Jobs => self
                .one("SELECT targetWorkerId, kind FROM jobs WHERE id = ?", [id], |r| {
                    Ok((r.get(0)?, r.get(1)?))
                })?
                .unwrap_or((None, String::new())),
            QueueName::Requests | QueueName::Completions => (None, String::new()),
        };
        self.wakes.push(Wake::Queue(Due { queue, target, kind }));
        Ok(())
    }
}
