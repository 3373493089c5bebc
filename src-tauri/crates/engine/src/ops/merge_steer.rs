//! Steering a merge queue: pause, drain, resume, and the order in which its entries land.
//!
//! Nothing here builds, checks or lands: it stores what a person wants, and the merge loop finds it.

use crate::merge::drain;
use crate::{Caller, Engine, Reply};
use protocol::merge::{EntryParams, EntryState, MergeEntry};
use protocol::merge_order::{MoveEntry, PrioritizeEntry, QueueDrain, QueueParams, QueueStanding, QueueState};
use protocol::{ApiError, ErrorCode, Event, WorkspaceId};
use store::{NewEvent, StoreError, Tx};

impl Engine {
    /// Nothing new begins and nothing lands; what is being checked is finished.
    pub async fn merge_pause(&self, caller: Caller, p: QueueParams) -> Reply {
        self.steer_queue(caller, p, |tx, id, by| {
            drain::end(tx, id)?;
            set_paused(tx, id, true, by)?;
            drain::tell(tx, id, QueueState::Paused, by, false)
        })
        .await
    }

    pub async fn merge_resume(&self, caller: Caller, p: QueueParams) -> Reply {
        self.steer_queue(caller, p, |tx, id, by| {
            drain::end(tx, id)?;
            set_paused(tx, id, false, by)?;
            drain::tell(tx, id, QueueState::Running, by, false)
        })
        .await
    }

    /// What is being checked and landed is finished and lands; nothing else begins. Then it is paused.
    pub async fn merge_drain(&self, caller: Caller, p: QueueParams) -> Reply {
        self.steer_queue(caller, p, |tx, id, by| {
            if tx.workspace(id.as_str())?.merge_paused {
                return Err(ApiError::new(
                    ErrorCode::Conflict,
                    "This merge queue is paused already. Resume it first to let what is under way land.",
                )
                .into());
            }
            let since = host::clock::iso(tx.now());
            if drain::begin(tx, id, &QueueDrain { by: by.to_owned(), since })? {
                drain::tell(tx, id, QueueState::Draining, by, false)?;
            }
            Ok(())
        })
        .await
    }

    pub async fn merge_move(&self, caller: Caller, p: MoveEntry) -> Reply {
        let id = p.id.to_string();
        self.order(caller, &id.clone(), "move", move |tx, order| {
            let at = place_of(&p, order)?;
            let rest: Vec<&MergeEntry> = order.iter().filter(|other| other.id != p.id).collect();
            let before = rest.get(at).map(|other| other.id.to_string());
            // Whoever puts it somewhere means that place.
            if at > landing(order) {
                tx.land_next(&id, false)?;
            }
            tx.set_place(&id, before.as_deref())
        })
        .await
    }

    /// It lands before every other that is not being landed already.
    pub async fn merge_next(&self, caller: Caller, p: EntryParams) -> Reply {
        let id = p.id.to_string();
        self.order(caller, &id.clone(), "next", move |tx, order| {
            tx.land_next(&id, true)?;
            for other in order.iter().take(landing(order)) {
                tx.set_place(other.id.as_str(), Some(&id))?;
            }
            Ok(())
        })
        .await
    }

    pub async fn merge_priority(&self, caller: Caller, p: PrioritizeEntry) -> Reply {
        let id = p.id.to_string();
        self.order(caller, &id.clone(), "priority", move |tx, _| {
            tx.land_next(&id, false)?;
            tx.set_priority(&id, p.priority).map(drop)
        })
        .await
    }

