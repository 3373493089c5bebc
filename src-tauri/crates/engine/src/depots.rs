//! Keeping the depots in order: what jobs that ended stood on is let go of, single objects are gathered.

use crate::rooms::Room;
use crate::{Engine, git};
use protocol::job::JobStatus;
use protocol::{ApiError, ErrorCode};
use repo::IntegrationLease;
use std::sync::Arc;
use store::{StoreError, Tx};

impl Engine {
    pub(crate) async fn tidy_depots(&self) -> Result<(), ApiError> {
        for room in self.room_list() {
            if self.is_stopping() {
                break;
            }
            self.tidy_depot(room).await?;
        }
        Ok(())
    }

    async fn tidy_depot(&self, room: Arc<Room>) -> Result<(), ApiError> {
        let of = room.clone();
        let bases = self.blocking(move || of.depot.jobs_with_a_base()).await?.map_err(git::api)?;
        let done = self.store.read(move |tx| {
            let mut done = Vec::new();
            for (job, handed_over) in bases {
                if is_done_with_its_base(tx, &job, handed_over)? {
                    done.push(job);
                }
            }
            Ok(done)
        });
        let done = done.await?;
        let compacted = self.blocking(move || {
            for job in &done {
                room.depot.release_job(job)?;
            }
            room.alone(|| room.depot.compact(&IntegrationLease::acquire(&room.depot)?))
        });
        if compacted.await?.map_err(git::api)? {
            tracing::info!("single objects of a depot were gathered");
        }
        Ok(())
    }
}

/// Whether nobody asks for a job's base any more. What ended stays ended. A completion may come late, and a diff is
/// shown from the base until there is an entry, which has its own.
fn is_done_with_its_base(tx: &Tx<'_>, job: &str, handed_over: bool) -> Result<bool, StoreError> {
    let status = match tx.job(job) {
        Ok(job) => job.status,
        Err(StoreError::Refused(error)) if error.code == ErrorCode::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    match status {
        JobStatus::Pending | JobStatus::Claimed | JobStatus::Waiting => Ok(false),
        JobStatus::Failed | JobStatus::Cancelled if !handed_over => Ok(true),
        JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled => {
            Ok(tx.entry_of_job(job)?.is_some())
        }
    }
}
