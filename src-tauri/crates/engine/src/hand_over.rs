//! A finished commit arrives: from the job's bundle, or from the user's repository for a foreign worker. It is
//! taken into the depot under the same rules, and gets its place in the merge queue.

use crate::rooms::Room;
use crate::{Engine, Principal, git};
use protocol::diff::{FileDiff, JobDiff};
use protocol::job::{HandOver, Job, JobStatus};
use protocol::merge::{EntryState, MergeEntry};
use protocol::plan::TaskParams;
use protocol::{ApiError, ErrorCode, Event, JobId, SessionId, WorkspaceId};
use repo::{DepotRef, DiffLimits, Intake, IntakeLimits, IntakeRequest, ObjectId};
use std::path::PathBuf;
use std::sync::Arc;
use store::{NewEvent, QueueName, StoreError, Tx};

/// Most bytes of a diff carried by an event; the whole is read from `jobs.diff`.
const EVENT_DIFF: usize = 64 * 1024;
/// Most bytes of a diff that is shown at all.
const SHOWN_DIFF: usize = 8 * 1024 * 1024;

/// A commit that is safely in the depot.
pub(crate) struct Taken {
    pub merge_enabled: bool,
    intake: Intake,
    room: Arc<Room>,
    title: String,
    unified: String,
    files: u32,
    additions: u32,
    deletions: u32,
    entry_id: String,
}

impl Engine {
    fn bundle_path(&self, job: &JobId) -> PathBuf {
        self.data.bundles().join(format!("{job}.bundle"))
    }

    /// Settles who may upload a bundle for a job: its own token, or its worker with the current claim.
    pub async fn require_upload(&self, who: &Principal, job: &JobId, claim: &str) -> Result<(), ApiError> {
        let (id, claim, who) = (job.to_string(), claim.to_owned(), who.clone());
        self.store
            .read(move |tx| match who {
                Principal::Job { id: own } if own == id => Ok(()),
                Principal::Job { .. } => {
                    Err(ApiError::new(ErrorCode::Forbidden, "This token belongs to another job.").into())
                }
                Principal::Worker { id: worker }
                    if tx.job(&id)?.worker_id.as_deref() != Some(worker.as_str()) =>
                {
                    Err(ApiError::new(ErrorCode::Forbidden, "This job is another worker's.").into())
                }
                _ => tx.require_claim(QueueName::Jobs, &id, &claim),
            })
            .await?;
        Ok(())
    }

    /// Stores a bundle and takes it in at once, so that its worker hears what is wrong with it.
    pub async fn keep_bundle(&self, job: &JobId, bytes: bytes::Bytes) -> Result<serde_json::Value, ApiError> {
        let id = job.clone();
        let job = self.store.read(move |tx| tx.job(id.as_str())).await?;
        let workspace = job
            .workspace_id
            .clone()
            .ok_or_else(|| ApiError::bad("a job without a workspace hands nothing over"))?;
        let room = self.room(&workspace)?;
        let path = self.bundle_path(&job.id);
        let intake = self
            .blocking(move || {
                std::fs::write(&path, &bytes).map_err(|e| {
                    ApiError::new(
                        if e.kind() == std::io::ErrorKind::StorageFull {
                            ErrorCode::StorageFull
                        } else {
                            ErrorCode::Internal
                        },
                        format!("The bundle cannot be kept: {e}."),
                    )
                })?;
                take_bundle(&room, &job, &path)
            })
            .await??;
        serde_json::to_value(intake).map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))
    }

    /// The hand-over of one of our own jobs: its bundle is in the depot already, or is taken in now.
    pub(crate) async fn take_hand_over(
        &self,
        workspace: &WorkspaceId,
        job: &Job,
        hand_over: &HandOver,
    ) -> Result<Taken, ApiError> {
        self.take_commit(workspace, job, &hand_over.commit_sha, Some(&hand_over.branch), &hand_over.message)
            .await
    }

    /// Looks for the commit in the uploaded bundle, then in the workspace's own repository.
    pub(crate) async fn take_commit(
        &self,
        workspace: &WorkspaceId,
        job: &Job,
        commit: &str,
        branch: Option<&str>,
        message: &str,
    ) -> Result<Taken, ApiError> {
        let room = self.room(workspace)?;
        let path = self.bundle_path(&job.id);
        let (job, commit, message) = (job.clone(), commit.to_owned(), message.to_owned());
        let branch = branch.unwrap_or_default().to_owned();
        let entry_id = self.ids.uuid();
        self.blocking(move || {
            let wanted = ObjectId::parse(&commit).map_err(git::api)?;
            let intake = if path.is_file() {
                take_bundle(&room, &job, &path)?
            } else {
                take_from_user(&room, &job, &wanted, &branch)?
            };
            if intake.commit != wanted {
                return Err(ApiError::new(
                    ErrorCode::CommitNotFound,
                    format!("The uploaded bundle holds {}, not {commit}.", intake.commit),
                ));
            }
            Taken::new(room, intake, &message, entry_id)
        })
        .await?
    }

    pub(crate) async fn diff_of(&self, job: &Job) -> Result<JobDiff, ApiError> {
        let workspace =
            job.workspace_id.as_ref().ok_or_else(|| ApiError::not_found("diff of job", job.id.as_str()))?;
        let room = self.room(workspace)?;
        let job = job.clone();
        let entry = {
            let id = job.id.clone();
            self.store.read(move |tx| tx.entry_of_job(id.as_str())).await?
        };
        self.blocking(move || {
            let commit = room.depot.read_ref(&DepotRef::Job(job.id.to_string())).map_err(git::api)?;
            let commit = commit
                .ok_or_else(|| ApiError::new(ErrorCode::NotFound, "This job has handed nothing over."))?;
            let base = match &entry {
                Some(entry) => ObjectId::parse(&entry.base).map_err(git::api)?,
                None => room
                    .depot
                    .read_ref(&DepotRef::Base(job.id.to_string()))
                    .map_err(git::api)?
                    .ok_or_else(|| ApiError::not_found("base of job", job.id.as_str()))?,
            };
            let limits = DiffLimits { text: SHOWN_DIFF, lines: 200_000, ..DiffLimits::default() };
            let diff = room.depot.diff(&base, &commit, &summary_limits()).map_err(git::api)?;
            let (unified, truncated) = room.depot.diff_text(&base, &commit, &limits).map_err(git::api)?;
            let risky: Vec<(String, String)> = entry
                .iter()
                .flat_map(|e| e.risky.iter())
                .filter_map(|r| r.split_once(": ").map(|(p, w)| (p.to_owned(), w.to_owned())))
                .collect();
            let files = diff.files.iter().map(|f| file(f, &risky)).collect();
            Ok(JobDiff {
                job_id: job.id,
                base: base.to_string(),
                commit: commit.to_string(),
                title: job.title,
                files,
                truncated,
                unified,
            })
        })
        .await?
    }
}

