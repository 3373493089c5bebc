//! Results of set-up steps, kept for later jobs.
//!
//! A set-up step runs once per digest of its command and key files; what it left in the work tree
//! (`node_modules`, `target`, `.venv` …) and in the job's HOME (package caches) becomes a layer. A later job
//! starts from copies of it, offline and warm. Copies are real copies (shared blocks where the file system can,
//! never hard links), so no job can change what the next one gets.
//!
//! A layer is written beside its place and renamed into it, so there are whole layers or none. What a step
//! produced was made by code nobody vouches for: links are copied as links and never followed, and nothing is
//! written through one.
//!
//! A layer travels to another machine as an archive of our own ([`Pack`], [`LayerStore::take`]), and works only where
//! platform, sandbox and tools are those it was made for ([`made_for`]).

mod archive;
mod copy;
mod digest;
mod janitor;
mod made_for;
mod pack;
mod unpack;

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol::check::SetupStep;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

pub use copy::Copied;
pub use digest::digest;
pub use janitor::Collected;
pub use made_for::{difference, made_for};
pub use pack::Pack;

use crate::HostError;
use crate::atomic_file;
use crate::cell::Cell;
use crate::ids::{Ids as _, SystemIds};
use crate::paths::private_folder;
use crate::sandbox::{Sandbox, SandboxSpec};
use crate::spawn::{Command, Line, Outcome};

/// Bytes of one layer; a larger one is refused.
pub const LARGEST: u64 = 8 << 30;
/// Bytes of all layers together; the longest unused go first.
pub const QUOTA: u64 = 20 << 30;

/// The folder of all layers.
#[derive(Debug, Clone)]
pub struct LayerStore {
    root: PathBuf,
    /// A single layer above this many bytes is refused.
    largest: u64,
}

/// One kept result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Layer {
    pub digest: String,
    pub run: Vec<String>,
    pub created_at_ms: i64,
    pub bytes: u64,
    /// What the step made in the work tree: the highest new paths, relative, with `/`.
    pub work: Vec<String>,
    /// What it made in the job's HOME.
    pub home: Vec<String>,
}

/// How a set-up step went.
#[derive(Debug)]
pub enum Built {
    Kept(Layer, Outcome),
    /// The step failed; nothing is kept.
    Failed(Outcome),
}

/// Runs a step to make a layer.
#[derive(Debug)]
pub struct Build<'a> {
    pub step: &'a SetupStep,
    /// From [`digest`].
    pub digest: &'a str,
    pub sandbox: &'a Sandbox,
    /// A fresh clone and a fresh HOME, toolchains equipped, network as the user allowed it.
    pub spec: &'a SandboxSpec,
    /// Where it runs instead, in the same sandbox and with the same files: a cell with a way out.
    pub cell: Option<&'a Cell>,
    pub job: Option<String>,
    pub lines: Option<mpsc::Sender<Line>>,
    pub now_ms: i64,
}

impl LayerStore {
    /// Opens the folder and removes what a crash left half done. Only for the owner of the data folder: it
    /// would remove a layer another process is writing.
    pub fn open(root: &Path, largest: u64) -> Result<Self, HostError> {
        let store = Self::join(root, largest)?;
        janitor::sweep_unfinished(root)?;
        Ok(store)
    }

    /// The same folder for a process that works for its owner.
    pub fn join(root: &Path, largest: u64) -> Result<Self, HostError> {
        private_folder(root).map_err(HostError::file("create", root))?;
        Ok(Self { root: root.to_path_buf(), largest })
    }

    /// The layer of a digest, if there is one.
    pub fn find(&self, digest: &str) -> Option<Layer> {
        let text = fs::read(self.folder(digest)?.join("layer.json")).ok()?;
        serde_json::from_slice(&text).ok().filter(|layer: &Layer| layer.digest == digest)
    }

    /// Runs the step in its sandbox and keeps what it made. The work tree and HOME it ran in stay as they are.
    pub async fn build(&self, build: Build<'_>) -> Result<Built, HostError> {
        let before = copy::entries(&build.spec.work, &|name| name == ".git");
        let home_before = copy::entries(&build.spec.home, &|_| false);
        let mut command =
            Command::new(build.step.run.iter()).timeout(Duration::from_secs(build.step.timeout_s.max(1)));
        command.job = build.job;
        command.lines = build.lines;
        let running = match build.cell {
            Some(cell) => cell.start(command).await?,
            None => build.sandbox.start(build.spec, command).await?,
        };
        let outcome = running.wait().await?;
        if !outcome.success() {
            return Ok(Built::Failed(outcome));
        }
        let store = self.clone();
        let (work, home) = (build.spec.work.clone(), build.spec.home.clone());
        let layer = Layer {
            digest: build.digest.to_owned(),
            run: build.step.run.clone(),
            created_at_ms: build.now_ms,
            bytes: 0,
            work: Vec::new(),
            home: Vec::new(),
        };
        let failed = layer_error(build.digest);
        let kept =
            tokio::task::spawn_blocking(move || store.keep(layer, (&work, &before), (&home, &home_before)))
                .await
                .map_err(|error| failed(error.to_string()))??;
        Ok(Built::Kept(kept, outcome))
    }

