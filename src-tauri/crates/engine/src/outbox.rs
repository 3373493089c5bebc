//! Effects written with their cause and performed afterwards, once as far as anyone can see.

use crate::Engine;
use std::time::Duration;
use store::OutboxRow;

/// LocalBuddy answers a message by itself.
pub(crate) const LOCAL_ANSWER: &str = "local_answer";
/// LocalBuddy adds repository facts to a request.
pub(crate) const ENHANCE: &str = "enhance";

/// Rows taken at once.
const BATCH: usize = 32;
/// Tries before an effect is given up with a line in the log.
const TRIES: u32 = 8;
/// Looked at this often even without a wake-up, for postponed rows.
const TICK: Duration = Duration::from_secs(5);

impl Engine {
    pub(crate) async fn outbox_loop(&self) {
        while !self.is_stopping() {
            let rows = match self.store.read(|tx| tx.due(BATCH)).await {
                Ok(rows) => rows,
                Err(error) => {
                    tracing::error!(%error, "outbox");
                    Vec::new()
                }
            };
            for row in &rows {
                self.perform(row).await;
            }
            if rows.len() == BATCH {
                continue;
            }
            tokio::select! {
                () = self.store.outbox_changed() => {}
                () = tokio::time::sleep(TICK) => {}
                () = self.stopping() => {}
            }
        }
    }

    async fn perform(&self, row: &OutboxRow) {
        let done = match row.kind.as_str() {
            LOCAL_ANSWER => self.answer_locally(row).await,
            ENHANCE => self.enhance_request(row).await,
            unknown => {
                tracing::error!(unknown, "an effect this version does not know");
                Ok(())
            }
        };
        let Err(error) = done else { return };
        tracing::warn!(kind = row.kind, attempts = row.attempts, %error, "effect not performed");
        let id = row.id;
        let give_up = row.attempts + 1 >= TRIES;
        let delay_ms = 250_i64 << row.attempts.min(10);
        let after = self.store.write(move |tx| if give_up { tx.performed(id) } else { tx.postpone(id, delay_ms) });
        if let Err(error) = after.await {
            tracing::error!(%error, "outbox");
        }
    }
}
