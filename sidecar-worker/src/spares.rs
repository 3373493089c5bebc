//! One clone made ahead while nothing else is to do, for repositories where making one is most of what a job waits for.
//!
//! It is made by this process from the depot, in a folder that no sandbox shows, and becomes a job's by renaming it.
//! A job's clone never comes back. Where nothing confines what runs none is kept: anybody could have been in it.

use repo::{Depot, Git, JobClone, ObjectId};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// With fewer files a clone is made in a fraction of a second; with more it would take the disk.
const FILES: std::ops::RangeInclusive<u32> = 10_000..=250_000;

/// Of what the next clone is probably wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    depot: PathBuf,
    base: ObjectId,
}

#[derive(Debug, Default)]
struct State {
    wanted: Option<Wanted>,
    /// The depot whose clone is there.
    ready: Option<PathBuf>,
    making: bool,
}

pub(crate) struct Spares {
    folder: PathBuf,
    state: Mutex<State>,
}

impl Spares {
    /// Nothing of a former process is used.
    pub(crate) fn open(data: &Path, worker: &str) -> Self {
        let spares = Self { folder: data.join("spares").join(worker), state: Mutex::default() };
        spares.clear();
        spares
    }

    fn clone_dir(&self) -> PathBuf {
        self.folder.join("clone")
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clear(&self) {
        match std::fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "a clone made ahead stays behind");
            }
            _ => {}
        }
    }

    /// The clone of a job: the one made ahead where there is one, else a fresh one. Blocks.
    pub(crate) fn clone_for_job(
        &self,
        depot: &Depot,
        depot_dir: &Path,
        worker: &str,
        job: &str,
        base: &ObjectId,
        dir: &Path,
    ) -> repo::Result<JobClone> {
        let ready = self.state().ready.take();
        if ready.is_some_and(|of| of == depot_dir) {
            match depot.spare_for_job(&self.clone_dir(), worker, job, base, dir) {
                Ok(clone) => return Ok(clone),
                Err(error) => tracing::debug!(%error, "the clone made ahead is of no use"),
            }
        }
        depot.clone_for_job(worker, job, base, dir)
    }

    /// Remembers what a job stands on, if the next one like it should find a clone.
    pub(crate) fn want(&self, clone: &JobClone, depot_dir: &Path) {
        if clone.files().is_ok_and(|files| FILES.contains(&files)) {
            let wanted = Wanted { depot: depot_dir.to_owned(), base: clone.base.clone() };
            self.state().wanted = Some(wanted);
        }
    }

    /// Makes the clone that is wanted, if it is not there. Blocks; called when nothing else is to do.
    pub(crate) fn make(&self, git: &Git) {
        let wanted = {
            let mut state = self.state();
            let Some(wanted) = state.wanted.clone() else { return };
            if state.making || state.ready.as_ref() == Some(&wanted.depot) {
                return;
            }
            (state.making, state.ready) = (true, None);
            wanted
        };
        self.clear();
        let made = Depot::open_or_create(git, &wanted.depot)
            .and_then(|depot| depot.make_spare(&wanted.base, &self.clone_dir()));
        let mut state = self.state();
        state.making = false;
        match made {
            Ok(()) => state.ready = Some(wanted.depot),
            Err(error) => {
                state.wanted = None;
                tracing::debug!(%error, "no clone is made ahead");
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::process::Command;

    struct Scene {
        folder: tempfile::TempDir,
        git: Git,
        depot: Depot,
        base: ObjectId,
    }

    /// A depot of a repository with so many files.
    fn scene(files: u32) -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let user = folder.path().join("user");
        std::fs::create_dir(&user).unwrap();
        for n in 0..files {
            std::fs::write(user.join(format!("{n}.txt")), "text\n").unwrap();
        }
        let person = |args: &[&str]| {
            let named = ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid"];
            let output = Command::new("git").current_dir(&user).args(named).args(args).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap().trim().to_owned()
        };
        person(&["init", "--quiet", "--initial-branch=main"]);
        person(&["add", "--all"]);
        person(&["commit", "--quiet", "-m", "first"]);
        let base = ObjectId::parse(&person(&["rev-parse", "HEAD"])).unwrap();
        let git = Git::on_path(std::env::var_os("PATH").unwrap(), &folder.path().join("git-home")).unwrap();
        let depot = Depot::open_or_create(&git, &folder.path().join("depot.git")).unwrap();
        depot.sync_from(&user, &["main"]).unwrap();
        Scene { folder, git, depot, base }
    }

    impl Scene {
        fn clone(&self, spares: &Spares, job: &str) -> JobClone {
            let dir = self.folder.path().join(job);
            let depot_dir = self.folder.path().join("depot.git");
            let clone = spares.clone_for_job(&self.depot, &depot_dir, "w-1", job, &self.base, &dir).unwrap();
            spares.want(&clone, &depot_dir);
            clone
        }
    }

    #[test]
    fn a_clone_is_made_ahead_where_there_are_many_files_and_used_once() {
        let scene = scene(*FILES.start());
        let spares = Spares::open(scene.folder.path(), "w-1");
        spares.make(&scene.git);
        assert!(!spares.folder.exists(), "nobody knows of what");
        scene.clone(&spares, "first");
        spares.make(&scene.git);
        let made = spares.clone_dir().join("7.txt");
        assert!(made.exists());
        let clone = scene.clone(&spares, "second");
        assert!(!spares.clone_dir().exists() && clone.dir.join("7.txt").exists());
        scene.clone(&spares, "third");
        spares.make(&scene.git);
        drop(Spares::open(scene.folder.path(), "w-1"));
        assert!(!spares.folder.exists(), "nothing of a former process is used");
        assert!(scene.clone(&spares, "fourth").dir.join("7.txt").exists(), "one that is gone is made fresh");
    }

    #[test]
    fn none_is_made_where_there_are_few() {
        let scene = scene(20);
        let spares = Spares::open(scene.folder.path(), "w-1");
        scene.clone(&spares, "first");
        spares.make(&scene.git);
        assert!(!spares.clone_dir().exists());
    }
}
