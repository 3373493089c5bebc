//! Following the log without a gap: stored pages first, then live events, back to the pages after falling behind.

use crate::events::StoredEvent;
use crate::{Store, StoreError};
use protocol::ops::Permission;
use protocol::{Cursor, SessionId};
use std::sync::Arc;
use tokio::sync::broadcast::{Receiver, error::RecvError, error::TryRecvError};

/// Which events a reader gets.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// One session, or all of them.
    pub session: Option<SessionId>,
    /// Also the types a strict 0.1.0 reader does not know.
    pub all_types: bool,
    /// What the reader may do, where it is not the server itself: of the rest it is told nothing.
    pub scopes: Option<Vec<Permission>>,
}

/// Events read from the log at once while replaying.
const PAGE: usize = 1_000;

/// An endless stream of events in cursor order.
pub struct Subscription {
    store: Store,
    filter: EventFilter,
    /// Last cursor handed out or passed over.
    at: Cursor,
    live: Receiver<Arc<StoredEvent>>,
    replaying: bool,
}

impl Subscription {
    pub(crate) fn new(store: Store, filter: EventFilter, after: Cursor) -> Self {
        // Listening starts before the first page is read, so nothing falls between the two.
        let live = store.live().listen(filter.session.as_ref().map(|s| s.as_str()));
        // A reader that outlived a database reset starts over.
        let at = if after > store.latest_cursor() || after < 0 { 0 } else { after };
        Self { store, filter, at, live, replaying: true }
    }

    /// The next events, at least one. Ends only with an error of the store.
    pub async fn next(&mut self) -> Result<Vec<Arc<StoredEvent>>, StoreError> {
        loop {
            let batch = if self.replaying { self.stored().await? } else { self.live().await? };
            if !batch.is_empty() {
                return Ok(batch);
            }
        }
    }

    /// Whether everything stored when the subscription began was handed out.
    pub fn caught_up(&self) -> bool {
        !self.replaying
    }

    async fn stored(&mut self) -> Result<Vec<Arc<StoredEvent>>, StoreError> {
        let (session, at) = (self.filter.session.clone(), self.at);
        let page = self
            .store
            .read(move |tx| tx.events_after(session.as_ref().map(|s| s.as_str()), at, PAGE))
            .await?;
        if page.len() < PAGE {
            self.replaying = false;
        }
        if let Some(last) = page.last() {
            self.at = last.cursor;
        }
        Ok(page.into_iter().filter_map(|event| Arc::new(event).for_reader(&self.filter)).collect())
    }

    async fn live(&mut self) -> Result<Vec<Arc<StoredEvent>>, StoreError> {
        let first = match self.live.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => {
                self.replaying = true;
                return Ok(Vec::new());
            }
            Err(RecvError::Closed) => return Err(StoreError::Closed),
        };
        let mut batch = Vec::new();
        let mut next = Some(first);
        while let Some(event) = next.take() {
            if event.cursor > self.at {
                self.at = event.cursor;
                batch.extend(event.for_reader(&self.filter));
            }
            if batch.len() < 256 {
                next = match self.live.try_recv() {
                    Ok(event) => Some(event),
                    Err(TryRecvError::Lagged(_)) => {
                        self.replaying = true;
                        None
                    }
                    Err(TryRecvError::Empty | TryRecvError::Closed) => None,
                };
            }
        }
        Ok(batch)
    }
}
