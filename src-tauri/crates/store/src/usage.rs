//! Tokens used, per call.

use crate::StoreError;
use crate::tx::Tx;
use rusqlite::params;

impl Tx<'_> {
    pub fn add_usage(
        &mut self,
        role: &str,
        model: &str,
        job: Option<&str>,
        workspace: Option<&str>,
        input: u64,
        output: u64,
    ) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO usage (role, model, jobId, workspaceId, inputTokens, outputTokens, createdAt) VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![role, model, job, workspace, input as i64, output as i64, self.now()],
        )?;
        Ok(())
    }

    /// Input and output tokens since `since`.
    pub fn usage_since(&self, since: i64) -> Result<(u64, u64), StoreError> {
        let sums = self.one("SELECT COALESCE(SUM(inputTokens), 0), COALESCE(SUM(outputTokens), 0) FROM usage WHERE createdAt >= ?", [since], |r| {
            Ok((r.get::<_, i64>(0)? as u64, r.get::<_, i64>(1)? as u64))
        })?;
        Ok(sums.unwrap_or_default())
    }
}
