//! Everything durable: one SQLite file, one writer thread with group commit, many readers.
//!
//! The store knows rows, leases and positions. It does not know what a request means, who may call, what
//! git is or what time it is: the clock and the id source are given to it. A fact is committed before anybody
//! hears of it; an event is serialised once and shared as bytes.

mod approvals;
mod check_runs;
mod checks;
mod completions;
mod devices;
mod error;
mod events;
mod grants;
mod hold;
mod idempotency;
mod jobs;
mod lease;
mod live;
mod logs;
mod main_landings;
mod memory;
mod merge;
mod merge_look;
mod merge_order;
mod migrations;
mod nodes;
mod outbox;
mod pairings;
mod pool;
mod publishes;
mod push;
mod requests;
mod row;
mod server_jobs;
mod sessions;
mod settings;
mod sleep;
mod slo;
mod steering;
mod subscription;
mod taken;
mod test_runs;
mod tx;
mod usage;
mod waiting;
mod workers;
mod workspaces;
mod writer;

pub use approvals::NewApproval;
pub use checks::StoredVerdict;
pub use completions::NewCompletion;
pub use devices::{Device, NewDevice};
pub use error::StoreError;
pub use events::{Appended, NewEvent, StoredEvent};
pub use idempotency::{Fingerprint, Replay};
pub use jobs::{JobFinish, NewJob};
pub use lease::{Claimed, Expired, LeaseError};
pub use live::{QueueName, Waiter};
pub use nodes::{Known, NodeRow};
pub use outbox::OutboxRow;
pub use pairings::{Claimant, PairingRecord, StoredPairing};
pub use pool::{PoolFacts, PoolWorker};
pub use publishes::StoredPublish;
pub use push::{DueNotification, NewNotification, NewTarget, Target};
pub use requests::{NewRequest, RequestFinish};
pub use server_jobs::ServerJob;
pub use settings::StorageFacts;
pub use subscription::{EventFilter, Subscription};
pub use test_runs::LeftBehind;
pub use tx::Tx;
pub use usage::NewUsage;
pub use workspaces::WorkspaceRow;

use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the store gets time and ids from.
#[derive(Clone)]
pub struct Sources {
    /// Milliseconds since 1970.
    pub now: Arc<dyn Fn() -> i64 + Send + Sync>,
    /// A fresh UUID.
    pub id: Arc<dyn Fn() -> String + Send + Sync>,
}

/// How the file is opened.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Benchmarks only: `synchronous=OFF`, to measure what durability costs.
    pub unsafe_no_fsync: bool,
}

/// A handle to the database; clones share the writer and the readers.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    writer: writer::Writer,
    readers: Mutex<Vec<Connection>>,
    live: Arc<live::Live>,
    sources: Sources,
}

/// Read connections kept open between uses.
const IDLE_READERS: usize = 8;

impl Store {
    /// Opens or creates the database, migrating it when it is older than this binary.
    ///
    /// Errors: the file is from a newer version, is not a database, or cannot be written.
    pub fn open(path: &Path, sources: Sources, options: Options) -> Result<Self, StoreError> {
        let mut conn = open_connection(path)?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", if options.unsafe_no_fsync { "OFF" } else { "FULL" })?;
        conn.pragma_update(None, "journal_size_limit", writer::WAL_KEEP_BYTES)?;
        migrations::migrate(&mut conn)?;
        let live = Arc::new(live::Live::new(events::latest_cursor(&conn)?));
        let writer = writer::Writer::start(conn, path, sources.clone(), live.clone())?;
        Ok(Self {
            inner: Arc::new(Inner {
                path: path.to_owned(),
                writer,
                readers: Mutex::new(Vec::new()),
                live,
                sources,
            }),
        })
    }

    /// Runs `work` in the next group commit; the answer comes after the fsync. An error rolls back only this
    /// piece of work.
    pub async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.inner.writer.submit(work).await
    }

    /// Runs `work` on a read connection, off the async threads. It sees everything committed so far.
    pub async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let store = self.clone();
        tokio::task::spawn_blocking(move || store.read_blocking(work))
            .await
            .map_err(|e| if e.is_panic() { StoreError::Panicked } else { StoreError::Closed })?
    }

    /// The same on the calling thread.
    pub fn read_blocking<T>(
        &self,
        work: impl FnOnce(&Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let kept = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut conn = match kept {
            Some(conn) => conn,
            None => {
                let conn = open_connection(&self.inner.path)?;
                conn.pragma_update(None, "query_only", true)?;
                conn
            }
        };
        // One look is of one moment, however many questions it asks.
        let result = match conn.transaction() {
            Ok(look) => work(&Tx::reader(&look, &self.inner.sources)),
            Err(error) => Err(error.into()),
        };
        let mut readers = self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < IDLE_READERS {
            readers.push(conn);
        }
        result
    }

    /// Events after `after`, then live ones, with nothing left out.
    pub fn subscribe(&self, filter: EventFilter, after: protocol::Cursor) -> Subscription {
        Subscription::new(self.clone(), filter, after)
    }

    /// Resolves when something `wanted` may be claimable; claim, and if there was nothing, await it.
    pub fn waiter(&self, queue: QueueName, worker: Option<String>, kinds: Option<Vec<String>>) -> Waiter {
        self.inner.live.waiter(queue, worker, kinds)
    }

    /// Wakes whoever reads the outbox.
    pub async fn outbox_changed(&self) {
        self.inner.live.outbox.notified().await;
    }

    /// Folds the write-ahead log into the database file, so that a stopped server leaves one whole file behind.
    pub fn fold_log(&self) -> Result<(), StoreError> {
        let conn = open_connection(&self.inner.path)?;
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// Newest committed cursor.
    pub fn latest_cursor(&self) -> protocol::Cursor {
        self.inner.live.latest()
    }

    pub(crate) fn live(&self) -> &Arc<live::Live> {
        &self.inner.live
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }
}

fn open_connection(path: &Path) -> Result<Connection, StoreError> {
    let conn = Connection::open(path)?;
    conn.busy_timeout(std::time::Duration::from_secs(10))?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "cache_size", -4_000)?;
    conn.set_prepared_statement_cache_capacity(128);
    Ok(conn)
}
