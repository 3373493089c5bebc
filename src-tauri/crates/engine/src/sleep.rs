//! Sleep of the machine, seen as a gap in the sweep's ticks. A laptop that was closed for a night has not worked that
//! night, and nobody could answer a question in it.
//!
//! Whatever may end a claim, judge a budget or close a question looks here first: the first call after a wake may come
//! before the first tick.

use crate::{Engine, ask};
use std::sync::atomic::{AtomicI64, Ordering};
use store::StoreError;

/// A gap between two ticks longer than this is sleep, not slowness.
const GAP_MS: i64 = 10_000;

/// Until when the machine is known to have been awake.
pub(crate) struct Awake {
    seen: AtomicI64,
    /// Held by the one who gives time back, so that nobody judges by what is not written yet.
    giving: tokio::sync::Mutex<()>,
}

impl Awake {
    pub(crate) fn new(now: i64) -> Self {
        Self { seen: AtomicI64::new(now), giving: tokio::sync::Mutex::default() }
    }

    /// Since when it was not, if that is long enough ago.
    fn asleep_since(&self, now: i64) -> Option<i64> {
        let seen = self.seen.load(Ordering::Acquire);
        (now.saturating_sub(seen) > GAP_MS).then_some(seen)
    }

    /// A tick of the sweep.
    pub(crate) fn tick(&self, now: i64) {
        self.seen.store(now, Ordering::Release);
    }
}

impl Engine {
    /// Gives back the time of a sleep that nobody has noticed yet. Answers whether there was one.
    pub(crate) async fn notice_sleep(&self) -> Result<bool, StoreError> {
        if self.awake.asleep_since(self.clock.now_ms()).is_none() {
            return Ok(false);
        }
        let _one = self.awake.giving.lock().await;
        let to = self.clock.now_ms();
        let Some(from) = self.awake.asleep_since(to) else { return Ok(false) };
        tracing::info!(seconds = (to - from) / 1_000, "the machine slept");
        self.return_time(from, to).await?;
        self.awake.tick(to);
        Ok(true)
    }

    /// The same for the time the server was down, as far as that is known: since its last sign.
    pub(crate) async fn return_downtime(&self) -> Result<(), StoreError> {
        let to = self.started_at;
        let from = self.store.read(|tx| tx.last_sign()).await?.unwrap_or(to);
        self.return_time(from, to).await
    }

    async fn return_time(&self, from: i64, to: i64) -> Result<(), StoreError> {
        let given = self.store.write(move |tx| {
            for question in tx.return_time(from, to)? {
                ask::changed(tx, &question)?;
            }
            Ok(())
        });
        given.await
    }
}

#[cfg(test)]
mod tests;
