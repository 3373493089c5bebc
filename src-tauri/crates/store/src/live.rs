//! What happens after a commit: events reach their subscribers, waiting claims wake, the outbox is looked at.

use crate::events::StoredEvent;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, broadcast, oneshot};

/// Events a subscriber may be behind before it is refilled from the log.
const BACKLOG: usize = 2_048;

/// A queue whose claims can wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QueueName {
    Requests,
    Jobs,
    Completions,
}

/// Something that became due with a commit.
#[derive(Debug, Clone)]
pub(crate) enum Wake {
    Queue { queue: QueueName, target: Option<String>, kind: String },
    Outbox,
}

struct Waiting {
    id: u64,
    queue: QueueName,
    worker: Option<String>,
    kinds: Option<Vec<String>>,
    tell: oneshot::Sender<()>,
}

pub struct Live {
    latest: AtomicI64,
    everything: broadcast::Sender<Arc<StoredEvent>>,
    sessions: Mutex<HashMap<Arc<str>, broadcast::Sender<Arc<StoredEvent>>>>,
    waiting: Mutex<Vec<Waiting>>,
    next_waiter: AtomicU64,
    pub(crate) outbox: Notify,
}

/// A place in the line of waiting claims; dropping it leaves the line.
pub struct Waiter {
    live: Arc<Live>,
    id: u64,
    told: oneshot::Receiver<()>,
}

impl Waiter {
    /// Resolves after a commit that may have brought something to claim. Claim again, then wait again.
    pub async fn woken(&mut self) {
        let _ = (&mut self.told).await;
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.live.waiting.lock().unwrap_or_else(PoisonError::into_inner).retain(|w| w.id != self.id);
    }
}

impl Live {
    pub(crate) fn new(latest: i64) -> Self {
        Self {
            latest: AtomicI64::new(latest),
            everything: broadcast::channel(BACKLOG).0,
            sessions: Mutex::default(),
            waiting: Mutex::default(),
            next_waiter: AtomicU64::new(0),
            outbox: Notify::new(),
        }
    }

    pub(crate) fn latest(&self) -> i64 {
        self.latest.load(Ordering::Acquire)
    }

    pub(crate) fn waiter(
        self: &Arc<Self>,
        queue: QueueName,
        worker: Option<String>,
        kinds: Option<Vec<String>>,
    ) -> Waiter {
        let (tell, told) = oneshot::channel();
        let id = self.next_waiter.fetch_add(1, Ordering::Relaxed);
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(Waiting {
            id,
            queue,
            worker,
            kinds,
            tell,
        });
        Waiter { live: self.clone(), id, told }
    }

    pub(crate) fn listen(&self, session: Option<&str>) -> broadcast::Receiver<Arc<StoredEvent>> {
        match session {
            None => self.everything.subscribe(),
            Some(session) => {
                let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
                sessions.retain(|_, sender| sender.receiver_count() > 0);
                sessions.entry(session.into()).or_insert_with(|| broadcast::channel(BACKLOG).0).subscribe()
            }
        }
    }

    /// Called by the writer, in commit order.
    pub(crate) fn committed(&self, events: &[Arc<StoredEvent>], wakes: &[Wake]) {
        if let Some(last) = events.last() {
            self.latest.store(last.cursor, Ordering::Release);
            let sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
            for event in events {
                // An error means nobody listens, which is fine: the log has it.
                let _ = self.everything.send(event.clone());
                if let Some(sender) = sessions.get(&*event.session_id) {
                    let _ = sender.send(event.clone());
                }
            }
        }
        for wake in wakes {
            match wake {
                Wake::Outbox => self.outbox.notify_one(),
                Wake::Queue { queue, target, kind } => self.wake_one(*queue, target.as_deref(), kind),
            }
        }
    }

    /// One item wakes one claim that could take it, the one that has waited longest.
    fn wake_one(&self, queue: QueueName, target: Option<&str>, kind: &str) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(at) = waiting.iter().position(|w| {
            w.queue == queue
                && target.is_none_or(|t| w.worker.as_deref() == Some(t))
                && w.kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|k| k == kind))
        }) {
            if waiting.remove(at).tell.send(()).is_ok() {
                return;
            }
        }
    }
}
