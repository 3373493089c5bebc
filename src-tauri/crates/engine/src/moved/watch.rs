//! Looks at the branches of a workspace when they change, so that a movement is told although nothing waits to land.

use crate::Engine;
use crate::rooms::Room;
use host::folder_watch::{Depth, FolderWatch};
use repo::UserTip;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How often where the system announces changes: not every file system does. A look reads four references and starts
/// nothing.
const ANNOUNCED: Duration = Duration::from_secs(60);
/// How often where it does not.
const UNANNOUNCED: Duration = Duration::from_secs(3);

impl Engine {
    /// Once for each room.
    pub(crate) async fn start_watch(&self, room: Arc<Room>) {
        let engine = self.clone();
        self.run(async move { engine.watch_branches_loop(room).await }).await;
    }

    async fn watch_branches_loop(&self, room: Arc<Room>) {
        let bell = Arc::new(Notify::new());
        let mut watch = None;
        let mut seen: Option<Vec<UserTip>> = None;
        while !self.is_stopping() {
            if watch.is_none() {
                watch = self.watch(&room, &bell).await;
            }
            match self.tips_now(&room).await {
                Some(tips) if seen.as_ref() == Some(&tips) => {}
                Some(tips) => {
                    if self.look_at(&room).await {
                        seen = Some(tips);
                    }
                }
                // A repository that is gone, or put in another's place, is not the one that is watched.
                None => watch = None,
            }
            let settled = watch.is_some() && seen.is_some();
            tokio::select! {
                () = bell.notified() => {}
                () = tokio::time::sleep(if settled { ANNOUNCED } else { UNANNOUNCED }) => {}
                () = self.stopping() => {}
            }
        }
    }

    async fn watch(&self, room: &Arc<Room>, bell: &Arc<Notify>) -> Option<FolderWatch> {
        let (room, bell) = (room.clone(), bell.clone());
        let watched = self.blocking(move || {
            let shared = repo::shared_git_folder(&room.root).ok()?;
            // Some systems announce the real path, whatever they were asked for.
            let shared = shared.canonicalize().unwrap_or(shared);
            let folders = [Depth::Folder(&shared), Depth::Tree(&shared.join("refs"))];
            let below = shared.join("refs");
            match FolderWatch::on(&folders, move |path| is_of_branches(&below, path), move || bell.notify_one()) {
                Ok(watch) => Some(watch),
                Err(error) => {
                    tracing::debug!(workspace = %room.id, %error, "the branches are looked at every few seconds");
                    None
                }
            }
        });
        watched.await.ok().flatten()
    }

    async fn tips_now(&self, room: &Arc<Room>) -> Option<Vec<UserTip>> {
        let looked = room.clone();
        let tips = self.blocking(move || {
            let row = looked.row();
            repo::user_tips(&looked.root, &[&row.base_branch, &row.integration_branch])
        });
        // A folder that is gone is shown on its workspace.
        tips.await.ok()?.ok()
    }

    /// False when it is to be looked at again.
    async fn look_at(&self, room: &Arc<Room>) -> bool {
        let looked = room.clone();
        match self.blocking(move || looked.look()).await {
            Ok(Ok(_)) => {
                room.merge.notify_one();
                true
            }
            Ok(Err(error)) => {
                tracing::debug!(workspace = %room.id, %error, "the branches cannot be looked at now");
                false
            }
            Err(_) => false,
        }
    }
}

/// References alone, loose or packed: git writes many other files beside them all day.
fn is_of_branches(refs: &Path, path: &Path) -> bool {
    let lock = path.extension() == Some(OsStr::new("lock"));
    !lock && (path.starts_with(refs) || path.file_name() == Some(OsStr::new("packed-refs")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_loose_and_packed_count_and_gits_other_files_do_not() {
        let refs = Path::new("/r/.git/refs");
        let counts = |path: &str| is_of_branches(refs, Path::new(path));
        assert!(counts("/r/.git/refs/heads/main_agents"));
        assert!(counts("/r/.git/refs/remotes/origin/main"));
        assert!(counts("/r/.git/packed-refs"));
        assert!(!counts("/r/.git/refs/heads/main_agents.lock"));
        assert!(!counts("/r/.git/packed-refs.lock"));
        assert!(!counts("/r/.git/index"));
        assert!(!counts("/r/.git/FETCH_HEAD"));
    }
}
