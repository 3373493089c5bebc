//! Tells when something in a few folders changes, as the system announces it.
//!
//! It knows nothing of what the files are for and keeps nothing: whoever is told looks for themselves. Not every file
//! system announces changes (a network drive may not), so nobody should rely on it alone.

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};

/// A watch that lasts as long as this value.
#[derive(Debug)]
pub struct FolderWatch {
    _watcher: RecommendedWatcher,
}

/// The system gives no more watches, or the folder is not there.
#[derive(Debug, thiserror::Error)]
#[error("changes in {path} are not announced: {source}")]
pub struct NotWatched {
    path: PathBuf,
    source: notify::Error,
}

/// One folder and how far down.
#[derive(Debug, Clone, Copy)]
pub enum Depth<'a> {
    /// What is directly in it.
    Folder(&'a Path),
    Tree(&'a Path),
}

impl FolderWatch {
    /// Calls `rings` on a thread of its own after a change of a path that `counts`; looking at files is no change. When
    /// announcements were lost it rings too.
    pub fn on(
        folders: &[Depth<'_>],
        counts: impl Fn(&Path) -> bool + Send + 'static,
        rings: impl Fn() + Send + 'static,
    ) -> Result<Self, NotWatched> {
        let first = folders.first().map_or(Path::new(""), |depth| depth.path());
        let heard = move |event: notify::Result<Event>| {
            if event.map_or(true, |event| {
                event.need_rescan() || changes(event.kind) && event.paths.iter().any(|path| counts(path))
            }) {
                rings();
            }
        };
        let mut watcher = notify::recommended_watcher(heard)
            .map_err(|source| NotWatched { path: first.to_owned(), source })?;
        for depth in folders {
            watcher
                .watch(depth.path(), depth.mode())
                .map_err(|source| NotWatched { path: depth.path().to_owned(), source })?;
        }
        Ok(Self { _watcher: watcher })
    }
}

impl<'a> Depth<'a> {
    fn path(&self) -> &'a Path {
        match *self {
            Depth::Folder(path) | Depth::Tree(path) => path,
        }
    }

    fn mode(&self) -> RecursiveMode {
        match self {
            Depth::Folder(_) => RecursiveMode::NonRecursive,
            Depth::Tree(_) => RecursiveMode::Recursive,
        }
    }
}

fn changes(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Access(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, channel};
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn watch(folder: &Path) -> (FolderWatch, Receiver<()>) {
        let (rings, rung) = channel();
        let counts = |path: &Path| !path.ends_with("index.lock");
        let watch = FolderWatch::on(&[Depth::Tree(folder)], counts, move || {
            let _ = rings.send(());
        });
        (watch.unwrap(), rung)
    }

    #[test]
    fn a_file_that_is_replaced_deep_down_is_told_and_looking_at_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("heads/feature");
        std::fs::create_dir_all(&deep).unwrap();
        let file = deep.join("one");
        std::fs::write(&file, "1").unwrap();
        let (_watch, rung) = watch(folder.path());
        std::fs::read(&file).unwrap();
        std::fs::read_dir(&deep).unwrap().count();
        // What does not count comes before what does: had it rung, it would be the first of two.
        std::fs::write(folder.path().join("index.lock"), "").unwrap();
        std::fs::write(deep.join("one.lock"), "2").unwrap();
        std::fs::rename(deep.join("one.lock"), &file).unwrap();
        rung.recv_timeout(PATIENCE).expect("it is told");
    }

    #[test]
    fn a_folder_made_later_is_watched_too() {
        let folder = tempfile::tempdir().unwrap();
        let (_watch, rung) = watch(folder.path());
        std::fs::create_dir(folder.path().join("new")).unwrap();
        rung.recv_timeout(PATIENCE).expect("the folder is told");
    }

    #[test]
    fn only_what_counts_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let ((asks, asked), (rings, rung)) = (channel(), channel());
        let counts = move |path: &Path| {
            let _ = asks.send(path.to_owned());
            false
        };
        let watch = FolderWatch::on(&[Depth::Tree(folder.path())], counts, move || {
            let _ = rings.send(());
        });
        std::fs::write(folder.path().join("index.lock"), "").unwrap();
        let first: PathBuf = asked.recv_timeout(PATIENCE).expect("it is asked about");
        assert!(first.ends_with("index.lock"));
        drop(watch);
        assert!(rung.recv().is_err(), "it was told");
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        assert!(FolderWatch::on(&[Depth::Folder(&gone)], |_| true, || ()).is_err());
    }
}
