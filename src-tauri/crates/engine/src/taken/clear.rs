//! Removing folders nobody needs: of jobs that have ended, when they hold nothing that is not in the depot.

use crate::{Engine, git};
use protocol::ApiError;
use protocol::job::{Job, JobStatus};

impl Engine {
    pub(super) async fn clear_taken(&self) -> Result<(), ApiError> {
        let jobs = self.store.read(|tx| tx.taken_jobs()).await?;
        let ended = |job: &&Job| {
            matches!(job.status, JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled)
        };
        for job in jobs.iter().filter(ended) {
            let _turn = self.desk.turn.lock().await;
            let Some(taken) = &job.taken else { continue };
            let (_, total) = match self.folder_changes(job, taken).await {
                Ok(changes) => changes,
                Err(error) => {
                    tracing::warn!(job = %job.id, %error, "a folder that was taken over cannot be looked at");
                    continue;
                }
            };
            if total > 0 {
                continue;
            }
            self.remove_folder(job).await;
            let id = job.id.to_string();
            self.store.write(move |tx| tx.set_taken(&id, None)).await?;
        }
        self.remove_retired().await
    }

    /// Removes a job's folder. It is out of the way at once, and gone for good at the next look at the latest.
    pub(crate) async fn remove_folder(&self, job: &Job) {
        let (folder, fresh) = (self.taken_folder(&job.id), self.ids.uuid());
        let removed = self.blocking(move || repo::retire_person_clone(&folder, &fresh)).await;
        if let Ok(Err(error)) = removed {
            tracing::warn!(job = %job.id, %error, "a folder that was taken over stays behind");
        }
    }

    /// Removes what attempts that died left of a job: the crew goes on from a person's work, not from theirs.
    pub(crate) async fn forget_left_behind(&self, job: &Job) {
        let (jobs, prefix) = (self.data.jobs(), format!("{}-", job.id));
        let left = self.blocking(move || -> Vec<std::path::PathBuf> {
            let entries = std::fs::read_dir(&jobs).into_iter().flatten().flatten();
            // As attempts are named: the job, and eight letters of its claim.
            let of_job = |name: &str| name.strip_prefix(&prefix).is_some_and(|digest| digest.len() == 8);
            entries.filter(|e| e.file_name().to_str().is_some_and(of_job)).map(|e| e.path()).collect()
        });
        for folder in left.await.unwrap_or_default() {
            let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
            host::spawn::sweep_job(&name).await;
            if let Ok(Err(error)) = self.blocking(move || std::fs::remove_dir_all(&folder)).await {
                tracing::warn!(job = %job.id, %error, "the folder of an attempt stays behind");
            }
        }
    }

    async fn remove_retired(&self) -> Result<(), ApiError> {
        let place = self.data.taken();
        self.blocking(move || repo::remove_retired(&place)).await?.map_err(git::api)
    }
}
