//! Running a recipe of this machine: its own command, in its own folder, as the user the node runs as. Nothing of the
//! hub goes into it but its name.

use crate::hub::Machine;
use host::HostError;
use host::redact::{LogCleaner, Redactor};
use host::spawn::{CancelHandle, Command, Ended, Line, Outcome, Running, Stream};
use protocol::check::Recipe;
use protocol::job::LogLine;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Longest line that is told in one piece.
const LINE_BYTES: usize = 8 * 1024;

/// A recipe that runs. Dropping it ends it, process tree and all.
pub(crate) struct Recipes {
    cancel: CancelHandle,
    waiting: JoinHandle<Result<Outcome, HostError>>,
}

/// How it ended.
pub(crate) enum Told {
    Well(String),
    Badly(String),
    Late(String),
    Cancelled,
}

fn mark(job: &str) -> String {
    format!("recipe-{job}")
}

pub(crate) async fn start(
    machine: &Machine,
    job: &str,
    recipe: &Recipe,
    lines: mpsc::Sender<LogLine>,
) -> Result<Recipes, HostError> {
    let (sender, printed) = mpsc::channel(64);
    let command = Command::new(&recipe.run)
        .cwd(&machine.setting.folder)
        .envs(terminal::environment(std::env::vars_os()))
        .env("TERM", "dumb")
        .timeout(Duration::from_secs(recipe.timeout_s))
        .records(sender, LINE_BYTES)
        .job(mark(job));
    let running: Running = command.start().await?;
    let cancel = running.cancel_handle();
    tokio::spawn(pass_on(printed, lines));
    Ok(Recipes { cancel, waiting: tokio::spawn(running.wait()) })
}

/// Lines without what looks like a secret.
async fn pass_on(mut printed: mpsc::Receiver<Line>, lines: mpsc::Sender<LogLine>) {
    let redactor = Arc::new(Redactor::new([]));
    let mut streams = [LogCleaner::new(redactor.clone()), LogCleaner::new(redactor)];
    let word = |stream: usize| if stream == 0 { "stdout" } else { "stderr" };
    while let Some(line) = printed.recv().await {
        let at = usize::from(line.stream == Stream::Stderr);
        for text in streams.get_mut(at).map(|lines| lines.line(&line.text)).unwrap_or_default() {
            if lines.send(LogLine { stream: word(at).into(), line: text }).await.is_err() {
                return;
            }
        }
    }
    for (at, left) in streams.iter_mut().enumerate() {
        for text in left.finish() {
            if lines.send(LogLine { stream: word(at).into(), line: text }).await.is_err() {
                return;
            }
        }
    }
}

impl Recipes {
    pub(crate) fn cancel(&self) {
        self.cancel.cancel();
    }

    pub(crate) async fn ended(&mut self) -> Told {
        match (&mut self.waiting).await {
            Ok(Ok(outcome)) if outcome.success() => Told::Well(outcome.summary()),
            Ok(Ok(outcome)) if outcome.ended == Ended::Cancelled => Told::Cancelled,
            Ok(Ok(outcome)) if outcome.timed_out() => Told::Late(outcome.summary()),
            Ok(Ok(outcome)) => Told::Badly(outcome.summary()),
            Ok(Err(error)) => Told::Badly(error.to_string()),
            Err(error) => Told::Badly(error.to_string()),
        }
    }
}

impl Drop for Recipes {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
