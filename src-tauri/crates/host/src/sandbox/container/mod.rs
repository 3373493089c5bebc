//! Containers: Docker or Podman, spoken to over its own socket.
//!
//! One container is one place for commands: no network, a read-only root, no capabilities, limits of its own
//! cgroup, and nothing of the machine but the folders of its [`SandboxSpec`]. Its first process is our own small
//! program, spoken to over the container's standard streams; no socket is mounted and no port opened.
//!
//! * [`endpoint`], [`contexts`], [`engine`]: where an engine may be, and which one answers.
//! * [`image`]: what a container starts from. Nothing is fetched without an explicit wish.
//! * [`devcontainer`]: a repository's own words about its image.
//! * [`create`], [`life`], [`cell`]: from a spec to a running container, and its removal on every way out.
//! * [`ahead`]: the one of a job's that is opened before it is asked for.
//!
//! What runs in it, which image a workspace has, and when a base commit is trusted is decided elsewhere.

mod ahead;
mod cell;
pub mod contexts;
mod create;
pub mod described;
pub mod devcontainer;
pub mod dockerfile;
pub mod endpoint;
pub mod engine;
mod error;
pub mod facts;
mod find;
pub mod ignore;
pub mod image;
mod jsonc;
pub mod life;
mod look;
pub mod tarball;
mod trial;

pub use engine::Engine;
pub use error::EngineError;
pub(in crate::sandbox) use find::repair_hint;
pub use find::{Wish, how_to_get, select};
pub use image::{Image, WORKER_IMAGE};
pub use life::{Container, Death, Opened};
pub use look::{Looked, clear, look, provide};
pub(in crate::sandbox) use trial::furnished;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ahead::{Ahead, Made};
use create::{Ground, Order};

use super::SandboxSpec;

/// A way to make containers of one image on one engine.
#[derive(Debug, Clone)]
pub struct ContainerSandbox {
    engine: Engine,
    /// What was asked for.
    image: Image,
    /// The same with our program in it.
    furnished: Image,
    inside: PathBuf,
    ground: Ground,
    /// Where it is one job's alone.
    ahead: Option<Arc<Ahead>>,
}

impl ContainerSandbox {
    /// Prepares containers for the server of `data`: the image that carries our program is made if it is missing.
    pub async fn new(
        engine: Engine,
        image: Image,
        inside: PathBuf,
        data: &Path,
    ) -> Result<Self, EngineError> {
        let furnished = engine.with_inside(&image, &inside).await?;
        let ground = Ground {
            instance: instance(data),
            user: user(),
            passwd: passwd(data)?,
            cpus: None,
            memory: None,
        };
        Ok(Self { engine, image, furnished, inside, ground, ahead: None })
    }

    /// The same, its containers held to so many processors; never more than the engine has.
    #[must_use]
    pub fn with_cpus(mut self, cpus: Option<u32>) -> Self {
        let most = self.engine.facts.processors.max(1);
        self.ground.cpus = cpus.map(|cpus| f64::from(cpus).min(most as f64));
        self
    }

    /// The same, its containers held to so many bytes of memory where a command's own spec says nothing.
    #[must_use]
    pub fn with_memory(mut self, memory: Option<u64>) -> Self {
        self.ground.memory = memory;
        self
    }

    /// Whether the engine really holds its containers to the processors they are given.
    pub fn limits_processors(&self) -> bool {
        self.ground.cpus.is_some() && self.engine.facts.limits_processors()
    }

    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The image that was asked for.
    pub fn image(&self) -> &Image {
        &self.image
    }

    /// The same engine with another image.
    pub async fn with_image(&self, image: Image) -> Result<Self, EngineError> {
        let furnished = self.engine.with_inside(&image, &self.inside).await?;
        Ok(Self { image, furnished, ..self.clone() })
    }

    /// The same for one job alone, for which one container may be opened ahead.
    #[must_use]
    pub fn of_job(&self, job: &str) -> Self {
        Self { ahead: Some(Arc::new(Ahead::of(job))), ..self.clone() }
    }

    pub fn opens_ahead(&self) -> bool {
        self.ahead.is_some()
    }

    /// Opens the next container of the job ahead, if this is one job's; returns at once.
    pub fn open_ahead(&self, spec: &SandboxSpec) {
        let Some(ahead) = &self.ahead else { return };
        match self.made(spec, None) {
            Ok(made) => ahead.open(&self.engine, made),
            Err(error) => tracing::debug!(%error, "no container is opened ahead"),
        }
    }

    /// Removes the one that waits, and opens none ahead from now on.
    pub async fn end_ahead(&self) {
        if let Some(ahead) = &self.ahead {
            ahead.end().await;
        }
    }

    /// A container whose first process is our program inside.
    fn made(&self, spec: &SandboxSpec, job: Option<&str>) -> Result<Made, EngineError> {
        spec.validate().map_err(|error| EngineError::Spec(error.to_string()))?;
        let env = create::environment(spec, &self.furnished);
        let argv = vec![image::INSIDE.to_owned()];
        let job = self.ahead.as_ref().map(|ahead| ahead.job()).or(job);
        let order = Order { spec, image: &self.furnished, argv, env, job };
        Ok(Made::of(create::body(&self.ground, &self.engine.facts, order)?))
    }

    /// What a command in it starts from.
    pub(super) fn environment(&self, spec: &SandboxSpec) -> Vec<(OsString, OsString)> {
        let all = create::environment(spec, &self.furnished);
        all.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }
}

/// The same for every process that works for a data folder, and for no other folder.
pub fn instance(data: &Path) -> String {
    let real = std::fs::canonicalize(data).unwrap_or_else(|_| data.to_owned());
    let mut digest = image::digest_of(&[real.as_os_str().as_encoded_bytes()]);
    digest.truncate(16);
    digest
}

#[cfg(target_os = "linux")]
fn user() -> Option<(u32, u32)> {
    Some((crate::spawn::effective_uid(), crate::spawn::effective_gid()))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn user() -> Option<(u32, u32)> {
    // Engines there run in a machine of their own, which shows every file as its reader's.
    Some((crate::spawn::effective_uid(), crate::spawn::effective_uid()))
}

#[cfg(not(unix))]
fn user() -> Option<(u32, u32)> {
    Some((1000, 1000))
}

/// In the data folder; its presence also says that containers were made for it.
const PASSWD: &str = "container-passwd";

fn ever_used(data: &Path) -> bool {
    data.join(PASSWD).exists()
}

/// A list of users with ours in it: the image has none of that number, and some programs want a name and a home.
fn passwd(data: &Path) -> Result<Option<PathBuf>, EngineError> {
    let Some((user, group)) = user() else { return Ok(None) };
    let file = data.join(PASSWD);
    let name = if user == 0 { "root" } else { "job" };
    let home = super::HOME_INSIDE;
    let text = format!(
        "{name}:x:{user}:{group}::{home}:/bin/sh\nnobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n"
    );
    if std::fs::read_to_string(&file).is_ok_and(|there| there == text) {
        return Ok(Some(file));
    }
    let cannot =
        |error: std::io::Error| EngineError::Spec(format!("{} cannot be written: {error}", file.display()));
    std::fs::write(&file, text).map_err(cannot)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Read by whoever the container runs as, which is not always us.
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).map_err(cannot)?;
    }
    Ok(Some(file))
}
