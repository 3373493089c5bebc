//! A job's log on its way to the server: bounded, in batches, redacted.

mod room;

use client::Client;
use host::redact::Redactor;
use protocol::JobId;
use protocol::job::{AppendLog, LogLine, Progress};
use protocol::ops::typed;
use room::{Place, Room};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Lines waiting to be sent; more are counted and said so.
const WAITING: usize = 2_048;
/// Lines in one call.
const BATCH: usize = 200;
/// How long a line may wait for company.
const LINGER: Duration = Duration::from_millis(80);
/// The stream of what we say ourselves, beside those of the programs.
const NOTE: &str = "note";

enum Entry {
    Line(LogLine),
    Progress(Progress),
    Flush(oneshot::Sender<()>),
}

/// Where a job writes what happens.
#[derive(Clone)]
pub(crate) struct Journal {
    entries: mpsc::Sender<Entry>,
    redactor: Arc<Redactor>,
    room: Arc<Mutex<Rooms>>,
}

/// What we say has room of its own.
#[derive(Default)]
struct Rooms {
    ours: Room,
    theirs: Room,
}

impl Journal {
    pub(crate) fn open(client: Client, job: JobId, claim_token: String) -> Self {
        let (entries, waiting) = mpsc::channel(WAITING);
        tokio::spawn(send(client, job, claim_token, waiting));
        Self { entries, redactor: Arc::new(Redactor::new(Vec::<String>::new())), room: Arc::default() }
    }

    /// A line of ours.
    pub(crate) async fn say(&self, text: impl Into<String>) {
        self.lines(NOTE, &text.into()).await;
    }

    /// A command about to run.
    pub(crate) async fn command(&self, argv: &[String]) {
        self.say(format!("$ {}", argv.join(" "))).await;
    }

    pub(crate) async fn lines(&self, stream: &str, text: &str) {
        for line in text.lines() {
            if let Some(entry) = self.entry(stream, line)
                && self.entries.send(entry).await.is_err()
            {
                return;
            }
        }
    }

    /// Lines of ours without waiting; how many found no room.
    pub(crate) fn offer(&self, text: &str) -> usize {
        let refused =
            |line: &&str| self.entry(NOTE, line).is_some_and(|entry| self.entries.try_send(entry).is_err());
        text.lines().filter(refused).count()
    }

    /// None where the log has no room for it any more: then it costs nothing either.
    fn entry(&self, stream: &str, line: &str) -> Option<Entry> {
        let place = {
            let mut rooms = self.room.lock().unwrap_or_else(PoisonError::into_inner);
            let room = if stream == NOTE { &mut rooms.ours } else { &mut rooms.theirs };
            room.place(line)
        };
        let line = match place {
            Place::Kept => {
                host::coloured::without(&host::coloured::tidy(line), |plain| self.redactor.text(plain))
            }
            Place::Cut => room::told(),
            Place::Left => return None,
        };
        Some(Entry::Line(LogLine { stream: stream.to_owned(), line }))
    }

    pub(crate) async fn progress(&self, step: u32, steps: u32, label: &str) {
        let _ = self.entries.send(Entry::Progress(Progress { step, steps, label: label.to_owned() })).await;
    }

    /// Returns when everything said so far has been sent, or could not be.
    pub(crate) async fn flush(&self) {
        let (sent, done) = oneshot::channel();
        if self.entries.send(Entry::Flush(sent)).await.is_ok() {
            let _ = done.await;
        }
    }
}

async fn send(client: Client, job: JobId, token: String, mut waiting: mpsc::Receiver<Entry>) {
    while let Some(first) = waiting.recv().await {
        let (mut lines, mut progress, mut flushed) = (Vec::new(), None, Vec::new());
        let mut next = Some(first);
        let linger = tokio::time::sleep(LINGER);
        tokio::pin!(linger);
        while let Some(entry) = next.take() {
            match entry {
                Entry::Line(line) => lines.push(line),
                Entry::Progress(now) => progress = Some(now),
                Entry::Flush(done) => flushed.push(done),
            }
            if lines.len() >= BATCH || !flushed.is_empty() {
                break;
            }
            tokio::select! {
                more = waiting.recv() => next = more,
                () = &mut linger => break,
            }
        }
        if !lines.is_empty() || progress.is_some() {
            let append = AppendLog {
                id: job.clone(),
                message: None,
                line: None,
                lines,
                claim_token: Some(token.clone()),
                progress,
            };
            if let Err(error) = client.call(typed::JobsLog, &append, None).await {
                tracing::debug!(%error, "log lines were not taken");
            }
        }
        for done in flushed {
            let _ = done.send(());
        }
    }
}
