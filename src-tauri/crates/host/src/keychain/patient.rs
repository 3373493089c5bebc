//! One thread for calls that may never return, and a limit for whoever waits for them.
//!
//! However often a keychain hangs, it costs one thread: while a call is overdue, others are refused at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use super::KeychainError;

/// Calls that may wait for their turn.
const WAITING: usize = 8;

type Call = Box<dyn FnOnce() + Send>;

/// The thread, started with the first call.
#[derive(Debug, Default)]
pub(super) struct Patient {
    calls: Mutex<Calls>,
    /// The newest call that has ended.
    ended: Arc<AtomicU64>,
    /// The newest call that somebody stopped waiting for.
    overdue: AtomicU64,
}

#[derive(Default)]
struct Calls {
    given: u64,
    to: Option<SyncSender<(u64, Call)>>,
}

impl std::fmt::Debug for Calls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Calls({} given)", self.given)
    }
}

impl Patient {
    /// Whether a call is still running that nobody waits for any more.
    pub(super) fn is_stuck(&self) -> bool {
        self.overdue.load(Ordering::Acquire) > self.ended.load(Ordering::Acquire)
    }

    /// Runs `work` on the thread. One that has not begun when its time is up is not begun.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, KeychainError> {
        if self.is_stuck() {
            return Err(KeychainError::NoAnswer);
        }
        let (answer, answered) = oneshot::channel();
        let call = self.hand_over(Box::new(move || {
            if !answer.is_closed() {
                // Whoever gave up meanwhile has been told so.
                let _ = answer.send(work());
            }
        }))?;
        match tokio::time::timeout(limit, answered).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(_)) => Err(KeychainError::Failed { why: "the call ended without an answer".to_owned() }),
            Err(_) => {
                self.overdue.fetch_max(call, Ordering::AcqRel);
                Err(KeychainError::NoAnswer)
            }
        }
    }

    fn hand_over(&self, call: Call) -> Result<u64, KeychainError> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.given += 1;
        let number = calls.given;
        let mut call = (number, call);
        if let Some(to) = &calls.to {
            match to.try_send(call) {
                Ok(()) => return Ok(number),
                Err(TrySendError::Full(_)) => return Err(KeychainError::NoAnswer),
                // The thread is gone, whatever ended it.
                Err(TrySendError::Disconnected(back)) => call = back,
            }
        }
        let (to, from) = sync_channel(WAITING);
        let ended = self.ended.clone();
        let started =
            std::thread::Builder::new().name("keychain".to_owned()).spawn(move || answer_all(&from, &ended));
        started.map_err(|error| KeychainError::Failed { why: format!("no thread for it: {error}") })?;
        // The channel is new and empty.
        let _ = to.try_send(call);
        calls.to = Some(to);
        Ok(number)
    }
}

fn answer_all(calls: &Receiver<(u64, Call)>, ended: &AtomicU64) {
    /// Counts the call as ended in whatever way it ends.
    struct Ended<'a>(u64, &'a AtomicU64);
    impl Drop for Ended<'_> {
        fn drop(&mut self) {
            self.1.fetch_max(self.0, Ordering::AcqRel);
        }
    }
    while let Ok((number, call)) = calls.recv() {
        let _ended = Ended(number, ended);
        // Whoever waits is told by the end of its answer; the thread goes on for the others.
        if catch_unwind(AssertUnwindSafe(call)).is_err() {
            tracing::error!("a call to a keychain panicked");
        }
    }
}
