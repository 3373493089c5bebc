//! Who stands on whom: the entries that land one after the other, each checked on the one before it.

use super::built::is_built_otherwise;
use super::plan::View;
use protocol::EntryId;
use protocol::merge::{EntryState, MergeEntry};
use std::collections::BTreeSet;

/// Entries in the order in which they are to land, and the commits of them that stand where they are to stand.
#[derive(Debug)]
pub(super) struct Chain<'a> {
    pub members: Vec<&'a MergeEntry>,
    /// Commits something may stand on: the tip, and candidates whose own ground is among these.
    grounds: BTreeSet<&'a str>,
}

impl<'a> Chain<'a> {
    /// Works it out anew. Left out is who waits for a person, whose checks could not be run, and whose last verdict is
    /// in doubt while what it fell on still stands; with an entry, those that build on it.
    pub fn of(view: &View<'a>) -> Self {
        let chain = Self::with(view, &BTreeSet::new());
        // A verdict on ground that is gone, or on what would not be built like that any more, says nothing: such an
        // entry takes its place again.
        let is_void =
            |e: &MergeEntry| !chain.is_ground(e.onto.as_deref()) || is_built_otherwise(e, view.strategy);
        let again: BTreeSet<&EntryId> = view
            .entries
            .iter()
            .filter(|e| e.doubt.is_some() && !waits_for_a_person(e) && is_void(e))
            .map(|e| &e.id)
            .collect();
        if again.is_empty() { chain } else { Self::with(view, &again) }
    }

    fn with(view: &View<'a>, again: &BTreeSet<&EntryId>) -> Self {
        let members = in_order(view, &eligible(view, again), again);
        let mut grounds = BTreeSet::from([view.tip]);
        let mut at = view.tip;
        for member in &members {
            match &member.candidate {
                Some(candidate) if stands_on(view, member, at) => at = candidate,
                _ => break,
            }
            grounds.insert(at);
        }
        Self { members, grounds }
    }

    /// Whether a commit is the tip or will be, if all goes well.
    pub fn is_ground(&self, commit: Option<&str>) -> bool {
        commit.is_some_and(|commit| self.grounds.contains(commit))
    }
}

/// Whether an entry has a candidate as it would be built now, and that stands on this commit, with nothing to be said
/// against it.
pub(super) fn stands_on(view: &View<'_>, entry: &MergeEntry, commit: &str) -> bool {
    let built = entry.candidate.is_some() && !is_built_otherwise(entry, view.strategy);
    built && entry.doubt.is_none() && entry.onto.as_deref() == Some(commit)
}

/// Whether its checks run or have passed: what it stands on was chosen, and changing that costs a run.
pub(super) fn at_work(view: &View<'_>, entry: &MergeEntry) -> bool {
    let checked = matches!(entry.state, EntryState::Checking | EntryState::Landing);
    (checked && entry.doubt.is_none()) || view.running.contains(&entry.id)
}

fn waits_for_a_person(entry: &MergeEntry) -> bool {
    !matches!(entry.state, EntryState::Approved | EntryState::Checking | EntryState::Landing)
}

/// The branch itself fails its check; that is another once the branch has moved.
fn waits_for_the_branch(entry: &MergeEntry, tip: &str) -> bool {
    let red = entry.repair.as_ref().and_then(|repair| repair.red_base.as_ref());
    red.is_some_and(|red| red.commit == tip)
}

