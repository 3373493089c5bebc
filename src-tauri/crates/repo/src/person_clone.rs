//! The repository a person gets who takes a job over: made anew, complete, with nothing borrowed from the depot and
//! nothing of a worker's in it. And reading back what they made of it.
//!
//! What is in the folder is what counts, committed there or not. The folder's own git belongs to the person and to
//! whatever they ran there, so no git of ours runs with it: the files are read into a git folder of our own beside it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use crate::candidate::{CommitObject, Signature, compose};
use crate::depot::{Depot, DepotRef, Expected};
use crate::error::IoContext;
use crate::intake::{Intake, IntakeRequest};
use crate::job_clone::DISPOSABLE;
use crate::process::GitCall;
use crate::transfer::{History, Trust};
use crate::{ObjectId, RepoError, Result, check_branch, exclude, libgit, removal, tree_diff};

const LIMIT: Duration = Duration::from_secs(600);
/// Changed paths that are counted at all.
const PATHS: usize = 100_000;
/// What the names of folders end with that only wait to be removed; something fresh follows.
const GONE: &str = ".gone-";

/// What was checked out for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonClone {
    /// The commit the job stands on.
    pub base: ObjectId,
    /// Its work so far, a child of `base`; checked out where there is some.
    pub kept: Option<ObjectId>,
}

impl Depot {
    /// Makes the clone in `dir` (absolute) on `branch`, at the job's work or at its base. Kept work that does not
    /// continue `base` stands on its own parent. A folder that is there already counts when it is just that clone and
    /// nobody changed anything; another one is never touched.
    pub fn clone_for_person(
        &self,
        job: &str,
        base: &ObjectId,
        kept: Option<&ObjectId>,
        branch: &str,
        dir: &Path,
    ) -> Result<PersonClone> {
        check_branch(branch)?;
        let base = self.stands_on(base, kept)?;
        let made = PersonClone { base, kept: kept.cloned() };
        let tip = made.kept.as_ref().unwrap_or(&made.base);
        let keep = DepotRef::Base(job.to_owned());
        match self.read_ref(&keep)? {
            Some(at) if at == made.base => {}
            before => self.write_ref(&keep, &made.base, &Expected::from(before))?,
        }
        if dir.exists() {
            return match self.changes_of_person(dir, &made.base, tip) {
                Ok(changed) if changed.is_empty() => Ok(made),
                _ => Err(RepoError::Unsupported {
                    path: dir.to_owned(),
                    detail: "it holds files from before; move it away and try again".into(),
                }),
            };
        }
        let new = beside(dir, ".new");
        removal::remove_tree(&new)?;
        self.fill(&new, tip, branch)?;
        std::fs::rename(&new, dir).at("make", dir)?;
        Ok(made)
    }

    fn stands_on(&self, base: &ObjectId, kept: Option<&ObjectId>) -> Result<ObjectId> {
        let Some(kept) = kept else {
            self.tree_of(base)?;
            return Ok(base.clone());
        };
        if self.contains(kept, base)? {
            return Ok(base.clone());
        }
        Ok(libgit::commit(&self.open()?, kept)?.parent_id(0)?.into())
    }

    fn fill(&self, dir: &Path, tip: &ObjectId, branch: &str) -> Result<()> {
        std::fs::create_dir_all(dir).at("create", dir)?;
        let init = &["init", "--quiet", "--template=", "--initial-branch=unborn"];
        self.git().call().flags(init).value(dir).success()?;
        let git_dir = dir.join(".git");
        if let Ok(boundary) = std::fs::read(self.dir().join("shallow")) {
            let shallow = git_dir.join("shallow");
            std::fs::write(&shallow, boundary).at("write", &shallow)?;
        }
        let wants = std::slice::from_ref(tip);
        let history = History { git: self.git(), from: self.dir(), wants, haves: &[] };
        history.copy_into(self, &git_dir, Trust::Owner)?;
        // What its `git status` leaves out is what is left out when it comes back.
        exclude::write(&git_dir, &[])?;
        let head = git_dir.join("HEAD");
        std::fs::write(&head, format!("ref: refs/heads/{branch}\n")).at("write", &head)?;
        let name = format!("refs/heads/{branch}");
        let call = self.git().in_dir(&git_dir).flags(&["update-ref", "--no-deref"]);
        call.value(name).value(tip.as_str()).success()?;
        let reset = self.git().in_dir(&git_dir).work_tree(dir).flags(&["reset", "--hard", "--quiet"]);
        reset.timeout(LIMIT).success().map(drop)
    }

    /// Paths in the folder that differ from `since`, a commit on `base` or `base` itself.
    pub fn changes_of_person(&self, dir: &Path, base: &ObjectId, since: &ObjectId) -> Result<Vec<String>> {
        let reading = Reading::of(self, dir, base)?;
        let (before, now) = (self.tree_of(since)?, reading.tree()?);
        let repo = libgit::open(&reading.git_dir)?;
        let changes = tree_diff::between(&repo, &before, &now, PATHS)?;
        Ok(changes.iter().map(|change| libgit::text(&change.path)).collect())
    }

