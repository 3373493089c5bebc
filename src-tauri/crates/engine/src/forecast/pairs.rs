//! What was found out about commits, so that it is found out once: their changed files, and whether two conflict.

use super::Live;
use crate::rooms::Room;
use crate::{Engine, git};
use flow::forecast::Shared;
use protocol::ApiError;
use protocol::forecast::OverlapKind;
use repo::{ObjectId, RepoError};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pairs and ranges that are remembered; beyond that everything is forgotten and found out again.
const KEPT: usize = 1_000;

type Pair = (ObjectId, ObjectId);

#[derive(Default)]
pub(crate) struct Known(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    /// Paths in which two commits conflict.
    conflicts: BTreeMap<Pair, Vec<String>>,
    /// Paths that changed between two commits.
    changed: BTreeMap<Pair, Vec<String>>,
    /// Of the newest tip.
    files: Option<(ObjectId, Vec<String>)>,
}

impl Known {
    pub(super) fn changed(
        &self,
        base: &ObjectId,
        commit: &ObjectId,
        find: impl FnOnce() -> Result<Vec<String>, RepoError>,
    ) -> Result<Vec<String>, RepoError> {
        let pair = (base.clone(), commit.clone());
        if let Some(paths) = self.remembered().changed.get(&pair) {
            return Ok(paths.clone());
        }
        let paths = find()?;
        keep(&mut self.remembered().changed, pair, paths.clone());
        Ok(paths)
    }

    pub(super) fn files(
        &self,
        tip: &ObjectId,
        find: impl FnOnce() -> Result<Vec<String>, RepoError>,
    ) -> Result<Vec<String>, RepoError> {
        if let Some((at, files)) = &self.remembered().files
            && at == tip
        {
            return Ok(files.clone());
        }
        let files = find()?;
        self.remembered().files = Some((tip.clone(), files.clone()));
        Ok(files)
    }

    fn conflicts(&self, room: &Room, one: &ObjectId, other: &ObjectId) -> Result<Vec<String>, RepoError> {
        // Who is merged into whom makes no difference to whether they conflict.
        let pair = if one <= other { (one.clone(), other.clone()) } else { (other.clone(), one.clone()) };
        if let Some(paths) = self.remembered().conflicts.get(&pair) {
            return Ok(paths.clone());
        }
        let found = room.depot.overlap(&pair.0, &pair.1)?;
        let paths: Vec<String> = found.into_iter().map(|file| file.path).collect();
        keep(&mut self.remembered().conflicts, pair, paths.clone());
        Ok(paths)
    }

    fn remembered(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn keep(map: &mut BTreeMap<Pair, Vec<String>>, pair: Pair, paths: Vec<String>) {
    if map.len() >= KEPT {
        map.clear();
    }
    map.insert(pair, paths);
}

impl Engine {
    /// Of two that changed the same files, whether they conflict there.
    pub(super) async fn surely(
        &self,
        room: &Arc<Room>,
        one: &Live,
        other: &Live,
        found: Shared,
    ) -> Result<Shared, ApiError> {
        let (Some(one), Some(other)) = (one.commit.clone(), other.commit.clone()) else { return Ok(found) };
        let room = room.clone();
        let merged = self.blocking(move || room.forecast.conflicts(&room, &one, &other)).await?;
        Ok(match merged.map_err(git::api)? {
            paths if paths.is_empty() => found,
            paths => Shared { kind: OverlapKind::Conflict, paths },
        })
    }
}
