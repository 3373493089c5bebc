//! The merge queue's operations: look, land next, retry, remove.

use crate::merge::apply_input;
use crate::{Caller, Engine, Reply, ask};
use flow::merge::Input;
use protocol::approval::{ApprovalState, Decision};
use protocol::because::{NoteCode, QueueNote};
use protocol::merge::{EntryParams, EntryState, LandParams, MergeEntry, MergeQueue, MergeQueues};
use protocol::{ApiError, ErrorCode, Event};
use std::collections::BTreeSet;
use store::{NewEvent, StoreError, Tx};

/// Ended entries shown per workspace.
const RECENT: usize = 50;
/// A landing may begin between the look whether one is under way and the change. An entry that is kept back is tried
/// again and again, so whoever takes it out waits for more than one.
const LANDING_TRIES: usize = 5;

impl Engine {
    pub async fn merge_queue(&self) -> Result<MergeQueues, ApiError> {
        let rows = self.store.read(|tx| tx.workspaces()).await?;
        let mut queues = Vec::new();
        for row in rows {
            let id = row.id.clone();
            let (mut entries, recent, drain, thrown_away) = self
                .store
                .read(move |tx| {
                    let recent = tx.recent_entries(id.as_str(), RECENT)?;
                    let thrown = tx.thrown_runs(id.as_str(), RECENT)?;
                    Ok((tx.open_entries(id.as_str())?, recent, crate::merge::drain::of(tx, &id)?, thrown))
                })
                .await?;
            // What has landed is the tip.
            let open: BTreeSet<_> = entries.iter().map(|e| e.id.clone()).collect();
            for entry in &mut entries {
                entry.ahead = entry.ahead.take().filter(|ahead| open.contains(ahead));
            }
            let (mut tip, mut standing, mut red) = (None, Vec::new(), None);
            let (slots, window, window_most) =
                self.room(&row.id).map(|r| r.slots.figures()).unwrap_or_default();
            if let Ok(room) = self.room(&row.id) {
                (standing, red) = self.queue_standing(&room, &entries).await?;
                let branch = row.integration_branch.clone();
                let read =
                    self.blocking(move || room.depot.read_ref(&repo::DepotRef::Integration(branch))).await?;
                tip = read.ok().flatten().map(|id| id.to_string());
            } else {
                standing.push(NoteCode::Closed { folder: row.repo_root.clone() });
            }
            let notes: Vec<QueueNote> = standing.into_iter().map(flow::because::note).collect();
            queues.push(MergeQueue {
                workspace_id: row.id,
                branch: row.integration_branch,
                tip,
                paused: row.merge_paused,
                drain: drain.filter(|_| !row.merge_paused),
                entries,
                recent,
                warnings: notes.iter().map(|note| note.text.clone()).collect(),
                notes: Some(notes),
                slots,
                window,
                window_most,
                thrown_away,
                red,
            });
        }
        Ok(MergeQueues { queues })
    }

    pub async fn merge_entry(&self, p: EntryParams) -> Result<MergeEntry, ApiError> {
        Ok(self.store.read(move |tx| tx.entry(p.id.as_str())).await?)
    }

    /// A person says land it: answers the entry's open question, or takes a parked entry up again. With a hash it is
    /// said of that patch alone.
    pub async fn merge_land(&self, caller: Caller, p: LandParams) -> Reply {
        let by = caller.who.label();
        let id = p.id.clone();
        let reply = self
            .change(caller, move |tx| {
                let entry = tx.entry(p.id.as_str())?;
                if p.hash.is_some() && p.hash != entry.patch_hash {
                    return Err(ApiError::new(
                        ErrorCode::Stale,
                        "What would land has changed since you looked. Look at it again before you say so.",
                    )
                    .into());
                }
                match (&entry.approval_id, entry.state) {
                    (Some(approval), EntryState::WaitingApproval) => {
                        let approval = tx.approval(approval.as_str())?;
                        if approval.state == ApprovalState::Pending {
                            let answered = tx.answer(
                                approval.id.as_str(),
                                Decision::Approve,
                                entry.patch_hash.as_deref(),
                                &by,
                            )?;
                            tx.append(NewEvent::new(
                                &answered.session_id,
                                Event::Approved { approval_id: answered.id.clone() },
                                by,
                            ))?;
                            ask::changed(tx, &answered)?;
                        }
                    }
                    (_, EntryState::Parked) => take_up(tx, &entry)?,
                    (_, state)
                        if matches!(
                            state,
                            EntryState::Landed
                                | EntryState::Returned
                                | EntryState::Failed
                                | EntryState::Removed
                        ) =>
                    {
                        return Err(ApiError::new(
                            ErrorCode::Conflict,
                            format!("This entry is already {state}."),
                        )
                        .into());
                    }
                    _ => {}
                }
                tx.entry(p.id.as_str())
            })
            .await?;
        self.wake_entry(&id).await?;
        Ok(reply)
    }

