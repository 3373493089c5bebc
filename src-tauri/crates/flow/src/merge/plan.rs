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
    /// Approved ones whose checks could not be run, the one tried longest ago first.
    pub held: &'a [EntryId],
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
    /// Landing is not allowed now: find out whether an interrupted landing is on the branch, and move nothing.
    Settle(EntryId),
}

/// At most one decision per entry; landing and checking one at a time, in order, past entries that wait for a
/// person, so that a question nobody answered holds up nobody else. One that is held is tried again when no other
/// is ready, each in its turn.
///
/// A pause and a withdrawn trust stop a landing as well as a check, also one that was proven before and waits for
/// something else.
pub fn plan(view: &View<'_>) -> Vec<Decision> {
    let may_move = !view.paused && view.checks_confirmed;
    let busy = view.entries.iter().find(|e| matches!(e.state, EntryState::Checking | EntryState::Landing));
    let mut decisions = Vec::new();
    if let Some(landing) = busy.filter(|e| e.state == EntryState::Landing) {
        if may_move {
            return vec![Decision::Land(landing.id.clone())];
        }
        decisions.push(Decision::Settle(landing.id.clone()));
    }
    let slot_free = busy.is_none() && may_move;
    let turn = slot_free.then(|| next_to_check(view)).flatten();
    for entry in view.entries {
        let fresh = entry.candidate.is_some() && entry.onto.as_deref() == Some(view.tip);
        match entry.state {
            EntryState::Queued if fresh => decisions.push(Decision::Consult(entry.id.clone())),
            EntryState::Queued => decisions.push(Decision::Build(entry.id.clone())),
            EntryState::WaitingApproval if fresh => decisions.push(Decision::ReadAnswer(entry.id.clone())),
            EntryState::WaitingApproval => decisions.push(Decision::Build(entry.id.clone())),
            EntryState::Approved if turn == Some(&entry.id) && fresh => {
                decisions.push(Decision::Check(entry.id.clone()));
            }
            EntryState::Approved if turn == Some(&entry.id) => {
                decisions.push(Decision::Build(entry.id.clone()));
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

/// Whose checks come next.
fn next_to_check<'a>(view: &View<'a>) -> Option<&'a EntryId> {
    let approved = || view.entries.iter().filter(|entry| entry.state == EntryState::Approved).map(|e| &e.id);
    let ready = approved().find(|id| !view.held.contains(id));
    ready.or_else(|| view.held.iter().find_map(|held| approved().find(|id| *id == held)))
}
