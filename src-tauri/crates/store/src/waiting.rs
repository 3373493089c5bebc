//! Jobs that were put aside and go on later.

use crate::tx::Tx;
use crate::{QueueName, StoreError};
use protocol::job::{JobStatus, JobWait, RaiseJob};
use protocol::{ApiError, ErrorCode};
use rusqlite::params;

/// What a job that was stopped is told when it goes on.
const GOES_ON: &str = "It was stopped before it was finished, and goes on now.";

impl Tx<'_> {
    /// Ends a claim without an end of the job: it keeps its place in its band and waits.
    pub fn park_job(&mut self, id: &str, token: &str, wait: &JobWait) -> Result<(), StoreError> {
        self.require_claim(QueueName::Jobs, id, token)?;
        self.set_waiting(id, wait)
    }

    fn set_waiting(&mut self, id: &str, wait: &JobWait) -> Result<(), StoreError> {
        self.exec(
            "UPDATE jobs SET status = 'waiting', waiting = ?2, pauseRequested = 0, claimToken = NULL, jobTokenHash = NULL, \
             leaseExpiresAt = NULL, step = NULL, attempts = MAX(0, attempts - 1), updatedAt = ?3 WHERE id = ?1",
            params![id, serde_json::to_string(wait)?, self.now()],
        )?;
        Ok(())
    }

    /// Puts a pending job aside at once; a claimed one is asked to keep its work and wait. True when it waits already.
    pub fn pause_job(&mut self, id: &str, wait: &JobWait) -> Result<bool, StoreError> {
        let job = self.job(id)?;
        match job.status {
            // Nobody began it, so no attempt is given back.
            JobStatus::Pending => {
                self.exec(
                    "UPDATE jobs SET status = 'waiting', waiting = ?2, updatedAt = ?3 WHERE id = ?1",
                    params![id, serde_json::to_string(wait)?, self.now()],
                )?;
                Ok(true)
            }
            JobStatus::Claimed => {
                self.exec(
                    "UPDATE jobs SET pauseRequested = 1, updatedAt = ?2 WHERE id = ?1",
                    params![id, self.now()],
                )?;
                Ok(false)
            }
            JobStatus::Waiting => Ok(true),
            JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled => Self::refuse(ApiError::new(
                ErrorCode::Conflict,
                format!("This job is already {}.", job.status),
            )),
        }
    }

    /// Lets a waiting job be claimed again, before those that came after it. A job that was only asked to wait is
    /// not any more. False when there was nothing to do.
    pub fn resume_job(&mut self, id: &str) -> Result<bool, StoreError> {
        let job = self.job(id)?;
        match job.status {
            JobStatus::Waiting => Self::refuse_if_taken(&job)?,
            JobStatus::Claimed if job.pause_requested => {
                Self::refuse_if_taken(&job)?;
                self.exec(
                    "UPDATE jobs SET pauseRequested = 0, updatedAt = ?2 WHERE id = ?1",
                    params![id, self.now()],
                )?;
                return Ok(true);
            }
            JobStatus::Pending | JobStatus::Claimed => return Ok(false),
            JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled => {
                return Self::refuse(ApiError::new(
                    ErrorCode::Conflict,
                    format!("This job is already {}.", job.status),
                ));
            }
        }
        let mut params: serde_json::Value = serde_json::from_str(&job.params)?;
        if let (Some(commit), Some(task)) =
            (job.waiting.and_then(|w| w.resume_commit), params.as_object_mut())
        {
            task.insert("resumeCommit".into(), commit.into());
            task.entry("fixUpContext").or_insert_with(|| GOES_ON.into());
        }
        self.exec(
            "UPDATE jobs SET status = 'pending', waiting = NULL, params = ?2, updatedAt = ?3 WHERE id = ?1",
            params![id, params.to_string(), self.now()],
        )?;
        self.wake_claims(QueueName::Jobs, id)?;
        Ok(true)
    }

    /// Waiting jobs, oldest first: `(id, workspace, wait)`.
    pub fn waiting_jobs(&self) -> Result<Vec<(String, Option<String>, JobWait)>, StoreError> {
        self.all(
            "SELECT id, workspaceId, waiting FROM jobs WHERE status = 'waiting' ORDER BY seq LIMIT 500",
            [],
            |r| Ok((r.get(0)?, r.get(1)?, crate::row::json(r, "waiting")?)),
        )
    }

    /// Remembers what one job may use beyond the budget of a job; what is absent stays.
    pub fn raise_job(&mut self, raise: &RaiseJob) -> Result<(), StoreError> {
        let before = self.raised(raise.id.as_str())?;
        let merged = RaiseJob {
            id: raise.id.clone(),
            tokens: raise.tokens.or(before.as_ref().and_then(|b| b.tokens)),
            minutes: raise.minutes.or(before.as_ref().and_then(|b| b.minutes)),
            money_micros: raise.money_micros.or(before.and_then(|b| b.money_micros)),
        };
        self.exec(
            "UPDATE jobs SET raised = ?2, updatedAt = ?3 WHERE id = ?1",
            params![raise.id.as_str(), serde_json::to_string(&merged)?, self.now()],
        )?;
        Ok(())
    }

    /// What one job may use beyond the budget of a job.
    pub fn raised(&self, id: &str) -> Result<Option<RaiseJob>, StoreError> {
        let found =
            self.one("SELECT raised FROM jobs WHERE id = ?", [id], |r| crate::row::json_opt(r, "raised"))?;
        Ok(found.flatten())
    }
}
