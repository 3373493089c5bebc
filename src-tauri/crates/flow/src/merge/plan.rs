//! What to do next with a queue.

use super::built::is_built_otherwise;
use super::chain::{Chain, at_work, stands_on};
use protocol::EntryId;
use protocol::merge::{EntryState, MergeEntry, Strategy, ThrownReason};
use std::collections::BTreeMap;

/// A queue as the planner sees it.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// What the first candidate stands on: tip of the integration branch, or the base it has yet to reach.
    pub tip: &'a str,
    /// Entries that have not ended, in the order of their places.
    pub entries: &'a [MergeEntry],
    /// Approved ones whose checks could not be run, the one tried longest ago first.
    pub held: &'a [EntryId],
    /// Whether one of those may be tried again now.
    pub retry_held: bool,
    /// Entries whose checks are being started or run.
    pub running: &'a [EntryId],
    /// Those of them whose checks are expected to end in a moment.
    pub due: &'a [EntryId],
    /// Check slots nobody uses.
    pub free: u32,
    /// How many entries are built and checked ahead of their turn.
    pub window: u32,
    /// How changes land now; what was built in another way does not stand.
    pub strategy: Strategy,
    pub paused: bool,
    /// Whether the checks of the workspace are confirmed by its owner; without that nothing can be proven.
    pub checks_confirmed: bool,
}

/// What a candidate is to stand on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    Tip,
    /// An entry's candidate. Where the same plan builds that one, it is what that came to; without it nothing stands
    /// here.
    Entry(EntryId),
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// What was said of it in doubt counts now: everything it stood on has landed. A check that is to be tried once
    /// more is tried before.
    Blame(EntryId),
    /// What it stands on is gone: its checks are ended, what they said is dropped, and it is built anew.
    Cancel { entry: EntryId, reason: ThrownReason, blamed: Option<EntryId> },
    /// Move the branch to its proven candidate, or settle a landing that was interrupted.
    Land(EntryId),
    /// Landing is not allowed now: find out whether an interrupted landing is on the branch, and move nothing.
    Settle(EntryId),
    /// Build or rebuild a candidate.
    Build { entry: EntryId, on: Ground },
    /// Run the checks on its candidate.
    Check(EntryId),
    /// Ask policy about a built candidate.
    Consult(EntryId),
    /// Look at the answer to an entry's approval.
    ReadAnswer(EntryId),
}

/// What to do, in this order.
///
/// Each entry of the chain stands on the one before it. As many as the window allows are built, as many as there are
/// slots checked; they land from the front, one at a time. An entry that waits for a person is built where it would
/// stand, and nobody stands on it, so a question nobody answered holds up nobody else. One that is held is tried again
/// when no other is ready, each in its turn.
///
/// No check is begun on a candidate whose own will have ended in a moment: if that fails, the new one would be thrown
/// away as soon as it was begun. Checks that take the same time end together, so without this each failure costs a
/// whole row of checks that were just begun behind it.
///
/// A pause and a withdrawn trust stop a landing as well as a check, also one that was proven before and waits for
/// something else. Checks that run may end.
pub fn plan(view: &View<'_>) -> Vec<Decision> {
    let chain = Chain::of(view);
    let mut plan = Vec::new();
    blame(view, &mut plan);
    cancel(view, &chain, &mut plan);
    // Before all that takes its time: no slot is to be idle meanwhile.
    check(view, &chain, &mut plan);
    land(view, &chain, &mut plan);
    build(view, &chain, &mut plan);
    ask(view, &chain, &mut plan);
    plan
}

/// Open entries in the order in which they would land if everything went well: the chain, then those that are not of
/// it now.
pub fn order(view: &View<'_>) -> Vec<EntryId> {
    let all = View { window: u32::MAX, ..view.clone() };
    let mut order: Vec<EntryId> = Chain::of(&all).members.iter().map(|e| e.id.clone()).collect();
    for (at, entry) in view.entries.iter().enumerate() {
        if order.contains(&entry.id) {
            continue;
        }
        // Before the first of the chain that is behind it by its place.
        let behind = |id: &EntryId| view.entries.iter().skip(at).any(|e| e.id == *id);
        let at = order.iter().position(behind).unwrap_or(order.len());
        order.insert(at, entry.id.clone());
    }
    order
}

fn may_move(view: &View<'_>) -> bool {
    !view.paused && view.checks_confirmed
}

fn blame(view: &View<'_>, plan: &mut Vec<Decision>) {
    let checked = |e: &&MergeEntry| e.doubt.is_some() && e.state == EntryState::Checking;
    let due = |e: &&MergeEntry| {
        checked(e) && e.onto.as_deref() == Some(view.tip) && !is_built_otherwise(e, view.strategy)
    };
    plan.extend(view.entries.iter().filter(due).map(|e| Decision::Blame(e.id.clone())));
}