/// Counts and paths without the lines.
pub(crate) fn summary_limits() -> DiffLimits {
    DiffLimits { lines: 0, ..DiffLimits::default() }
}

fn file(f: &repo::FileDiff, risky: &[(String, String)]) -> FileDiff {
    use protocol::diff::FileStatus;
    let status = match f.status {
        repo::FileStatus::Added => FileStatus::Added,
        repo::FileStatus::Modified => FileStatus::Modified,
        repo::FileStatus::Deleted => FileStatus::Deleted,
        repo::FileStatus::Renamed => FileStatus::Renamed,
        repo::FileStatus::TypeChanged => FileStatus::TypeChanged,
    };
    FileDiff {
        path: f.path.clone(),
        old_path: f.old_path.clone(),
        status,
        additions: f.additions as u32,
        deletions: f.deletions as u32,
        binary: f.binary,
        risky: risky.iter().find(|(path, _)| *path == f.path).map(|(_, why)| why.clone()),
    }
}

fn task(job: &Job) -> Option<TaskParams> {
    serde_json::from_str(&job.params).ok()
}

/// What a job may write; foreign jobs without planning are not limited here, policy sees their whole diff.
fn scope(job: &Job) -> repo::Scope {
    match task(job) {
        Some(task) => repo::Scope {
            write_globs: Some(task.planning.scope.write_globs),
            max_files: Some(task.planning.scope.max_files_to_edit as usize),
        },
        None => repo::Scope::default(),
    }
}

fn take_bundle(room: &Room, job: &Job, path: &std::path::Path) -> Result<Intake, ApiError> {
    let base = room.depot.read_ref(&DepotRef::Base(job.id.to_string())).map_err(git::api)?;
    let base = match base {
        Some(base) => base,
        None => room.look().map_err(git::api)?.onto,
    };
    let worker = job.worker_id.clone().unwrap_or_default();
    let branch = repo::agent_branch(&worker, job.id.as_str()).map_err(git::api)?;
    let request = IntakeRequest {
        job: job.id.as_str(),
        branch: &branch,
        base: &base,
        scope: &scope(job),
        limits: &IntakeLimits::default(),
    };
    accept(room.depot.take_in_bundle(path, &request).map_err(git::api)?)
}

/// A foreign worker's commit must continue one of our tips.
fn take_from_user(room: &Room, job: &Job, commit: &ObjectId, branch: &str) -> Result<Intake, ApiError> {
    let tips = room.look().map_err(git::api)?;
    let limits = IntakeLimits::default();
    let mut last = None;
    for base in [Some(tips.integration), tips.base].into_iter().flatten() {
        let request =
            IntakeRequest { job: job.id.as_str(), branch, base: &base, scope: &scope(job), limits: &limits };
        match room.depot.take_in_commit(&room.root, commit, &request) {
            Ok(intake) => return accept(intake),
            Err(error) => last = Some(error),
        }
    }
    let why = last.map(|e| format!(": {e}")).unwrap_or_default();
    Err(ApiError::new(
        ErrorCode::CommitNotFound,
        format!(
            "Commit {commit} is neither in an uploaded bundle nor usable from the workspace's repository{why}."
        ),
    ))
}

