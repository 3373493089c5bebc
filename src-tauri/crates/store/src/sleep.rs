//! Time nobody could use: the machine slept, or the server was down. It runs out for nobody and is nobody's work.

use crate::StoreError;
use crate::row;
use crate::tx::Tx;
use protocol::approval::Approval;
use rusqlite::params;

impl Tx<'_> {
    /// Gives back the time between two moments: claims last anew from `to` on and lose no attempt, what was claimed
    /// did not work, and open questions wait that much longer. Answers the questions as they are now.
    pub fn return_time(&mut self, from: i64, to: i64) -> Result<Vec<Approval>, StoreError> {
        self.extend_leases(to)?;
        if from >= to {
            return Ok(Vec::new());
        }
        self.exec(
            "UPDATE jobs SET asleepMs = asleepMs + MAX(0, ?2 - MAX(?1, claimedAt)) WHERE status = 'claimed'",
            params![from, to],
        )?;
        // What ran out before `from` did so while somebody could have answered.
        let open = self.all(
            "SELECT expiresAt, createdAt, record FROM approvals WHERE state = 'pending' AND expiresAt > ?",
            [from],
            |r| {
                let (until, asked): (i64, i64) = (r.get("expiresAt")?, r.get("createdAt")?);
                Ok((until + (to - asked.max(from)).max(0), row::json::<Approval>(r, "record")?))
            },
        )?;
        let longer = open.into_iter().map(|(until, mut approval)| {
            approval.expires_at = Some(host::clock::iso(until));
            self.exec(
                "UPDATE approvals SET expiresAt = ?2, record = ?3 WHERE id = ?1",
                params![approval.id.as_str(), until, serde_json::to_string(&approval)?],
            )?;
            Ok(approval)
        });
        longer.collect()
    }

    /// When anything was last written that a running server writes: an event, a claim's renewal, a worker's sign.
    pub fn last_sign(&self) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "SELECT MAX(at) FROM (\
            SELECT * FROM (SELECT ts AS at FROM events ORDER BY event_id DESC LIMIT 1) \
            UNION ALL SELECT MAX(leaseExpiresAt - leaseMs) FROM jobs WHERE status = 'claimed' \
            UNION ALL SELECT MAX(lastHeartbeat) FROM workers)";
        Ok(self.one(SQL, [], |r| Ok(r.get(0)?))?.flatten())
    }
}
