//! The depot: one bare repository per workspace, in our data folder, with our own configuration. Jobs are
//! cloned from it, hand-overs arrive in it, candidates are built in it. The user's repository is read into
//! it and, after a landing, gets one branch back (`land`).
//!
//! It is never cleaned while jobs live: their clones borrow its objects.

mod compact;
mod refs;
mod sync;

pub use refs::{DepotRef, Expected};
pub use sync::{BranchMovement, SyncReport};

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::IoContext;
use crate::process::{Git, GitCall, private};
use crate::{ObjectId, RepoError, Result, libgit, os, removal};

/// Commits are lost by a power cut only if git was not told to wait for the disk.
const CONFIG: &str = "\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\tlogAllRefUpdates = false
\tfsync = loose-object,pack,pack-metadata,reference
[gc]
\tauto = 0
[maintenance]
\tauto = false
[pilothouse]
\tdepot = 1
";

/// A handle on the depot's folder; cheap to clone, holds nothing open.
#[derive(Clone, Debug)]
pub struct Depot {
    git: Git,
    dir: PathBuf,
}

impl Depot {
    /// `dir` is the bare repository itself (absolute). Created when missing; refused when it is something
    /// else's repository.
    pub fn open_or_create(git: &Git, dir: &Path) -> Result<Self> {
        let depot = Self { git: git.clone(), dir: dir.to_owned() };
        let config = dir.join("config");
        match std::fs::read_to_string(&config) {
            Ok(text) if text == CONFIG => {}
            Ok(text) if text.contains("[pilothouse]") => depot.configure()?,
            Ok(_) => {
                let detail = "it is a repository, but not one of ours".into();
                return Err(RepoError::Unreadable { path: dir.to_owned(), detail });
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => depot.create()?,
            Err(error) => return Err(error).at("read", &config),
        }
        libgit::open(dir)?;
        depot.sweep_incoming()?;
        Ok(depot)
    }

    fn create(&self) -> Result<()> {
        std::fs::create_dir_all(&self.dir).at("create", &self.dir)?;
        private(&self.dir)?;
        // The branch HEAD names must not exist: git would read attributes from what it points at.
        let init = &["init", "--quiet", "--bare", "--template=", "--initial-branch=unborn"];
        self.git.call().flags(init).value(&self.dir).success()?;
        self.configure()
    }

    /// Replaces the file whole, so that a crash leaves the old text or the new one.
    fn configure(&self) -> Result<()> {
        let config = self.dir.join("config");
        let fresh = self.dir.join("config.new");
        std::fs::write(&fresh, CONFIG).at("write", &fresh)?;
        std::fs::rename(&fresh, &config).at("write", &config)
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    pub fn git(&self) -> &Git {
        &self.git
    }

    /// What a job's clone borrows from. Mount it read-only, at the same path.
    pub fn objects_dir(&self) -> PathBuf {
        self.dir.join("objects")
    }

    /// The commit this text names: a full or shortened object id that exists here.
    pub fn resolve(&self, id: &str) -> Result<ObjectId> {
        let hex = (7..=40).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_hexdigit());
        if !hex {
            return Err(RepoError::BadRef {
                name: id.chars().take(60).collect(),
                reason: "not an object id".into(),
            });
        }
        match self.open()?.find_commit_by_prefix(id) {
            Ok(commit) => Ok(commit.id().into()),
            Err(_) => Err(RepoError::NotFound { what: format!("commit {id}") }),
        }
    }

    /// Whether `ancestor` is `id` or lies before it.
    pub fn contains(&self, id: &ObjectId, ancestor: &ObjectId) -> Result<bool> {
        libgit::contains(&self.open()?, id, ancestor)
    }

    pub fn tree_of(&self, commit: &ObjectId) -> Result<ObjectId> {
        Ok(libgit::commit(&self.open()?, commit)?.tree_id().into())
    }

    pub(crate) fn open(&self) -> Result<git2::Repository> {
        libgit::open(&self.dir)
    }

    pub(crate) fn call(&self) -> GitCall<'_> {
        self.git.in_dir(&self.dir)
    }

    fn incoming(&self) -> PathBuf {
        self.dir.join("incoming")
    }

    /// A path that is free, for something that arrives; nothing in this folder outlives a restart.
    pub(crate) fn incoming_path(&self) -> Result<PathBuf> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let dir = self.incoming();
        std::fs::create_dir_all(&dir).at("create", &dir)?;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(dir.join(format!("{}-{number}", std::process::id())))
    }

    /// What a crash left behind: arrivals of processes that are gone, and of an earlier process that had
    /// our id (in a container it is always the same), which is over once we open the depot first.
    fn sweep_incoming(&self) -> Result<()> {
        static OPENED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
        // Held over the sweep: another handle must not begin an arrival meanwhile.
        let mut opened = OPENED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let first = opened.insert(self.dir.clone());
        let dir = self.incoming();
        let Ok(entries) = std::fs::read_dir(&dir) else { return Ok(()) };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let owner = name.to_string_lossy().split('-').next().and_then(|id| id.parse::<u32>().ok());
            let alive = owner.is_some_and(|id| match id == std::process::id() {
                true => !first,
                false => os::process_exists(id),
            });
            if !alive {
                removal::remove_tree(&entry.path())?;
            }
        }
        Ok(())
    }
}
