//! Collecting whatever ends, and ending whatever nobody started.
//!
//! Every command runs under a guard (see `guard`), which adopts and kills the command's own orphans. A process
//! that is a child of ours and no guard has lost its guard by force: it is killed, and so are its children,
//! which become ours with its death.
#![allow(unsafe_code)] // waitpid, kill and prctl have no safe form in std; only integers are passed.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};

use crate::guard;

/// The raw status of a guard, which is that of its command.
pub(super) type Status = i32;

/// Makes every orphan below this process its child, and closes its memory to them.
pub(super) fn become_parent_of_orphans() {
    // SAFETY: prctl with integers only.
    unsafe {
        libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0);
    }
}

#[derive(Debug, Default)]
pub(super) struct Reaper {
    guards: Mutex<HashMap<u32, oneshot::Sender<Status>>>,
}

impl Reaper {
    /// Begins to collect.
    pub(super) fn start() -> io::Result<Arc<Self>> {
        let reaper = Arc::new(Self::default());
        let mut ended = signal(SignalKind::child())?;
        let collecting = reaper.clone();
        tokio::spawn(async move {
            while ended.recv().await.is_some() {
                collecting.collect();
                collecting.kill_strays();
            }
        });
        Ok(reaper)
    }

    fn guards(&self) -> MutexGuard<'_, HashMap<u32, oneshot::Sender<Status>>> {
        self.guards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Expects the end of a guard that was started just now, on this thread, without waiting in between.
    pub(super) fn expect(&self, guard: u32) -> oneshot::Receiver<Status> {
        let (tell, told) = oneshot::channel();
        self.guards().insert(guard, tell);
        told
    }

    /// Tells a guard to ask its command to end, or to kill it. Nothing when it is gone: its number may belong
    /// to somebody else.
    pub(super) fn order(&self, pid: u32, order: i32) {
        if self.guards().contains_key(&pid) {
            kill(pid, order);
        }
    }

    fn collect(&self) {
        loop {
            let mut status = 0;
            // SAFETY: waitpid writes one integer on our stack.
            let pid = unsafe { libc::waitpid(-1, &raw mut status, libc::WNOHANG) };
            let Ok(pid @ 1..) = u32::try_from(pid) else { return };
            if let Some(tell) = self.guards().remove(&pid) {
                let _ = tell.send(status);
            }
        }
    }

    /// Kills children that are no guards; yields how many there are.
    fn kill_strays(&self) -> usize {
        let guards = self.guards();
        let strays: Vec<u32> = children().into_iter().filter(|pid| !guards.contains_key(pid)).collect();
        strays.iter().for_each(|pid| kill(*pid, libc::SIGKILL));
        strays.len()
    }

    /// Makes sure that nothing is left of commands that ended; yields what could not be killed.
    pub(super) async fn clear(&self, within: Duration) -> usize {
        let deadline = Instant::now() + within;
        loop {
            self.collect();
            match self.kill_strays() {
                0 => return 0,
                left if Instant::now() > deadline => return left,
                _ => sleep(Duration::from_millis(2)).await,
            }
        }
    }

    /// Kills everything.
    pub(super) async fn end_all(&self, within: Duration) {
        let deadline = Instant::now() + within;
        loop {
            self.collect();
            let guards: Vec<u32> = self.guards().keys().copied().collect();
            if (guards.is_empty() && self.kill_strays() == 0) || Instant::now() > deadline {
                return;
            }
            guards.iter().for_each(|pid| kill(*pid, guard::KILL));
            sleep(Duration::from_millis(2)).await;
        }
    }
}

fn kill(pid: u32, signal: i32) {
    if let Ok(pid @ 2..) = i32::try_from(pid) {
        // SAFETY: two integers; the number is above 1, so it names one process.
        unsafe { libc::kill(pid, signal) };
    }
}

/// The direct children of all threads of this process, zombies included until they are collected.
fn children() -> Vec<u32> {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}
