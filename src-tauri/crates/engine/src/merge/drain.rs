//! A queue that is coming to its end: what is being checked and landed is finished, nothing else begins, and then it
//! is paused.
//!
//! That somebody asked for it is a setting, so it outlives a restart. Checks that a restart cut are not begun again:
//! they count as not begun.

use crate::Engine;
use crate::rooms::Room;
use protocol::merge::{EntryState, MergeEntry};
use protocol::merge_order::{QueueDrain, QueueState};
use protocol::{ApiError, Event, WorkspaceId};
use store::{NewEvent, StoreError, Tx};

fn key(workspace: &WorkspaceId) -> String {
    format!("merge.drain.{workspace}")
}

/// Whether an entry is being worked on: one that is not may wait for as long as it takes.
pub(crate) fn under_way(entry: &MergeEntry) -> bool {
    matches!(entry.state, EntryState::Checking | EntryState::Landing)
}

pub(crate) fn of(tx: &Tx<'_>, workspace: &WorkspaceId) -> Result<Option<QueueDrain>, StoreError> {
    let kept = tx.setting(&key(workspace))?;
    Ok(kept.map(serde_json::from_value).transpose()?)
}

/// False, and nothing changes, when it is draining already.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    workspace: &WorkspaceId,
    drain: &QueueDrain,
) -> Result<bool, StoreError> {
    if of(tx, workspace)?.is_some() {
        return Ok(false);
    }
    tx.set_setting(&key(workspace), &serde_json::to_value(drain)?)?;
    Ok(true)
}

pub(crate) fn end(tx: &mut Tx<'_>, workspace: &WorkspaceId) -> Result<(), StoreError> {
    tx.remove_setting(&key(workspace))
}

/// Says how the queue stands from now on.
pub(crate) fn tell(
    tx: &mut Tx<'_>,
    workspace: &WorkspaceId,
    state: QueueState,
    by: &str,
    drained: bool,
) -> Result<(), StoreError> {
    let event = Event::MergeQueueState { workspace_id: workspace.clone(), state, by: by.to_owned(), drained };
    to_workspace(tx, workspace, event, by)
}

/// Appends an event to the first conversation of a workspace.
pub(crate) fn to_workspace(
    tx: &mut Tx<'_>,
    workspace: &WorkspaceId,
    event: Event,
    by: &str,
) -> Result<(), StoreError> {
    let session = tx.sessions()?.into_iter().find(|s| s.workspace_id.as_ref() == Some(workspace));
    let Some(session) = session else { return Ok(()) };
    tx.append(NewEvent::new(&session.session_id, event, by)).map(drop)
}

impl Engine {
    /// What the merge loop may work on. While a queue drains that is what is under way; once that is nothing, the
    /// queue is paused and says so.
    pub(super) async fn while_draining(
        &self,
        room: &Room,
        entries: Vec<MergeEntry>,
    ) -> Result<Vec<MergeEntry>, ApiError> {
        let id = room.id.clone();
        let Some(drain) = self.store.read(move |tx| of(tx, &id)).await? else { return Ok(entries) };
        let left: Vec<_> = entries.into_iter().filter(under_way).collect();
        if left.is_empty() {
            let id = room.id.clone();
            self.store
                .write(move |tx| {
                    // Somebody may have resumed it meanwhile.
                    if of(tx, &id)?.is_none() || tx.open_entries(id.as_str())?.iter().any(under_way) {
                        return Ok(());
                    }
                    end(tx, &id)?;
                    let mut row = tx.workspace(id.as_str())?;
                    row.merge_paused = true;
                    tx.put_workspace(&row)?;
                    to_workspace(tx, &id, Event::WorkspaceChanged { workspace_id: id.clone() }, "merge")?;
                    tell(tx, &id, QueueState::Paused, &drain.by, true)
                })
                .await?;
            self.reload_row(&room.id).await?;
        }
        Ok(left)
    }
}
