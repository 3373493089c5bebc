//! Taking in what a job hands over: a commit from an upload, from the user's repository or from its remote, put into
//! the depot under the same rules, and given its place in the merge queue.

mod beyond;
mod entry;
mod places;
mod shown;
mod told;
mod upload;

pub(crate) use places::accept;
pub(crate) use shown::summary_limits;

use crate::rooms::Room;
use crate::{Engine, git};
use places::{RoomToWrite, Wanted};
use protocol::job::{HandOver, Job};
use protocol::{ApiError, WorkspaceId};
use repo::{Intake, ObjectId};
use std::sync::Arc;

/// A commit that is safely in the depot.
pub(crate) struct Taken {
    pub merge_enabled: bool,
    intake: Intake,
    room: Arc<Room>,
    title: String,
    unified: String,
    files: u32,
    additions: u32,
    deletions: u32,
    entry_id: String,
}

impl Engine {
    /// The hand-over of one of our own jobs. Its uploaded bundle is taken in once more, also when the upload did that.
    pub(crate) async fn take_hand_over(
        &self,
        workspace: &WorkspaceId,
        job: &Job,
        hand_over: &HandOver,
    ) -> Result<Taken, ApiError> {
        self.take_commit(workspace, job, &hand_over.commit_sha, Some(&hand_over.branch), &hand_over.message)
            .await
    }

    /// Takes in the commit that a worker names; see [`places`] for where it is looked for.
    pub(crate) async fn take_commit(
        &self,
        workspace: &WorkspaceId,
        job: &Job,
        commit: &str,
        branch: Option<&str>,
        message: &str,
    ) -> Result<Taken, ApiError> {
        let room = self.room(workspace)?;
        let bundle = self.bundle_of(&job.id);
        let commit = ObjectId::parse(commit).map_err(git::api)?;
        let branch = branch.map(str::to_owned).filter(|branch| !branch.is_empty());
        let find = |room_to_write: RoomToWrite| {
            let (room, bundle, job) = (room.clone(), bundle.clone(), job.clone());
            let (commit, branch) = (commit.clone(), branch.clone());
            let found = self.blocking(move || {
                let branch = branch.as_deref();
                let room_to_write = &room_to_write;
                places::find(&room, &Wanted { job: &job, commit: &commit, branch, room_to_write }, &bundle)
            });
            async { found.await? }
        };
        let intake = self.take_within(&room, job, find).await?;
        let (message, entry_id) = (message.to_owned(), self.ids.uuid());
        self.blocking(move || Taken::new(room, intake, &message, entry_id)).await?
    }
}
