//! The one writer: drains what is queued, commits it together with one fsync, answers everybody.

use crate::live::Live;
use crate::tx::Tx;
use crate::{Sources, StoreError};
use rusqlite::Connection;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Work waiting for the writer before submitters have to wait themselves.
const QUEUED: usize = 4_096;
/// Most pieces of work in one commit.
const BATCH: usize = 512;
/// The write-ahead log is folded back into the database above this size.
pub(crate) const WAL_KEEP_BYTES: i64 = 16 * 1024 * 1024;

trait Work: Send {
    /// Runs inside the transaction; its error means it must be rolled back.
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), &StoreError>;
    /// Tells the submitter, after the commit or its failure.
    fn answer(self: Box<Self>, commit: Result<(), StoreError>);
}

struct Job<T, F> {
    work: Option<F>,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send> Work for Job<T, F> {
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), &StoreError> {
        if let Some(work) = self.work.take() {
            // What a panic leaves half done is rolled back, so nobody sees it; the writer serves everybody else.
            self.result = Some(catch_unwind(AssertUnwindSafe(|| work(tx))).unwrap_or_else(|cause| {
                tracing::error!(panic = panic_text(&*cause), "a piece of work panicked");
                Err(StoreError::Panicked)
            }));
        }
        match &self.result {
            Some(Err(error)) => Err(error),
            _ => Ok(()),
        }
    }

    fn answer(self: Box<Self>, commit: Result<(), StoreError>) {
        let result = match (self.result, commit) {
            // A refusal may rest on what was rolled back with the rest, so the failure comes first.
            (_, Err(e)) => Err(e),
            (Some(result), Ok(())) => result,
            (None, Ok(())) => Err(StoreError::Closed),
        };
        // The submitter may have gone away; the fact stays committed.
        let _ = self.reply.send(result);
    }
}

fn panic_text(cause: &(dyn Any + Send)) -> &str {
    let text = cause.downcast_ref::<&str>().copied();
    text.or_else(|| cause.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}

pub(crate) struct Writer {
    queue: mpsc::Sender<Box<dyn Work>>,
}

impl Writer {
    pub(crate) fn start(
        conn: Connection,
        path: &Path,
        sources: Sources,
        live: Arc<Live>,
    ) -> Result<Self, StoreError> {
        let (queue, work) = mpsc::channel(QUEUED);
        let wal = wal_path(path);
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || run(conn, &wal, &sources, &live, work))
            .map_err(StoreError::Thread)?;
        Ok(Self { queue })
    }

    pub(crate) async fn submit<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Job { work: Some(work), result: None, reply });
        self.queue.send(job).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

fn run(
    conn: Connection,
    wal: &Path,
    sources: &Sources,
    live: &Live,
    mut queue: mpsc::Receiver<Box<dyn Work>>,
) {
    while let Some(first) = queue.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH {
            match queue.try_recv() {
                Ok(more) => batch.push(more),
                Err(_) => break,
            }
        }
        commit(&conn, sources, live, batch);
        if std::fs::metadata(wal).is_ok_and(|m| m.len() as i64 > WAL_KEEP_BYTES) {
            // Readers take short pages, so the next attempt succeeds when this one meets a reader.
            if let Err(error) = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
                tracing::debug!(%error, "checkpoint postponed");
            }
        }
    }
    let _ = conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
}

fn commit(conn: &Connection, sources: &Sources, live: &Live, mut batch: Vec<Box<dyn Work>>) {
    let mut tx = Tx::reader(conn, sources);
    match transact(&mut tx, &mut batch) {
        Ok(()) => {
            live.committed(&tx.events, &tx.wakes);
            for work in batch {
                work.answer(Ok(()));
            }
        }
        Err(error) => {
            if !conn.is_autocommit() {
                let _ = conn.execute_batch("ROLLBACK");
            }
            tracing::error!(%error, pieces = batch.len(), "commit failed");
            for work in batch {
                work.answer(Err(error.for_the_batch()));
            }
        }
    }
}

