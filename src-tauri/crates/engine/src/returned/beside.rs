//! What reached the branch since a change was begun: the other side of a conflict, and what a failed check stood on.

use crate::rooms::Room;
use crate::{Engine, git};
use protocol::merge::MergeEntry;
use protocol::returned::{Beside, CameBack};
use protocol::{ApiError, EntryId};
use repo::ObjectId;
use std::collections::HashMap;
use std::sync::Arc;

/// Commits that are named.
const NAMED: usize = 10;

impl Engine {
    pub(super) async fn beside(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        back: &CameBack,
    ) -> Result<Vec<Beside>, ApiError> {
        let Some(onto) = back.onto.clone() else { return Ok(Vec::new()) };
        let paths: Vec<String> = back.files.iter().map(|file| file.path.clone()).collect();
        let (looked, base) = (room.clone(), entry.base.clone());
        let lines = self
            .blocking(move || {
                let (onto, base) = (ObjectId::parse(&onto)?, ObjectId::parse(&base)?);
                match paths.is_empty() {
                    true => looked.depot.log(&onto, Some(&base), NAMED),
                    false => looked.depot.log_of_paths(&onto, &base, &paths, NAMED),
                }
            })
            .await?
            .map_err(git::api)?;
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        let workspace = room.id.to_string();
        let landed = self.store.read(move |tx| tx.landed_commits(&workspace)).await?;
        let entries: HashMap<String, String> = landed.into_iter().map(|(id, commit)| (commit, id)).collect();
        let of = |commit: &str| entries.get(commit).and_then(|id| EntryId::parse(id).ok());
        Ok(lines
            .into_iter()
            .map(|line| {
                let commit = line.commit.to_string();
                Beside { entry_id: of(&commit), title: line.subject.chars().take(200).collect(), commit }
            })
            .collect())
    }
}
