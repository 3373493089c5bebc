//! The events a connection follows. They are read from the log no faster than the client takes them, so nothing is
//! gathered up for a slow one and none is left out.

use super::line::Line;
use axum::extract::ws::Message;
use engine::{Engine, EventFilter, Principal, Subscription};
use protocol::gateway::SUBSCRIPTIONS;
use protocol::{ApiError, Cursor, ErrorCode, SessionId};
use std::collections::{BTreeMap, VecDeque};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

/// Most events without an acknowledgement, whatever a client asks for.
const WIDEST: u32 = 4_096;

/// What a client asks for.
pub(super) struct Wanted {
    pub session: Option<SessionId>,
    pub after: Cursor,
    pub all_types: bool,
    /// Events that may come without an acknowledgement; none is no limit.
    pub window: Option<u32>,
}

pub(super) struct Followed {
    line: Line,
    tasks: JoinSet<()>,
    subscriptions: BTreeMap<u32, One>,
}

struct One {
    task: AbortHandle,
    acked: watch::Sender<Cursor>,
}

impl Followed {
    pub(super) fn new(line: Line) -> Self {
        Self { line, tasks: JoinSet::new(), subscriptions: BTreeMap::new() }
    }

    pub(super) async fn admit(&mut self, engine: &Engine, id: u32, wanted: &Wanted) -> Result<(), ApiError> {
        self.subscriptions.retain(|_, one| !one.task.is_finished());
        if self.subscriptions.contains_key(&id) {
            return Err(ApiError::bad("This id is in use"));
        }
        if self.subscriptions.len() >= SUBSCRIPTIONS {
            return Err(ApiError::new(ErrorCode::RateLimited, "Too many events are followed already."));
        }
        if wanted.window == Some(0) {
            return Err(ApiError::bad("A window is at least 1"));
        }
        if let Some(session) = wanted.session.clone() {
            engine.require_session(session).await?;
        }
        Ok(())
    }

    /// Of what `who` may not be told nothing comes.
    pub(super) fn begin(&mut self, engine: &Engine, who: &Principal, id: u32, wanted: Wanted) {
        let Wanted { session, after, all_types, window } = wanted;
        let subscription = engine.follow(EventFilter { session, all_types, scopes: who.scopes() }, after);
        let (acked, heard) = watch::channel(Cursor::MIN);
        let pace = window.map(|window| Pace::new(window.min(WIDEST), heard));
        let task = self.tasks.spawn(follow(subscription, id, pace, self.line.clone()));
        self.subscriptions.insert(id, One { task, acked });
    }

    pub(super) fn end(&mut self, id: u32) {
        if let Some(one) = self.subscriptions.remove(&id) {
            one.task.abort();
        }
        while self.tasks.try_join_next().is_some() {}
    }

    /// Only forwards; what was never sent acknowledges nothing.
    pub(super) fn acknowledged(&mut self, id: u32, cursor: Cursor) {
        if let Some(one) = self.subscriptions.get(&id) {
            one.acked.send_if_modified(|acked| {
                let further = cursor > *acked;
                *acked = cursor.max(*acked);
                further
            });
        }
    }
}

/// Holds events back until the client has taken in those before.
struct Pace {
    window: usize,
    sent: VecDeque<Cursor>,
    acked: watch::Receiver<Cursor>,
}

impl Pace {
    fn new(window: u32, acked: watch::Receiver<Cursor>) -> Self {
        Self { window: window as usize, sent: VecDeque::new(), acked }
    }

    /// Resolves when another event may go; none when nobody can acknowledge any more.
    async fn next(&mut self, cursor: Cursor) -> Option<()> {
        loop {
            let acked = *self.acked.borrow_and_update();
            while self.sent.front().is_some_and(|sent| *sent <= acked) {
                self.sent.pop_front();
            }
            if self.sent.len() < self.window {
                self.sent.push_back(cursor);
                return Some(());
            }
            self.acked.changed().await.ok()?;
        }
    }
}

async fn follow(mut subscription: Subscription, id: u32, mut pace: Option<Pace>, line: Line) {
    while let Ok(events) = subscription.next().await {
        for event in events {
            // Serialised once, as `{"envelope":…,"cursor":N}`.
            let Some(rest) = std::str::from_utf8(&event.json).ok().and_then(|json| json.strip_prefix('{'))
            else {
                continue;
            };
            if let Some(pace) = &mut pace
                && pace.next(event.cursor).await.is_none()
            {
                return;
            }
            if line.send(Message::text(format!("{{\"t\":\"ev\",\"sub\":{id},{rest}"))).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[test]
    fn no_more_events_go_than_the_window_holds() {
        let (acked, heard) = watch::channel(Cursor::MIN);
        let mut pace = Pace::new(2, heard);
        assert!(pace.next(5).now_or_never().is_some());
        assert!(pace.next(9).now_or_never().is_some());
        assert!(pace.next(12).now_or_never().is_none());
        // Acknowledged up to a cursor in between.
        acked.send_replace(7);
        assert!(pace.next(12).now_or_never().is_some());
        assert!(pace.next(13).now_or_never().is_none());
        acked.send_replace(Cursor::MAX);
        for cursor in 13..100 {
            assert!(pace.next(cursor).now_or_never().is_some());
        }
        drop(acked);
        let mut pace = Pace { window: 1, ..pace };
        assert!(pace.next(101).now_or_never().flatten().is_some());
    }

    #[test]
    fn it_ends_when_nobody_can_acknowledge_any_more() {
        let (acked, heard) = watch::channel(Cursor::MIN);
        let mut pace = Pace::new(1, heard);
        assert!(pace.next(1).now_or_never().is_some());
        drop(acked);
        assert_eq!(pace.next(2).now_or_never(), Some(None));
    }
}
