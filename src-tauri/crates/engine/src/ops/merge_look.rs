//! Looking back at the merge queue: the steps of an entry, and figures over time.

use crate::Engine;
use protocol::merge::{EntryParams, MergeEntry, MergeStats};
use protocol::merge_history::{EntryHistory, HistoryKind, StatsBy, StatsParams};
use protocol::ops::JobParams;
use protocol::{ApiError, ErrorCode};

/// Most spans of time in one answer.
const BUCKETS: u32 = 92;
const HOUR_MS: i64 = 3_600_000;

impl Engine {
    pub async fn merge_stats(&self, p: StatsParams) -> Result<MergeStats, ApiError> {
        let by = p.by.unwrap_or_default();
        let wanted = p.buckets.unwrap_or(match by {
            StatsBy::Hour => 24,
            StatsBy::Day => 14,
        });
        let offset = p.offset_minutes.unwrap_or(0);
        if wanted == 0 || wanted > BUCKETS || offset.abs() > 24 * 60 {
            return Err(ApiError::bad(format!(
                "buckets is 1 to {BUCKETS} and offsetMinutes is that of a time zone."
            )));
        }
        let edges = edges(self.clock.now_ms(), by, wanted, offset);
        let workspace = p.workspace_id;
        if let Some(id) = workspace.clone() {
            self.store.read(move |tx| tx.workspace(id.as_str())).await?;
        }
        let stats = self.store.read(move |tx| {
            let buckets = tx.merge_buckets(workspace.as_ref(), &edges)?;
            Ok(MergeStats { buckets, ..tx.merge_stats()? })
        });
        Ok(stats.await?)
    }

    pub async fn merge_history(&self, p: EntryParams) -> Result<EntryHistory, ApiError> {
        let read = self.store.read(move |tx| {
            let entry = tx.entry(p.id.as_str())?;
            let events = tx.entry_events(p.id.as_str())?;
            let approvals = tx.approvals_about(p.id.as_str())?;
            let attempts = tx.attempts(entry.job_id.as_str())?;
            Ok((entry, events, approvals, attempts))
        });
        let (entry, events, approvals, attempts) = read.await?;
        let mut read = flow::history::read(&events, &approvals);
        if read.steps.first().is_none_or(|step| step.kind != HistoryKind::Queued) {
            read.steps.insert(0, flow::history::came(&entry.created_at));
        }
        Ok(EntryHistory {
            runs: entry.runs.max(read.runs),
            thrown_away: entry.thrown_away.max(read.thrown_away),
            steps: read.steps,
            dropped: read.dropped,
            attempts,
            entry,
        })
    }

    /// The newest entry that came of a job.
    pub async fn merge_of_job(&self, p: JobParams) -> Result<MergeEntry, ApiError> {
        let id = p.id.clone();
        let found = self.store.read(move |tx| {
            let job = tx.job(id.as_str())?;
            tx.entry_of_job(job.id.as_str())
        });
        found.await?.ok_or_else(|| {
            let text = format!("The job {} has handed over nothing that could land.", p.id);
            ApiError::new(ErrorCode::NotFound, text)
        })
    }
}

/// Beginnings of the newest `wanted` hours or days in the reader's time, and the end of the last.
fn edges(now_ms: i64, by: StatsBy, wanted: u32, offset_minutes: i32) -> Vec<i64> {
    let length = match by {
        StatsBy::Hour => HOUR_MS,
        StatsBy::Day => 24 * HOUR_MS,
    };
    let offset = i64::from(offset_minutes) * 60_000;
    let end = (now_ms + offset).div_euclid(length) * length + length - offset;
    (0..=i64::from(wanted)).rev().map(|back| end - back * length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_span_holds_now_and_days_begin_at_the_readers_midnight() {
        // 2026-03-01T23:30:00Z, half past midnight of the second where the clock is an hour ahead.
        let now = host::clock::parse_iso("2026-03-01T23:30:00.000Z").unwrap();
        let days = edges(now, StatsBy::Day, 3, 60);
        assert_eq!(days.len(), 4);
        assert!(days[2] <= now && now < days[3]);
        assert_eq!(host::clock::iso(days[2]), "2026-03-01T23:00:00.000Z");
        let hours = edges(now, StatsBy::Hour, 2, 0);
        assert_eq!(host::clock::iso(hours[1]), "2026-03-01T23:00:00.000Z");
        assert!(days.windows(2).all(|two| two[1] - two[0] == 24 * HOUR_MS));
    }
}
