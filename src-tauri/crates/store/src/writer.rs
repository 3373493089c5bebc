//! The one writer: drains what is queued, commits it together with one fsync, answers everybody.

use crate::live::Live;
use crate::tx::Tx;
use crate::{Sources, StoreError};
use rusqlite::Connection;
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
    /// Runs inside the transaction; false means it must be rolled back.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Tells the submitter, after the commit or its failure.
    fn answer(self: Box<Self>, commit: Result<(), StoreError>);
}

struct Job<T, F> {
    work: Option<F>,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F: FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send> Work for Job<T, F> {
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        if let Some(work) = self.work.take() {
            self.result = Some(work(tx));
        }
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(self: Box<Self>, commit: Result<(), StoreError>) {
        let result = match (self.result, commit) {
            (Some(Err(e)), _) => Err(e),
            (_, Err(e)) => Err(e),
            (Some(ok), Ok(())) => ok,
            (None, Ok(())) => Err(StoreError::Closed),
        };
        // The submitter may have gone away; the fact stays committed.
        let _ = self.reply.send(result);
    }
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
    let outcome = (|| -> Result<(), StoreError> {
        tx.exec("BEGIN IMMEDIATE", [])?;
        let alone = batch.len() == 1;
        for work in &mut batch {
            let (events, wakes) = (tx.events.len(), tx.wakes.len());
            if !alone {
                tx.exec("SAVEPOINT work", [])?;
            }
            if work.run(&mut tx) {
                if !alone {
                    tx.exec("RELEASE work", [])?;
                }
                continue;
            }
            tx.events.truncate(events);
            tx.wakes.truncate(wakes);
            if alone {
                tx.exec("ROLLBACK", [])?;
                return Ok(());
            }
            tx.exec("ROLLBACK TO work", [])?;
            tx.exec("RELEASE work", [])?;
        }
        tx.exec("COMMIT", [])?;
        Ok(())
    })();
    match outcome {
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
            let full = matches!(error, StoreError::Full);
            tracing::error!(%error, "commit failed");
            for work in batch {
                work.answer(Err(if full { StoreError::Full } else { StoreError::Closed }));
            }
        }
    }
}

fn wal_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}
