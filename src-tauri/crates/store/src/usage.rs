//! What was used: tokens and money per call, time per claim; and the sums that budgets are judged by.

use crate::StoreError;
use crate::tx::Tx;
use protocol::budget::{Spent, SpentByModel};
use rusqlite::{Params, Row, params};

/// One call to a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewUsage {
    pub role: String,
    pub model: String,
    pub job: Option<String>,
    pub workspace: Option<String>,
    /// All input, cached part included.
    pub input: u64,
    pub cached: u64,
    pub output: u64,
    /// Millionths of the unit of the prices; none without a price.
    pub cost_micros: Option<u64>,
    pub estimated: bool,
}

const SUMS: &str = "COALESCE(SUM(inputTokens), 0) AS input, COALESCE(SUM(outputTokens), 0) AS output, COALESCE(SUM(costMicros), 0) AS money, \
    COUNT(*) AS calls, COALESCE(SUM(costMicros IS NULL), 0) AS unpriced, COALESCE(SUM(estimated), 0) AS estimatedCalls";

impl Tx<'_> {
    pub fn add_usage(&mut self, new: &NewUsage) -> Result<(), StoreError> {
        let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.exec(
            "INSERT INTO usage (role, model, jobId, workspaceId, inputTokens, outputTokens, cachedTokens, costMicros, estimated, createdAt) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                new.role,
                new.model,
                new.job,
                new.workspace,
                signed(new.input),
                signed(new.output),
                signed(new.cached),
                new.cost_micros.map(signed),
                new.estimated,
                self.now()
            ],
        )?;
        Ok(())
    }

    /// Everything of one job, on whatever days; the claim it has now counts up to now. Sleep is no work.
    pub fn spent_on_job(&self, job: &str) -> Result<Spent, StoreError> {
        let calls = self.spent(&format!("SELECT {SUMS} FROM usage WHERE jobId = ?"), [job])?;
        let sql = "SELECT COALESCE((SELECT SUM(ms) FROM work WHERE jobId = ?1), 0) \
                   + COALESCE((SELECT MAX(0, ?2 - claimedAt - asleepMs) FROM jobs WHERE id = ?1 AND status = 'claimed'), 0)";
        Ok(Spent { work_ms: self.sum(sql, params![job, self.now()])?, ..calls })
    }

    /// Everything since a moment, or one workspace's part of it. A claim that began before counts only from then on.
    pub fn spent_since(&self, since: i64, workspace: Option<&str>) -> Result<Spent, StoreError> {
        let sql =
            format!("SELECT {SUMS} FROM usage WHERE createdAt >= ?1 AND (?2 IS NULL OR workspaceId = ?2)");
        let calls = self.spent(&sql, params![since, workspace])?;
        let sql = "SELECT COALESCE((SELECT SUM(MIN(ms, endedAt - ?1)) FROM work WHERE endedAt >= ?1 AND (?2 IS NULL OR workspaceId = ?2)), 0) \
                   + COALESCE((SELECT SUM(MAX(0, MIN(?3 - claimedAt - asleepMs, ?3 - ?1))) FROM jobs WHERE status = 'claimed' AND (?2 IS NULL OR workspaceId = ?2)), 0)";
        Ok(Spent { work_ms: self.sum(sql, params![since, workspace, self.now()])?, ..calls })
    }

    /// Whether this is told for the first time; from now on it was.
    pub fn told_first(&mut self, what: &str) -> Result<bool, StoreError> {
        Ok(self.exec("INSERT OR IGNORE INTO budget_told VALUES (?1, ?2)", params![what, self.now()])? > 0)
    }

    /// What each model had since a moment, the most expensive or longest first.
    pub fn spent_by_model(&self, since: i64) -> Result<Vec<SpentByModel>, StoreError> {
        let sql = format!(
            "SELECT role, model, {SUMS} FROM usage WHERE createdAt >= ? GROUP BY role, model ORDER BY money DESC, input + output DESC, role LIMIT 50"
        );
        self.all(&sql, [since], |r| {
            Ok(SpentByModel { role: r.get("role")?, model: r.get("model")?, spent: spent_row(r)? })
        })
    }

    fn spent(&self, sql: &str, values: impl Params) -> Result<Spent, StoreError> {
        Ok(self.one(sql, values, spent_row)?.unwrap_or_default())
    }

    fn sum(&self, sql: &str, values: impl Params) -> Result<u64, StoreError> {
        Ok(self.one(sql, values, |r| Ok(r.get::<_, i64>(0)?.max(0).unsigned_abs()))?.unwrap_or(0))
    }
}

fn spent_row(r: &Row<'_>) -> Result<Spent, StoreError> {
    let number = |name: &str| -> Result<u64, StoreError> { Ok(r.get::<_, i64>(name)?.max(0).unsigned_abs()) };
    Ok(Spent {
        input_tokens: number("input")?,
        output_tokens: number("output")?,
        work_ms: 0,
        money_micros: number("money")?,
        calls: number("calls")?,
        unpriced_calls: number("unpriced")?,
        estimated_calls: number("estimatedCalls")?,
    })
}
