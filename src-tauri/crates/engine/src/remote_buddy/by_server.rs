//! Intents that the server carries out by itself: no clone, no worker.

use crate::markdown::plain;
use crate::rooms::Room;
use crate::{Engine, git};
use protocol::intent::Intent;
use protocol::test_run::{TEST_RUN, TestRun};
use protocol::{ApiError, ErrorCode};
use repo::{ObjectId, RepoError};
use std::sync::Arc;

impl Engine {
    /// The answer to an intent of the server's own; none for those that others carry out.
    pub(super) async fn done_here(
        &self,
        room: &Arc<Room>,
        intent: &Intent,
    ) -> Result<Option<String>, ApiError> {
        Ok(Some(match intent {
            Intent::Status => self.status_text_for(&room.id).await?,
            Intent::Land { job } => self.land_by_job(job).await?,
            Intent::Failing => self.last_failures(room).await?,
            Intent::Branch { name, at } => self.make_branch(room, name, at.as_deref()).await?,
            Intent::CherryPick { commit } => {
                self.bring_commit(room, commit).await?;
                return Ok(None);
            }
            _ => return Ok(None),
        }))
    }

    /// What failed in the newest run of the tests that a job made.
    async fn last_failures(&self, room: &Room) -> Result<String, ApiError> {
        let workspace = room.id.clone();
        let newest = self.store.read(move |tx| tx.newest_artifact(workspace.as_str(), TEST_RUN)).await?;
        let Some(newest) = newest else {
            return Ok("The tests have not been run here yet; `/test` runs them.".into());
        };
        let run: TestRun = serde_json::from_str(&newest.text).map_err(|e| {
            ApiError::new(ErrorCode::Internal, format!("The last test run cannot be read: {e}."))
        })?;
        let when =
            newest.ended_at.as_deref().and_then(|at| at.get(..16)).unwrap_or_default().replace('T', " ");
        Ok(format!(
            "The last test run (job `{}`, {when} UTC):\n\n{}",
            newest.job,
            self.redactor().text(&run.markdown())
        ))
    }

    /// A new branch in the user's repository. The integration branch is the merge queue's alone.
    async fn make_branch(&self, room: &Arc<Room>, name: &str, at: Option<&str>) -> Result<String, ApiError> {
        let (room, branch, at) = (room.clone(), name.to_owned(), at.map(str::to_owned));
        let git_program = self.git()?.clone();
        let made = self
            .blocking(move || {
                let row = room.row();
                if branch == row.integration_branch {
                    return Ok(Err(format!(
                        "`{branch}` belongs to the merge queue, which makes it when something lands."
                    )));
                }
                let at: ObjectId = match at.as_deref() {
                    None | Some("HEAD") => room.look()?.onto,
                    Some(id) if id.starts_with("HEAD") => {
                        return Ok(Err(
                            "A branch is made at the tip or at a commit; give its hash.".to_owned()
                        ));
                    }
                    Some(id) => repo::users_commit(&room.root, id)?,
                };
                match repo::create_branch(&git_program, &room.root, &branch, &at) {
                    Ok(()) => Ok(Ok(at)),
                    Err(RepoError::RefMoved { actual: Some(there), .. }) => Ok(Err(format!(
                        "The branch `{branch}` is there already, at `{}`; it was not moved.",
                        there.short()
                    ))),
                    Err(error) => Err(error),
                }
            })
            .await?
            .map_err(git::api)?;
        Ok(match made {
            Ok(at) => format!(
                "The branch `{}` is made at `{}`. Your checkout is as it was; `git switch {}` goes there.",
                plain(name),
                at.short(),
                plain(name)
            ),
            Err(why) => why,
        })
    }

    /// A commit of the user's that the job is going to need. One relative to the tip is there anyway.
    async fn bring_commit(&self, room: &Arc<Room>, commit: &str) -> Result<(), ApiError> {
        if commit.starts_with("HEAD") {
            return Ok(());
        }
        let (room, commit) = (room.clone(), commit.to_owned());
        self.blocking(move || {
            if room.depot.resolve(&commit).is_ok() {
                return Ok(());
            }
            let id = repo::users_commit(&room.root, &commit)?;
            room.alone(|| room.depot.bring(&room.root, &id))
        })
        .await?
        .map_err(git::api)
    }
}