    /// Copies a layer into a fresh work tree and HOME. What is already there stays. Blocking.
    pub fn apply(&self, layer: &Layer, work: &Path, home: &Path) -> Result<Copied, HostError> {
        let failed = layer_error(&layer.digest);
        let folder = self.folder(&layer.digest).ok_or_else(|| failed("is not a digest".to_owned()))?;
        let mut copied = Copied::default();
        for (name, paths, target) in [("work", &layer.work, work), ("home", &layer.home, home)] {
            for path in paths {
                copy::tree(&folder.join(name), target, path, u64::MAX, &mut copied)
                    .map_err(|error| failed(format!("cannot be applied: {path}: {error}")))?;
            }
        }
        janitor::note_use(&folder);
        Ok(copied)
    }

    /// A layer on its way to another machine, if there is one.
    pub fn pack(&self, digest: &str) -> Result<Option<Pack>, HostError> {
        let (Some(layer), Some(folder)) = (self.find(digest), self.folder(digest)) else { return Ok(None) };
        janitor::note_use(&folder);
        Pack::of(&layer, folder).map(Some)
    }

    /// Takes in a layer that was packed on another machine. Whatever is wrong with it, it is there whole or not at
    /// all, and nothing outside of its own folder was touched. Blocking.
    pub fn take(&self, digest: &str, from: &mut impl Read) -> Result<Layer, HostError> {
        let place = self.folder(digest).ok_or_else(|| layer_error(digest)("is not a digest".to_owned()))?;
        let staging = self.staging();
        private_folder(&staging).map_err(HostError::file("create", &staging))?;
        let taken = unpack::unpack(digest, self.largest, &staging, from).and_then(|layer| {
            write_note(&staging, &layer)?;
            self.settle(&layer.digest, &staging, &place)
        });
        janitor::remove(&staging);
        taken
    }

    /// Removes the layers that were unused for the longest time until the rest fits `quota` bytes. Layers named
    /// in `in_use` stay. Blocking.
    pub fn collect(&self, quota: u64, in_use: &[String]) -> Result<Collected, HostError> {
        janitor::collect(&self.root, quota, in_use, |digest| self.find(digest))
    }

    fn keep(&self, mut layer: Layer, work: Side<'_>, home: Side<'_>) -> Result<Layer, HostError> {
        let failed = layer_error(&layer.digest);
        let place = self.folder(&layer.digest).ok_or_else(|| failed("is not a digest".to_owned()))?;
        let staging = self.staging();
        let result = self
            .stage(&mut layer, &staging, work, home)
            .and_then(|()| self.settle(&layer.digest, &staging, &place));
        janitor::remove(&staging);
        result
    }

    /// A fresh name beside the layers; what is left under one is swept away.
    fn staging(&self) -> PathBuf {
        self.root.join(format!("{}{}", janitor::STAGING, SystemIds.uuid()))
    }

    /// Moves what was written beside its place there.
    fn settle(&self, digest: &str, staging: &Path, place: &Path) -> Result<Layer, HostError> {
        let failed = layer_error(digest);
        let moved = match fs::rename(staging, place) {
            // Somebody else was faster; both are results of the same inputs.
            Err(_) if self.find(digest).is_some() => Ok(()),
            moved => moved.map_err(|error| failed(format!("cannot be kept: {error}"))),
        };
        atomic_file::sync_folder(&self.root);
        moved?;
        self.find(digest).ok_or_else(|| failed("was removed while it was made".to_owned()))
    }

    fn stage(
        &self,
        layer: &mut Layer,
        staging: &Path,
        work: Side<'_>,
        home: Side<'_>,
    ) -> Result<(), HostError> {
        let failed = layer_error(&layer.digest);
        let mut copied = Copied::default();
        layer.work = copy::new_paths(work.0, work.1, &|name| name == ".git");
        layer.home = copy::new_paths(home.0, home.1, &|_| false);
        for (name, paths, (source, _)) in [("work", &layer.work, work), ("home", &layer.home, home)] {
            let target = staging.join(name);
            private_folder(&target).map_err(HostError::file("create", &target))?;
            for path in paths {
                copy::tree(source, &target, path, self.largest, &mut copied)
                    .map_err(|error| failed(format!("cannot be kept: {path}: {error}")))?;
            }
        }
        layer.bytes = copied.bytes;
        write_note(staging, layer)
    }

    /// A digest becomes part of a path, so it must be one.
    fn folder(&self, digest: &str) -> Option<PathBuf> {
        let hex = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| self.root.join(digest))
    }
}

/// Says what a staged layer is.
fn write_note(staging: &Path, layer: &Layer) -> Result<(), HostError> {
    let text =
        serde_json::to_vec_pretty(layer).map_err(|error| layer_error(&layer.digest)(error.to_string()))?;
    atomic_file::write(&staging.join("layer.json"), &text)
}

/// A folder and what was in it before the step.
type Side<'a> = (&'a Path, &'a BTreeSet<String>);

fn layer_error(digest: &str) -> impl Fn(String) -> HostError + use<> {
    let key = digest.chars().take(12).collect::<String>();
    move |cause| HostError::Layer { key: key.clone(), cause }
}
