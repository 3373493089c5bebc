//! A job's folder as work finds it: its clone, its HOME, the place for what it hands over, and the set-up laid into them.
//! Where opening a sandbox takes long, the job's first one is opened beside the clone.

use crate::spares::Spares;
use anyhow::Context as _;
use host::layers::LayerStore;
use host::sandbox::{HOME_INSIDE, Sandbox, SandboxSpec};
use repo::{Depot, Git, JobClone, ObjectId};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What it is made of and where.
pub(super) struct Plan {
    pub git: Git,
    pub depot: PathBuf,
    pub worker: String,
    pub job: String,
    pub base: String,
    pub folder: PathBuf,
    pub layers: LayerStore,
    pub wanted: Vec<String>,
    pub env: Vec<(String, String)>,
    /// On the plain host anybody could have been in a clone made ahead.
    pub spares: Option<Arc<Spares>>,
}

impl Plan {
    /// Makes it all, and what the job's commands are given. Blocks; to be called on a runtime.
    pub(super) fn lay_out(&self, sandbox: &Sandbox) -> anyhow::Result<(JobClone, SandboxSpec)> {
        let depot = Depot::open_or_create(&self.git, &self.depot)?;
        host::paths::private_folder(&self.folder)?;
        for name in ["home", "out"] {
            host::paths::private_folder(&self.folder.join(name))?;
        }
        let base = ObjectId::parse(&self.base)?;
        let (dir, home) = (self.folder.join("clone"), self.folder.join("home"));
        let spec = self.spec(&dir, &home, depot.objects_dir());
        if sandbox.opens_ahead() {
            // It is shown as it is now and filled in place.
            std::fs::create_dir(&dir).context("the folder of the clone")?;
            sandbox.open_ahead(&spec);
        }
        let (worker, job) = (self.worker.as_str(), self.job.as_str());
        let clone = match &self.spares {
            Some(spares) => spares.clone_for_job(&depot, &self.depot, worker, job, &base, &dir)?,
            None => depot.clone_for_job(worker, job, &base, &dir)?,
        };
        self.spares.iter().for_each(|spares| spares.want(&clone, &self.depot));
        lay(&self.layers, &self.wanted, &clone, &home)?;
        Ok((clone, spec))
    }

    fn spec(&self, clone: &Path, home: &Path, objects: PathBuf) -> SandboxSpec {
        let mut spec = SandboxSpec::new(clone, home);
        spec.home_inside = Some(HOME_INSIDE.into());
        spec.extra_rw.push(self.folder.join("out"));
        spec.extra_ro.push(objects);
        spec.env.extend(self.env.iter().cloned());
        spec
    }
}

/// Copies the set-up a job starts from into its clone and HOME; nothing of it is ever committed.
fn lay(layers: &LayerStore, digests: &[String], clone: &JobClone, home: &Path) -> anyhow::Result<()> {
    let mut laid = Vec::new();
    for digest in digests {
        let layer =
            layers.find(digest).context("the set-up of this job was removed meanwhile; send it again")?;
        layers.apply(&layer, &clone.dir, home)?;
        laid.extend(layer.work);
    }
    Ok(clone.keep_out(&laid)?)
}
