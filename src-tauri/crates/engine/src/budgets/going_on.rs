//! Jobs that wait go on by themselves when their time has come, where the user wants that.

use crate::Engine;
use protocol::ApiError;
use protocol::job::{JobWait, WaitReason};
use std::time::Duration;

/// How often waiting jobs are looked at while there are any. Their times are minutes or hours away.
const LOOK: Duration = Duration::from_secs(5);

impl Engine {
    pub(crate) async fn going_on_loop(&self) {
        while !self.is_stopping() {
            let waiting = match self.go_on().await {
                Ok(waiting) => waiting,
                Err(error) => {
                    tracing::error!(%error, "waiting jobs");
                    true
                }
            };
            tokio::select! {
                () = tokio::time::sleep(LOOK), if waiting => {}
                () = self.parked.notified() => {}
                () = self.stopping() => {}
            }
        }
    }

    /// Resumes what is due. Answers whether any job may become due later.
    async fn go_on(&self) -> Result<bool, ApiError> {
        let mut waiting = self.store.read(|tx| tx.waiting_jobs()).await?;
        waiting.retain(|(_, _, wait)| wait.reason != WaitReason::Paused && wait.resets_at.is_some());
        if waiting.is_empty() || !self.own.config.budget.auto_resume {
            // The configuration does not change while we run.
            return Ok(false);
        }
        let now = self.clock.now_ms();
        let (due, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, _, wait)| is_due(wait, now));
        for (id, _, _) in due {
            self.resume(id, "server".into()).await?;
        }
        Ok(!later.is_empty())
    }
}

fn is_due(wait: &JobWait, now: i64) -> bool {
    wait.resets_at.as_deref().and_then(|at| host::clock::parse_iso(at).ok()).is_some_and(|at| at <= now)
}
