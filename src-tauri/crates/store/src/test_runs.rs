//! The newest of what jobs of a workspace left behind.

use crate::tx::Tx;
use crate::{StoreError, row};

/// An artifact with the job it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftBehind {
    pub job: String,
    /// When the job ended, RFC 3339; none while it runs.
    pub ended_at: Option<String>,
    pub text: String,
}

impl Tx<'_> {
    /// The newest artifact of a kind in a workspace, if any job left one.
    pub fn newest_artifact(&self, workspace: &str, kind: &str) -> Result<Option<LeftBehind>, StoreError> {
        self.one(
            "SELECT jobs.id AS job, jobs.endedAt AS endedAt, job_artifacts.text AS text FROM jobs \
             JOIN job_artifacts ON job_artifacts.jobId = jobs.id \
             WHERE jobs.workspaceId = ?1 AND job_artifacts.kind = ?2 ORDER BY jobs.seq DESC, job_artifacts.id DESC LIMIT 1",
            [workspace, kind],
            |r| {
                let text: Option<String> = r.get("text")?;
                Ok(LeftBehind { job: r.get("job")?, ended_at: row::iso_opt(r, "endedAt")?, text: text.unwrap_or_default() })
            },
        )
    }
}
