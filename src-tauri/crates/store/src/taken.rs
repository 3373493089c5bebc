//! Jobs that people have taken over: which, how far that is, and how each goes back.

use crate::tx::Tx;
use crate::{QueueName, StoreError, row};
use protocol::job::{Job, JobStatus, JobWait, WaitReason};
use protocol::taken::{ByHand, TakenOver, TakenState};
use protocol::{ApiError, ErrorCode};
use rusqlite::params;

/// What a job that a person had is told when the crew goes on with it.
const GOES_ON: &str = "A person had it meanwhile and gave it back.";

impl Tx<'_> {
    /// Remembers how far a take-over is; none forgets it.
    pub fn set_taken(&mut self, id: &str, taken: Option<&TakenOver>) -> Result<(), StoreError> {
        let taken = taken.map(serde_json::to_string).transpose()?;
        self.exec(
            "UPDATE jobs SET taken = ?2, updatedAt = ?3 WHERE id = ?1",
            params![id, taken, self.now()],
        )?;
        Ok(())
    }

    /// Asks for a job. One that nobody works on waits for the person from now on; a running one is asked to keep its
    /// work and wait.
    pub fn ask_over(&mut self, id: &str, taken: &TakenOver, wait: JobWait) -> Result<(), StoreError> {
        let job = self.job(id)?;
        match job.status {
            JobStatus::Claimed => {
                self.exec("UPDATE jobs SET pauseRequested = 1 WHERE id = ?1", [id])?;
            }
            JobStatus::Pending | JobStatus::Waiting => self.wait_for_person(&job, wait)?,
            JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled => return over(&job),
        }
        self.set_taken(id, Some(taken))
    }

    /// Takes a job out of its line, for the person who takes it over. What it has so far stays with it.
    pub fn wait_for_person(&mut self, job: &Job, mut wait: JobWait) -> Result<(), StoreError> {
        let task: serde_json::Value = serde_json::from_str(&job.params)?;
        wait.reason = WaitReason::Taken;
        wait.resume_commit = match &job.waiting {
            Some(before) => before.resume_commit.clone(),
            None => wait.resume_commit,
        }
        .or_else(|| task["resumeCommit"].as_str().map(str::to_owned));
        self.exec(
            "UPDATE jobs SET status = 'waiting', waiting = ?2, pauseRequested = 0, updatedAt = ?3 WHERE id = ?1 AND status IN ('pending', 'waiting')",
            params![job.id.as_str(), serde_json::to_string(&wait)?, self.now()],
        )?;
        Ok(())
    }

    /// Jobs that were taken over, oldest first, whatever became of them.
    pub fn taken_jobs(&self) -> Result<Vec<Job>, StoreError> {
        let ids =
            self.all("SELECT id FROM jobs WHERE taken IS NOT NULL ORDER BY seq LIMIT 500", [], |r| {
                Ok(r.get::<_, String>(0)?)
            })?;
        ids.iter().map(|id| self.job(id)).collect()
    }

    /// Gives a job that a person has back into its line, to go on from `commit` on `base`. With `by_hand` the commit
    /// is the person's work, to be checked as it is.
    pub fn give_back(
        &mut self,
        id: &str,
        from: Option<(&str, &str)>,
        by_hand: Option<&ByHand>,
        taken: Option<&TakenOver>,
    ) -> Result<(), StoreError> {
        let job = self.job(id)?;
        if job.status != JobStatus::Waiting {
            return over(&job);
        }
        let mut params: serde_json::Value = serde_json::from_str(&job.params)?;
        if let Some(task) = params.as_object_mut() {
            // What was handed back stood on a base of its own; the crew goes on from the newest.
            if task.remove("byHand").is_some() {
                task.remove("baseCommit");
            }
            if let Some((commit, base)) = from {
                task.insert("resumeCommit".into(), commit.into());
                task.entry("fixUpContext").or_insert_with(|| GOES_ON.into());
                if let Some(by_hand) = by_hand {
                    task.insert("byHand".into(), serde_json::to_value(by_hand)?);
                    task.insert("baseCommit".into(), base.into());
                }
            }
        }
        self.exec(
            "UPDATE jobs SET status = 'pending', waiting = NULL, pauseRequested = 0, params = ?2, updatedAt = ?3 WHERE id = ?1",
            params![id, params.to_string(), self.now()],
        )?;
        self.set_taken(id, taken)?;
        self.wake_claims(QueueName::Jobs, id)
    }

    /// A job that is being taken over goes on after all: its worker is not asked to wait any more.
    pub fn forget_asked(&mut self, id: &str) -> Result<(), StoreError> {
        self.exec("UPDATE jobs SET pauseRequested = 0 WHERE id = ?1 AND status = 'claimed'", [id])?;
        self.set_taken(id, None)
    }

    /// Whether a person has this job or is about to, so that only they say how it goes on.
    pub(crate) fn refuse_if_taken(job: &Job) -> Result<(), StoreError> {
        match &job.taken {
            Some(taken) if taken.state != TakenState::HandedBack => Self::refuse(ApiError::new(
                ErrorCode::Conflict,
                format!("{} has taken this job over. Hand it back, or give it back to the crew.", taken.by),
            )),
            _ => Ok(()),
        }
    }
}

fn over<T>(job: &Job) -> Result<T, StoreError> {
    Tx::refuse(ApiError::new(ErrorCode::Conflict, format!("This job is {}.", said(job.status))))
}

fn said(status: JobStatus) -> String {
    match status {
        JobStatus::Pending => "in line already".into(),
        JobStatus::Claimed => "being worked on".into(),
        other => format!("already {other}"),
    }
}

/// The column as it is kept.
pub(crate) fn column(r: &rusqlite::Row<'_>) -> Result<Option<TakenOver>, StoreError> {
    row::json_opt(r, "taken")
}