/// Everything of a batch that is not refused, in one transaction. An error is of the whole batch.
fn transact(tx: &mut Tx<'_>, batch: &mut [Box<dyn Work>]) -> Result<(), StoreError> {
    tx.exec("BEGIN IMMEDIATE", [])?;
    let alone = batch.len() == 1;
    for work in batch {
        let (events, wakes) = (tx.events.len(), tx.wakes.len());
        if !alone {
            tx.exec("SAVEPOINT work", [])?;
        }
        let refusal = work.run(tx).err();
        // A full or failing disk can have rolled back everything: the first cause is the one to tell.
        match refusal {
            Some(error) if error.is_of_storage() || tx.conn.is_autocommit() => {
                return Err(error.for_the_batch());
            }
            None if tx.conn.is_autocommit() => {
                return Err(StoreError::Unwritten("the transaction was rolled back".into()));
            }
            _ => {}
        }
        let refused = refusal.is_some();
        if refused {
            tx.events.truncate(events);
            tx.wakes.truncate(wakes);
        }
        match (alone, refused) {
            (true, true) => {
                tx.exec("ROLLBACK", [])?;
                return Ok(());
            }
            (true, false) => {}
            (false, true) => {
                tx.exec("ROLLBACK TO work", [])?;
                tx.exec("RELEASE work", [])?;
            }
            (false, false) => {
                tx.exec("RELEASE work", [])?;
            }
        }
    }
    tx.exec("COMMIT", [])?;
    Ok(())
}

fn wal_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Options, Store};
    use protocol::{ApiError, ErrorCode};

    fn store(dir: &Path) -> Store {
        let sources = Sources { now: Arc::new(|| 0), id: Arc::new(|| "id".into()) };
        Store::open(&dir.join("full.db"), sources, Options::default()).unwrap()
    }

    fn pages(tx: &Tx<'_>, most: Option<i64>) -> Result<i64, StoreError> {
        let count: i64 = tx.conn.query_row("PRAGMA page_count", [], |r| r.get(0))?;
        let most = most.unwrap_or(count);
        Ok(tx.conn.query_row(&format!("PRAGMA max_page_count = {most}"), [], |r| r.get(0))?)
    }

    fn write(tx: &Tx<'_>, n: usize, bytes: usize) -> Result<usize, StoreError> {
        tx.exec(
            "INSERT INTO settings (key, value) VALUES (?, ?)",
            rusqlite::params![format!("k-{n}"), "x".repeat(bytes)],
        )
    }

    #[tokio::test]
    async fn a_full_disk_is_told_to_everybody_of_the_batch_and_the_next_one_goes_through() {
        let dir = tempfile::tempdir().unwrap();
        let store = store(dir.path());
        store.write(|tx| pages(tx, None)).await.unwrap();
        // Everybody waits behind one piece of work, so they are one batch.
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let (started, running) = oneshot::channel();
        let (first, held) = (store.clone(), move |_: &mut Tx<'_>| {
            let _ = started.send(());
            let _ = wait.recv();
            Ok(())
        });
        let first = tokio::spawn(async move { first.write(held).await });
        running.await.unwrap();
        let mut batch = Vec::new();
        for n in 0..6 {
            let bytes = if n == 3 { 1_000_000 } else { 1 };
            batch.push(Box::pin(store.write(move |tx| write(tx, n, bytes))));
            let next = batch.last_mut().unwrap();
            assert!(look_at(next).is_none(), "it is queued");
        }
        go.send(()).unwrap();
        first.await.unwrap().unwrap();
        for one in batch {
            let error = one.await.unwrap_err();
            assert!(matches!(error, StoreError::Full), "{error}");
            assert_eq!(ApiError::from(error).code, ErrorCode::StorageFull);
        }
        store.write(|tx| pages(tx, Some(1_000_000))).await.unwrap();
        let kept = store.read(|tx| tx.one("SELECT COUNT(*) FROM settings", [], |r| Ok(r.get::<_, i64>(0)?)));
        assert_eq!(kept.await.unwrap(), Some(0), "nothing of the failed batch is there");
        store.write(|tx| write(tx, 3, 1_000_000)).await.unwrap();
    }

    /// One look at a future, so that its work is in the queue.
    fn look_at<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        match std::pin::Pin::new(future).poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        }
    }
}
