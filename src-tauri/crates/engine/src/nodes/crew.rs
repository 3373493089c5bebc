//! A job of the crew on its way to another machine: nothing of this one's folders, tokens and addresses goes along, and
//! the history it begins with is made into a bundle.
//!
//! The base is kept in the depot from the claim on, so that the machine can ask for it and for nothing else, and what
//! comes back is judged against it.

use crate::{Engine, Reply, git};
use protocol::job::{Job, JobClaimed, JobGround};
use protocol::node::{CARRIED_BYTES, MOST_CUTS, MOST_HAVES};
use protocol::plan::TaskParams;
use protocol::{ApiError, ErrorCode};
use repo::{DepotRef, ObjectId};
use std::path::{Path, PathBuf};

impl Engine {
    /// The answer to a claim as a machine gets it. A job whose ground cannot be carried fails with the reason.
    pub async fn for_machine(&self, claimed: serde_json::Value) -> Reply {
        let unreadable = |e: serde_json::Error| ApiError::new(ErrorCode::Internal, e.to_string());
        let mut claimed: JobClaimed = serde_json::from_value(claimed).map_err(unreadable)?;
        // It would open a way to the model past the machine's line.
        claimed.job_token = None;
        if let Some(ground) = &mut claimed.ground
            && let Err(error) = self.make_portable(&claimed.job, ground).await
        {
            self.fail_claimed(&claimed.job, &claimed.claim_token, &error).await?;
            return Err(ApiError::new(ErrorCode::Empty, "No pending jobs"));
        }
        self.note_layers(&claimed).await?;
        serde_json::to_value(claimed).map_err(unreadable)
    }

    async fn make_portable(&self, job: &Job, ground: &mut JobGround) -> Result<(), ApiError> {
        let room = self.room(&ground.workspace_id)?;
        if !ground.layers.is_empty() {
            let (sandbox, tools) = (self.sandbox_for(&room)?, self.toolchains.clone());
            let made_for = self.blocking(move || host::layers::made_for(&sandbox, &tools)).await?;
            ground.layers_for = Some(made_for);
        }
        let (id, base) = (job.id.clone(), ObjectId::parse(&ground.base_commit).map_err(git::api)?);
        self.blocking(move || room.depot.keep_job_base(id.as_str(), &base).map_err(git::api)).await??;
        ground.carried = true;
        ground.depot.clear();
        let name = Path::new(&ground.folder).file_name().unwrap_or_default();
        ground.folder = name.to_string_lossy().into_owned();
        ground.hide.clear();
        ground.left_behind = None;
        // What may run without a sandbox is for the machine to say.
        ground.allow_host = false;
        let reviewer = ground.reviewer.as_mut().map(|reviewer| &mut reviewer.model);
        for model in ground.model.iter_mut().chain(reviewer) {
            let way = model.base_url.find("/broker/").map(|at| model.base_url.split_off(at));
            model.base_url = way.unwrap_or_default();
        }
        Ok(())
    }

    /// Makes the bundle of what a job begins with, without what the machine has. Its file is the caller's to remove.
    pub async fn carry_base(
        &self,
        job: &protocol::JobId,
        have: Vec<String>,
        shallow: Vec<String>,
    ) -> Result<(PathBuf, u64), ApiError> {
        if have.len() > MOST_HAVES || shallow.len() > MOST_CUTS {
            let message = format!("have names at most {MOST_HAVES} commits, and shallow at most {MOST_CUTS}");
            return Err(ApiError::bad(message));
        }
        let ids = |list: Vec<String>| -> Result<Vec<ObjectId>, ApiError> {
            list.iter().map(|id| ObjectId::parse(id).map_err(git::api)).collect()
        };
        let (have, cuts) = (ids(have)?, ids(shallow)?);
        let id = job.to_string();
        let job = self.store.read(move |tx| tx.job(&id)).await?;
        let workspace =
            job.workspace_id.as_ref().ok_or_else(|| ApiError::bad("a job without a workspace"))?;
        let (room, out) = (self.room(workspace)?, self.bundle_part(&job.id));
        self.blocking(move || {
            let base = room.depot.read_ref(&DepotRef::Base(job.id.to_string())).map_err(git::api)?;
            let base =
                base.ok_or_else(|| ApiError::new(ErrorCode::LeaseLost, "Its base is not kept any more."))?;
            let task: Option<TaskParams> = serde_json::from_str(&job.params).ok();
            let resumed = task.and_then(|task| task.resume_commit);
            let resumed = resumed.map(|id| ObjectId::parse(&id)).transpose().map_err(git::api)?;
            let wants: Vec<_> = std::iter::once(base).chain(resumed).collect();
            let made = room.depot.carry_out(&wants, &have, &cuts, &out, CARRIED_BYTES.0);
            match made {
                Ok(size) => Ok((out, size)),
                Err(error) => {
                    let _ = std::fs::remove_file(&out);
                    Err(git::api(error))
                }
            }
        })
        .await?
    }
}
