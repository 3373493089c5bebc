//! Reading what a person made out of a folder.

use crate::{Engine, git, hand_over};
use protocol::job::Job;
use protocol::taken::{TakenOver, TakenState};
use protocol::{ApiError, ErrorCode};
use repo::{IntakeLimits, IntakeRequest, ObjectId, Scope, Signature};
use std::path::Path;

/// Most paths that are named.
const NAMED: usize = 100;

/// A person's work as a commit in the depot.
pub(crate) struct Kept {
    pub commit: String,
    pub base: String,
    pub files: u32,
}

impl Engine {
    /// What differs from what was checked out, or from what was handed back: some paths, and how many there are.
    pub(crate) async fn folder_changes(
        &self,
        job: &Job,
        taken: &TakenOver,
    ) -> Result<(Vec<String>, u32), ApiError> {
        let folder = self.taken_folder(&job.id);
        let (Some(base), Some(workspace)) = (&taken.base, &job.workspace_id) else {
            return Ok((Vec::new(), 0));
        };
        if taken.state == TakenState::Coming || !folder.exists() {
            return Ok((Vec::new(), 0));
        }
        let since = taken.handed_back.as_ref().filter(|_| taken.state == TakenState::HandedBack);
        let since = since.or(taken.commit.as_ref()).unwrap_or(base).clone();
        let (room, base) = (self.room(workspace)?, base.clone());
        self.blocking(move || {
            let (base, since) = (id(&base)?, id(&since)?);
            let changed = room.depot.changes_of_person(&folder, &base, &since).map_err(git::api)?;
            let total = u32::try_from(changed.len()).unwrap_or(u32::MAX);
            Ok((changed.into_iter().take(NAMED).collect(), total))
        })
        .await?
    }

    /// Commits the folder's files on the job's base and keeps that in the depot as the job's work; none when nothing
    /// differs. With `judged`, what no approval could make acceptable is refused.
    pub(crate) async fn keep_folder(
        &self,
        job: &Job,
        taken: &TakenOver,
        message: &str,
        judged: bool,
    ) -> Result<Option<Kept>, ApiError> {
        let folder = self.taken_folder(&job.id);
        require(&folder)?;
        let base = taken
            .base
            .clone()
            .ok_or_else(|| ApiError::new(ErrorCode::Conflict, "Its folder is not there yet."))?;
        let workspace =
            job.workspace_id.as_ref().ok_or_else(|| ApiError::bad("a job without a workspace"))?;
        let room = self.room(workspace)?;
        let (job, branch, message) = (job.id.to_string(), taken.branch.clone(), message.to_owned());
        let author = Signature {
            name: "Pilothouse".into(),
            email: "by-hand@pilothouse.invalid".into(),
            time: self.clock.now_ms() / 1000,
            offset: 0,
        };
        self.blocking(move || {
            let (scope, limits, base) = (Scope::default(), IntakeLimits::default(), id(&base)?);
            let request =
                IntakeRequest { job: &job, branch: &branch, base: &base, scope: &scope, limits: &limits };
            let taken_in =
                room.depot.take_in_person(&folder, &message, &author, &request).map_err(git::api)?;
            let Some(intake) = taken_in else { return Ok(None) };
            let intake = if judged { hand_over::accept(intake)? } else { intake };
            let files = u32::try_from(intake.scope.files).unwrap_or(u32::MAX);
            Ok(Some(Kept { commit: intake.commit.to_string(), base: base.to_string(), files }))
        })
        .await?
    }
}

fn require(folder: &Path) -> Result<(), ApiError> {
    if folder.is_dir() {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorCode::Conflict,
        format!("{} is gone. Give the job back to the crew; it goes on from what it had.", folder.display()),
    ))
}

fn id(text: &str) -> Result<ObjectId, ApiError> {
    ObjectId::parse(text).map_err(git::api)
}
