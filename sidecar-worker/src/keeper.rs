//! Keeping a claim: renews the lease, and tells the job when it must stop.

use crate::claim::LEASE_MS;
use agent::Cancel;
use client::Client;
use protocol::ErrorCode;
use protocol::ops::typed;
use protocol::queue::RenewParams;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

/// Why a job was told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    No,
    /// A person asked for it.
    Cancelled,
    /// The claim passed to somebody else; nothing may be reported any more.
    LeaseLost,
    /// The job's time is over.
    TimeUp,
}

/// Renews until dropped.
pub(crate) struct Keeper {
    pub cancel: Cancel,
    why: Arc<AtomicU8>,
    task: tokio::task::JoinHandle<()>,
}

impl Keeper {
    /// `budget` bounds the whole execution.
    pub(crate) fn start(client: Client, job: String, token: String, budget: Duration) -> Self {
        let (cancel, why) = (Cancel::new(), Arc::new(AtomicU8::new(0)));
        let (stop, reason) = (cancel.clone(), why.clone());
        let task = tokio::spawn(async move {
            let deadline = tokio::time::Instant::now() + budget;
            let mut missed = 0;
            loop {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_millis(LEASE_MS / 15)) => {}
                    () = tokio::time::sleep_until(deadline) => return end(&stop, &reason, Stopped::TimeUp),
                }
                let renew =
                    RenewParams { id: job.clone(), claim_token: token.clone(), lease_ms: Some(LEASE_MS) };
                match client.call(typed::JobsRenew, &renew, None).await {
                    Ok(renewed) if renewed.cancel_requested => {
                        return end(&stop, &reason, Stopped::Cancelled);
                    }
                    Ok(_) => missed = 0,
                    Err(error)
                        if matches!(
                            error.code,
                            ErrorCode::LeaseLost
                                | ErrorCode::NotFound
                                | ErrorCode::Conflict
                                | ErrorCode::Unauthenticated
                        ) =>
                    {
                        return end(&stop, &reason, Stopped::LeaseLost);
                    }
                    // The server restarts: its leases wait for us for a while.
                    Err(_) => missed += 1,
                }
                if missed > 60 {
                    return end(&stop, &reason, Stopped::LeaseLost);
                }
            }
        });
        Self { cancel, why, task }
    }

    pub(crate) fn stopped(&self) -> Stopped {
        match self.why.load(Ordering::Acquire) {
            1 => Stopped::Cancelled,
            2 => Stopped::LeaseLost,
            3 => Stopped::TimeUp,
            _ => Stopped::No,
        }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn end(cancel: &Cancel, why: &AtomicU8, reason: Stopped) {
    let code = match reason {
        Stopped::No => 0,
        Stopped::Cancelled => 1,
        Stopped::LeaseLost => 2,
        Stopped::TimeUp => 3,
    };
    why.store(code, Ordering::Release);
    cancel.cancel();
}