    async fn steer_queue(
        &self,
        caller: Caller,
        p: QueueParams,
        work: impl FnOnce(&mut Tx<'_>, &WorkspaceId, &str) -> Result<(), StoreError> + Send + 'static,
    ) -> Reply {
        let (by, id) = (caller.who.label(), p.workspace_id.clone());
        let reply = self
            .change(caller, move |tx| {
                tx.workspace(p.workspace_id.as_str())?;
                work(tx, &p.workspace_id, &by)?;
                standing(tx, &p.workspace_id)
            })
            .await?;
        self.reload_row(&id).await?;
        self.wake_merge(&id);
        Ok(reply)
    }

    /// Changes an entry's place, unless that would put something before what it depends on.
    async fn order(
        &self,
        caller: Caller,
        id: &str,
        how: &'static str,
        work: impl FnOnce(&mut Tx<'_>, &[MergeEntry]) -> Result<(), StoreError> + Send + 'static,
    ) -> Reply {
        let by = caller.who.label();
        let id = id.to_owned();
        let reply = self
            .change(caller, move |tx| {
                let entry = tx.entry(&id)?;
                may_move(&entry)?;
                let workspace = entry.workspace_id.clone();
                let before = tx.open_entries(workspace.as_str())?;
                work(tx, &before)?;
                let after = tx.open_entries(workspace.as_str())?;
                depends(&after)?;
                let order: Vec<_> = after.iter().map(|e| e.id.clone()).collect();
                if !before.iter().map(|e| &e.id).eq(order.iter()) || how != "move" {
                    let event = Event::MergeQueueOrdered {
                        workspace_id: workspace.clone(),
                        entry_id: entry.id.clone(),
                        how: how.into(),
                        by: by.clone(),
                        order,
                    };
                    tx.append(NewEvent::new(&entry.session_id, event, by).about(entry.id.as_str()))?;
                }
                standing(tx, &workspace)
            })
            .await?;
        if let Some(workspace) = reply["workspaceId"].as_str().and_then(|id| WorkspaceId::parse(id).ok()) {
            self.wake_merge(&workspace);
        }
        Ok(reply)
    }
}

fn may_move(entry: &MergeEntry) -> Result<(), ApiError> {
    match entry.state {
        EntryState::Landing => Err(landing_now()),
        EntryState::Landed | EntryState::Returned | EntryState::Failed | EntryState::Removed => {
            Err(ApiError::new(ErrorCode::Conflict, format!("This entry is already {}.", entry.state)))
        }
        EntryState::Queued
        | EntryState::WaitingApproval
        | EntryState::Approved
        | EntryState::Checking
        | EntryState::Parked => Ok(()),
    }
}

fn landing_now() -> ApiError {
    ApiError::new(
        ErrorCode::MergeLanding,
        "Its checks have passed and it is about to land; it keeps its place.",
    )
}

/// How many are about to land: they stand first, and nothing is put before them.
fn landing(order: &[MergeEntry]) -> usize {
    order.iter().take_while(|e| e.state == EntryState::Landing).count()
}

/// The place among the others, from 0.
fn place_of(p: &MoveEntry, order: &[MergeEntry]) -> Result<usize, ApiError> {
    let rest: Vec<&MergeEntry> = order.iter().filter(|other| other.id != p.id).collect();
    let find = |id: &protocol::EntryId| {
        let at = rest.iter().position(|other| other.id == *id);
        at.ok_or_else(|| ApiError::not_found("entry in the same queue", id.as_str()))
    };
    let at = match (&p.before, &p.after, p.place) {
        (Some(before), None, None) => {
            let at = find(before)?;
            if rest.get(at).is_some_and(|other| other.state == EntryState::Landing) {
                return Err(landing_now());
            }
            at
        }
        (None, Some(after), None) => find(after)? + 1,
        (None, None, Some(place)) if place > 0 => usize::try_from(place - 1).unwrap_or(usize::MAX),
        _ => return Err(ApiError::bad("Say exactly one of before, after and place; places begin at 1.")),
    };
    Ok(at.clamp(landing(order).min(rest.len()), rest.len()))
}

/// Refuses an order in which an entry stands before one it depends on.
fn depends(order: &[MergeEntry]) -> Result<(), ApiError> {
    for (at, entry) in order.iter().enumerate() {
        let Some(on) = &entry.depends_on else { continue };
        if let Some(other) = order.iter().skip(at + 1).find(|other| other.id == *on) {
            let text = format!(
                "“{}” builds on “{}” and cannot land before it. Move that one first.",
                entry.title, other.title
            );
            return Err(ApiError::new(ErrorCode::MergeDepends, text)
                .with(serde_json::json!({ "entryId": entry.id, "dependsOn": other.id })));
        }
    }
    Ok(())
}

fn set_paused(tx: &mut Tx<'_>, id: &WorkspaceId, paused: bool, by: &str) -> Result<(), StoreError> {
    let mut row = tx.workspace(id.as_str())?;
    if row.merge_paused == paused {
        return Ok(());
    }
    row.merge_paused = paused;
    tx.put_workspace(&row)?;
    drain::to_workspace(tx, id, Event::WorkspaceChanged { workspace_id: id.clone() }, by)
}

/// The queue as it stands now.
pub(crate) fn standing(tx: &Tx<'_>, id: &WorkspaceId) -> Result<QueueStanding, StoreError> {
    let (row, entries) = (tx.workspace(id.as_str())?, tx.open_entries(id.as_str())?);
    let drain = drain::of(tx, id)?.filter(|_| !row.merge_paused);
    let state = match (row.merge_paused, &drain) {
        (true, _) => QueueState::Paused,
        (false, Some(_)) => QueueState::Draining,
        (false, None) => QueueState::Running,
    };
    Ok(QueueStanding {
        workspace_id: id.clone(),
        state,
        drain,
        under_way: entries.iter().filter(|e| drain::under_way(e)).map(|e| e.id.clone()).collect(),
        order: entries.into_iter().map(|e| e.id).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn entry(id: &str, state: EntryState, on: Option<&str>) -> MergeEntry {
        serde_json::from_value(json!({
            "id": id, "completionId": "c", "jobId": "j", "workspaceId": "tern", "sessionId": "dev", "title": id,
            "state": state, "commitSha": "c", "base": "b", "branch": "w", "strategy": "squash", "target": "main_agents",
            "onto": null, "candidate": null, "tree": null, "patchHash": null, "files": 1, "additions": 1, "deletions": 0,
            "risky": [], "verified": true, "position": null, "reason": null, "approvalId": null, "checks": [],
            "landedCommit": null, "createdAt": "t", "updatedAt": "t", "landedAt": null, "dependsOn": on
        }))
        .unwrap()
    }

    fn put(before: Option<&str>, after: Option<&str>, place: Option<u64>) -> MoveEntry {
        let id = |text: &str| protocol::EntryId::parse(text).unwrap();
        MoveEntry { id: id("c"), before: before.map(id), after: after.map(id), place }
    }

    #[test]
    fn a_place_is_said_in_one_way_and_nothing_comes_before_what_is_being_landed() {
        let order = [
            entry("a", EntryState::Landing, None),
            entry("b", EntryState::Approved, None),
            entry("c", EntryState::Queued, None),
        ];
        let at = |p: MoveEntry| place_of(&p, &order).map_err(|error| error.code);
        assert_eq!(at(put(None, None, Some(1))), Ok(1));
        assert_eq!(at(put(None, None, Some(99))), Ok(2));
        assert_eq!(at(put(Some("b"), None, None)), Ok(1));
        assert_eq!(at(put(None, Some("b"), None)), Ok(2));
        assert_eq!(at(put(Some("a"), None, None)), Err(ErrorCode::MergeLanding));
        assert_eq!(at(put(Some("x"), None, None)), Err(ErrorCode::NotFound));
        assert_eq!(at(put(None, None, Some(0))), Err(ErrorCode::BadRequest));
        assert_eq!(at(put(Some("b"), Some("a"), None)), Err(ErrorCode::BadRequest));
        assert_eq!(at(put(None, None, None)), Err(ErrorCode::BadRequest));
    }

    #[test]
    fn an_entry_before_the_one_it_depends_on_is_refused_by_name() {
        let (one, two) =
            (entry("one", EntryState::Approved, None), entry("two", EntryState::Approved, Some("one")));
        assert!(depends(&[one.clone(), two.clone()]).is_ok());
        let refused = depends(&[two, one]).unwrap_err();
        assert_eq!(refused.code, ErrorCode::MergeDepends);
        assert_eq!(refused.details, Some(json!({ "entryId": "two", "dependsOn": "one" })));
        assert!(depends(&[entry("two", EntryState::Approved, Some("landed"))]).is_ok(), "it has landed");
    }
}
