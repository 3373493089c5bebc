//! Where a history is cut off, as that of a shallow clone is: commits whose parents nobody here has. Git looks for them
//! in the file `shallow` of a repository; without it it would look for the parents.

use crate::depot::Depot;
use crate::error::IoContext;
use crate::process::GitCall;
use crate::{ObjectId, Result, libgit};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Names another such file for one call.
const FILE: &str = "GIT_SHALLOW_FILE";

impl Depot {
    /// Commits at which its history is cut off; none of a depot that has all of it.
    pub fn boundary(&self) -> Result<BTreeSet<ObjectId>> {
        read(self.dir())
    }

    /// Written beside its place, so that git sees the old one or the new one.
    pub(crate) fn keep_boundary(&self, ends: &BTreeSet<ObjectId>) -> Result<()> {
        let (fresh, place) = (self.dir().join("shallow.new"), self.dir().join("shallow"));
        std::fs::write(&fresh, text(ends)).at("write", &fresh)?;
        std::fs::rename(&fresh, &place).at("write", &place)
    }
}

/// That of the repository with this git folder.
pub(crate) fn read(git_dir: &Path) -> Result<BTreeSet<ObjectId>> {
    let file = git_dir.join("shallow");
    let bytes = match std::fs::read(&file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        bytes => bytes.at("read", &file)?,
    };
    let lines = bytes.split(|b| *b == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| ObjectId::parse(&libgit::text(line))).collect()
}

fn text(ends: &BTreeSet<ObjectId>) -> String {
    ends.iter().map(|id| format!("{id}\n")).collect()
}

/// A boundary that counts for some calls and is not the depot's, or not yet. Its file is gone when this is.
pub(crate) struct Supposed {
    /// None where nothing is cut off.
    file: Option<PathBuf>,
}

impl Supposed {
    pub(crate) fn of(depot: &Depot, ends: &BTreeSet<ObjectId>) -> Result<Self> {
        if ends.is_empty() {
            return Ok(Self { file: None });
        }
        let path = depot.incoming_path()?;
        std::fs::write(&path, text(ends)).at("write", &path)?;
        Ok(Self { file: Some(path) })
    }

    pub(crate) fn on<'a>(&self, call: GitCall<'a>) -> GitCall<'a> {
        match &self.file {
            Some(file) => call.env(FILE, file),
            None => call,
        }
    }
}

impl Drop for Supposed {
    fn drop(&mut self) {
        self.file.iter().for_each(|file| drop(std::fs::remove_file(file)));
    }
}
