//! From a wish to a container sandbox that may be tried: engine, image, program.

use std::path::{Path, PathBuf};

use super::{ContainerSandbox, EngineError, Looked, WORKER_IMAGE, look};
use crate::cell::{INSIDE_PROGRAM, InsideProgram};
use crate::sandbox::NoSandbox;

/// What is asked of the container sandbox. All of it has a default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wish {
    /// `sandbox.engine`: the only engine that is tried.
    pub engine: Option<String>,
    /// `sandbox.image`; none means our own.
    pub image: Option<String>,
    /// Our program that runs commands inside; none means the one beside this program.
    pub inside: Option<PathBuf>,
    /// Processors a command may use; none means all. Not for containers alone.
    pub cpus: Option<u32>,
    /// Bytes of memory a command may use; none leaves it to the sandbox. Not for containers alone.
    pub memory: Option<u64>,
}

/// Everything but the self-test. Takes a second at most where it works.
pub async fn select(wish: &Wish, data: &Path) -> Result<ContainerSandbox, NoSandbox> {
    if cfg!(windows) {
        // A folder keeps its path inside, and a path of Windows is none in a Linux container.
        return Err(NoSandbox {
            reason: "containers are not in this version for Windows".to_owned(),
            fix: "Run Pilothouse in WSL 2, where they work as on Linux".to_owned(),
        });
    }
    let (engine, base) = match look(wish).await {
        Looked::Ready { engine, image } => (engine, image),
        Looked::NoEngine(none) => return Err(none),
        Looked::NoImage { image, fix, .. } => {
            let missing = EngineError::ImageMissing { reference: image, cause: None };
            return Err(NoSandbox { reason: missing.to_string(), fix });
        }
        Looked::Broken { cause, .. } => {
            let fix = "Look at the engine with `docker info`, then try again".to_owned();
            return Err(NoSandbox { reason: cause, fix });
        }
    };
    let ours = std::env::current_exe().unwrap_or_default();
    let inside =
        InsideProgram::find(wish.inside.clone().or_else(InsideProgram::named), &ours).map_err(|_| {
            NoSandbox {
                reason: format!(
                    "the program {INSIDE_PROGRAM}, which runs commands in containers, is not beside this one"
                ),
                fix: "Install Pilothouse again".to_owned(),
            }
        })?;
    let sandbox = ContainerSandbox::new(engine, base, inside.path().to_owned(), data).await;
    sandbox.map(|sandbox| sandbox.with_cpus(wish.cpus).with_memory(wish.memory)).map_err(|error| NoSandbox {
        reason: error.to_string(),
        fix: "Repair that, then try again".to_owned(),
    })
}

/// The next step for an image that is not there.
pub fn how_to_get(image: &str) -> String {
    match image {
        WORKER_IMAGE => {
            "Build it with `pilothouse doctor --fix`; it takes a few minutes and needs the network".to_owned()
        }
        other => {
            format!("Run: docker pull {other} (or podman pull {other}), or name another in sandbox.image")
        }
    }
}

/// The next step when the self-test failed.
pub(in crate::sandbox) fn repair_hint(reason: &str) -> String {
    if reason.contains("did not arrive")
        || reason.contains("could not be changed")
        || reason.contains("bind source path")
    {
        "The engine does not see this machine's files: it must run here, and Docker Desktop must share the data folder \
         (Settings, Resources, File sharing)"
            .to_owned()
    } else if reason.contains("`work` was shut") {
        "The job's folder is not writable inside: with a remapped user namespace, run the engine rootless instead".to_owned()
    } else {
        "Look at the engine with `docker info` and its log, then try again".to_owned()
    }
}
