//! A job's log on its way to the server: bounded, in batches, redacted.

use client::Client;
use host::redact::Redactor;
use protocol::JobId;
use protocol::job::{AppendLog, LogLine, Progress};
use protocol::ops::typed;
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
/// Lines kept of one job; the rest is left out with a note.
const LINES: u64 = 20_000;

enum Entry {
    Line(LogLine),
    Progress(Progress),
    Flush(oneshot::Sender<()>),
}

/// Where a job writes what happens.
#[derive(Clone)]
pub(crate) struct Journal {
    entries: mpsc::Sender<Entry>,
    redactor: std::sync::Arc<Redactor>,
}

impl Journal {
    pub(crate) fn open(client: Client, job: JobId, claim_token: String) -> Self {
        let (entries, waiting) = mpsc::channel(WAITING);
        tokio::spawn(send(client, job, claim_token, waiting));
        Self { entries, redactor: std::sync::Arc::new(Redactor::new(Vec::<String>::new())) }
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
            if self.entries.send(self.entry(stream, line)).await.is_err() {
                return;
            }
        }
    }

    /// Lines of ours without waiting; how many found no room.
    pub(crate) fn offer(&self, text: &str) -> usize {
        text.lines().filter(|line| self.entries.try_send(self.entry(NOTE, line)).is_err()).count()
    }

    fn entry(&self, stream: &str, line: &str) -> Entry {
        let line = host::coloured::without(&host::coloured::tidy(line), |plain| self.redactor.text(plain));
        Entry::Line(LogLine { stream: stream.to_owned(), line })
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
    let mut sent = 0u64;
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
        let room = LINES.saturating_sub(sent) as usize;
        if lines.len() > room {
            lines.truncate(room);
            if room > 0 {
                lines.push(LogLine {
                    stream: "stderr".into(),
                    line: format!("[the log is cut here: more than {LINES} lines]"),
                });
            }
        }
        sent += lines.len() as u64;
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