fn eligible<'a>(view: &View<'a>, again: &BTreeSet<&EntryId>) -> Vec<&'a MergeEntry> {
    let may = |e: &&MergeEntry| {
        !waits_for_a_person(e)
            && (e.doubt.is_none() || again.contains(&e.id))
            && (e.state != EntryState::Approved
                || !(view.held.contains(&e.id) || waits_for_the_branch(e, view.tip)))
    };
    let members: Vec<&MergeEntry> = view.entries.iter().filter(may).collect();
    let ready = with_whom_they_build_on(view, members.clone());
    if !view.retry_held || ready.iter().any(|e| e.state != EntryState::Landing) {
        return ready;
    }
    // Nobody else is ready: the one that is held longest is tried again, unless it builds on another.
    let held = |id: &EntryId| {
        let same = |e: &&MergeEntry| e.id == *id && e.state == EntryState::Approved && e.doubt.is_none();
        view.entries.iter().find(same)
    };
    let with = |one: &'a MergeEntry| {
        let with = with_whom_they_build_on(view, members.iter().copied().chain([one]).collect());
        with.iter().any(|e| e.id == one.id).then_some(with)
    };
    view.held.iter().filter_map(held).find_map(with).unwrap_or(ready)
}

/// Without those that build on an open entry that is not among them.
fn with_whom_they_build_on<'a>(view: &View<'a>, mut members: Vec<&'a MergeEntry>) -> Vec<&'a MergeEntry> {
    loop {
        let before = members.len();
        let ids: BTreeSet<&EntryId> = members.iter().map(|e| &e.id).collect();
        members.retain(|e| match &e.depends_on {
            Some(on) => ids.contains(on) || !view.entries.iter().any(|open| open.id == *on),
            None => true,
        });
        if members.len() == before {
            return members;
        }
    }
}

/// What is at work keeps its order, whatever place a newcomer has: only a person's “land next” goes before it, and
/// nothing goes before what is proven and about to land. Behind that, places decide.
fn in_order<'a>(
    view: &View<'a>,
    members: &[&'a MergeEntry],
    again: &BTreeSet<&EntryId>,
) -> Vec<&'a MergeEntry> {
    let find = |id: &EntryId| members.iter().copied().find(|e| e.id == *id);
    let mut kept: BTreeSet<&EntryId> =
        members.iter().filter(|e| at_work(view, e) || again.contains(&e.id)).map(|e| &e.id).collect();
    let mut next: BTreeSet<&EntryId> = members.iter().filter(|e| e.next).map(|e| &e.id).collect();
    // With whom it stands on, and with whom it builds on.
    close(&mut kept, |id| find(id)?.ahead.as_ref().and_then(find).map(|e| &e.id));
    close(&mut next, |id| find(id)?.depends_on.as_ref().and_then(find).map(|e| &e.id));

    let mut left: Vec<&MergeEntry> = members.to_vec();
    let mut order = Vec::new();
    let mut at = view.tip;
    let proven = |e: &&MergeEntry, at: &str| e.state == EntryState::Landing && stands_on(view, e, at);
    while let Some(found) = left.iter().position(|e| proven(e, at)) {
        let member = left.remove(found);
        at = member.candidate.as_deref().unwrap_or(at);
        order.push(member);
    }
    let enough = (view.window as usize).max(order.len() + kept.len() + next.len());
    while !left.is_empty() && order.len() < enough {
        let waits = |e: &MergeEntry, on: Option<&EntryId>| {
            on.is_some_and(|on| *on != e.id && left.iter().any(|o| o.id == *on))
        };
        let ready = |e: &MergeEntry| {
            let keeps = kept.contains(&e.id) && !next.contains(&e.id);
            !(waits(e, e.depends_on.as_ref()) || keeps && waits(e, e.ahead.as_ref()))
        };
        let rank = |e: &MergeEntry| (!next.contains(&e.id), !kept.contains(&e.id));
        // The first of the best: `left` is in the order of places.
        let best = (0..left.len())
            .filter(|at| left.get(*at).is_some_and(|e| ready(e)))
            .min_by_key(|at| left.get(*at).map(|e| rank(e)));
        let Some(best) = best else { break };
        order.push(left.remove(best));
    }
    order
}

fn close<'a>(set: &mut BTreeSet<&'a EntryId>, step: impl Fn(&'a EntryId) -> Option<&'a EntryId>) {
    let mut fresh: Vec<&EntryId> = set.iter().copied().collect();
    while let Some(id) = fresh.pop() {
        if let Some(further) = step(id)
            && set.insert(further)
        {
            fresh.push(further);
        }
    }
}
