//! Compilers, interpreters and package caches of this machine, made usable inside a sandbox.
//!
//! A confined job sees only system folders, so what a user has installed below their home (rustup, nvm, pyenv
//! …) is shown read-only, and package caches appear read-only inside the job's own HOME, where each tool looks
//! for them. What is shown is named folder by folder: credential files lie beside caches. Without network,
//! tools are told to stay offline, so a missing package is one clear message instead of a timeout.

mod go;
mod jvm;
mod kit;
mod machine;
mod node;
mod python;
mod rust;
mod versions;

use std::path::{Path, PathBuf};

pub use machine::Machine;
pub use versions::{program_file, stamp};

use crate::HostError;
use crate::sandbox::{Mount, Sandbox, SandboxSpec};
use kit::{Kit, Setting};

/// What was found on a machine.
#[derive(Debug, Clone, Default)]
pub struct Toolchains {
    kits: Vec<Kit>,
    home: PathBuf,
    path: Vec<PathBuf>,
}

/// One toolchain, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundToolchain {
    /// `rust`, `node`, `python`, `go` or `jvm`.
    pub name: &'static str,
    /// Its program or folder.
    pub place: PathBuf,
}

/// Places in a home that hold credentials; covered should a wider folder ever be shown.
const CREDENTIALS: &[&str] = &[
    ".aws",
    ".azure",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".config/gcloud",
    ".config/gh",
    ".config/pip/pip.conf",
    ".docker/config.json",
    ".git-credentials",
    ".gnupg",
    ".gradle/gradle.properties",
    ".kube",
    ".local/share/keyrings",
    ".local/share/uv/credentials",
    ".m2/settings-security.xml",
    ".m2/settings.xml",
    ".netrc",
    ".npmrc",
    ".pip/pip.conf",
    ".pypirc",
    ".ssh",
    ".yarnrc.yml",
];

impl Toolchains {
    /// Looks at folders only; runs nothing.
    pub fn detect(machine: &Machine) -> Self {
        let kits = [rust::detect, node::detect, python::detect, go::detect, jvm::detect];
        Self {
            kits: kits.iter().filter_map(|detect| detect(machine)).collect(),
            home: machine.home.clone(),
            path: machine.path.clone(),
        }
    }

    pub fn found(&self) -> Vec<FoundToolchain> {
        self.kits.iter().map(|kit| FoundToolchain { name: kit.name, place: kit.place.clone() }).collect()
    }

    /// Gives a job the toolchains: mounts and environment in `spec`, small settings files in the job's HOME
    /// (which must exist). A cache the job's HOME already has (from a set-up layer) is left as it is.
    /// Entries already in `spec.env` win.
    pub fn equip(&self, sandbox: &Sandbox, spec: &mut SandboxSpec) -> Result<(), HostError> {
        // An image has its own tools, and those of this machine would not run on another system.
        if sandbox.brings_its_own_tools() {
            return Ok(());
        }
        if !sandbox.renames() {
            spec.home_inside = None;
        }
        let mut env = Vec::new();
        if sandbox.confines() {
            // Installations of the system keep the place they have in its own order.
            let system: Vec<PathBuf> = system_path().collect();
            let folders =
                self.kits.iter().flat_map(|kit| &kit.path).filter(|path| !system.contains(path)).cloned();
            env.push(("PATH".to_owned(), joined(folders.chain(system_path()))));
            spec.hide.extend(CREDENTIALS.iter().map(|below| self.home.join(below)));
            for kit in &self.kits {
                show(kit, spec, sandbox.renames());
                write_files(kit, spec)?;
                env.extend(kit.settings(spec.network).map(|(name, setting)| {
                    let value = match setting {
                        Setting::Text(text) => text.clone(),
                        Setting::BelowHome(below) => {
                            spec.home_seen().join(below).to_string_lossy().into_owned()
                        }
                    };
                    ((*name).to_owned(), value)
                }));
            }
        } else {
            let folders = self.kits.iter().flat_map(|kit| &kit.path).chain(&self.path).cloned();
            env.push(("PATH".to_owned(), joined(folders.chain(system_path()))));
            let outside = self.kits.iter().flat_map(|kit| &kit.outside);
            env.extend(
                outside.map(|(name, value)| ((*name).to_owned(), value.to_string_lossy().into_owned())),
            );
        }
        env.append(&mut spec.env);
        spec.env = env;
        Ok(())
    }
}

/// Caches only where they can be shown below the job's HOME.
fn show(kit: &Kit, spec: &mut SandboxSpec, caches: bool) {
    // Everything below these is shown already.
    let system = ["/usr", "/bin", "/lib", "/nix/store"];
    let hidden = |path: &PathBuf| !system.iter().any(|shown| path.starts_with(shown));
    for path in kit.shown.iter().filter(|path| hidden(path) && path.exists()) {
        if !spec.extra_ro.contains(path) {
            spec.extra_ro.push(path.clone());
        }
    }
    // With the network open a tool fills its own cache, which a read-only one would forbid.
    let caches = kit.caches.iter().filter(|(source, _)| caches && !spec.network && source.exists());
    let mounts = caches.filter_map(|(source, below)| {
        let empty =
            std::fs::read_dir(spec.home.join(below)).map_or(true, |mut entries| entries.next().is_none());
        let target = spec.home_seen().join(below);
        empty.then(|| Mount { source: source.clone(), target, writable: false })
    });
    let mounts: Vec<Mount> = mounts.collect();
    spec.mounts.extend(mounts);
}

fn write_files(kit: &Kit, spec: &SandboxSpec) -> Result<(), HostError> {
    for (below, content) in kit.files(spec.network) {
        let path = spec.home.join(below);
        if !path.exists() {
            let folder = path.parent().unwrap_or(Path::new("/"));
            std::fs::create_dir_all(folder).map_err(HostError::file("create", folder))?;
            std::fs::write(&path, content).map_err(HostError::file("write", &path))?;
        }
    }
    Ok(())
}

fn system_path() -> impl Iterator<Item = PathBuf> {
    ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"]
        .into_iter()
        .map(PathBuf::from)
}

/// As a `PATH`: each folder once.
fn joined(folders: impl Iterator<Item = PathBuf>) -> String {
    let mut once: Vec<PathBuf> = Vec::new();
    for folder in folders {
        if !once.contains(&folder) {
            once.push(folder);
        }
    }
    std::env::join_paths(once).map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
}