    pub async fn merge_retry(&self, caller: Caller, p: EntryParams) -> Reply {
        self.move_entry(caller, p, |tx, entry, _| take_up(tx, entry)).await
    }

    pub async fn merge_remove(&self, caller: Caller, p: EntryParams) -> Reply {
        let remove: Move = |tx, entry, by| apply_input(tx, entry.id.as_str(), Input::Remove { by }).map(drop);
        self.move_entry(caller, p, remove).await
    }

    async fn move_entry(&self, caller: Caller, p: EntryParams, how: Move) -> Reply {
        let id = p.id.clone();
        let mut tries = LANDING_TRIES;
        let reply = loop {
            self.refuse_landed(&id).await?;
            tries -= 1;
            match self.move_now(caller.clone(), p.clone(), how).await {
                Err(error) if error.code == ErrorCode::Conflict && error.retryable && tries > 0 => {}
                ended => break ended?,
            }
        };
        self.wake_entry(&id).await?;
        Ok(reply)
    }

    /// As long as the branch is not being moved to it: then the error is worth trying again.
    async fn move_now(&self, caller: Caller, p: EntryParams, how: Move) -> Reply {
        let by = caller.who.label();
        let engine = self.clone();
        self.change(caller, move |tx| {
            let before = tx.entry(p.id.as_str())?;
            if engine.room(&before.workspace_id).is_ok_and(|room| room.slots.is_landing(&before.id)) {
                let why = "It is being landed right now; look again when that has ended.";
                let error = ApiError { retryable: true, ..ApiError::new(ErrorCode::Conflict, why) };
                return Err(error.into());
            }
            how(tx, &before, by)?;
            tx.entry(p.id.as_str())
        })
        .await
    }

    /// The branch may be at an entry's candidate already, and nobody has come round to saying so.
    async fn refuse_landed(&self, id: &protocol::EntryId) -> Result<(), ApiError> {
        let of = id.to_string();
        let entry = self.store.read(move |tx| tx.entry(&of)).await?;
        let Ok(room) = self.room(&entry.workspace_id) else { return Ok(()) };
        if entry.state == EntryState::Landing && self.is_on_branch(&room, &entry).await? {
            return Err(ApiError::new(ErrorCode::Conflict, "It has just landed."));
        }
        room.slots.not_landing(id).await;
        Ok(())
    }

    async fn wake_entry(&self, id: &protocol::EntryId) -> Result<(), ApiError> {
        let id = id.clone();
        let workspace = self.store.read(move |tx| Ok(tx.entry(id.as_str())?.workspace_id)).await?;
        // A person looks at this entry: what stood in its set-up's way is tried again.
        self.room(&workspace)?.set_up.try_anew(self.clock.now_ms());
        self.wake_merge(&workspace);
        Ok(())
    }
}

/// What a person does to an entry; with their name.
type Move = fn(&mut Tx<'_>, &MergeEntry, String) -> Result<(), StoreError>;

/// Into the queue again. Whoever asks for that wishes to see the checks run, not their stored verdicts.
fn take_up(tx: &mut Tx<'_>, entry: &MergeEntry) -> Result<(), StoreError> {
    if apply_input(tx, entry.id.as_str(), Input::Retry)?
        && let Some(tree) = &entry.tree
    {
        tx.forget_verdicts(tree)?;
    }
    Ok(())
}
