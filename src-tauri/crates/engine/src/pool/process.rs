//! One process of a worker from its start to its end, and why it ended.

use crate::Engine;
use host::spawn::{Ended, Outcome};
use std::path::Path;
use tokio::sync::watch;

/// Longest reason that is kept of a process, in characters.
const CAUSE: usize = 600;

/// How a process ended.
pub(super) enum Exit {
    /// It never ran.
    NotStarted(String),
    Ended(Box<Outcome>),
}

impl Exit {
    /// Why it ended, in a sentence or what it said last.
    pub(super) fn cause(&self) -> String {
        let outcome = match self {
            Exit::NotStarted(why) => return format!("It could not be started: {why}"),
            Exit::Ended(outcome) => outcome,
        };
        let said = last_words(&outcome.stderr.text());
        match (said.is_empty(), outcome.ended, outcome.success()) {
            (false, ..) => format!("{said} ({})", outcome.summary()),
            (true, Ended::Exited, true) => {
                format!("It ended by itself without a reason ({}).", outcome.summary())
            }
            (true, ..) => format!("It said nothing ({}).", outcome.summary()),
        }
    }
}

/// The last line that says something, in plain characters.
fn last_words(stderr: &str) -> String {
    let line = stderr.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line = line.strip_prefix("pilothouse-worker: ").unwrap_or(line);
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(CAUSE).collect()
}

impl Engine {
    /// Runs one until it ends by itself or is asked to quit.
    pub(super) async fn run_worker(&self, id: &str, program: &Path, mut quit: watch::Receiver<bool>) -> Exit {
        let running = match self.begin_worker(id, program).await {
            Ok(running) => running,
            Err(why) => return Exit::NotStarted(why),
        };
        let cancel = running.cancel_handle();
        let mut waiting = std::pin::pin!(running.wait());
        let outcome = tokio::select! {
            outcome = &mut waiting => outcome,
            // A sender that is gone is the keeper gone.
            () = async { drop(quit.wait_for(|quit| *quit).await) } => {
                cancel.cancel();
                waiting.await
            }
        };
        match outcome {
            Ok(outcome) => Exit::Ended(Box::new(outcome)),
            Err(error) => Exit::NotStarted(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_says_something_is_the_reason() {
        let said = "warning: a\npilothouse-worker: the engine is gone\u{1b}[0m\n\n";
        assert_eq!(last_words(said), "the engine is gone [0m");
        assert_eq!(last_words("\n \n"), "");
        assert_eq!(last_words(&"x".repeat(5_000)).len(), CAUSE);
    }
}
