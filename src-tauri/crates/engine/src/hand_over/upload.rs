//! Bundles that workers upload: who may, and what is wrong with one, said at once.

use super::places::{RoomToWrite, refused, take_bundle};
use crate::{Engine, Principal, bundles};
use protocol::{ApiError, ErrorCode, JobId};
use std::path::PathBuf;
use store::QueueName;

impl Engine {
    /// Settles who may upload a bundle for a job: its own token, or its worker with the current claim.
    pub async fn require_upload(&self, who: &Principal, job: &JobId, claim: &str) -> Result<(), ApiError> {
        let (id, claim, who) = (job.to_string(), claim.to_owned(), who.clone());
        self.store
            .read(move |tx| match who {
                Principal::Job { id: own } if own == id => Ok(()),
                Principal::Job { .. } => {
                    Err(ApiError::new(ErrorCode::Forbidden, "This token belongs to another job.").into())
                }
                Principal::Worker { id: worker }
                    if tx.job(&id)?.worker_id.as_deref() != Some(worker.as_str()) =>
                {
                    Err(ApiError::new(ErrorCode::Forbidden, "This job is another worker's.").into())
                }
                _ => tx.require_claim(QueueName::Jobs, &id, &claim),
            })
            .await?;
        Ok(())
    }

    /// Stores a bundle and takes it in at once, so that its worker hears what is wrong with it.
    pub async fn keep_bundle(&self, job: &JobId, bytes: bytes::Bytes) -> Result<serde_json::Value, ApiError> {
        let (path, fresh) = (self.bundle_of(job), self.ids.uuid());
        self.kept_and_taken(job, move || bundles::keep(&path, &bytes, &fresh)).await
    }

    /// The same for one that was written piece by piece beside its place.
    pub async fn keep_part(&self, job: &JobId, part: PathBuf) -> Result<serde_json::Value, ApiError> {
        let path = self.bundle_of(job);
        self.kept_and_taken(job, move || bundles::keep_part(&path, &part)).await
    }

    /// A free path beside a job's bundle; what is left there is gone after a restart.
    pub fn bundle_part(&self, job: &JobId) -> PathBuf {
        self.bundle_of(job).with_extension(format!("{}.part", self.ids.uuid()))
    }

    async fn kept_and_taken(
        &self,
        job: &JobId,
        keep: impl FnOnce() -> Result<(), ApiError> + Send + 'static,
    ) -> Result<serde_json::Value, ApiError> {
        let id = job.clone();
        let job = self.store.read(move |tx| tx.job(id.as_str())).await?;
        let workspace = job
            .workspace_id
            .clone()
            .ok_or_else(|| ApiError::bad("a job without a workspace hands nothing over"))?;
        let room = self.room(&workspace)?;
        let path = self.bundle_of(&job.id);
        let take = |room_to_write: RoomToWrite| {
            let (room, job, path) = (room.clone(), job.clone(), path.clone());
            let taken = self.blocking(move || take_bundle(&room, &job, &room_to_write, &path));
            async { taken.await? }
        };
        self.blocking(keep).await??;
        let taken = self.take_within(&room, &job, take).await;
        // One that was refused must not stand in the way of a commit that is found elsewhere.
        if taken.as_ref().is_err_and(refused) {
            let _ = self.blocking(move || std::fs::remove_file(&path)).await;
        }
        let intake = taken?;
        serde_json::to_value(intake).map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))
    }
}
