//! Laying layers into the merge queue's check tree and its HOME, which outlive a single check.

use super::run::internal;
use super::wanted::{On, Wanted};
use crate::rooms::Room;
use crate::{Engine, git};
use host::layers::{Layer, LayerStore};
use protocol::ApiError;
use protocol::check::CheckPlan;
use protocol::merge::MergeEntry;
use repo::{CheckTree, Depot, ObjectId};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What lies in a check tree and its HOME; stored beside the tree.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Laid {
    digests: Vec<String>,
    work: Vec<String>,
    home: Vec<String>,
}

impl Laid {
    fn of(layers: &[Layer]) -> Self {
        Self {
            digests: layers.iter().map(|l| l.digest.clone()).collect(),
            work: layers.iter().flat_map(|l| l.work.clone()).collect(),
            home: layers.iter().flat_map(|l| l.home.clone()).collect(),
        }
    }

    fn read(file: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(file).ok()?).ok()
    }

    /// Whether everything is still where it was laid.
    fn stands(&self, dir: &Path, home: &Path) -> bool {
        let all = |root: &Path, paths: &[String]| {
            paths.iter().all(|path| root.join(path).symlink_metadata().is_ok())
        };
        all(dir, &self.work) && all(home, &self.home)
    }
}

impl Engine {
    /// HOME of the checks in a slot.
    pub(crate) fn check_home(&self, room: &Room, slot: &CheckTree) -> PathBuf {
        let name = slot.dir().file_name().unwrap_or_default().to_string_lossy();
        self.data.homes().join(format!("check-{}-{name}", room.id))
    }

    /// Makes the check tree exactly the entry's candidate with the set-up it needs, and its HOME alike.
    pub(crate) async fn stand_on(
        &self,
        room: &Arc<Room>,
        plan: &CheckPlan,
        slot: &CheckTree,
        entry: &MergeEntry,
    ) -> Result<(), ApiError> {
        let on = On::candidate(entry)?;
        let On::Candidate { commit, .. } = on.clone() else { return Ok(()) };
        let mut layers = Vec::new();
        for wanted in self.wanted(room, plan, on).await? {
            layers.push(self.layer(&wanted).await?.ok_or_else(|| gone(&wanted))?);
        }
        let (store, depot, slot, home, commit) =
            (self.layers.clone(), room.depot.clone(), slot.clone(), self.check_home(room, slot), commit);
        self.blocking(move || stand(&store, &depot, &slot, &home, &commit, &layers)).await?
    }

    /// Forgets what a check left in its tree and its HOME, set-up included. The tree stays, with its commit's files.
    pub(crate) async fn clear_check(&self, room: &Arc<Room>, slot: &CheckTree) -> Result<(), ApiError> {
        let (depot, slot, home) = (room.depot.clone(), slot.clone(), self.check_home(room, slot));
        self.blocking(move || {
            let file = laid_note(&slot);
            let _ = std::fs::remove_file(&file);
            slot.purge_untracked().and_then(|()| depot.remove_clone(&home)).map_err(git::api)?;
            // Known to be empty, so that whoever comes next switches it and makes nothing anew.
            write(&file, &Laid::default())
        })
        .await?
    }
}

fn stand(
    store: &LayerStore,
    depot: &Depot,
    slot: &CheckTree,
    home: &Path,
    commit: &ObjectId,
    layers: &[Layer],
) -> Result<(), ApiError> {
    let (file, wanted) = (laid_note(slot), Laid::of(layers));
    let before = Laid::read(&file);
    let fresh = before.as_ref() == Some(&wanted) && wanted.stands(slot.dir(), home);
    if !fresh {
        let _ = std::fs::remove_file(&file);
        clear(depot, slot, home, before, &wanted).map_err(git::api)?;
    }
    slot.keep_out(&wanted.work).map_err(git::api)?;
    slot.switch_to(commit).map_err(git::api)?;
    host::paths::private_folder(home)
        .map_err(|e| internal(format!("{} cannot be made: {e}.", home.display())))?;
    if fresh {
        return Ok(());
    }
    for layer in layers {
        store.apply(layer, slot.dir(), home).map_err(|e| internal(e.to_string()))?;
    }
    write(&file, &wanted)
}

/// A torn note cannot be read, which is the same as none.
fn write(file: &Path, laid: &Laid) -> Result<(), ApiError> {
    let text = serde_json::to_vec(laid).map_err(|e| internal(e.to_string()))?;
    std::fs::write(file, text).map_err(|e| internal(format!("{} cannot be written: {e}.", file.display())))
}

/// Makes room for other layers. Copies never replace, so what was laid before has to go.
fn clear(
    depot: &Depot,
    slot: &CheckTree,
    home: &Path,
    before: Option<Laid>,
    wanted: &Laid,
) -> Result<(), repo::RepoError> {
    let Some(before) = before else {
        // Nothing is known about what lies here; a crash may have left half a layer.
        return depot.remove_clone(slot.dir()).and_then(|()| depot.remove_clone(home));
    };
    for path in before.home.iter().filter_map(|path| inside(home, path)) {
        depot.remove_clone(&path)?;
    }
    if before.work.is_empty() && wanted.work.is_empty() {
        return Ok(());
    }
    // Build folders of a layer are trusted by build tools wherever a source is older than they are. So every
    // source is written anew, after the layer was made.
    depot.remove_clone(slot.dir())
}

/// The path below `root`, unless something led out of it on the way: a check may have put a link there.
fn inside(root: &Path, path: &str) -> Option<PathBuf> {
    let mut at = root.to_owned();
    for part in path.split('/') {
        if matches!(part, "" | "." | "..") || !at.symlink_metadata().is_ok_and(|found| found.is_dir()) {
            return None;
        }
        at.push(part);
    }
    Some(at)
}

/// Where it is written down what lies in a check tree.
pub(crate) fn laid_note(slot: &CheckTree) -> PathBuf {
    slot.dir().with_extension("layers.json")
}

fn gone(wanted: &Wanted) -> ApiError {
    internal(format!("The set-up of `{}` was removed meanwhile; it is made again.", wanted.command()))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_removed_through_a_link_or_out_of_the_tree() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(temp.path().join("a/b")).unwrap();
        std::os::unix::fs::symlink("/", temp.path().join("out")).unwrap();
        assert_eq!(inside(temp.path(), "a/b/c"), Some(temp.path().join("a/b/c")));
        assert_eq!(inside(temp.path(), "out"), Some(temp.path().join("out")), "the link itself is ours");
        for path in ["out/etc", "../x", "a/../../x", "missing/x", ""] {
            assert_eq!(inside(temp.path(), path), None, "{path}");
        }
    }
}
