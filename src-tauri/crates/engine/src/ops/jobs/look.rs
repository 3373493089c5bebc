//! Looking at jobs: the list with its counts, one job, its artifacts and its diff.

use crate::Engine;
use protocol::ApiError;
use protocol::diff::JobDiff;
use protocol::job::{Job, JobArtifacts, JobLogs, Jobs, LogsParams};
use protocol::ops::JobParams;
use protocol::queue::ListParams;

impl Engine {
    pub async fn jobs_list(&self, p: ListParams) -> Result<Jobs, ApiError> {
        Ok(self
            .store
            .read(move |tx| {
                let hands = tx.online_workers()?;
                Ok(Jobs {
                    ok: true,
                    jobs: tx.jobs(&p)?,
                    counts: tx.counts("jobs")?,
                    priority_counts: tx.priority_counts("jobs")?,
                    pending_snapshot: tx.pending_jobs(hands)?,
                    slo: tx.slo("jobs")?,
                })
            })
            .await?)
    }

    pub async fn jobs_get(&self, p: JobParams) -> Result<Job, ApiError> {
        Ok(self.store.read(move |tx| tx.job(p.id.as_str())).await?)
    }

    pub async fn jobs_logs(&self, p: LogsParams) -> Result<JobLogs, ApiError> {
        Ok(self
            .store
            .read(move |tx| {
                tx.job(p.id.as_str())?;
                let after = p.after_id.unwrap_or(0);
                let logs = tx.job_logs(p.id.as_str(), after, p.limit)?;
                Ok(JobLogs { ok: true, cursor: logs.last().map_or(after, |l| l.id), logs })
            })
            .await?)
    }

    pub async fn jobs_artifacts(&self, p: JobParams) -> Result<JobArtifacts, ApiError> {
        Ok(self
            .store
            .read(move |tx| {
                tx.job(p.id.as_str())?;
                Ok(JobArtifacts { ok: true, artifacts: tx.artifacts(p.id.as_str())? })
            })
            .await?)
    }

    pub async fn jobs_diff(&self, p: JobParams) -> Result<JobDiff, ApiError> {
        let job = self.jobs_get(p).await?;
        self.diff_of(&job).await
    }
}
