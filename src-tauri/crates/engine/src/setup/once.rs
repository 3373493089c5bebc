//! Places for one run alone: a check tree and a HOME apart from those of the queue's slots. Each is made new for its
//! run and gone after it; what a server that died left in one is removed by the next, or by the next run there.

use super::run::internal;
use super::wanted::On;
use crate::rooms::Room;
use crate::{Engine, git};
use host::layers::Layer;
use protocol::ApiError;
use protocol::check::CheckPlan;
use repo::{CheckTree, ObjectId};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// What the run is for; each has one place in a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Once {
    /// Whether a check fails on the branch itself.
    Branch,
    /// The proof for the user's own branch.
    Main,
    /// A trial of the checks.
    DryRun,
    /// A trial of an entry of the queue.
    Entry,
    SetUp,
    /// A person's own command.
    Command,
}

impl Once {
    const ALL: [Once; 6] = [Once::Branch, Once::Main, Once::DryRun, Once::Entry, Once::SetUp, Once::Command];

    /// Name of its tree; different from the slots'.
    fn name(self) -> &'static str {
        match self {
            Once::Branch => "branch",
            Once::Main => "main",
            Once::DryRun => "dry-run",
            Once::Entry => "try",
            Once::SetUp => "set-up",
            Once::Command => "command",
        }
    }
}

/// Who is in which place: one run at a time, and nobody clears it meanwhile.
#[derive(Default)]
pub(crate) struct OnceTurns([Arc<Mutex<()>>; Once::ALL.len()]);

impl OnceTurns {
    fn of(&self, once: Once) -> Arc<Mutex<()>> {
        let [branch, main, dry_run, entry, set_up, command] = &self.0;
        Arc::clone(match once {
            Once::Branch => branch,
            Once::Main => main,
            Once::DryRun => dry_run,
            Once::Entry => entry,
            Once::SetUp => set_up,
            Once::Command => command,
        })
    }
}

/// A place that is laid out.
pub(crate) struct Laid {
    pub tree: CheckTree,
    pub home: PathBuf,
    turn: OwnedMutexGuard<()>,
}

impl Engine {
    /// Lays `commit` out with the set-up it needs. A layer that is not there is an error: prepare first.
    pub(crate) async fn fresh_tree(
        &self,
        room: &Arc<Room>,
        once: Once,
        plan: &CheckPlan,
        commit: &ObjectId,
    ) -> Result<Laid, ApiError> {
        let mut layers: Vec<Layer> = Vec::new();
        for wanted in self.wanted(room, plan, On::Commit(commit.clone())).await? {
            let layer = self.layer(&wanted).await?;
            layers.push(layer.ok_or_else(|| {
                internal(format!("The set-up of `{}` was removed meanwhile. Try again.", wanted.command()))
            })?);
        }
        let kept_out = layers.iter().flat_map(|layer| layer.work.clone()).collect();
        self.lay_out(room, once, commit, layers, kept_out).await
    }

    /// The same with exactly these layers. The paths in `kept_out` count as ignored in the tree.
    pub(super) async fn lay_out(
        &self,
        room: &Arc<Room>,
        once: Once,
        commit: &ObjectId,
        layers: Vec<Layer>,
        kept_out: Vec<String>,
    ) -> Result<Laid, ApiError> {
        let turn = room.once.of(once).lock_owned().await;
        let (dir, home) = self.place_of(room, once);
        let (store, depot, commit) = (self.layers.clone(), room.depot.clone(), commit.clone());
        self.blocking(move || {
            depot.remove_check_tree(&dir).and_then(|()| depot.remove_clone(&home)).map_err(git::api)?;
            let tree = depot.check_tree(&dir).map_err(git::api)?;
            tree.keep_out(&kept_out).map_err(git::api)?;
            tree.switch_to(&commit).map_err(git::api)?;
            host::paths::private_folder(&home)
                .map_err(|e| internal(format!("{} cannot be made: {e}.", home.display())))?;
            for layer in &layers {
                store.apply(layer, &dir, &home).map_err(|e| internal(e.to_string()))?;
            }
            Ok(Laid { tree, home, turn })
        })
        .await?
    }

    /// After the run.
    pub(crate) async fn clear_once(&self, room: &Arc<Room>, laid: Laid) -> Result<(), ApiError> {
        self.clear_place(room, (laid.tree.dir().to_owned(), laid.home), laid.turn).await
    }

    /// Removes what is left in places where nobody is.
    pub(crate) async fn clear_places(&self) -> Result<(), ApiError> {
        for room in self.room_list() {
            for once in Once::ALL {
                if let Ok(turn) = room.once.of(once).try_lock_owned() {
                    self.clear_place(&room, self.place_of(&room, once), turn).await?;
                }
            }
        }
        Ok(())
    }

    /// What cannot be removed is told, and removed by the next run there.
    async fn clear_place(
        &self,
        room: &Arc<Room>,
        (dir, home): (PathBuf, PathBuf),
        turn: OwnedMutexGuard<()>,
    ) -> Result<(), ApiError> {
        let depot = room.depot.clone();
        let cleared = self.blocking(move || {
            let cleared = depot.remove_check_tree(&dir).and_then(|()| depot.remove_clone(&home));
            drop(turn);
            cleared
        });
        if let Err(error) = cleared.await? {
            tracing::warn!(workspace = %room.id, %error, "the folder of a run stays behind");
        }
        Ok(())
    }

    fn place_of(&self, room: &Room, once: Once) -> (PathBuf, PathBuf) {
        let dir = self.data.candidates().join(room.id.as_str()).join(once.name());
        (dir, self.data.homes().join(format!("{}-{}", once.name(), room.id)))
    }
}
