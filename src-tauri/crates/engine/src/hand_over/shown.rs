//! What a job handed over, as a diff for people.

use crate::{Engine, git};
use protocol::diff::{FileDiff, JobDiff};
use protocol::job::Job;
use protocol::{ApiError, ErrorCode};
use repo::{DepotRef, DiffLimits, ObjectId};

/// Most bytes of a diff that is shown at all.
const SHOWN_DIFF: usize = 8 * 1024 * 1024;

impl Engine {
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
