//! A hand-over that was taken in becomes an entry of the merge queue.

use super::told::risky_text;
use super::{Taken, summary_limits};
use crate::git;
use crate::merge::fresh::Fresh;
use crate::rooms::Room;
use protocol::count;
use protocol::job::{Job, JobStatus};
use protocol::merge::MergeEntry;
use protocol::{ApiError, Event, SessionId};
use repo::{DiffLimits, Intake};
use std::sync::Arc;
use store::{NewEvent, StoreError, Tx};

/// Most bytes of a diff carried by an event; the whole is read from `jobs.diff`.
const EVENT_DIFF: usize = 64 * 1024;

impl Taken {
    pub(super) fn new(
        room: Arc<Room>,
        intake: Intake,
        message: &str,
        entry_id: String,
    ) -> Result<Self, ApiError> {
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
        let row = self.room.row();
        let branch = self.intake.branch.clone();
        let stat = format!(
            "{} changed, {}(+), {}(-)",
            count(self.files, "file", "files"),
            count(self.additions, "insertion", "insertions"),
            count(self.deletions, "deletion", "deletions")
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
        let repair = crate::returned::linked(tx, job, &id)?;
        let fresh = Fresh {
            id,
            job: &job.id,
            session,
            completion,
            row,
            title: self.title,
            branch,
            commit: &self.intake.commit,
            base: &self.intake.base,
            size: (self.files, self.additions, self.deletions),
        };
        let (base, workspace) = (self.intake.base.as_str(), self.room.id.as_str());
        let entry = MergeEntry {
            risky: self.intake.risky.iter().map(risky_text).collect(),
            verified,
            priority: job.priority,
            depends_on: tx.entry_it_builds_on(job.id.as_str(), workspace, base)?,
            repair,
            ..fresh.entry(tx)?
        };
        tx.insert_entry(&entry)?;
        tx.append(NewEvent::new(session, Event::MergeQueued { entry: Box::new(entry) }, "merge"))?;
        Ok(())
    }
}
