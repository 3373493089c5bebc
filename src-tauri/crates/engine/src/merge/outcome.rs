//! Storing what happened to an entry: the machine's step, its events and its consequences, in one transaction.

use crate::returned::{FIX_UPS, came_back, left_to_person};
use crate::{Engine, ask};
use flow::merge::{Input, Next, Returned, step};
use protocol::approval::ApprovalState;
use protocol::merge::{CompletionStatus, EntryState, MergeEntry};
use protocol::{ApiError, Event};
use store::{NewEvent, StoreError, Tx};

impl Engine {
    /// Moves an entry by one input, unless it moved meanwhile. True when it changed.
    pub(crate) async fn apply(&self, entry: &MergeEntry, input: Input) -> Result<bool, ApiError> {
        let (id, input) = (entry.id.to_string(), self.made_known(entry, input).await?);
        Ok(self.store.write(move |tx| apply(tx, &id, input)).await?)
    }
}

pub(crate) fn apply(tx: &mut Tx<'_>, id: &str, input: Input) -> Result<bool, StoreError> {
    let before = tx.entry(id)?;
    let mut entry = match step(&before, input.clone()) {
        Next::Entry(entry) => *entry,
        Next::Ignored(why) => {
            tracing::debug!(entry = id, why, "input ignored");
            return Ok(false);
        }
        Next::Rejected(why) => {
            return Err(ApiError::new(protocol::ErrorCode::Conflict, why).into());
        }
    };
    if entry == before {
        return Ok(false);
    }
    let returned = returned(&input);
    if let Some((why, _, fix_ups)) = &returned {
        entry = left_to_person(tx, entry, *why, *fix_ups)?;
    }
    tx.update_entry(&mut entry)?;
    close_question(tx, &before, &entry)?;
    tell(tx, &before, entry, input)?;
    Ok(true)
}

/// An entry that no longer waits has no open question, however it went on: the answered one is closed already,
/// and any other would ask about something that is not there.
fn close_question(tx: &mut Tx<'_>, before: &MergeEntry, entry: &MergeEntry) -> Result<(), StoreError> {
    if before.state != EntryState::WaitingApproval || entry.state == EntryState::WaitingApproval {
        return Ok(());
    }
    let why = match entry.state {
        EntryState::Returned | EntryState::Failed | EntryState::Removed | EntryState::Landed => {
            ApprovalState::Orphaned
        }
        EntryState::Queued
        | EntryState::WaitingApproval
        | EntryState::Approved
        | EntryState::Checking
        | EntryState::Landing
        | EntryState::Parked => ApprovalState::Superseded,
    };
    for approval in tx.approvals_about(entry.id.as_str())? {
        if approval.state == ApprovalState::Pending {
            ask::close(tx, approval, why)?;
        }
    }
    Ok(())
}

fn tell(tx: &mut Tx<'_>, before: &MergeEntry, entry: MergeEntry, input: Input) -> Result<(), StoreError> {
    let session = entry.session_id.clone();
    let boxed = Box::new(entry.clone());
    let event = match (&input, entry.state) {
        (Input::Built(_), _) => Event::MergeCandidate { entry: boxed },
        (Input::Asked { approval, .. }, _) => {
            Event::MergeWaiting { entry: boxed, approval_id: approval.clone() }
        }
        (Input::CheckStarted { .. } | Input::CheckProgress(_) | Input::ChecksPassed(_), _) => {
            Event::MergeChecking { entry: boxed }
        }
        (Input::GiveBack { why, said } | Input::Returned { why, said, .. }, _) => {
            Event::MergeReturned { entry: boxed, reason: why.code().into(), detail: said.text().to_owned() }
        }
        (_, EntryState::Landed) => Event::MergeLanded { entry: boxed },
        (Input::Remove { .. }, _) => {
            Event::MergeRemoved { entry: boxed, reason: entry.reason.clone().unwrap_or_default() }
        }
        (Input::HandedOn { .. }, _) => Event::MergeReturned {
            entry: boxed,
            reason: "merge.handed_on".into(),
            detail: entry.reason.clone().unwrap_or_default(),
        },
        (Input::LeftToPerson { .. }, _) => Event::MergeFailed {
            entry: boxed,
            reason: "merge.needs_person".into(),
            detail: entry.reason.clone().unwrap_or_default(),
        },
        (Input::Denied { .. } | Input::Expired | Input::Forbidden { .. } | Input::GivenUp { .. }, _) => {
            Event::MergeFailed {
                entry: boxed,
                reason: "merge.parked".into(),
                detail: entry.reason.clone().unwrap_or_default(),
            }
        }
        (Input::Blocked { said }, _) if before.reason.as_deref() == Some(said.text()) => return Ok(()),
        _ => Event::MergeQueued { entry: boxed },
    };
    tx.append(NewEvent::new(&session, event, "merge").about(entry.id.as_str()))?;
    if let Some((why, detail, fix_ups)) = returned(&input) {
        return came_back(tx, &entry, (why, &detail), fix_ups);
    }
    // A wish to see it checked again is one for the branch as well.
    if let (Input::Retry, Some(red)) = (&input, before.repair.as_ref().and_then(|r| r.red_base.as_ref())) {
        tx.forget_verdicts(&red.tree)?;
    }
    match input {
        Input::Landed { commit } => landed(tx, &entry, &commit),
        Input::Remove { .. } => {
            tx.end_completion(entry.completion_id.as_str(), CompletionStatus::Failed, entry.reason.as_deref())
        }
        Input::Retry => tx.end_completion(entry.completion_id.as_str(), CompletionStatus::Pending, None),
        _ => Ok(()),
    }
}

fn landed(tx: &mut Tx<'_>, entry: &MergeEntry, commit: &str) -> Result<(), StoreError> {
    let event = Event::Committed {
        branch: entry.target.clone(),
        commit_hash: commit.to_owned(),
        message: entry.title.clone(),
    };
    tx.append(NewEvent::new(&entry.session_id, event, "merge").about(entry.id.as_str()))?;
    tx.post(crate::outbox::AFTER_LANDING, serde_json::json!({ "entry": entry.id }))?;
    tx.end_completion(entry.completion_id.as_str(), CompletionStatus::Processed, None)
}

/// Why an entry came back, what is said of it, and how often such are mended by themselves.
fn returned(input: &Input) -> Option<(Returned, String, u32)> {
    match input {
        Input::GiveBack { why, said } => Some((*why, said.text().to_owned(), FIX_UPS)),
        Input::Returned { why, said, fix_ups, .. } => Some((*why, said.text().to_owned(), *fix_ups)),
        _ => None,
    }
}
