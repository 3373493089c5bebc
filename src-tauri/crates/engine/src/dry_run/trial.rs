//! The newest trial of a workspace and the end of its output. It does not survive a restart: it can be run again.

use protocol::check::{DryRun, DryRunState};
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;

/// Lines kept.
const LINES: usize = 200;
/// Characters of a line.
const LINE_CHARS: usize = 400;

pub(crate) struct Trial {
    newest: Mutex<Option<DryRun>>,
    /// Whether the one under way is to end.
    unwanted: watch::Sender<bool>,
}

impl Default for Trial {
    fn default() -> Self {
        Self { newest: Mutex::default(), unwanted: watch::Sender::new(false) }
    }
}

impl Trial {
    /// The trial that is under way, else this new one; true when it is the new one.
    pub(super) fn begin(&self, fresh: DryRun) -> (DryRun, bool) {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        match newest.as_ref().filter(|run| under_way(run.state)) {
            Some(running) => (running.clone(), false),
            None => {
                self.unwanted.send_replace(false);
                (newest.insert(fresh).clone(), true)
            }
        }
    }

    /// Asks the one under way to end; nothing when none is.
    pub(super) fn stop(&self) {
        let newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if newest.as_ref().is_some_and(|run| under_way(run.state)) {
            self.unwanted.send_replace(true);
        }
    }

    pub(super) fn is_unwanted(&self) -> bool {
        *self.unwanted.borrow()
    }

    /// Resolves once the one under way is to end.
    pub(super) async fn unwanted(&self) {
        // The sender lives as long as this, so an error cannot be.
        let _ = self.unwanted.subscribe().wait_for(|unwanted| *unwanted).await;
    }

    pub(crate) fn shown(&self) -> Option<DryRun> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut DryRun)) {
        if let Some(run) = self.newest.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            change(run);
        }
    }

    /// Adds lines of output; the oldest go.
    pub(super) fn print(&self, lines: impl IntoIterator<Item = String>, lost: u64) {
        self.change(|run| {
            run.lines.extend(lines.into_iter().map(|line| short(&line)));
            let over = run.lines.len().saturating_sub(LINES);
            run.lines.drain(..over);
            run.lines_dropped += over as u64 + lost;
        });
    }
}

fn under_way(state: DryRunState) -> bool {
    match state {
        DryRunState::Preparing | DryRunState::Waiting | DryRunState::Running => true,
        DryRunState::Passed | DryRunState::Failed | DryRunState::Stopped => false,
    }
}

fn short(line: &str) -> String {
    match line.char_indices().nth(LINE_CHARS) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh(commit: &str) -> DryRun {
        DryRun {
            workspace_id: protocol::WorkspaceId::parse("tern").unwrap(),
            state: DryRunState::Preparing,
            commit: commit.into(),
            checks: Vec::new(),
            reason: None,
            because: None,
            lines: Vec::new(),
            lines_dropped: 0,
            started_at: String::new(),
            finished_at: None,
        }
    }

    #[test]
    fn a_second_one_joins_the_one_under_way_and_begins_after_its_end() {
        let trial = Trial::default();
        assert!(trial.begin(fresh("a")).1);
        let (joined, begun) = trial.begin(fresh("b"));
        assert!(!begun && joined.commit == "a");
        trial.change(|run| run.state = DryRunState::Failed);
        assert!(trial.begin(fresh("b")).1);
    }

    #[test]
    fn a_stop_is_for_the_one_under_way_and_not_for_the_next() {
        let trial = Trial::default();
        trial.stop();
        assert!(!trial.is_unwanted(), "nothing was under way");
        trial.begin(fresh("a"));
        trial.stop();
        assert!(trial.is_unwanted());
        trial.change(|run| run.state = DryRunState::Stopped);
        trial.begin(fresh("b"));
        assert!(!trial.is_unwanted());
    }

    #[test]
    fn only_the_end_of_the_output_is_kept_and_what_is_missing_is_counted() {
        let trial = Trial::default();
        trial.begin(fresh("a"));
        trial.print((0..LINES + 5).map(|n| n.to_string()), 2);
        trial.print(["x".repeat(LINE_CHARS * 2)], 0);
        let run = trial.shown().unwrap();
        assert_eq!((run.lines.len(), run.lines_dropped), (LINES, 8));
        assert_eq!(run.lines[0], "6");
        assert_eq!(run.lines.last().unwrap().chars().count(), LINE_CHARS + 1);
    }
}
