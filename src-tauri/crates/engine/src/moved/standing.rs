//! What of the branches stands in the queue's way now, or is worth knowing, each with what to do.

use crate::Engine;
use crate::rooms::Room;
use protocol::ApiError;
use protocol::because::NoteCode;
use protocol::merge::MergeEntry;
use protocol::returned::RedBase;
use repo::{DepotRef, ObjectId, RepoError};
use std::sync::Arc;

impl Engine {
    /// What is worth knowing of the queue's branches, and the check that fails on the branch itself, if one does.
    pub(crate) async fn queue_standing(
        &self,
        room: &Arc<Room>,
        entries: &[MergeEntry],
    ) -> Result<(Vec<NoteCode>, Option<RedBase>), ApiError> {
        let id = room.id.to_string();
        let last = self.store.read(move |tx| tx.last_landed(&id)).await?;
        let looked = room.clone();
        let standing = self.blocking(move || branches(&looked, last)).await?;
        let mut notes = standing.unwrap_or_else(|error| {
            let error = crate::git::api(error);
            vec![NoteCode::Failed { error: error.code, said: error.message }]
        });
        let red = |entry: &MergeEntry| entry.repair.as_ref()?.red_base.as_deref().cloned();
        let waiting: Vec<RedBase> = entries.iter().filter_map(red).collect();
        let first = waiting.first().cloned();
        if let Some(red) = &first {
            let waiting = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
            let RedBase { check, branch, commit, .. } = red.clone();
            notes.insert(0, NoteCode::BranchFails { check, branch, commit, waiting });
        }
        Ok((notes, first))
    }
}

fn branches(room: &Room, last_landed: Option<String>) -> Result<Vec<NoteCode>, RepoError> {
    let row = room.row();
    let (base, branch) = (&row.base_branch, &row.integration_branch);
    let tips = repo::user_tips(&room.root, &[base, branch])?;
    let [of_base, of_branch] = tips.as_slice() else { return Ok(Vec::new()) };
    let Some(integration) = room.depot.read_ref(&DepotRef::Integration(branch.clone()))? else {
        return Ok(Vec::new());
    };
    let (base, branch) = (base.clone(), branch.clone());
    let short = integration.short().to_string();
    let mut notes = Vec::new();
    if of_base.local.is_none() && of_base.remote.is_none() {
        notes.push(NoteCode::BaseGone { base, branch: branch.clone() });
    }
    let has = |commit: &ObjectId| room.depot.contains(&integration, commit);
    // Fetched and not here: the depot may not even know it.
    let lacks = |commit: &ObjectId| has(commit).map_or(true, |has| !has);
    match (&of_branch.local, &of_branch.remote) {
        (None, None) => {
            let own = match &of_base.local {
                Some(base) => !room.depot.contains(base, &integration).unwrap_or(false),
                None => true,
            };
            if own {
                notes.push(NoteCode::BranchGone { branch: branch.clone(), commit: short });
            }
        }
        (Some(_), Some(remote)) if lacks(remote) => {
            let commit = remote.short().to_string();
            notes.push(NoteCode::RemoteAhead { branch: branch.clone(), commit });
        }
        (None, Some(remote)) if lacks(remote) => {
            notes.push(NoteCode::RemoteOnly { branch: branch.clone(), commit: short });
        }
        _ => {}
    }
    if let Some(last) = last_landed.and_then(|commit| ObjectId::parse(&commit).ok())
        && lacks(&last)
    {
        notes.push(NoteCode::Rewritten { branch, commit: last.short().to_string() });
    }
    Ok(notes)
}
