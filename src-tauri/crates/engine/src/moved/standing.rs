//! What of the branches stands in the queue's way now, or is worth knowing, each with what to do.

use crate::Engine;
use crate::rooms::Room;
use protocol::ApiError;
use protocol::merge::MergeEntry;
use protocol::returned::RedBase;
use repo::{DepotRef, ObjectId, RepoError};
use std::sync::Arc;

impl Engine {
    /// Sentences for the queue, and the check that fails on the branch itself, if one does.
    pub(crate) async fn queue_standing(
        &self,
        room: &Arc<Room>,
        entries: &[MergeEntry],
    ) -> Result<(Vec<String>, Option<RedBase>), ApiError> {
        let id = room.id.to_string();
        let last = self.store.read(move |tx| tx.last_landed(&id)).await?;
        let looked = room.clone();
        let standing = self.blocking(move || branches(&looked, last)).await?;
        let mut warnings = standing.unwrap_or_else(|error| vec![crate::git::api(error).message]);
        let red = |entry: &MergeEntry| entry.repair.as_ref()?.red_base.as_deref().cloned();
        let waiting: Vec<RedBase> = entries.iter().filter_map(red).collect();
        let first = waiting.first().cloned();
        if let Some(red) = &first {
            let commit = red.commit.get(..10).unwrap_or(&red.commit);
            let waits = match waiting.len() {
                1 => "One change waits for it".to_owned(),
                more => format!("{more} changes wait for it"),
            };
            warnings.insert(
                0,
                format!(
                    "The check “{}” fails on {} itself, at {commit}. {waits}, and none is blamed. Mend the branch, or ask for a change that makes the check pass: that one can land.",
                    red.check, red.branch
                ),
            );
        }
        Ok((warnings, first))
    }
}

fn branches(room: &Room, last_landed: Option<String>) -> Result<Vec<String>, RepoError> {
    let row = room.row();
    let (base, branch) = (&row.base_branch, &row.integration_branch);
    let tips = repo::user_tips(&room.root, &[base, branch])?;
    let [of_base, of_branch] = tips.as_slice() else { return Ok(Vec::new()) };
    let Some(integration) = room.depot.read_ref(&DepotRef::Integration(branch.clone()))? else {
        return Ok(Vec::new());
    };
    let short = integration.short();
    let mut warnings = Vec::new();
    if of_base.local.is_none() && of_base.remote.is_none() {
        warnings.push(format!(
            "The branch {base} is not in your repository any more. Work goes on from {branch}; make {base} again to land on it."
        ));
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
                warnings.push(format!(
                    "{branch} is not in your repository any more. What landed is kept at {short}; the next landing makes the branch again. To have it now: `git branch {branch} {short}`."
                ));
            }
        }
        (Some(_), Some(remote)) if lacks(remote) => warnings.push(format!(
            "origin/{branch} has commits that {branch} does not have ({}). Nothing is overwritten; take them in with `git merge origin/{branch}` on {branch}, and what is open is built anew on that.",
            remote.short()
        )),
        (None, Some(remote)) if lacks(remote) => warnings.push(format!(
            "{branch} is in your repository only as origin/{branch}, which has another history than what landed here ({short}). Make {branch} where you want it to be: `git branch {branch} {short}` or `git branch {branch} origin/{branch}`."
        )),
        _ => {}
    }
    if let Some(last) = last_landed.and_then(|commit| ObjectId::parse(&commit).ok())
        && lacks(&last)
    {
        warnings.push(format!(
            "What landed last ({}) is not on {branch} any more: it was reset or rewritten from outside. It is kept; to have it back, `git merge {}` on {branch}.",
            last.short(),
            last.short()
        ));
    }
    Ok(warnings)
}
