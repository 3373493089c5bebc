//! Time as the drivers of this crate see it, so tests can pass hours in no time.

use std::future::Future;
use std::time::{Duration, Instant};

/// A monotonic clock and a way to wait on it.
pub trait Pace: Send + Sync {
    /// Milliseconds since some fixed start.
    fn now_ms(&self) -> u64;
    fn sleep_ms(&self, ms: u64) -> impl Future<Output = ()> + Send;
}

/// Real time, waited for on the tokio timer.
#[derive(Debug, Clone)]
pub struct TokioPace(Instant);

impl Default for TokioPace {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Pace for TokioPace {
    fn now_ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    async fn sleep_ms(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }
}
