//! Positions, ETAs and service levels, all measured.

use crate::StoreError;
use crate::tx::Tx;
use protocol::Priority;
use protocol::queue::{Counts, PendingItem, Percentiles, Slo};
use rusqlite::params;

/// Window of the service levels.
const SLO_WINDOW_MS: i64 = 24 * 3_600_000;
/// Terminal rows looked at for percentiles.
const SAMPLE: i64 = 2_000;
/// Weight of the newest duration in the running mean.
const RECENT: f64 = 0.2;

impl Tx<'_> {
    /// Rows per status of a queue.
    pub fn counts(&self, queue: &str) -> Result<Counts, StoreError> {
        let rows = self.all(
            "SELECT status, SUM(n) FROM queue_counts WHERE queue = ? GROUP BY status",
            [queue],
            |r| Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?.max(0) as u64)),
        )?;
        Ok(rows.into_iter().collect())
    }

    /// Pending rows per priority.
    pub fn priority_counts(&self, queue: &str) -> Result<Counts, StoreError> {
        let mut counts: Counts = Priority::ALL.iter().map(|p| (p.to_string(), 0)).collect();
        for (band, n) in self.all(
            "SELECT band, n FROM queue_counts WHERE queue = ? AND status = 'pending'",
            [queue],
            |r| Ok((r.get::<_, i64>(0)?, r.get::<_, i64>(1)?.max(0) as u64)),
        )? {
            counts.insert(Priority::from_band(band).to_string(), n);
        }
        Ok(counts)
    }

    /// Place of a row just added to the end of `band`, from 1.
    pub(crate) fn last_position(&self, queue: &str, band: i64) -> Result<u64, StoreError> {
        let n = self.one(
            "SELECT SUM(n) FROM queue_counts WHERE queue = ? AND status = 'pending' AND band <= ?",
            params![queue, band],
            |r| Ok(r.get::<_, Option<i64>>(0)?),
        )?;
        Ok(n.flatten().unwrap_or(0).max(1) as u64)
    }

    /// Measured time until position `position` is done by `hands` workers; none before anything was measured,
    /// and while everything is held: nobody knows until when.
    pub fn eta_ms(&self, queue: &str, position: u64, hands: u64) -> Result<Option<u64>, StoreError> {
        if self.is_held()? {
            return Ok(None);
        }
        let mean =
            self.one("SELECT meanMs FROM measures WHERE queue = ?", [queue], |r| Ok(r.get::<_, f64>(0)?))?;
        Ok(mean.map(|mean| (mean * position.div_ceil(hands.max(1)) as f64) as u64))
    }

    pub(crate) fn measure(&mut self, queue: &str, duration_ms: i64) -> Result<(), StoreError> {
        self.exec(
            "INSERT INTO measures VALUES (?1, 1, ?2) ON CONFLICT DO UPDATE SET samples = samples + 1, meanMs = meanMs * (1 - ?3) + ?2 * ?3",
            params![queue, duration_ms as f64, RECENT],
        )?;
        Ok(())
    }

    /// The next ten rows of a queue.
    pub(crate) fn pending_snapshot(
        &self,
        queue: &str,
        title: &str,
        hands: u64,
    ) -> Result<Vec<PendingItem>, StoreError> {
        let sql = format!(
            "SELECT id, {title}, band FROM {queue} WHERE status = 'pending' ORDER BY band, seq LIMIT 10"
        );
        let rows = self
            .all(&sql, [], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?, r.get::<_, i64>(2)?)))?;
        let held = self.is_held()?;
        rows.into_iter()
            .zip(1u64..)
            .map(|((id, title, band), position)| {
                Ok(PendingItem {
                    id,
                    title: title.chars().take(200).collect(),
                    priority: Priority::from_band(band),
                    queue_position: position,
                    eta_ms: self.eta_ms(queue, position, hands)?,
                    held,
                })
            })
            .collect()
    }

    /// Service levels over the last 24 hours, from at most the newest 2,000 ended rows.
    pub fn slo(&self, queue: &str) -> Result<Slo, StoreError> {
        let since = self.now() - SLO_WINDOW_MS;
        let sql = format!(
            "SELECT status, durationMs, claimedAt - enqueuedAt, error LIKE '%timed out%' FROM {queue} WHERE endedAt >= ? ORDER BY endedAt DESC LIMIT ?"
        );
        let (mut durations, mut waits) = (Vec::new(), Vec::new());
        let mut slo = Slo { window_hours: 24, ..Slo::default() };
        for (status, duration, wait, timed_out) in self.all(&sql, params![since, SAMPLE], |r| {
            Ok((
                r.get::<_, String>(0)?,
                r.get::<_, Option<i64>>(1)?,
                r.get::<_, Option<i64>>(2)?,
                r.get::<_, Option<bool>>(3)?,
            ))
        })? {
            slo.terminal += 1;
            match status.as_str() {
                "completed" => slo.completed += 1,
                "failed" => slo.failed += 1,
                _ => {}
            }
            slo.timeout_failures += u64::from(timed_out == Some(true));
            durations.extend(duration.map(|d| d as f64));
            waits.extend(wait.map(|d| d as f64));
        }
        let share = |n: u64| (slo.terminal > 0).then(|| n as f64 / slo.terminal as f64);
        slo.success_rate = share(slo.completed);
        slo.timeout_rate = share(slo.timeout_failures);
        slo.duration_ms = percentiles(durations);
        slo.queue_wait_ms = percentiles(waits);
        Ok(slo)
    }
}

/// p50, p95 and mean of a sample.
pub(crate) fn percentiles(mut sample: Vec<f64>) -> Percentiles {
    if sample.is_empty() {
        return Percentiles::default();
    }
    sample.sort_by(f64::total_cmp);
    let at = |q: f64| sample.get(((sample.len() - 1) as f64 * q).round() as usize).copied();
    Percentiles {
        p50: at(0.5),
        p95: at(0.95),
        avg: Some(sample.iter().sum::<f64>() / sample.len() as f64),
        sample_size: sample.len() as u64,
    }
}
