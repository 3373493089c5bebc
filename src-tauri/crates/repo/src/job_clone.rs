//! The repository a worker gets: its own git folder and files, borrowing the depot's objects. Nothing in
//! it is a way into the depot or the user's repository, and after a worker had it no git is run in it.
//!
//! The same result as `git clone --shared --no-tags --template=`, made by hand because a clone would also
//! bring a remote named after the depot and every other job's branches, and would copy everything when
//! the history is shallow.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::depot::{Depot, DepotRef, Expected};
use crate::error::IoContext;
use crate::{Git, ObjectId, RepoError, Result, agent_branch, exclude, free_folder, removal};

const IDENTITY: &str = "\
[user]
\tname = Pilothouse worker
\temail = worker@pilothouse.invalid
[gc]
\tauto = 0
[maintenance]
\tauto = false
[commit]
\tgpgSign = false
";

/// A clone is made again rather than repaired, so nothing in it waits for the disk.
pub(crate) const DISPOSABLE: &str = "core.fsync=none";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobClone {
    pub dir: PathBuf,
    /// `agent/<worker>/<job>`, checked out at `base`.
    pub branch: String,
    pub base: ObjectId,
    /// Mount read-only, at this same path.
    pub depot_objects: PathBuf,
}

impl JobClone {
    /// These paths (relative, with `/`) are never committed from here unless the base tracks them. Only before
    /// anybody had the clone.
    pub fn keep_out(&self, paths: &[String]) -> Result<()> {
        exclude::write(&self.dir.join(".git"), paths)
    }
}

impl Depot {
    /// Makes a clone in `dir` (absolute; missing, or an empty folder of this user's, which stays the same one) and keeps
    /// `base` for the job until `release_job`. A base kept before for this job is replaced.
    pub fn clone_for_job(&self, worker: &str, job: &str, base: &ObjectId, dir: &Path) -> Result<JobClone> {
        free_folder::is_there(dir)?;
        let branch = self.begin_clone(worker, job, base)?;
        self.borrow_into(dir, false)?;
        self.make_it_the_jobs(branch, base, dir)
    }

    /// Keeps the base and answers the branch.
    pub(crate) fn begin_clone(&self, worker: &str, job: &str, base: &ObjectId) -> Result<String> {
        let branch = agent_branch(worker, job)?;
        self.tree_of(base)?;
        let keep = DepotRef::Base(job.to_owned());
        let kept = self.read_ref(&keep)?;
        if kept.as_ref() != Some(base) {
            self.keep_base(&keep, base, &Expected::from(kept))?;
        }
        Ok(branch)
    }

    /// A repository that nobody had yet gets the job's identity, its branch and its files at `base`.
    pub(crate) fn make_it_the_jobs(&self, branch: String, base: &ObjectId, dir: &Path) -> Result<JobClone> {
        let git_dir = dir.join(".git");
        let config = git_dir.join("config");
        let mut text = std::fs::read_to_string(&config).at("read", &config)?;
        let _ = write!(text, "{IDENTITY}");
        std::fs::write(&config, text).at("write", &config)?;
        self.check_out(&format!("refs/heads/{branch}"), base, dir)?;
        Ok(JobClone { dir: dir.to_owned(), branch, base: base.clone(), depot_objects: self.objects_dir() })
    }

    /// Writes the files of a commit, those that are there and the same already excepted.
    pub(crate) fn check_out(&self, refname: &str, at: &ObjectId, dir: &Path) -> Result<()> {
        let git_dir = dir.join(".git");
        let head = git_dir.join("HEAD");
        std::fs::write(&head, format!("ref: {refname}\n")).at("write", &head)?;
        self.git()
            .in_dir(&git_dir)
            .setting(DISPOSABLE)
            .flags(&["update-ref", "--no-deref"])
            .value(refname)
            .value(at.as_str())
            .success()?;
        self.git()
            .in_dir(&git_dir)
            .work_tree(dir)
            .setting(DISPOSABLE)
            .flags(&["reset", "--hard", "--quiet"])
            .timeout(Duration::from_secs(600))
            .success()
            .map(drop)
    }