fn cancel(view: &View<'_>, chain: &Chain<'_>, plan: &mut Vec<Decision>) {
    let mut causes: BTreeMap<&EntryId, (ThrownReason, Option<EntryId>)> = BTreeMap::new();
    let mut at = Some(view.tip);
    let mut before: Option<&MergeEntry> = None;
    for member in &chain.members {
        let stands = at.is_some_and(|at| stands_on(view, member, at));
        if !stands {
            let inherited = member.ahead.as_ref().and_then(|ahead| causes.get(ahead).cloned());
            let cause = inherited.unwrap_or_else(|| cause(view, chain, member, before));
            let dropped = at_work(view, member) || member.state == EntryState::Checking;
            if dropped {
                let (reason, blamed) = cause.clone();
                plan.push(Decision::Cancel { entry: member.id.clone(), reason, blamed });
            }
            causes.insert(&member.id, cause);
        }
        at = member.candidate.as_deref().filter(|_| stands);
        before = Some(member);
    }
    // What it builds on has left the chain.
    let left = |e: &&MergeEntry| {
        at_work(view, e) && e.doubt.is_none() && !chain.members.iter().any(|m| m.id == e.id)
    };
    plan.extend(view.entries.iter().filter(left).map(|e| Decision::Cancel {
        entry: e.id.clone(),
        reason: ThrownReason::AheadLeft,
        blamed: e.depends_on.clone(),
    }));
}

/// Why a member of the chain does not stand where it is to stand.
fn cause(
    view: &View<'_>,
    chain: &Chain<'_>,
    member: &MergeEntry,
    before: Option<&MergeEntry>,
) -> (ThrownReason, Option<EntryId>) {
    if is_built_otherwise(member, view.strategy) {
        return (ThrownReason::StrategyChanged, None);
    }
    let moved = |reason: ThrownReason| match before {
        Some(before) => (ThrownReason::Reordered, Some(before.id.clone())),
        None => (reason, None),
    };
    let Some(ahead) = &member.ahead else { return moved(ThrownReason::TipMoved) };
    match view.entries.iter().find(|e| e.id == *ahead) {
        Some(ahead) if ahead.doubt.is_some() && ahead.state == EntryState::Checking => {
            (ThrownReason::AheadFailed, Some(ahead.id.clone()))
        }
        Some(open) if chain.members.iter().any(|m| m.id == open.id) => moved(ThrownReason::AheadLeft),
        _ => (ThrownReason::AheadLeft, Some(ahead.clone())),
    }
}

fn land(view: &View<'_>, chain: &Chain<'_>, plan: &mut Vec<Decision>) {
    if !may_move(view) {
        let first =
            chain.members.first().filter(|e| e.state == EntryState::Landing && stands_on(view, e, view.tip));
        plan.extend(first.map(|e| Decision::Settle(e.id.clone())));
        return;
    }
    let mut at = view.tip;
    for member in &chain.members {
        // Whoever fell on exactly this is judged before the branch goes on.
        if view.entries.iter().any(|e| e.doubt.is_some() && e.onto.as_deref() == Some(at)) {
            return;
        }
        let Some(candidate) = &member.candidate else { return };
        if member.state != EntryState::Landing || !stands_on(view, member, at) {
            return;
        }
        plan.push(Decision::Land(member.id.clone()));
        at = candidate;
    }
}

fn check(view: &View<'_>, chain: &Chain<'_>, plan: &mut Vec<Decision>) {
    if !may_move(view) {
        return;
    }
    let mut free = view.free;
    let mut at = view.tip;
    for member in chain.members.iter().take(view.window as usize) {
        let Some(candidate) = member.candidate.as_deref().filter(|_| stands_on(view, member, at)) else {
            return;
        };
        if member.state == EntryState::Approved && !view.running.contains(&member.id) {
            let Some(left) = free.checked_sub(1) else { return };
            free = left;
            plan.push(Decision::Check(member.id.clone()));
        } else if view.due.contains(&member.id) {
            return;
        }
        at = candidate;
    }
}

fn build(view: &View<'_>, chain: &Chain<'_>, plan: &mut Vec<Decision>) {
    if !may_move(view) {
        return;
    }
    let mut at = Some(view.tip);
    let mut on = Ground::Tip;
    for member in chain.members.iter().take(view.window as usize) {
        let stands = at.is_some_and(|at| stands_on(view, member, at));
        if !stands {
            plan.push(Decision::Build { entry: member.id.clone(), on });
        }
        at = member.candidate.as_deref().filter(|_| stands);
        on = Ground::Entry(member.id.clone());
    }
}

fn ask(view: &View<'_>, chain: &Chain<'_>, plan: &mut Vec<Decision>) {
    // The last one that stands; what comes later would stand on it.
    let mut last = Ground::Tip;
    let mut at = view.tip;
    for member in &chain.members {
        match &member.candidate {
            Some(candidate) if stands_on(view, member, at) => {
                (at, last) = (candidate, Ground::Entry(member.id.clone()))
            }
            _ => break,
        }
    }
    for entry in view.entries {
        let stands = chain.is_ground(entry.onto.as_deref()) && !is_built_otherwise(entry, view.strategy);
        let id = entry.id.clone();
        // It could not be built on others; with them on the branch it is what counts.
        if entry.doubt.is_some()
            && entry.state != EntryState::Checking
            && entry.onto.as_deref() == Some(view.tip)
        {
            plan.push(Decision::Build { entry: id, on: Ground::Tip });
            continue;
        }
        match entry.state {
            EntryState::Queued | EntryState::WaitingApproval if !stands => {
                plan.push(Decision::Build { entry: id, on: last.clone() });
            }
            // Said in doubt, on ground that still stands.
            _ if entry.doubt.is_some() => {}
            EntryState::Queued if entry.candidate.is_some() => plan.push(Decision::Consult(id)),
            EntryState::Queued => plan.push(Decision::Build { entry: id, on: last.clone() }),
            EntryState::WaitingApproval => plan.push(Decision::ReadAnswer(id)),
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
}
