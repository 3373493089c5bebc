//! What happens after a commit: events reach their subscribers, waiting claims wake, the outbox is looked at.

use crate::events::StoredEvent;
use protocol::node::is_of_node;
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
    Queue(Due),
    /// Every claim of a queue that waits looks again.
    All(QueueName),
    Outbox,
}

/// An item somebody may claim now.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    pub(crate) queue: QueueName,
    /// The only worker that may have it.
    pub(crate) target: Option<String>,
    pub(crate) kind: String,
}

struct Waiting {
    id: u64,
    queue: QueueName,
    worker: Option<String>,
    kinds: Option<Vec<String>>,
    tell: oneshot::Sender<Due>,
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
    /// Gone once it was heard.
    told: Option<oneshot::Receiver<Due>>,
    /// What it was woken for and has not looked for yet.
    heard: Option<Due>,
}

impl Waiter {
    /// Resolves after a commit that may have brought something to claim. Claim again, say [`Self::looked`], then wait
    /// again: a claim that is given up in between hands the word on to the next.
    pub async fn woken(&mut self) {
        if let Some(told) = &mut self.told {
            self.heard = told.await.ok();
        }
        self.told = None;
    }

    /// Whatever it was woken for was looked for.
    pub fn looked(mut self) {
        self.heard = None;
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.live.waiting.lock().unwrap_or_else(PoisonError::into_inner).retain(|w| w.id != self.id);
        // Out of the line nobody can tell it any more; what it was told and never heard belongs to the next.
        let told = self.told.take().and_then(|mut told| told.try_recv().ok());
        if let Some(due) = told.or_else(|| self.heard.take()) {
            self.live.wake_one(due);
        }
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
        Waiter { live: self.clone(), id, told: Some(told), heard: None }
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
                Wake::Queue(due) => self.wake_one(due.clone()),
                Wake::All(queue) => self.wake_all(*queue),
            }
        }
    }

    fn wake_all(&self, queue: QueueName) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for one in waiting.extract_if(.., |one| one.queue == queue) {
            // Nothing is lost with a claim that is gone: all the others look by themselves.
            let _ = one.tell.send(Due { queue, target: None, kind: String::new() });
        }
    }

    /// One item wakes one claim that could take it, the one that has waited longest.
    fn wake_one(&self, mut due: Due) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(at) = waiting.iter().position(|w| {
            w.queue == due.queue
                && match &due.target {
                    Some(target) => w.worker.as_ref() == Some(target),
                    None => !w.worker.as_deref().is_some_and(is_of_node),
                }
                && w.kinds.as_ref().is_none_or(|kinds| kinds.contains(&due.kind))
        }) {
            match waiting.remove(at).tell.send(due) {
                Ok(()) => return,
                Err(back) => due = back,
            }
        }
    }
}
