//! A tree and a HOME for one run alone, with the layers in them. Whatever ran there before is gone.

use super::run::internal;
use super::wanted::On;
use crate::rooms::Room;
use crate::{Engine, git};
use host::layers::Layer;
use protocol::ApiError;
use protocol::check::CheckPlan;
use repo::{CheckTree, ObjectId};
use std::path::Path;
use std::sync::Arc;

impl Engine {
    /// Lays `commit` out in `dir`, with the set-up it needs there and in `home`. A layer that is not there is an
    /// error: prepare first.
    pub(crate) async fn fresh_tree(
        &self,
        room: &Arc<Room>,
        plan: &CheckPlan,
        commit: &ObjectId,
        (dir, home): (&Path, &Path),
    ) -> Result<CheckTree, ApiError> {
        let mut layers: Vec<Layer> = Vec::new();
        for wanted in self.wanted(room, plan, On::Commit(commit.clone())).await? {
            let layer = self.layer(&wanted).await?;
            layers.push(layer.ok_or_else(|| {
                internal(format!("The set-up of `{}` was removed meanwhile. Try again.", wanted.command()))
            })?);
        }
        let (store, depot, commit) = (self.layers.clone(), room.depot.clone(), commit.clone());
        let (dir, home) = (dir.to_owned(), home.to_owned());
        self.blocking(move || {
            depot.check_tree(&dir).and_then(CheckTree::remove).map_err(git::api)?;
            depot.remove_clone(&home).map_err(git::api)?;
            let tree = depot.check_tree(&dir).map_err(git::api)?;
            let kept_out: Vec<String> = layers.iter().flat_map(|layer| layer.work.clone()).collect();
            tree.keep_out(&kept_out).map_err(git::api)?;
            tree.switch_to(&commit).map_err(git::api)?;
            host::paths::private_folder(&home)
                .map_err(|e| internal(format!("{} cannot be made: {e}.", home.display())))?;
            for layer in &layers {
                store.apply(layer, &dir, &home).map_err(|e| internal(e.to_string()))?;
            }
            Ok(tree)
        })
        .await?
    }
}
