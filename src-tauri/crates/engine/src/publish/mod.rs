//! Publishing at work: pushes and pull requests, one after the other for each branch, each remembered until it is done.
//!
//! The table is the journal: what is asked for is a row with the exact commit, written before anything is done, and
//! every stage is stored with its event. Whoever presses waits for the row's end, so all who asked for the same are
//! told the same. After a crash the rows that are young go on; pushing again what is there already changes nothing,
//! and a pull request is looked for before one is opened.

mod after_landing;
mod asked;
mod checks;
mod facts;
mod forge;
mod large;
mod perform;
mod policy;
mod propose;
mod pull;
mod push;
pub(crate) mod reply;
mod tell;
mod token;

pub(crate) use asked::{Wish, switches};

use crate::Engine;
use protocol::PublishId;
use protocol::publish::{PublishReason, PublishStage};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::StoredPublish;
use tokio::task::{Id, JoinSet};

/// Publications at the same time.
const AT_ONCE: usize = 4;
/// Answers and new rows ring a bell; this is for those that close without one.
const LOOK: Duration = Duration::from_secs(2);
/// After a longer absence of the server nobody expects a push any more.
const STALE_MS: i64 = 10 * 60_000;

/// What is known of publications beside the table.
#[derive(Default)]
pub(crate) struct Counter {
    /// Rung when there is one to do.
    bell: tokio::sync::Notify,
    /// Rung when one is done or waits for a person.
    moved: tokio::sync::Notify,
    live: Mutex<Live>,
}

#[derive(Default)]
struct Live {
    progress: BTreeMap<String, String>,
    cancelled: BTreeSet<String>,
    watched: BTreeMap<String, checks::Watched>,
}

impl Counter {
    fn live(&self) -> std::sync::MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn wake(&self) {
        self.bell.notify_one();
    }
}

impl Engine {
    /// The newest line of a push's progress.
    pub(crate) fn publish_progress(&self, id: &PublishId) -> Option<String> {
        self.publishing.live().progress.get(id.as_str()).cloned()
    }

    /// Asks a push to end; its task sees it soon.
    pub(crate) fn cancel_push(&self, id: &PublishId) -> bool {
        self.publishing.live().cancelled.insert(id.to_string())
    }
}

impl Engine {
    /// Performs publications until the server stops.
    pub(crate) async fn publish_loop(&self) {
        if let Err(error) = self.end_stale_publishes().await {
            tracing::error!(%error, "publications of before");
        }
        let mut flights = Flights::default();
        while !self.is_stopping() {
            let open =
                self.store.read(|tx| Ok(if tx.is_held()? { Vec::new() } else { tx.open_publishes()? })).await;
            let open = open.unwrap_or_else(|error| {
                tracing::error!(%error, "publications");
                Vec::new()
            });
            for row in &open {
                flights.begin(self, row);
            }
            tokio::select! {
                () = self.publishing.bell.notified() => {}
                () = flights.one_ended() => {}
                () = self.answers.notified() => {}
                () = tokio::time::sleep(LOOK), if !open.is_empty() => {}
                () = self.stopping() => {}
            }
        }
        // Git is ended by the stop; what was not done is in the table.
        while flights.tasks.join_next().await.is_some() {}
    }

    /// What was not done when the server went away goes on, unless that is long ago.
    async fn end_stale_publishes(&self) -> Result<(), protocol::ApiError> {
        let before = self.clock.now_ms() - STALE_MS;
        let open = self.store.read(|tx| tx.open_publishes()).await?;
        for row in open.into_iter().filter(|row| row.updated_at < before) {
            let waits = row.shown.stage == PublishStage::Waiting;
            if !waits {
                let text = "The server stopped before this was done. Publish again if it is still wanted.";
                self.fail_publish(&row.shown, PublishReason::Cancelled, text, None).await?;
            }
        }
        Ok(())
    }

    /// Waits until a publication is done, or until a person is asked about it.
    pub(crate) async fn publish_settled(&self, id: &PublishId) -> Result<StoredPublish, protocol::ApiError> {
        loop {
            let moved = self.publishing.moved.notified();
            let wanted = id.to_string();
            let row = self.store.read(move |tx| tx.publish(&wanted)).await?;
            if matches!(row.shown.stage, PublishStage::Done | PublishStage::Waiting) {
                return Ok(row);
            }
            tokio::select! {
                () = moved => {}
                () = tokio::time::sleep(LOOK) => {}
                () = self.stopping() => return Err(crate::shutting_down()),
            }
        }
    }
}

/// Publications under way: each row once, and one at a time for a branch.
#[derive(Default)]
struct Flights {
    tasks: JoinSet<()>,
    under_way: BTreeMap<Id, (PublishId, String)>,
}

impl Flights {
    fn begin(&mut self, engine: &Engine, row: &StoredPublish) {
        let branch = format!("{}\n{}", row.shown.workspace_id, row.shown.head_branch);
        let taken = |(id, of): &(PublishId, String)| *id == row.shown.id || *of == branch;
        if self.tasks.len() >= AT_ONCE || self.under_way.values().any(taken) {
            return;
        }
        let (engine, id) = (engine.clone(), row.shown.id.clone());
        let of = id.clone();
        let task = self.tasks.spawn(async move {
            if let Err(error) = engine.perform_publish(&of).await {
                tracing::error!(publication = %of, %error, "a publication cannot go on now");
                // Whatever it was (a full disk, a locked database), trying at once would meet it again.
                tokio::select! {
                    () = tokio::time::sleep(LOOK) => {}
                    () = engine.stopping() => {}
                }
            }
            engine.publishing.moved.notify_waiters();
        });
        self.under_way.insert(task.id(), (id, branch));
    }

    /// Resolves when one has ended; never when none runs.
    async fn one_ended(&mut self) {
        let task = match self.tasks.join_next_with_id().await {
            Some(Ok((task, ()))) => task,
            Some(Err(broken)) => broken.id(),
            None => return std::future::pending().await,
        };
        self.under_way.remove(&task);
    }
}
