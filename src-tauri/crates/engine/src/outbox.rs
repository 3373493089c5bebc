//! Effects written with their cause and performed afterwards, once as far as anyone can see.
//!
//! Quick effects run one after the other. Lasting ones, such as a set-up, run in tasks of their own, so that no
//! answer ever waits for them.

use crate::Engine;
use std::collections::BTreeMap;
use std::time::Duration;
use store::OutboxRow;
use tokio::task::{Id, JoinSet};

/// LocalBuddy answers a message by itself.
pub(crate) const LOCAL_ANSWER: &str = "local_answer";
/// LocalBuddy adds repository facts to a request.
pub(crate) const ENHANCE: &str = "enhance";
/// A workspace's set-up is made, and what waits for it starts.
pub(crate) const SET_UP: &str = "set_up";
/// LocalBuddy runs one command that a person allowed.
pub(crate) const LOCAL_RUN: &str = "local_run";

/// What landed is pushed, where that is configured.
pub(crate) const AFTER_LANDING: &str = "after_landing";

/// Effects that may take minutes.
const LASTING: &[&str] = &[SET_UP, LOCAL_RUN];
/// How many of them at once.
const LASTING_AT_ONCE: usize = 4;
/// Quick rows taken at once.
const BATCH: usize = 32;
/// Tries before an effect is given up with a line in the log.
const TRIES: u32 = 8;
/// Looked at this often even without a wake-up, for postponed rows.
const TICK: Duration = Duration::from_secs(5);

impl Engine {
    pub(crate) async fn outbox_loop(&self) {
        let mut lasting = Lasting::default();
        while !self.is_stopping() {
            self.start_lasting(&mut lasting).await;
            let rows = self.rows(self.store.read(|tx| tx.due_but(LASTING, BATCH)).await);
            for row in &rows {
                self.perform(row).await;
            }
            if rows.len() == BATCH {
                continue;
            }
            tokio::select! {
                () = self.store.outbox_changed() => {}
                () = lasting.one_ended() => {}
                () = tokio::time::sleep(TICK) => {}
                () = self.stopping() => {}
            }
        }
        // They see the stop themselves; their rows stay for the next start.
        while lasting.tasks.join_next().await.is_some() {}
    }

    async fn start_lasting(&self, lasting: &mut Lasting) {
        let most = LASTING_AT_ONCE + lasting.in_flight.len();
        let due =
            move |tx: &store::Tx<'_>| if tx.is_held()? { Ok(Vec::new()) } else { tx.due_of(LASTING, most) };
        for row in self.rows(self.store.read(move |tx| due(tx)).await) {
            if lasting.in_flight.len() >= LASTING_AT_ONCE
                || lasting.in_flight.values().any(|id| *id == row.id)
            {
                continue;
            }
            let (engine, id) = (self.clone(), row.id);
            let task = lasting.tasks.spawn(async move { engine.perform(&row).await });
            lasting.in_flight.insert(task.id(), id);
        }
    }

    fn rows(&self, read: Result<Vec<OutboxRow>, store::StoreError>) -> Vec<OutboxRow> {
        read.unwrap_or_else(|error| {
            tracing::error!(%error, "outbox");
            Vec::new()
        })
    }

    async fn perform(&self, row: &OutboxRow) {
        let done = match row.kind.as_str() {
            LOCAL_ANSWER => self.answer_locally(row).await,
            ENHANCE => self.enhance_request(row).await,
            SET_UP => self.perform_set_up(row).await,
            LOCAL_RUN => self.perform_local_run(row).await,
            AFTER_LANDING => self.publish_after_landing(row).await,
            unknown => {
                tracing::error!(unknown, "an effect this version does not know");
                Ok(())
            }
        };
        let Err(error) = done else { return };
        if self.is_stopping() {
            return;
        }
        tracing::warn!(kind = row.kind, attempts = row.attempts, %error, "effect not performed");
        let id = row.id;
        let give_up = row.attempts + 1 >= TRIES;
        let delay_ms = 250_i64 << row.attempts.min(10);
        let after =
            self.store.write(move |tx| if give_up { tx.performed(id) } else { tx.postpone(id, delay_ms) });
        if let Err(error) = after.await {
            tracing::error!(%error, "outbox");
        }
    }
}

/// Lasting effects under way; each row at most once.
#[derive(Default)]
struct Lasting {
    tasks: JoinSet<()>,
    /// Row of each task.
    in_flight: BTreeMap<Id, i64>,
}

impl Lasting {
    /// Resolves when one has ended; never when none runs.
    async fn one_ended(&mut self) {
        let task = match self.tasks.join_next_with_id().await {
            Some(Ok((task, ()))) => task,
            Some(Err(broken)) => broken.id(),
            None => return std::future::pending().await,
        };
        self.in_flight.remove(&task);
    }
}
