//! Storing what happened to an entry: the machine's step, its events and its consequences, in one transaction.

use crate::markdown::plain;
use crate::{Engine, ask, reaction};
use flow::merge::{Input, Next, Returned, step};
use protocol::approval::ApprovalState;
use protocol::job::TASK_EXECUTE;
use protocol::merge::{CompletionStatus, EntryState, MergeEntry};
use protocol::plan::TaskParams;
use protocol::{ApiError, Event, Lane, fenced};
use store::{NewEvent, NewJob, StoreError, Tx};

/// Automatic attempts to repair an entry that came back.
const FIX_UPS: u32 = 2;

impl Engine {
    /// Moves an entry by one input, unless it moved meanwhile. True when it changed.
    pub(crate) async fn apply(&self, entry: &MergeEntry, input: Input) -> Result<bool, ApiError> {
        let id = entry.id.to_string();
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
        (Input::CheckStarted | Input::CheckProgress(_) | Input::ChecksPassed(_), _) => {
            Event::MergeChecking { entry: boxed }
        }
        (Input::GiveBack { why, detail }, _) => {
            Event::MergeReturned { entry: boxed, reason: why.code().into(), detail: detail.clone() }
        }
        (_, EntryState::Landed) => Event::MergeLanded { entry: boxed },
        (Input::Remove { .. }, _) => {
            Event::MergeRemoved { entry: boxed, reason: entry.reason.clone().unwrap_or_default() }
        }
        (Input::Denied { .. } | Input::Expired | Input::Forbidden { .. } | Input::GivenUp { .. }, _) => {
            Event::MergeFailed {
                entry: boxed,
                reason: "merge.parked".into(),
                detail: entry.reason.clone().unwrap_or_default(),
            }
        }
        (Input::Blocked { reason }, _) if before.reason.as_deref() == Some(reason) => return Ok(()),
        _ => Event::MergeQueued { entry: boxed },
    };
    tx.append(NewEvent::new(&session, event, "merge").about(entry.id.as_str()))?;
    match input {
        Input::Landed { commit } => landed(tx, &entry, &commit),
        Input::GiveBack { why, detail } => came_back(tx, &entry, why, &detail),
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
    tx.end_completion(entry.completion_id.as_str(), CompletionStatus::Processed, None)
}

/// Conflict and failure go back to the job that made the commit, with what it needs to repair it.
fn came_back(tx: &mut Tx<'_>, entry: &MergeEntry, why: Returned, detail: &str) -> Result<(), StoreError> {
    tx.end_completion(entry.completion_id.as_str(), CompletionStatus::Failed, Some(detail))?;
    let job = tx.job(entry.job_id.as_str())?;
    let task = serde_json::from_str::<TaskParams>(&job.params).ok().filter(|_| job.kind == TASK_EXECUTE);
    let repairable = matches!(why, Returned::Conflict | Returned::CheckFailed | Returned::EditedTree);
    let told = told(why, detail);
    let Some(mut task) = task.filter(|t| repairable && allowed(t, why)) else {
        let text = format!(
            "**{}** did not land: {told}\n\nIts commit `{}` is kept in the depot. Nothing changed on {}.",
            plain(&entry.title),
            short(&entry.commit_sha),
            entry.target
        );
        return reaction::say(tx, &entry.session_id, text, None);
    };
    task.fix_up += 1;
    // Whoever made the change, a worker mends it, on what is newest.
    if task.by_hand.take().is_some() {
        task.base_commit = None;
    }
    task.fix_up_context = Some(detail.chars().take(8_000).collect());
    task.resume_commit = (task.lane == Lane::Worker).then(|| entry.commit_sha.clone());
    let attempt = task.fix_up;
    crate::ops::jobs::enqueue(
        tx,
        NewJob {
            task_id: job.task_id,
            kind: job.kind,
            title: job.title.clone(),
            session_id: Some(entry.session_id.clone()),
            workspace_id: job.workspace_id,
            request_id: job.request_id,
            params: serde_json::to_value(&task)?,
            priority: job.priority,
            target_worker_id: None,
            queue_wait_budget_ms: job.queue_wait_budget_ms,
            execution_budget_ms: job.execution_budget_ms,
            finalization_budget_ms: job.finalization_budget_ms,
        },
    )?;
    let text = format!(
        "**{}** did not land: {told}\n\nIt went back to a worker (repair {attempt}).",
        plain(&entry.title)
    );
    reaction::say(tx, &entry.session_id, text, None)
}

/// A deterministic edit is only worth repeating on a moved tip; the same edit fails the same check.
fn allowed(task: &TaskParams, why: Returned) -> bool {
    match task.lane {
        Lane::Worker => task.fix_up < FIX_UPS,
        // Fixed code would do its own edit again, and a person's would be gone.
        Lane::Deterministic => why == Returned::Conflict && task.fix_up < 1 && task.by_hand.is_none(),
    }
}

/// The reason as markdown. What a check printed follows its first paragraph and is shown as it is.
fn told(why: Returned, detail: &str) -> String {
    match detail.split_once("\n\n").filter(|_| why == Returned::CheckFailed) {
        Some((reason, "")) => reason.to_owned(),
        Some((reason, output)) => format!("{reason}\n\n{}", fenced("", output)),
        None => detail.to_owned(),
    }
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
