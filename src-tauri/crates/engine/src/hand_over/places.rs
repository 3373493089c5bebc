//! Where a handed-over commit is looked for: the uploaded bundle, the user's repository, one branch of its remote.
//!
//! The first place that has it decides; one that holds something else does not. Wherever it comes from, it has to
//! keep to the same rules.

use crate::git;
use crate::rooms::{Room, Tips};
use protocol::job::Job;
use protocol::plan::TaskParams;
use protocol::{ApiError, ErrorCode};
use repo::{DepotRef, Intake, IntakeLimits, IntakeRequest, ObjectId, RepoError};
use std::path::Path;

/// What a worker says it has done.
pub(super) struct Wanted<'a> {
    pub job: &'a Job,
    pub commit: &'a ObjectId,
    /// Where it was pushed, if the worker says so.
    pub branch: Option<&'a str>,
    pub room_to_write: &'a RoomToWrite,
}

/// What counts beside a job's plan.
#[derive(Clone, Default)]
pub(super) struct RoomToWrite {
    /// Globs of the repository that every path has to match as well.
    pub bounds: Option<Vec<String>>,
    /// Paths it may change whatever its plan and the repository say.
    pub beyond: Vec<String>,
}

/// Takes in the commit from the first place that has it. Blocks, for the remote up to a minute.
pub(super) fn find(room: &Room, wanted: &Wanted<'_>, bundle: &Path) -> Result<Intake, ApiError> {
    let mut missing = Vec::new();
    if bundle.is_file() {
        match take_bundle(room, wanted.job, wanted.room_to_write, bundle) {
            Ok(intake) if intake.commit == *wanted.commit => return Ok(intake),
            Ok(intake) => missing.push(format!("the uploaded bundle holds {}", intake.commit)),
            // What is wrong with another commit says nothing about this one.
            Err(error) if holds_another(&error, wanted.commit, bundle) => {
                missing.push(format!("the uploaded bundle: {}", error.message.trim_end_matches('.')));
            }
            Err(error) => return Err(error),
        }
    } else {
        missing.push("no bundle was uploaded".to_owned());
    }
    let tips = room.look().map_err(git::api)?;
    match take_from_user(room, wanted, &tips) {
        Ok(intake) => return accept(intake),
        Err(error) => missing.push(format!("the workspace's repository: {error}")),
    }
    match wanted.branch.map(|branch| take_from_remote(room, wanted, branch, &tips)) {
        Some(Ok(Some(intake))) => return accept(intake),
        Some(Ok(None)) => missing.push("it has no remote to look in".to_owned()),
        Some(Err(error)) => missing.push(format!("its remote: {error}")),
        None => missing.push("no branch was named to look for in its remote".to_owned()),
    }
    Err(ApiError::new(
        ErrorCode::CommitNotFound,
        format!("Commit {} was not found, or cannot be used: {}.", wanted.commit, missing.join("; ")),
    ))
}

/// Whether a bundle that was not taken in is about some other commit, or about none that can be told.
fn holds_another(error: &ApiError, wanted: &ObjectId, bundle: &Path) -> bool {
    match repo::bundle_tip(bundle) {
        Ok(tip) => tip != *wanted,
        Err(_) => refused(error),
    }
}

/// Whether an error is a judgement of what was handed over, not a trouble of this machine.
pub(super) fn refused(error: &ApiError) -> bool {
    matches!(
        error.code,
        ErrorCode::BundleInvalid | ErrorCode::OutOfScope | ErrorCode::CommitNotFound | ErrorCode::TooLarge
    )
}

pub(super) fn take_bundle(
    room: &Room,
    job: &Job,
    room_to_write: &RoomToWrite,
    path: &Path,
) -> Result<Intake, ApiError> {
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
        scope: &scope(job, room_to_write),
        limits: &IntakeLimits::default(),
    };
    accept(room.depot.take_in_bundle(path, &request).map_err(git::api)?)
}

/// A foreign worker's commit must continue one of our tips.
fn take_from_user(room: &Room, wanted: &Wanted<'_>, tips: &Tips) -> Result<Intake, RepoError> {
    on_a_tip(wanted, tips, |request| room.depot.take_in_commit(&room.root, wanted.commit, request))
}

/// None when the repository has no remote. The remote is asked for this branch and for nothing else.
fn take_from_remote(
    room: &Room,
    wanted: &Wanted<'_>,
    branch: &str,
    tips: &Tips,
) -> Result<Option<Intake>, RepoError> {
    let known: Vec<&ObjectId> = std::iter::once(&tips.integration).chain(&tips.base).collect();
    let Some(fetched) = room.depot.fetch_branch(&room.root, branch, &known)? else { return Ok(None) };
    on_a_tip(wanted, tips, |request| room.depot.take_in_fetched(&fetched, wanted.commit, request)).map(Some)
}

fn on_a_tip(
    wanted: &Wanted<'_>,
    tips: &Tips,
    take: impl Fn(&IntakeRequest<'_>) -> Result<Intake, RepoError>,
) -> Result<Intake, RepoError> {
    let (scope, limits) = (scope(wanted.job, wanted.room_to_write), IntakeLimits::default());
    let try_on = |base: &ObjectId| {
        take(&IntakeRequest {
            job: wanted.job.id.as_str(),
            branch: wanted.branch.unwrap_or_default(),
            base,
            scope: &scope,
            limits: &limits,
        })
    };
    match (try_on(&tips.integration), &tips.base) {
        (Err(_), Some(base)) => try_on(base),
        (taken, _) => taken,
    }
}

/// Whether a job does what a plan said, and not what a person did by hand.
pub(super) fn is_planned(job: &Job) -> bool {
    task(job).is_some_and(|task| task.by_hand.is_none())
}

fn task(job: &Job) -> Option<TaskParams> {
    serde_json::from_str(&job.params).ok()
}

/// What a job may write; foreign jobs without planning are not limited here, policy sees their whole diff.
fn scope(job: &Job, RoomToWrite { bounds, beyond }: &RoomToWrite) -> repo::Scope {
    match task(job) {
        // A person is not bound by what a plan allowed a worker.
        Some(task) if task.by_hand.is_some() => repo::Scope::default(),
        Some(task) => repo::Scope {
            write_globs: Some(task.planning.scope.write_globs),
            max_files: Some(task.planning.scope.max_files_to_edit as usize + beyond.len()),
            bounds: bounds.clone(),
            also: beyond.clone(),
        },
        None => repo::Scope::default(),
    }
}

/// What no approval can make acceptable.
pub(crate) fn accept(intake: Intake) -> Result<Intake, ApiError> {
    if !intake.scope.within {
        let paths = intake.scope.outside.iter().take(20).cloned().collect::<Vec<_>>();
        let message = if paths.is_empty() {
            format!(
                "The change touches {}, more than the job may.",
                protocol::count(intake.scope.files, "file", "files")
            )
        } else {
            format!("The change leaves its scope: {}", paths.join(", "))
        };
        let more = intake.scope.outside.len() - paths.len();
        let details = serde_json::json!({ "paths": paths, "more": more });
        return Err(ApiError::new(ErrorCode::OutOfScope, message).with(details));
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