    /// Git's lock on a job's base stays behind when a worker is killed with its git in that instant. A worker that
    /// lost its claim may be late, though, and at the same just now. Git waits for the lock for seconds, so one that
    /// was there before and still is the same one belongs to nobody who lives.
    pub(crate) fn keep_base(&self, keep: &DepotRef, base: &ObjectId, expected: &Expected) -> Result<()> {
        let lock = self.dir().join(format!("{}.lock", keep.name()?));
        let made = || std::fs::metadata(&lock).and_then(|found| found.modified()).ok();
        let before = made();
        match self.write_ref(keep, base, expected) {
            // Whoever was late writes the same base mostly.
            Err(RepoError::RefMoved { actual: Some(actual), .. }) if actual == *base => Ok(()),
            Err(moved @ RepoError::RefMoved { .. }) => Err(moved),
            Err(error) if before.is_none() || before != made() => Err(error),
            Err(error) => match std::fs::remove_file(&lock) {
                Ok(()) => self.write_ref(keep, base, expected),
                Err(_) => Err(error),
            },
            Ok(()) => Ok(()),
        }
    }

    /// Removes a clone's folder, whatever the worker left in it.
    pub fn remove_clone(&self, dir: &Path) -> Result<()> {
        removal::remove_tree(dir)
    }

    /// Lets go of the job's base. What it handed over stays under its own ref.
    pub fn release_job(&self, job: &str) -> Result<()> {
        let keep = DepotRef::Base(job.to_owned());
        match self.read_ref(&keep)? {
            Some(base) => self.remove_ref(&keep, &base),
            None => Ok(()),
        }
    }

    /// The jobs whose bases are kept; true for those that handed something over.
    pub fn jobs_with_a_base(&self) -> Result<Vec<(String, bool)>> {
        let (mut bases, mut handed) = (Vec::new(), BTreeSet::new());
        for (which, _) in self.list_refs()? {
            match which {
                DepotRef::Base(job) => bases.push(job),
                DepotRef::Job(job) => drop(handed.insert(job)),
                _ => {}
            }
        }
        let with_its_work = |job: String| {
            let handed = handed.contains(&job);
            (job, handed)
        };
        Ok(bases.into_iter().map(with_its_work).collect())
    }

    /// An empty repository in `dir` that finds the depot's objects as its own.
    pub(crate) fn borrow_into(&self, dir: &Path, bare: bool) -> Result<()> {
        borrow(self.git(), &self.objects_dir(), dir, bare)
    }
}

pub(crate) fn borrow(git: &Git, objects: &Path, dir: &Path, bare: bool) -> Result<()> {
    let Some(text) = objects.to_str().filter(|text| objects.is_absolute() && !text.contains('\n')) else {
        let reason = "the data folder's path must be absolute, plain text".into();
        return Err(RepoError::BadRef { name: objects.display().to_string(), reason });
    };
    std::fs::create_dir_all(dir).at("create", dir)?;
    let init = &["init", "--quiet", "--template=", "--initial-branch=unborn"];
    let call = git.call().flags(init);
    let call = if bare { call.flags(&["--bare"]) } else { call };
    call.value(dir).success()?;
    let git_dir = if bare { dir.to_owned() } else { dir.join(".git") };
    let info = git_dir.join("objects/info");
    std::fs::create_dir_all(&info).at("create", &info)?;
    let alternates = info.join("alternates");
    std::fs::write(&alternates, format!("{text}\n")).at("write", &alternates)?;
    if let Ok(boundary) = std::fs::read(objects.with_file_name("shallow")) {
        let shallow = git_dir.join("shallow");
        std::fs::write(&shallow, boundary).at("write", &shallow)?;
    }
    Ok(())
}
