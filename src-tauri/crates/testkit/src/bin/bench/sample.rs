//! Percentiles of a sample of durations.

use std::time::Duration;

/// Durations, sorted.
pub struct Sample(Vec<Duration>);

impl Sample {
    pub fn new(mut durations: Vec<Duration>) -> Self {
        durations.sort();
        Self(durations)
    }

    /// The `q` quantile in milliseconds; 0 for an empty sample.
    pub fn millis(&self, q: f64) -> f64 {
        let at = (self.0.len().saturating_sub(1) as f64 * q).round() as usize;
        self.0.get(at).map_or(0.0, |d| d.as_secs_f64() * 1e3)
    }
}

/// The middle of some numbers; 0 when there are none.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}
