//! Follows the server for the tray and the notifications: what waits, what runs, and what just happened.
//!
//! It reads over the same API as everybody, with the local token, and answers for one server at a time: when the
//! window turns to another one, so does it. It knows nothing of menus, icons or notifications.

mod fact;
mod look;
mod round;
mod snapshot;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use client::Client;
use tauri::async_runtime;
use tokio::sync::{Notify, mpsc, watch};

use crate::shell::Shell;

pub use fact::{Ended, Fact, What};
#[cfg(test)]
pub use snapshot::{Activity, Failure, Space};
pub use snapshot::{Link, Snapshot};

/// Facts kept for a reader that is slow; beyond it the oldest reader's loss is logged, never the server's time taken.
const FACTS: usize = 256;
/// Wait before the next try to reach a server, doubled up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// What is known, and the two things that can be asked of the follower.
pub struct Following {
    state: watch::Sender<Arc<Snapshot>>,
    client: Mutex<Option<Client>>,
    again: Notify,
}

/// Starts to follow the shell's server until the process ends.
pub fn start(shell: &Arc<Shell>) -> (Arc<Following>, mpsc::Receiver<Fact>) {
    let (facts, told) = mpsc::channel(FACTS);
    let following = Arc::new(Following {
        state: watch::Sender::new(Arc::default()),
        client: Mutex::new(None),
        again: Notify::new(),
    });
    async_runtime::spawn(forever(Arc::clone(&following), Arc::clone(shell), facts));
    (following, told)
}

async fn forever(following: Arc<Following>, shell: Arc<Shell>, facts: mpsc::Sender<Fact>) {
    let mut wait = FIRST_WAIT;
    let mut seen = None;
    loop {
        let problem = match round::address(&shell).await {
            Ok(place) => {
                let (lived, problem) = round::run(&following, &shell, &place, &mut seen, &facts).await;
                if lived {
                    wait = FIRST_WAIT;
                }
                problem
            }
            Err(problem) => problem,
        };
        following.put_client(None);
        following.change(|now| now.link = Link::Down(problem));
        tokio::select! {
            () = tokio::time::sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
            () = following.again.notified() => {}
        }
    }
}

impl Following {
    /// What is known now, and each change of it.
    pub fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.state.subscribe()
    }

    pub fn now(&self) -> Arc<Snapshot> {
        Arc::clone(&self.state.borrow())
    }

    /// The server, while it answers.
    pub fn client(&self) -> Option<Client> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at everything again, now.
    pub fn look_again(&self) {
        self.again.notify_one();
    }

    /// The failure that is shown was seen.
    pub fn acknowledge(&self) {
        self.change(|now| now.failure = None);
    }

    fn put_client(&self, client: Option<Client>) {
        *self.client.lock().unwrap_or_else(PoisonError::into_inner) = client;
    }

    /// Tells readers only of what is different.
    fn change(&self, work: impl FnOnce(&mut Snapshot)) {
        self.state.send_if_modified(|now| {
            let mut next = Snapshot::clone(now);
            work(&mut next);
            let changed = next != **now;
            if changed {
                *now = Arc::new(next);
            }
            changed
        });
    }
}
