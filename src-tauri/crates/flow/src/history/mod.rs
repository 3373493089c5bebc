//! What happened to an entry of the merge queue, read from its events.
//!
//! Events carry the whole entry as it was after each step; a step is what changed from one to the next. Nothing is
//! guessed: what no event tells is not in the history.

mod walk;

use protocol::Envelope;
use protocol::approval::Approval;
use protocol::merge_history::{HistoryKind, HistoryStep};
use walk::Walk;

/// Most steps shown; what is left out is in the middle.
pub const MOST_STEPS: usize = 400;
/// Steps kept from the beginning when there are too many.
const FIRST_STEPS: usize = 50;

/// The steps of one entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// Oldest first.
    pub steps: Vec<HistoryStep>,
    /// Left out between the first and the last.
    pub dropped: u64,
    /// Runs of its checks that were begun, and those that were given up.
    pub runs: u32,
    pub thrown_away: u32,
}

/// The step with which an entry's history begins, where no event tells of it.
pub fn came(at: &str) -> HistoryStep {
    walk::step(at, HistoryKind::Queued)
}

/// Reads an entry's events, oldest first, and the questions that were asked about it.
pub fn read(events: &[Envelope], approvals: &[Approval]) -> Read {
    let mut walk = Walk::new(approvals);
    for event in events {
        walk.take(event);
    }
    let (mut steps, runs) = walk.end();
    let thrown_away = steps.iter().filter(|step| step.kind == HistoryKind::ThrownAway).count() as u32;
    let dropped = steps.len().saturating_sub(MOST_STEPS);
    if dropped > 0 {
        steps.drain(FIRST_STEPS..FIRST_STEPS + dropped);
    }
    Read { steps, dropped: dropped as u64, runs, thrown_away }
}

#[cfg(test)]
mod tests;
