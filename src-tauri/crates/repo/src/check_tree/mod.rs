//! A folder in which checks run on exactly one commit's files, switched and never made anew.
//!
//! Its git folder lies beside it, where the check cannot see it, and borrows the depot's objects. A check
//! may write anything into the folder, so git here runs with our configuration only, never enters a
//! repository found inside, and `.git` entries that a check left are removed before anything else looks.

mod strays;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use crate::depot::Depot;
use crate::error::IoContext;
use crate::job_clone::DISPOSABLE;
use crate::process::{GitCall, Overflow};
use crate::{ObjectId, RepoError, Result, exclude, libgit, removal};

const LIMIT: Duration = Duration::from_secs(600);

/// One slot: `<dir>` with the files, `<dir>.git` beside it.
#[derive(Clone, Debug)]
pub struct CheckTree {
    depot: Depot,
    dir: PathBuf,
    git_dir: PathBuf,
}

/// What a check did to the files it was checking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("the check changed what it was checking: {}", paths.join(", "))]
#[serde(rename_all = "camelCase")]
pub struct EditedTree {
    /// At most 100; changed, missing, or new and not ignored.
    pub paths: Vec<String>,
    pub total: usize,
}

impl Depot {
    /// The check tree in `dir` (absolute); made when missing, empty until switched.
    pub fn check_tree(&self, dir: &Path) -> Result<CheckTree> {
        let tree = CheckTree { depot: self.clone(), dir: dir.to_owned(), git_dir: git_dir_of(dir) };
        if !tree.git_dir.join("objects/info/alternates").is_file() {
            removal::remove_tree(&tree.git_dir)?;
            self.borrow_into(&tree.git_dir, true)?;
        }
        // A crash in the middle of a switch leaves git's lock; the slot has one owner, so nobody holds it.
        let _ = std::fs::remove_file(tree.git_dir.join("index.lock"));
        tree.stand()?;
        Ok(tree)
    }

    /// Removes the check tree in `dir`, or what is left of one. Fine when there is none.
    pub fn remove_check_tree(&self, dir: &Path) -> Result<()> {
        removal::remove_tree(dir)?;
        removal::remove_tree(&git_dir_of(dir))
    }
}

/// Beside the files, out of reach of what runs on them.
fn git_dir_of(dir: &Path) -> PathBuf {
    let mut name = dir.file_name().unwrap_or_default().to_owned();
    name.push(".git");
    dir.with_file_name(name)
}

impl CheckTree {
    /// Where checks run.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// From now on exactly these paths (relative, with `/`) count as ignored, besides what the commit ignores.
    pub fn keep_out(&self, paths: &[String]) -> Result<()> {
        exclude::write(&self.git_dir, paths)
    }

    /// Makes the files exactly `commit`'s. Ignored files (build folders) stay as they are, so that the next
    /// check is warm; everything else that is not the commit's goes.
    pub fn switch_to(&self, commit: &ObjectId) -> Result<()> {
        self.stand()?;
        let boundary = self.depot.dir().join("shallow");
        if boundary.is_file() {
            let ours = self.git_dir.join("shallow");
            std::fs::copy(&boundary, &ours).at("write", &ours)?;
        }
        self.reset(commit)?;
        self.clean(&["clean", "-ffdq"])?;
        strays::remove(&self.depot, commit, &self.dir)
    }

    /// Removes everything that is not the commit's, build folders included. After a check whose entry did
    /// not land, so that it leaves nothing for the next one.
    pub fn purge_untracked(&self) -> Result<()> {
        self.stand()?;
        let head = self.head()?;
        // On a disk that a check has filled, nothing can be written before what it made is gone.
        let emptied = self.clean(&["clean", "-ffdxq"]);
        if let Some(commit) = &head {
            self.reset(commit)?;
        }
        emptied.or_else(|_| self.clean(&["clean", "-ffdxq"]))?;
        match head {
            Some(commit) => strays::remove(&self.depot, &commit, &self.dir),
            None => Ok(()),
        }
    }

    /// Whether the files are still those of the commit whose tree is `expected`. Ignored files may differ.
    pub fn verify_unedited(&self, expected: &ObjectId) -> Result<std::result::Result<(), EditedTree>> {
        let head = self.head()?.ok_or_else(|| RepoError::NotFound { what: "the check's commit".into() })?;
        if self.depot.tree_of(&head)? != *expected {
            let what = format!("tree {} in this check tree", expected.short());
            return Err(RepoError::NotFound { what });
        }
        if !std::fs::symlink_metadata(&self.dir).is_ok_and(|found| found.is_dir()) {
            return Ok(Err(EditedTree { paths: vec![".".into()], total: 1 }));
        }
        let flags = &["status", "--porcelain=v1", "-z", "--no-renames", "--ignore-submodules=all"];
        let call = self.call().flags(flags).flags(&["--untracked-files=all"]);
        let answer = call.cap(4 << 20, Overflow::Truncate).run()?;
        if answer.status != 0 && !answer.truncated {
            // It cannot be looked at any more; a check that does this to its files has edited them.
            return Ok(Err(EditedTree { paths: vec![answer.stderr.trim().to_owned()], total: 1 }));
        }
        let mut paths: Vec<String> = answer
            .stdout
            .split(|byte| *byte == 0)
            .filter(|line| line.len() > 3)
            .map(|line| libgit::text(&line[3..]))
            .collect();
        paths.extend(strays::find(&self.depot, &head, &self.dir)?);
        if paths.is_empty() {
            return Ok(Ok(()));
        }
        let total = paths.len();
        paths.truncate(100);
        Ok(Err(EditedTree { paths, total }))
    }

    fn head(&self) -> Result<Option<ObjectId>> {
        let repo = libgit::open(&self.git_dir)?;
        match repo.head().and_then(|head| head.peel_to_commit()) {
            Ok(commit) => Ok(Some(commit.id().into())),
            Err(_) => Ok(None),
        }
    }

    /// The folder itself, not something put in its place, and no `.git` at its top.
    fn stand(&self) -> Result<()> {
        if !std::fs::symlink_metadata(&self.dir).is_ok_and(|found| found.is_dir()) {
            removal::remove_tree(&self.dir)?;
        }
        std::fs::create_dir_all(&self.dir).at("create", &self.dir)?;
        removal::remove_tree(&self.dir.join(".git"))
    }

    fn reset(&self, commit: &ObjectId) -> Result<()> {
        let reset = || {
            let call = self.call().flags(&["reset", "--hard", "--quiet", "--no-recurse-submodules"]);
            call.value(commit.as_str()).success()
        };
        if reset().is_err() {
            removal::open_up(&self.dir);
            reset()?;
        }
        Ok(())
    }

    fn clean(&self, flags: &[&'static str]) -> Result<()> {
        let clean = || self.call().flags(flags).success();
        if clean().is_err() {
            removal::open_up(&self.dir);
            clean()?;
        }
        Ok(())
    }

    fn call(&self) -> GitCall<'_> {
        let call = self.depot.git().in_dir(&self.git_dir).work_tree(&self.dir);
        call.setting("core.bare=false")
            .setting(DISPOSABLE)
            .setting("core.untrackedCache=false")
            .timeout(LIMIT)
    }
}
