//! Looking back at the merge queue: the events of an entry, the attempts at its task, figures of spans of time.

use crate::slo::percentiles;
use crate::tx::Tx;
use crate::{StoreError, row};
use protocol::job::{Job, TASK_EXECUTE};
use protocol::merge::MergeEntry;
use protocol::merge_history::{Attempt, StatsBucket};
use protocol::plan::TaskParams;
use protocol::{Envelope, WorkspaceId};
use rusqlite::params;

/// Most events read of one entry.
const EVENTS: i64 = 5_000;
/// Most attempts at a task that are listed.
const ATTEMPTS: i64 = 50;

impl Tx<'_> {
    /// What happened to an entry, oldest first; the newest when there is too much.
    pub fn entry_events(&self, entry: &str) -> Result<Vec<Envelope>, StoreError> {
        let mut events = self.all(
            "SELECT envelope FROM events WHERE json_extract(envelope, '$.correlationId') = ? \
             AND type >= 'merge.' AND type < 'merge/' ORDER BY event_id DESC LIMIT ?",
            params![entry, EVENTS],
            |r| row::json(r, "envelope"),
        )?;
        events.reverse();
        Ok(events)
    }

    /// Every attempt at the task of a job, with the newest entry of each, oldest first.
    pub fn attempts(&self, job: &str) -> Result<Vec<Attempt>, StoreError> {
        let ids: Vec<String> = self.all(
            "SELECT id FROM jobs WHERE taskId = (SELECT taskId FROM jobs WHERE id = ?) ORDER BY seq LIMIT ?",
            params![job, ATTEMPTS],
            |r| Ok(r.get(0)?),
        )?;
        ids.into_iter().map(|id| Ok(attempt(self.job(&id)?, self.entry_of_job(&id)?))).collect()
    }

    /// Figures of spans of time that follow one another: `edges` are their beginnings and the end of the last,
    /// milliseconds since 1970.
    pub fn merge_buckets(
        &self,
        workspace: Option<&WorkspaceId>,
        edges: &[i64],
    ) -> Result<Vec<StatsBucket>, StoreError> {
        let (Some(from), Some(to)) = (edges.first(), edges.last()) else { return Ok(Vec::new()) };
        let starts = edges.get(..edges.len().saturating_sub(1)).unwrap_or_default();
        let mut buckets: Vec<StatsBucket> = starts
            .iter()
            .map(|at| StatsBucket { from: host::clock::iso(*at), ..StatsBucket::default() })
            .collect();
        let mut times = vec![Vec::new(); buckets.len()];
        let place = |at: i64| edges.partition_point(|edge| *edge <= at).checked_sub(1);
        let of = workspace.map(WorkspaceId::as_str);
        let span = params![from, to, of];
        let landed = "SELECT landedAt, createdAt FROM merge_entries WHERE landedAt >= ?1 AND landedAt < ?2 AND (?3 IS NULL OR workspaceId = ?3)";
        for (at, created) in self.all(landed, span, |r| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?)))? {
            if let Some(n) = place(at)
                && let (Some(bucket), Some(times)) = (buckets.get_mut(n), times.get_mut(n))
            {
                bucket.landed += 1;
                times.push((at - created).max(0) as f64);
            }
        }
        let returned = "SELECT ts FROM events WHERE type = 'merge.entry.returned' AND ts >= ?1 AND ts < ?2 \
                        AND (?3 IS NULL OR json_extract(envelope, '$.payload.entry.workspaceId') = ?3)";
        for at in self.all(returned, span, |r| Ok(r.get::<_, i64>(0)?))? {
            if let Some(bucket) = place(at).and_then(|n| buckets.get_mut(n)) {
                bucket.returned += 1;
            }
        }
        let runs = "SELECT startedAt, reason IS NOT NULL FROM check_runs WHERE startedAt >= ?1 AND startedAt < ?2 AND (?3 IS NULL OR workspaceId = ?3)";
        for (at, thrown) in self.all(runs, span, |r| Ok((r.get::<_, i64>(0)?, r.get::<_, bool>(1)?)))? {
            if let Some(bucket) = place(at).and_then(|n| buckets.get_mut(n)) {
                bucket.runs += 1;
                bucket.cancelled_runs += u64::from(thrown);
            }
        }
        for (bucket, times) in buckets.iter_mut().zip(times) {
            bucket.runs_per_landed = (bucket.landed > 0).then(|| bucket.runs as f64 / bucket.landed as f64);
            bucket.time_to_land_ms = percentiles(times);
        }
        Ok(buckets)
    }
}

fn attempt(job: Job, entry: Option<MergeEntry>) -> Attempt {
    let task = serde_json::from_str::<TaskParams>(&job.params).ok().filter(|_| job.kind == TASK_EXECUTE);
    Attempt {
        job_status: job.status,
        fix_up: task.map(|task| task.fix_up).unwrap_or(0),
        title: entry.as_ref().map(|entry| entry.title.clone()).unwrap_or(job.title),
        state: entry.as_ref().map(|entry| entry.state),
        entry_id: entry.map(|entry| entry.id),
        created_at: job.created_at,
        job_id: job.id,
    }
}
