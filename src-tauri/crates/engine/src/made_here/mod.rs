//! Entries of the merge queue that the server makes itself, without a worker: taking back what landed, and bringing the
//! base branch in. From there on they are entries like any other: candidate, approval, checks, landing.
//!
//! Each has a job that is done already, so that everything that looks for an entry's job finds one. Where it does not
//! go together with what is there, it goes back like any other, and a worker may try, if there is a model for it.

mod bring_up;
mod revert;

pub(crate) use revert::OnTip;

use crate::Engine;
use crate::merge::apply_input;
use crate::merge::fresh::Fresh;
use crate::rooms::Room;
use flow::because::Said;
use flow::merge::{Input, Returned};
use protocol::job::TASK_EXECUTE;
use protocol::merge::{EntryKind, MergeEntry, RevertOf};
use protocol::plan::TaskParams;
use protocol::{
    ApiError, ErrorCode, Event, JobId, Lane, Planning, Priority, RequestId, RiskLevel, Scope, SessionId,
};
use repo::{ConflictFile, DepotRef, Expected, ObjectId, RepoError};
use store::{NewCompletion, NewEvent, NewJob, ServerJob, StoreError, Tx};

/// Who does it, as a job shows it.
const WORKER: &str = "server";
/// Kind of a job that only stands for what the server made; no worker claims it.
const MADE: &str = "merge.made";
/// Time a worker has that mends it, in milliseconds.
const BUDGET_MS: u64 = 900_000;

/// What the server built, in the depot.
pub(super) struct Made {
    /// The commit, or an empty one on the tip when it does not go together.
    commit: ObjectId,
    base: ObjectId,
    files: u32,
    additions: u32,
    deletions: u32,
    /// Where it does not go together: what is said of it, and the files.
    conflict: Option<(Said, Vec<ConflictFile>)>,
}

/// What it is for.
pub(super) struct Purpose {
    kind: EntryKind,
    title: String,
    /// For a worker, when it does not go together by itself.
    instruction: String,
    reverts: Option<Box<RevertOf>>,
    session: SessionId,
    request: Option<RequestId>,
    by: String,
}

/// Ids that are needed before the transaction: the commit's ref and trailers are named by them.
pub(super) fn fresh_job(engine: &Engine) -> Result<JobId, ApiError> {
    JobId::parse(engine.ids.uuid()).map_err(|e| ApiError::bad(e.to_string()))
}

/// Keeps the commit reachable whatever becomes of the entry.
pub(super) fn keep(room: &Room, job: &JobId, commit: &ObjectId) -> Result<(), RepoError> {
    room.depot.write_ref(&DepotRef::Job(job.to_string()), commit, &Expected::Missing)
}

/// Job, completion and entry in one transaction; what conflicts goes back in the same one.
pub(super) fn place(
    tx: &mut Tx<'_>,
    room: &Room,
    job: &JobId,
    made: &Made,
    purpose: Purpose,
) -> Result<MergeEntry, StoreError> {
    let Purpose { kind, title, instruction, reverts, session, request, by } = purpose;
    let row = tx.workspace(room.id.as_str())?;
    if !row.merge_enabled {
        let text = "The merge queue of this workspace is off, so nothing can go through it.";
        return Err(ApiError::new(ErrorCode::Conflict, text).into());
    }
    let branch = format!("{WORKER}/{}", kind.as_str().replace('_', "-"));
    let params = TaskParams {
        request_id: request.clone(),
        ..TaskParams::new(Lane::Worker, title.clone(), instruction, planning(kind))
    };
    let new = NewJob {
        task_id: job.to_string(),
        // A worker may mend a revert; its commit would be no merge.
        kind: if kind == EntryKind::Revert { TASK_EXECUTE } else { MADE }.into(),
        title: title.clone(),
        session_id: Some(session.clone()),
        workspace_id: Some(room.id.clone()),
        request_id: request,
        params: serde_json::to_value(&params)?,
        priority: Priority::Interactive,
        target_worker_id: None,
        queue_wait_budget_ms: BUDGET_MS,
        execution_budget_ms: BUDGET_MS,
        finalization_budget_ms: BUDGET_MS,
    };
    let done = ServerJob { commit: made.commit.to_string(), branch: branch.clone(), by: WORKER.into() };
    tx.insert_done_job(job.as_str(), &new, &done)?;
    let completion = tx.enqueue_completion(NewCompletion {
        job_id: job.clone(),
        session_id: session.clone(),
        workspace_id: Some(room.id.clone()),
        commit_sha: Some(made.commit.to_string()),
        branch: Some(branch.clone()),
        message: title.clone(),
        pr_title: None,
        pr_body: None,
        external: false,
    })?;
    let fresh = Fresh {
        id: serde_json::from_value(tx.new_id().into())?,
        job,
        session: &session,
        completion: &completion,
        row,
        title,
        branch,
        commit: &made.commit,
        base: &made.base,
        size: (made.files, made.additions, made.deletions),
    };
    let entry = MergeEntry { kind, reverts, ..fresh.entry(tx)? };
    tx.insert_entry(&entry)?;
    let event = Event::MergeQueued { entry: Box::new(entry.clone()) };
    tx.append(NewEvent::new(&session, event, by).about(entry.id.as_str()))?;
    if let Some((said, files)) = &made.conflict {
        let input = Input::Returned {
            why: Returned::Conflict,
            said: said.clone(),
            back: Box::new(crate::returned::conflict(made.base.as_str(), files)),
            fix_ups: crate::returned::FIX_UPS,
        };
        apply_input(tx, entry.id.as_str(), input)?;
    }
    tx.entry(entry.id.as_str())
}

/// What a worker that mends it may do.
fn planning(kind: EntryKind) -> Planning {
    Planning {
        intent: kind.as_str().to_owned(),
        risk_level: RiskLevel::Medium,
        scope: Scope { read_anywhere: true, write_globs: vec!["**".into()], max_files_to_edit: 500 },
        acceptance_criteria: Vec::new(),
        validation_steps: Vec::new(),
        queue_priority: Priority::Interactive,
        queue_wait_budget_ms: BUDGET_MS,
        execution_budget_ms: BUDGET_MS,
        finalization_budget_ms: BUDGET_MS,
    }
}
