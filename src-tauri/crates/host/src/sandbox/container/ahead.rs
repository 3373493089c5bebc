//! One container opened before it is asked for.
//!
//! It belongs to one job, is opened with that job's folders, and serves one command or one cell of it like any other
//! container; nothing has run in it before, since its first process only waits to be greeted. Whoever asks for
//! exactly the same gets it; anybody else gets a fresh one, and it goes. Why and when one is opened ahead is decided by
//! whoever has the job.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bollard::models::ContainerCreateBody;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::engine::Engine;
use super::error::EngineError;
use super::life::{END_WITHIN, Opened};

/// Everything a container is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Made {
    pub body: ContainerCreateBody,
    /// What its folders and files really are. A container keeps seeing the folder it was opened with, also when another
    /// one has its name by now.
    shown: Vec<Option<Real>>,
}

impl Made {
    pub(super) fn of(body: ContainerCreateBody) -> Self {
        let mounts = body.host_config.as_ref().and_then(|host| host.mounts.as_deref()).unwrap_or_default();
        let shown = mounts.iter().map(|mount| real(mount.source.as_deref()?)).collect();
        Self { body, shown }
    }
}

/// Device and number of a file.
type Real = (u64, u64);

#[cfg(unix)]
fn real(path: &str) -> Option<Real> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn real(_path: &str) -> Option<Real> {
    None
}

/// The place of one job where at most one container waits.
#[derive(Debug)]
pub(super) struct Ahead {
    job: String,
    slot: Mutex<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    waiting: Option<Waiting>,
    /// The job has ended; nothing waits for it any more.
    over: bool,
}

/// Dropping it removes the container, be it open or still being opened.
#[derive(Debug)]
struct Waiting {
    made: Made,
    opening: JoinHandle<Result<Opened, EngineError>>,
}

impl Ahead {
    pub(super) fn of(job: &str) -> Self {
        Self { job: job.to_owned(), slot: Mutex::default() }
    }

    pub(super) fn job(&self) -> &str {
        &self.job
    }

    fn slot(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to open one and returns at once; one like it that waits stays, another goes.
    pub(super) fn open(&self, engine: &Engine, made: Made) {
        let mut slot = self.slot();
        if slot.over || slot.waiting.as_ref().is_some_and(|waiting| waiting.made == made) {
            return;
        }
        let (engine, body) = (engine.clone(), made.body.clone());
        let opening = tokio::spawn(async move { engine.open(body).await });
        slot.waiting = Some(Waiting { made, opening });
    }

    /// The one that waits, if it is what is wanted. One that is still being opened is waited for: a second one would not
    /// be there sooner.
    pub(super) async fn take(&self, wanted: &Made) -> Option<Opened> {
        let waiting = self.slot().waiting.take()?;
        if waiting.made != *wanted {
            return None;
        }
        match waiting.opening.await {
            Ok(Ok(opened)) => Some(opened),
            // Whoever opens the next one is told the same, if it is still so.
            Ok(Err(error)) => {
                tracing::debug!(%error, "no container is opened ahead");
                None
            }
            Err(error) => {
                tracing::debug!(%error, "the opening of a container ahead was given up");
                None
            }
        }
    }

    /// Removes the one that waits, and has none from now on.
    pub(super) async fn end(&self) {
        let waiting = {
            let mut slot = self.slot();
            slot.over = true;
            slot.waiting.take()
        };
        let Some(waiting) = waiting else { return };
        // An opening that takes longer goes on, and what it opens is removed then.
        if let Ok(Ok(Ok(opened))) = timeout(END_WITHIN, waiting.opening).await {
            opened.container.remove().await;
        }
    }
}
