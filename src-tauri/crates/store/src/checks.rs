//! Stored verdicts: a check that ran on a tree in an environment need not run there again.

use crate::StoreError;
use crate::tx::Tx;
use rusqlite::params;

/// What one check said of one tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVerdict {
    pub ok: bool,
    pub duration_ms: u64,
    pub tail: String,
}

impl Tx<'_> {
    pub fn verdict(
        &self,
        tree: &str,
        check: &str,
        environment: &str,
    ) -> Result<Option<StoredVerdict>, StoreError> {
        self.one(
            "SELECT ok, durationMs, tail FROM check_results WHERE tree = ? AND checkDigest = ? AND environmentDigest = ?",
            params![tree, check, environment],
            |r| Ok(StoredVerdict { ok: r.get(0)?, duration_ms: r.get::<_, i64>(1)?.max(0) as u64, tail: r.get(2)? }),
        )
    }

    pub fn store_verdict(
        &mut self,
        tree: &str,
        check: &str,
        environment: &str,
        name: &str,
        verdict: &StoredVerdict,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT OR REPLACE INTO check_results VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                tree,
                check,
                environment,
                name,
                verdict.ok,
                verdict.duration_ms as i64,
                verdict.tail,
                self.now()
            ],
        )?;
        Ok(())
    }

    /// Drops what is known of a tree, so that its checks run again.
    pub fn forget_verdicts(&mut self, tree: &str) -> Result<(), StoreError> {
        self.exec("DELETE FROM check_results WHERE tree = ?", [tree])?;
        Ok(())
    }
}