    /// The folder's files as one commit on the request's base, in the depot as the job's work, under the rules of
    /// every hand-over. None when nothing differs from the base.
    pub fn take_in_person(
        &self,
        dir: &Path,
        message: &str,
        who: &Signature,
        request: &IntakeRequest<'_>,
    ) -> Result<Option<Intake>> {
        let reading = Reading::of(self, dir, request.base)?;
        let tree = reading.tree()?;
        if tree == self.tree_of(request.base)? {
            return Ok(None);
        }
        let object = CommitObject {
            tree: &tree,
            parents: std::slice::from_ref(request.base),
            author: &who.line(),
            committer: who,
            message: compose(message.as_bytes(), &Default::default()),
        };
        let commit = object.write_into(self.git(), &reading.git_dir)?;
        self.take_in_commit(&reading.git_dir, &commit, request).map(Some)
    }
}

/// A git folder of ours beside a person's folder.
struct Reading<'d> {
    depot: &'d Depot,
    dir: &'d Path,
    git_dir: PathBuf,
}

impl<'d> Reading<'d> {
    fn of(depot: &'d Depot, dir: &'d Path, base: &ObjectId) -> Result<Self> {
        let reading = Self { depot, dir, git_dir: beside(dir, ".reading.git") };
        if !reading.git_dir.join("objects/info/alternates").is_file() {
            removal::remove_tree(&reading.git_dir)?;
            depot.borrow_into(&reading.git_dir, true)?;
        }
        let _ = std::fs::remove_file(reading.git_dir.join("index.lock"));
        exclude::write(&reading.git_dir, &[])?;
        reading.call().flags(&["read-tree"]).value(base.as_str()).success()?;
        Ok(reading)
    }

    fn tree(&self) -> Result<ObjectId> {
        self.call().flags(&["add", "--all", "--", "."]).success()?;
        let forced = self.forced()?;
        if !forced.is_empty() {
            let add = self.call().flags(&["update-index", "--add", "-z", "--stdin"]);
            add.input(forced.join(&0).into_iter().chain([0]).collect::<Vec<u8>>()).success()?;
        }
        ObjectId::parse(self.call().flags(&["write-tree"]).success()?.text().trim())
    }

    /// Ignored files that the person added all the same: their index names them, ours does not. The index is only
    /// read, as a file; what cannot be read says nothing.
    fn forced(&self) -> Result<Vec<Vec<u8>>> {
        let Ok(theirs) = git2::Index::open(&self.dir.join(".git/index")) else { return Ok(Vec::new()) };
        let ours = git2::Index::open(&self.git_dir.join("index"))?;
        let ours: BTreeSet<Vec<u8>> = ours.iter().map(|entry| entry.path).collect();
        let forced = theirs.iter().filter(|entry| entry.mode as i32 != tree_diff::SUBMODULE).map(|e| e.path);
        Ok(forced.filter(|path| !ours.contains(path) && self.is_file_inside(path)).take(PATHS).collect())
    }

    /// A file or link at a path that leads through folders alone.
    fn is_file_inside(&self, path: &[u8]) -> bool {
        let Ok(path) = std::str::from_utf8(path) else { return false };
        let mut at = self.dir.to_owned();
        let mut parts = Path::new(path).components().peekable();
        while let Some(part) = parts.next() {
            let Component::Normal(name) = part else { return false };
            at.push(name);
            let Ok(found) = at.symlink_metadata() else { return false };
            if parts.peek().is_some() != found.is_dir() {
                return false;
            }
        }
        true
    }

    fn call(&self) -> GitCall<'d> {
        let call = self.depot.git().in_dir(&self.git_dir).work_tree(self.dir).setting("core.bare=false");
        let call = call.setting(DISPOSABLE).setting("core.untrackedCache=false");
        call.setting("advice.addEmbeddedRepo=false").timeout(LIMIT)
    }
}

fn beside(dir: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = dir.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    dir.with_file_name(name)
}

/// Puts a person's folder out of the way, and removes it. Cut short, the rest goes with [`remove_retired`]. `fresh`
/// makes its name its own.
pub fn retire_person_clone(dir: &Path, fresh: &str) -> Result<()> {
    removal::remove_tree(&beside(dir, ".reading.git"))?;
    if dir.symlink_metadata().is_err() {
        return Ok(());
    }
    let gone = beside(dir, &format!("{GONE}{fresh}"));
    std::fs::rename(dir, &gone).at("remove", dir)?;
    removal::remove_tree(&gone)
}

/// Removes what a crash left of folders on their way out.
pub fn remove_retired(place: &Path) -> Result<()> {
    let entries = match std::fs::read_dir(place) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).at("list", place),
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().contains(GONE) {
            removal::remove_tree(&entry.path())?;
        }
    }
    Ok(())
}
