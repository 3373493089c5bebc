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
//!
//! What runs in it, which image a workspace has, and when a base commit is trusted is decided elsewhere.

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
        let ground = Ground { instance: instance(data), user: user(), passwd: passwd(data)?, cpus: None };
        Ok(Self { engine, image, furnished, inside, ground })
    }

    /// The same, its containers held to so many processors; never more than the engine has.
    #[must_use]
    pub fn with_cpus(mut self, cpus: Option<u32>) -> Self {
        let most = self.engine.facts.processors.max(1);
        self.ground.cpus = cpus.map(|cpus| f64::from(cpus).min(most as f64));
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

    /// A container whose first process is `argv`, its standard streams held by the caller.
    pub async fn open(
        &self,
        spec: &SandboxSpec,
        argv: Vec<String>,
        job: Option<&str>,
    ) -> Result<Opened, EngineError> {
        spec.validate().map_err(|error| EngineError::Spec(error.to_string()))?;
        let env = create::environment(spec, &self.furnished);
        let order = Order { spec, image: &self.furnished, argv, env, job };
        self.engine.open(create::body(&self.ground, &self.engine.facts, order)?).await
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