/// What no approval can make acceptable.
fn accept(intake: Intake) -> Result<Intake, ApiError> {
    if !intake.scope.within {
        let paths = intake.scope.outside.iter().take(20).cloned().collect::<Vec<_>>();
        let message = if paths.is_empty() {
            format!("The change touches {} files, more than the job may.", intake.scope.files)
        } else {
            format!("The change leaves its scope: {}", paths.join(", "))
        };
        return Err(ApiError::new(ErrorCode::OutOfScope, message).with(serde_json::json!({ "paths": paths })));
    }
    if let Some(path) = intake.conflict_markers.first() {
        return Err(ApiError::new(ErrorCode::BundleInvalid, format!("{path} holds conflict markers.")));
    }
    if let Some(path) = intake.submodules.first() {
        return Err(ApiError::new(
            ErrorCode::BundleInvalid,
            format!("{path} is a submodule; submodules cannot be changed by a job."),
        ));
    }
    Ok(intake)
}

impl Taken {
    fn new(room: Arc<Room>, intake: Intake, message: &str, entry_id: String) -> Result<Self, ApiError> {
        let diff = room.depot.diff(&intake.base, &intake.commit, &summary_limits()).map_err(git::api)?;
        let limits = DiffLimits { text: EVENT_DIFF, ..DiffLimits::default() };
        let (unified, _) = room.depot.diff_text(&intake.base, &intake.commit, &limits).map_err(git::api)?;
        Ok(Self {
            merge_enabled: room.row().merge_enabled,
            title: message.lines().next().unwrap_or_default().chars().take(200).collect(),
            additions: diff.additions as u32,
            deletions: diff.deletions as u32,
            files: diff.total_files as u32,
            unified,
            intake,
            room,
            entry_id,
        })
    }

    /// Announces the diff and, when our merge queue is on, gives the completion its entry.
    pub(crate) fn place(
        self,
        tx: &mut Tx<'_>,
        job: &Job,
        session: &SessionId,
        completion: &str,
        verified: bool,
    ) -> Result<(), StoreError> {
        debug_assert!(matches!(job.status, JobStatus::Completed | JobStatus::Claimed | JobStatus::Failed));
        let now = host::clock::iso(tx.now());
        let row = self.room.row();
        let branch = self.intake.branch.clone();
        let stat = format!(
            "{} files changed, {} insertions(+), {} deletions(-)",
            self.files, self.additions, self.deletions
        );
        let event = Event::DiffReady { unified_diff: self.unified, diff_stat: stat, branch: branch.clone() };
        tx.append(NewEvent::new(session, event, "server").about(job.id.as_str()))?;
        let entry_id = if self.merge_enabled {
            Some(serde_json::from_value(self.entry_id.clone().into())?)
        } else {
            None
        };
        let event = Event::JobDiff {
            job_id: job.id.clone(),
            entry_id: entry_id.clone(),
            additions: self.additions,
            deletions: self.deletions,
            files: self.files,
            title: self.title.clone(),
        };
        tx.append(NewEvent::new(session, event, "server"))?;
        let Some(id) = entry_id else { return Ok(()) };
        let entry = MergeEntry {
            id,
            completion_id: serde_json::from_value(completion.into())?,
            job_id: job.id.clone(),
            workspace_id: self.room.id.clone(),
            session_id: session.clone(),
            title: self.title,
            state: EntryState::Queued,
            commit_sha: self.intake.commit.to_string(),
            base: self.intake.base.to_string(),
            branch,
            strategy: row.strategy,
            target: row.integration_branch,
            onto: None,
            candidate: None,
            tree: None,
            patch_hash: None,
            files: self.files,
            additions: self.additions,
            deletions: self.deletions,
            risky: self
                .intake
                .risky
                .iter()
                .map(|r| {
                    format!(
                        "{}: {}",
                        r.path,
                        serde_json::to_value(r.reason)
                            .ok()
                            .and_then(|v| v.as_str().map(|s| s.replace('_', " ")))
                            .unwrap_or_default()
                    )
                })
                .collect(),
            verified,
            position: None,
            reason: None,
            approval_id: None,
            checks: Vec::new(),
            landed_commit: None,
            created_at: now.clone(),
            updated_at: now,
            landed_at: None,
        };
        tx.insert_entry(&entry)?;
        tx.append(NewEvent::new(session, Event::MergeQueued { entry: Box::new(entry) }, "merge"))?;
        Ok(())
    }
}
