//! Everything that has not landed: jobs, and entries of the merge queue.

use crate::rooms::Room;
use crate::{Engine, git};
use flow::forecast::Reach;
use protocol::ApiError;
use protocol::forecast::LiveWork;
use protocol::job::Job;
use protocol::merge::MergeEntry;
use protocol::plan::TaskParams;
use repo::{DiffLimits, ObjectId, RepoError};
use std::sync::Arc;

/// Live work that is looked at, entries first.
const MOST: usize = 60;
/// Files of the tip that plans are compared by.
const FILES: usize = 50_000;

/// One piece of live work.
pub(super) struct Live {
    pub work: LiveWork,
    /// What it has so far, where that is known.
    pub commit: Option<ObjectId>,
    pub reach: Reach,
    pub globs: Vec<String>,
}

impl Live {
    pub fn of_one_job(&self, other: &Live) -> bool {
        self.work.job_id == other.work.job_id
    }
}

/// As the store has it, before git is asked.
struct Known {
    work: LiveWork,
    /// Base and commit.
    commits: Option<(String, String)>,
    task: Option<TaskParams>,
}

impl Engine {
    pub(super) async fn live_work(&self, room: &Arc<Room>) -> Result<Vec<Live>, ApiError> {
        let workspace = room.id.clone();
        let (entries, jobs) = self
            .store
            .read(move |tx| Ok((tx.open_entries(workspace.as_str())?, tx.open_jobs(workspace.as_str())?)))
            .await?;
        let mut known: Vec<Known> = entries.iter().map(of_entry).collect();
        known.extend(jobs.iter().map(of_job));
        known.truncate(MOST);
        if known.is_empty() {
            return Ok(Vec::new());
        }
        let files = self.tip_files(room).await?;
        let room = room.clone();
        self.blocking(move || {
            known
                .into_iter()
                .filter_map(|one| reach(&room, one, &files).transpose())
                .collect::<Result<Vec<_>, _>>()
        })
        .await?
        .map_err(git::api)
    }

    /// Files of what the next commit stands on.
    pub(super) async fn tip_files(&self, room: &Arc<Room>) -> Result<Vec<String>, ApiError> {
        let room = room.clone();
        let listed = self.blocking(move || -> Result<_, RepoError> {
            let tip = room.look()?.onto;
            room.forecast.files(&tip, || room.depot.list_files(&tip, FILES).map(|(files, _)| files))
        });
        listed.await?.map_err(git::api)
    }
}

fn of_entry(entry: &MergeEntry) -> Known {
    Known {
        work: LiveWork {
            job_id: entry.job_id.clone(),
            entry_id: Some(entry.id.clone()),
            title: entry.title.clone(),
            state: entry.state.to_string(),
        },
        commits: Some((entry.base.clone(), entry.commit_sha.clone())),
        task: None,
    }
}

fn of_job(job: &Job) -> Known {
    let task: Option<TaskParams> = serde_json::from_str(&job.params).ok();
    // What was kept when it was put aside.
    let kept = job.waiting.as_ref().and_then(|wait| wait.resume_commit.clone());
    let base = task.as_ref().and_then(|task| task.base_commit.clone());
    Known {
        work: LiveWork {
            job_id: job.id.clone(),
            entry_id: None,
            title: job.title.clone(),
            state: job.status.to_string(),
        },
        commits: base.zip(kept),
        task,
    }
}

/// None for what changes nothing.
fn reach(room: &Room, known: Known, files: &[String]) -> Result<Option<Live>, RepoError> {
    let Known { work, commits, task } = known;
    let globs = task.as_ref().map(|task| task.planning.scope.write_globs.clone()).unwrap_or_default();
    if let Some((base, commit)) = commits {
        let (base, commit) = (ObjectId::parse(&base)?, ObjectId::parse(&commit)?);
        let limits = DiffLimits { text: 0, ..crate::hand_over::summary_limits() };
        let summary = room.forecast.changed(&base, &commit, || {
            let diff = room.depot.diff(&base, &commit, &limits)?;
            let renamed = diff.files.iter().filter_map(|file| file.old_path.clone());
            Ok(diff.files.iter().map(|file| file.path.clone()).chain(renamed).collect())
        })?;
        return Ok(Some(Live { work, commit: Some(commit), reach: Reach::changed(summary), globs }));
    }
    let planned = task.and_then(|task| Reach::planned(&task.planning.scope, files));
    Ok(planned.map(|reach| Live { work, commit: None, reach, globs }))
}
