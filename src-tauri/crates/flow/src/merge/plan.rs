//! Which entries to work on next.

use protocol::EntryId;
use protocol::merge::{EntryState, MergeEntry};

/// A queue as the planner sees it.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// What the next candidate stands on: tip of the integration branch, or the base it has yet to reach.
    pub tip: &'a str,
    /// Entries that have not ended, in landing order.
    pub entries: &'a [MergeEntry],
    pub paused: bool,
    /// Whether the checks of the workspace are confirmed by its owner; without that nothing can be proven.
    pub checks_confirmed: bool,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Build or rebuild a candidate on the tip.
    Build(EntryId),
    /// Ask policy about a built candidate.
    Consult(EntryId),
    /// Look at the answer to an entry's approval.
    ReadAnswer(EntryId),
    /// Run the checks on its candidate.
    Check(EntryId),
    /// Move the branch to its proven candidate, or settle a landing that was interrupted.
    Land(EntryId),
}

/// At most one decision per entry; landing and checking one at a time, in order, past entries that wait for a
/// person, so that a question nobody answered holds up nobody else.
pub fn plan(view: &View<'_>) -> Vec<Decision> {
    let busy = view.entries.iter().find(|e| matches!(e.state, EntryState::Checking | EntryState::Landing));
    if let Some(landing) = busy.filter(|e| e.state == EntryState::Landing) {
        return vec![Decision::Land(landing.id.clone())];
    }
    let mut decisions = Vec::new();
    let mut slot_free = busy.is_none() && !view.paused && view.checks_confirmed;
    for entry in view.entries {
        let fresh = entry.candidate.is_some() && entry.onto.as_deref() == Some(view.tip);
        match entry.state {
            EntryState::Queued if fresh => decisions.push(Decision::Consult(entry.id.clone())),
            EntryState::Queued => decisions.push(Decision::Build(entry.id.clone())),
            EntryState::WaitingApproval if fresh => decisions.push(Decision::ReadAnswer(entry.id.clone())),
            EntryState::WaitingApproval => decisions.push(Decision::Build(entry.id.clone())),
            EntryState::Approved if slot_free && fresh => {
                decisions.push(Decision::Check(entry.id.clone()));
                slot_free = false;
            }
            EntryState::Approved if slot_free => {
                decisions.push(Decision::Build(entry.id.clone()));
                slot_free = false;
            }
            EntryState::Approved
            | EntryState::Checking
            | EntryState::Landing
            | EntryState::Parked
            | EntryState::Landed
            | EntryState::Returned
            | EntryState::Failed
            | EntryState::Removed => {}
        }
    }
    decisions
}
