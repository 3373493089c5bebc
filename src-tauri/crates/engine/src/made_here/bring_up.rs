//! Bringing the base branch into the integration branch, when both have moved: a merge that goes through the queue, so
//! that the user's branch can follow afterwards without being forced.

use super::{Made, Purpose, fresh_job, keep, place};
use crate::merge::candidate::conflict_said;
use crate::rooms::Room;
use crate::{Caller, Engine, Reply, git};
use protocol::because::Because;
use protocol::main_line::MainParams;
use protocol::merge::{EntryKind, MergeEntry};
use protocol::{ApiError, ErrorCode};
use repo::{ObjectId, RepoError};
use std::sync::Arc;

impl Engine {
    pub async fn main_bring_up(&self, caller: Caller, p: MainParams) -> Reply {
        if let Some(answer) = self.replayed(&caller).await? {
            return Ok(answer);
        }
        let room = self.room(&p.workspace_id)?;
        let workspace = room.id.clone();
        let (open, sessions) =
            self.store.read(move |tx| Ok((tx.open_entries(workspace.as_str())?, tx.sessions()?))).await?;
        let there: Option<MergeEntry> = open.into_iter().find(|entry| entry.kind == EntryKind::BringUp);
        if let Some(entry) = there {
            return self.change(caller, move |_| Ok(entry)).await;
        }
        let session = sessions.into_iter().find(|s| s.workspace_id.as_ref() == Some(&room.id));
        let session = session.ok_or_else(|| ApiError::not_found("session of", room.id.as_str()))?.session_id;
        let job = fresh_job(self)?;
        let (made, title) = self.build_bring_up(&room, &job).await?;
        // What conflicts is told, and a person brings it together: a worker's commit would not be a merge.
        let instruction = format!("{title}, in a checkout of your own, and commit the merge there.");
        let by = caller.who.label();
        let purpose = Purpose {
            kind: EntryKind::BringUp,
            title,
            instruction,
            reverts: None,
            session,
            request: None,
            by,
        };
        let at = room.clone();
        let reply = self.change(caller, move |tx| place(tx, &at, &job, &made, purpose)).await?;
        room.merge.notify_one();
        Ok(reply)
    }

    async fn build_bring_up(
        &self,
        room: &Arc<Room>,
        job: &protocol::JobId,
    ) -> Result<(Made, String), ApiError> {
        let row = room.row();
        let (base, integration) = (row.base_branch, row.integration_branch);
        let title = format!("Bring {base} into {integration}");
        let (at, job, target) = (room.clone(), job.clone(), integration.clone());
        let built = self.blocking(move || build(&at, &job, &target)).await?.map_err(git::api)?;
        match built {
            Some(made) => Ok((made, title)),
            None => Err(ApiError::new(
                ErrorCode::Conflict,
                format!(
                    "{integration} has everything of {base} already, or new work starts from {base} anyway."
                ),
            )),
        }
    }
}

fn build(room: &Room, job: &protocol::JobId, target: &str) -> Result<Option<Made>, RepoError> {
    let tips = room.look()?;
    let Some(base) = tips.base.filter(|base| *base != tips.onto) else { return Ok(None) };
    if room.depot.contains(&tips.onto, &base)? {
        return Ok(None);
    }
    let Some(common) = room.depot.common(&tips.onto, &base)? else {
        return Err(RepoError::StrategyRefused { refusal: repo::Refusal::Unrelated });
    };
    let files = room.depot.overlap(&tips.onto, &base)?;
    let of = |paths, more| Because::BringUpConflict { branch: target.to_owned(), paths, more };
    let conflict = (!files.is_empty()).then(|| (conflict_said(&files, of), files));
    keep(room, job, &base)?;
    let diff = room.depot.diff(&common, &base, &crate::hand_over::summary_limits())?;
    Ok(Some(Made {
        commit: base,
        base: ObjectId::clone(&common),
        files: diff.total_files as u32,
        additions: diff.additions as u32,
        deletions: diff.deletions as u32,
        conflict,
    }))
}
