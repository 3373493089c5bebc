//! The job that mends an entry, and how the two stay linked.

use crate::Engine;
use flow::because::Said;
use flow::merge::Input;
use flow::returned::story;
use protocol::because::Because;
use protocol::job::{Job, JobStatus, TASK_EXECUTE};
use protocol::merge::{EntryState, MergeEntry};
use protocol::plan::TaskParams;
use protocol::returned::{MendsBranch, Repair, WayOut};
use protocol::worker::WorkerBackend;
use protocol::{EntryId, JobId, Lane, WorkspaceId};
use store::{NewJob, StoreError, Tx};

/// What a person wants of a repair; nothing where it is mended by itself.
#[derive(Default)]
pub(super) struct Wish {
    pub backend: Option<WorkerBackend>,
    pub say: Option<String>,
    /// Work for a model, whoever made the change.
    pub by_model: bool,
    /// The change on the newest base, where somebody has put it there: `(base, commit)`.
    pub on: Option<(String, String)>,
}

pub(super) fn task_of(job: &Job) -> Option<TaskParams> {
    serde_json::from_str(&job.params).ok().filter(|_| job.kind == TASK_EXECUTE)
}

/// Enqueues the repair of a stored entry; answers which try it is.
pub(super) fn enqueue(
    tx: &mut Tx<'_>,
    entry: &MergeEntry,
    wish: Wish,
    reported: &str,
) -> Result<u32, StoreError> {
    let job = tx.job(entry.job_id.as_str())?;
    let Some(mut task) = task_of(&job) else { return Ok(0) };
    task.fix_up += 1;
    // Whoever made the change, a worker mends it, on what is newest.
    if task.by_hand.take().is_some() {
        task.base_commit = None;
    }
    if wish.by_model && task.lane == Lane::Deterministic {
        task.lane = Lane::Worker;
        task.deterministic = None;
        if task.instruction.trim().is_empty() {
            task.instruction.clone_from(&task.title);
        }
    }
    if wish.backend.is_some() {
        task.backend = wish.backend;
    }
    let mut context = reported.to_owned();
    if let Some(say) = wish.say.as_deref().map(str::trim).filter(|say| !say.is_empty()) {
        context = format!("{say}\n\n{context}");
    }
    task.fix_up_context = Some(context);
    task.resume_commit = (task.lane == Lane::Worker).then(|| entry.commit_sha.clone());
    if let Some((base, commit)) = wish.on {
        (task.base_commit, task.resume_commit) = (Some(base), Some(commit));
    }
    task.mends = Some(entry.id.clone());
    let number = task.fix_up;
    let enqueued = crate::ops::jobs::enqueue(
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
    let mut entry = tx.entry(entry.id.as_str())?;
    entry.repair.get_or_insert_default().job_id = Some(enqueued.job_id);
    tx.update_entry(&mut entry)?;
    Ok(number)
}

/// The check of the branch that a request is to make pass, if it is one that the queue offers now.
pub(crate) fn asked_to_mend(
    tx: &Tx<'_>,
    workspace: &WorkspaceId,
    prompt: &str,
) -> Result<Option<MendsBranch>, StoreError> {
    let open = tx.open_entries(workspace.as_str())?;
    let offered = open.iter().filter_map(|entry| entry.repair.as_ref()?.red_base.as_deref());
    Ok(flow::returned::asked_to_mend(prompt, offered))
}

/// What a new entry is a repair of, after that was told the one it mends.
pub(crate) fn linked(tx: &mut Tx<'_>, job: &Job, entry: &EntryId) -> Result<Option<Box<Repair>>, StoreError> {
    let Some(TaskParams { mends, mends_branch, fix_up, .. }) = task_of(job) else { return Ok(None) };
    if let Some(mends) = &mends
        && let Some(mut mended) = mended(tx, mends)?
    {
        let repair = mended.repair.get_or_insert_default();
        (repair.mended_by, repair.job_id) = (Some(entry.clone()), Some(job.id.clone()));
        tx.update_entry(&mut mended)?;
    }
    let number = if mends.is_some() { fix_up } else { 0 };
    let repair = Repair { number, mends, mends_branch, ..Repair::default() };
    Ok((repair != Repair::default()).then(|| Box::new(repair)))
}

/// A job ended. If it was to mend an entry and nothing came of it, a person is asked about that entry.
pub(crate) fn mender_ended(tx: &mut Tx<'_>, job: &JobId) -> Result<(), StoreError> {
    let job = tx.job(job.as_str())?;
    let Some(task) = task_of(&job) else { return Ok(()) };
    let Some(mends) = task.mends.filter(|_| job.status != JobStatus::Claimed) else { return Ok(()) };
    let Some(entry) = mended(tx, &mends)? else { return Ok(()) };
    let repair = entry.repair.clone().unwrap_or_default();
    let waits = repair.job_id.as_ref() == Some(&job.id) && repair.mended_by.is_none();
    if entry.state != EntryState::Returned || !waits {
        return Ok(());
    }
    let ways = vec![WayOut::Agent, WayOut::TakeOver, WayOut::Retry, WayOut::Drop];
    let what = match job.status {
        JobStatus::Cancelled => Because::RepairCancelled,
        JobStatus::Completed => Because::RepairEmpty,
        JobStatus::Failed | JobStatus::Pending | JobStatus::Claimed | JobStatus::Waiting => {
            Because::RepairFailed
        }
    };
    let said = Said::by(&entry).behind(what).and(&story(task.fix_up, &ways));
    crate::merge::apply_input(tx, entry.id.as_str(), Input::LeftToPerson { ways, said }).map(drop)
}

/// An entry that may be gone.
fn mended(tx: &Tx<'_>, id: &EntryId) -> Result<Option<MergeEntry>, StoreError> {
    match tx.entry(id.as_str()) {
        Ok(entry) => Ok(Some(entry)),
        Err(error) => match protocol::ApiError::from(error) {
            error if error.code == protocol::ErrorCode::NotFound => Ok(None),
            error => Err(error.into()),
        },
    }
}

impl Engine {
    /// Rings for the queue of an entry.
    pub(super) async fn wake_for(&self, entry: &EntryId) -> Result<(), protocol::ApiError> {
        let id = entry.to_string();
        let workspace = self.store.read(move |tx| Ok(tx.entry(&id)?.workspace_id)).await?;
        self.wake_merge(&workspace);
        Ok(())
    }
}
