//! A place for objects that are not accepted yet: they see the depot, the depot does not see them. Other
//! jobs borrow the depot's objects, so a refused hand-over must leave nothing there to be read.

use std::path::{Path, PathBuf};

use crate::depot::Depot;
use crate::error::IoContext;
use crate::{ObjectId, RepoError, Result, removal};

pub(super) struct Quarantine {
    dir: PathBuf,
}

impl Quarantine {
    pub fn open(depot: &Depot) -> Result<Self> {
        let dir = depot.incoming_path()?;
        let quarantine = Self { dir };
        let info = quarantine.dir.join("info");
        std::fs::create_dir_all(&info).at("create", &info)?;
        let objects = depot.objects_dir();
        let alternates = info.join("alternates");
        let text = objects.to_str().unwrap_or_default();
        std::fs::write(&alternates, format!("{text}\n")).at("write", &alternates)?;
        Ok(quarantine)
    }

    pub fn objects(&self) -> &Path {
        &self.dir
    }

    /// The depot as it would be with these objects, for reading.
    pub fn repository(&self, depot: &Depot) -> Result<git2::Repository> {
        let repo = depot.open()?;
        let path = self.dir.to_str().unwrap_or_default().to_owned();
        repo.odb()?.add_disk_alternate(&path)?;
        Ok(repo)
    }

    /// Every object that `tip` needs beyond `base` is here or in the depot.
    pub fn check_complete(&self, depot: &Depot, tip: &ObjectId, base: &ObjectId) -> Result<()> {
        let call = depot.call().env("GIT_OBJECT_DIRECTORY", &self.dir);
        let call = call.flags(&["rev-list", "--objects", "--quiet"]).value(tip.as_str());
        call.flags(&["--not"]).value(base.as_str()).success().map(drop).map_err(|error| match error {
            RepoError::Failed { detail, .. } => {
                RepoError::BundleInvalid { reason: format!("objects are missing: {}", detail.trim()) }
            }
            other => other,
        })
    }

    /// Moves everything into the depot. An object that is there already is the same object.
    pub fn release(self, depot: &Depot) -> Result<()> {
        let target = depot.objects_dir();
        for entry in std::fs::read_dir(&self.dir).at("list", &self.dir)? {
            let entry = entry.at("list", &self.dir)?;
            let name = entry.file_name();
            if name != "info" && entry.path().is_dir() {
                move_files(&entry.path(), &target.join(&name))?;
            }
        }
        Ok(())
    }
}

/// Packs before their indexes: git looks for the index first and expects the pack.
fn move_files(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).at("create", to)?;
    let mut names: Vec<_> = std::fs::read_dir(from)
        .at("list", from)?
        .filter_map(|entry| entry.ok().map(|entry| entry.file_name()))
        .collect();
    names.sort_by_key(|name| (name.to_string_lossy().ends_with(".idx"), name.clone()));
    for name in names {
        let (source, target) = (from.join(&name), to.join(&name));
        if !target.exists() {
            std::fs::rename(&source, &target).at("move", &source)?;
        }
    }
    Ok(())
}

impl Drop for Quarantine {
    fn drop(&mut self) {
        let _ = removal::remove_tree(&self.dir);
    }
}
