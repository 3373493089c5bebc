//! What a room remembers of its set-up between attempts. Nothing here survives a restart, and nothing has to.

use protocol::ApiError;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// A failure answers again for this long; afterwards the step is tried once more.
const REMEMBERED_MS: i64 = 10 * 60_000;
/// Failures kept; each digest has at most one.
const MOST: usize = 64;

#[derive(Default)]
pub(crate) struct SetUpState {
    /// One step at a time: they share a work tree, and the second one may find the layer of the first.
    pub(super) building: tokio::sync::Mutex<()>,
    failed: Mutex<BTreeMap<String, (i64, ApiError)>>,
    /// Failures and denials before this moment do not count: somebody has asked for the work since.
    anew: AtomicI64,
}

impl SetUpState {
    /// Whether a step is being run.
    pub(crate) fn is_building(&self) -> bool {
        self.building.try_lock().is_err()
    }

    /// A person wants the work done: what stood in its way is tried, and asked, again.
    pub(crate) fn try_anew(&self, now_ms: i64) {
        self.anew.store(now_ms, Ordering::Release);
    }

    /// Whether something that happened at this moment still counts.
    pub(crate) fn counts(&self, at_ms: i64) -> bool {
        at_ms >= self.anew.load(Ordering::Acquire)
    }

    pub(crate) fn remember(&self, digest: &str, now_ms: i64, error: ApiError) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.retain(|_, (at, _)| now_ms - *at < REMEMBERED_MS);
        if failed.len() < MOST {
            failed.insert(digest.to_owned(), (now_ms, error));
        }
    }

    /// The failure that stands for an attempt now.
    pub(crate) fn failure(&self, digest: &str, now_ms: i64) -> Option<ApiError> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, error) = failed.get(digest)?;
        (self.counts(*at) && now_ms - at < REMEMBERED_MS).then(|| error.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::ErrorCode;

    #[test]
    fn a_failure_stands_until_time_passes_or_somebody_asks_anew() {
        let state = SetUpState::default();
        state.remember("d", 1_000, ApiError::new(ErrorCode::Internal, "no"));
        assert!(state.failure("d", 1_000 + REMEMBERED_MS - 1).is_some());
        assert!(state.failure("d", 1_000 + REMEMBERED_MS).is_none());
        assert!(state.failure("other", 1_000).is_none());
        state.try_anew(1_001);
        assert!(state.failure("d", 1_002).is_none());
        assert!(!state.counts(1_000) && state.counts(1_001));
    }
}
