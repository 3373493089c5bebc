//! Images: finding them, building them through the API, and the one that carries our program.
//!
//! Nothing is pulled unless [`Engine::pull`] is called, and that is only done when a person asked for it.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use bollard::body_full;
use bollard::errors::Error;
use bollard::models::ImageInspect;
use bollard::query_parameters::{BuildImageOptionsBuilder, CreateImageOptionsBuilder};
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};

use super::engine::Engine;
use super::error::EngineError;
use super::facts::Kind;
use super::tarball::{Entry, tarball};

/// Our worker image, built from `sidecar-worker/Dockerfile` on the user's machine.
pub const WORKER_IMAGE: &str = "pilothouse-worker:latest";
/// What it is built from; the digest of this text is a label of the image.
pub const WORKER_DOCKERFILE: &str = include_str!("../../../../../../sidecar-worker/Dockerfile");
/// The label that holds the digest of what an image of ours was built from.
pub(super) const DIGEST_LABEL: &str = "dev.pilothouse.digest";
/// Where an image of ours has the program that runs commands.
pub const INSIDE: &str = "/.pilothouse/inside";
/// Our program is a few megabytes; more is something else.
const LARGEST_INSIDE: u64 = 128 << 20;
/// Lines of a failed build that are told.
const TAIL: usize = 15;

/// An image that is in the engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// As it was asked for.
    pub reference: String,
    /// Digest of its content, `sha256:…`.
    pub id: String,
    /// The environment it brings.
    pub env: Vec<(String, String)>,
    /// As the engine says it, such as `amd64`; empty when it does not.
    pub(super) architecture: String,
    pub(super) os: String,
    labels: HashMap<String, String>,
}

impl Image {
    pub(super) fn label(&self, name: &str) -> Option<&str> {
        self.labels.get(name).map(String::as_str)
    }

    fn read(reference: &str, found: ImageInspect) -> Self {
        let config = found.config.unwrap_or_default();
        let pairs = config.env.iter().flatten().filter_map(|pair| pair.split_once('='));
        let env = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self {
            reference: reference.to_owned(),
            id: found.id.unwrap_or_default(),
            env,
            architecture: found.architecture.unwrap_or_default(),
            os: found.os.unwrap_or_default(),
            labels: config.labels.unwrap_or_default(),
        }
    }

    #[cfg(test)]
    pub(super) fn for_tests(id: &str) -> Self {
        Self { reference: id.to_owned(), id: id.to_owned(), ..Self::default() }
    }

    /// Whether it was built from another version of our Dockerfile.
    pub fn is_stale(&self) -> bool {
        self.reference.ends_with(WORKER_IMAGE)
            && self
                .labels
                .get(DIGEST_LABEL)
                .is_some_and(|digest| *digest != digest_of(&[WORKER_DOCKERFILE.as_bytes()]))
    }
}

/// A build: its context in memory, and how it is called afterwards.
#[derive(Debug, Default)]
pub struct Recipe<'a> {
    pub tag: &'a str,
    /// An archive; see [`tarball`].
    pub context: Vec<u8>,
    /// Path inside the context.
    pub dockerfile: &'a str,
    pub target: Option<&'a str>,
    pub args: BTreeMap<String, String>,
    pub labels: BTreeMap<String, String>,
    /// Whether its steps get the network, and a missing base may be fetched.
    pub network: bool,
}

impl Engine {
    /// The image of this name, if the engine has it.
    pub async fn image(&self, reference: &str) -> Result<Option<Image>, EngineError> {
        let found = self.inspect(reference).await?;
        // Podman keeps what was built here under this name, and looks for a bare one elsewhere.
        if found.is_none() && self.facts.kind == Kind::Podman && is_bare(reference) {
            return self.inspect(&format!("localhost/{reference}")).await;
        }
        Ok(found)
    }

    async fn inspect(&self, reference: &str) -> Result<Option<Image>, EngineError> {
        match self.docker.inspect_image(reference).await.map_err(EngineError::of("look for an image")) {
            Ok(found) => Ok(Some(Image::read(reference, found))),
            Err(error) if error.is_absent() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Fetches an image from its registry. Only for an explicit wish of the user.
    pub async fn pull(&self, reference: &str) -> Result<Image, EngineError> {
        let missing =
            |cause: String| EngineError::ImageMissing { reference: reference.to_owned(), cause: Some(cause) };
        let (name, tag) = match reference.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') && !reference.contains('@') => (name, tag),
            _ => (reference, if reference.contains('@') { "" } else { "latest" }),
        };
        let options = CreateImageOptionsBuilder::default().from_image(name).tag(tag).build();
        let mut progress = self.docker.create_image(Some(options), None, None);
        while let Some(step) = progress.next().await {
            let step = step.map_err(|error| missing(plain(error)))?;
            if let Some(failed) = step.error_detail {
                return Err(missing(failed.message.unwrap_or_default()));
            }
        }
        self.image(reference).await?.ok_or_else(|| missing("it is not there afterwards".to_owned()))
    }

    /// Builds an image. `said` hears the steps as they come.
    pub async fn build(
        &self,
        recipe: Recipe<'_>,
        said: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Image, EngineError> {
        let failed = |cause: String| EngineError::Build { reference: recipe.tag.to_owned(), cause };
        let mut options = BuildImageOptionsBuilder::default()
            .t(recipe.tag)
            .dockerfile(recipe.dockerfile)
            .rm(true)
            .forcerm(true)
            .labels(&recipe.labels.clone().into_iter().collect::<HashMap<_, _>>());
        if !recipe.args.is_empty() {
            options = options.buildargs(&recipe.args.clone().into_iter().collect::<HashMap<_, _>>());
        }
        if let Some(target) = recipe.target {
            options = options.target(target);
        }
        if !recipe.network {
            options = options.networkmode("none");
        }
        let body = body_full(recipe.context.clone().into());
        let mut lines: Vec<String> = Vec::new();
        let mut steps = self.docker.build_image(options.build(), None, Some(body));
        while let Some(step) = steps.next().await {
            let step = step.map_err(|error| failed(with_tail(&lines, &plain(error))))?;
            if let Some(error) = step.error_detail {
                return Err(failed(with_tail(&lines, &error.message.unwrap_or_default())));
            }
            for line in
                step.stream.iter().flat_map(|text| text.lines()).filter(|line| !line.trim().is_empty())
            {
                said(line);
                lines.push(line.to_owned());
                if lines.len() > TAIL {
                    lines.remove(0);
                }
            }
        }
        self.image(recipe.tag).await?.ok_or_else(|| failed(with_tail(&lines, "nothing came of it")))
    }

    /// Builds our worker image. Its steps install packages, so this is done only when the user asks for it.
    pub async fn build_worker_image(
        &self,
        said: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Image, EngineError> {
        let dockerfile = WORKER_DOCKERFILE.as_bytes();
        let context = archive(&[Entry { path: "Dockerfile", bytes: dockerfile, executable: false }])?;
        let labels = BTreeMap::from([(DIGEST_LABEL.to_owned(), digest_of(&[dockerfile]))]);
        let recipe = Recipe {
            tag: WORKER_IMAGE,
            context,
            dockerfile: "Dockerfile",
            labels,
            network: true,
            ..Recipe::default()
        };
        self.build(recipe, said).await
    }

    /// The base with our program in it, made when it is not there yet. It needs neither network nor a mount, so
    /// that it is the same for engines that do not see this machine's files.
    pub async fn with_inside(&self, base: &Image, program: &Path) -> Result<Image, EngineError> {
        let file = program.to_owned();
        let bytes = tokio::task::spawn_blocking(move || read_inside(&file))
            .await
            .map_err(|error| EngineError::Spec(error.to_string()))??;
        let digest = digest_of(&[base.id.as_bytes(), &bytes]);
        let tag = format!("pilothouse-inside:{}", &digest[..20]);
        if let Some(there) = self.image(&tag).await? {
            return Ok(there);
        }
        // A local id is a base that no registry is asked for.
        let dockerfile = format!("FROM {}\nCOPY inside {INSIDE}\n", base.id);
        let context = archive(&[
            Entry { path: "Dockerfile", bytes: dockerfile.as_bytes(), executable: false },
            Entry { path: "inside", bytes: &bytes, executable: true },
        ])?;
        let labels = BTreeMap::from([
            (DIGEST_LABEL.to_owned(), digest),
            (super::described::BASE_LABEL.to_owned(), base.reference.clone()),
        ]);
        let recipe = Recipe { tag: &tag, context, dockerfile: "Dockerfile", labels, ..Recipe::default() };
        self.build(recipe, &mut |_| {}).await
    }
}

/// Whether a name says no registry.
fn is_bare(reference: &str) -> bool {
    let first = reference.split('/').next().unwrap_or_default();
    !reference.starts_with("sha256:")
        && (first == reference || !first.contains(['.', ':']) && first != "localhost")
}

fn archive(entries: &[Entry<'_>]) -> Result<Vec<u8>, EngineError> {
    tarball(entries).ok_or_else(|| EngineError::Spec("a path of the build is too long".to_owned()))
}

/// Hexadecimal, over each part with its length.
pub(super) fn digest_of(parts: &[&[u8]]) -> String {
    let mut sum = Sha256::new();
    for part in parts {
        sum.update((part.len() as u64).to_le_bytes());
        sum.update(part);
    }
    sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Our own program for Linux, which must need nothing of the image it is put into.
fn read_inside(path: &Path) -> Result<Vec<u8>, EngineError> {
    let wrong =
        |cause: &str| EngineError::Inside { path: path.display().to_string(), cause: cause.to_owned() };
    let size = std::fs::metadata(path).map_err(|error| wrong(&format!("cannot be read: {error}")))?.len();
    if size > LARGEST_INSIDE {
        return Err(wrong("is too large"));
    }
    let bytes = std::fs::read(path).map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    if !bytes.starts_with(b"\x7fELF") {
        return Err(wrong("is not a Linux program"));
    }
    Ok(bytes)
}

fn plain(error: Error) -> String {
    match error {
        Error::DockerResponseServerError { message, .. } => message,
        Error::DockerStreamError { error } => error,
        other => other.to_string(),
    }
}

fn with_tail(lines: &[String], error: &str) -> String {
    if lines.is_empty() { error.to_owned() } else { format!("{error}\n{}", lines.join("\n")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_a_registry_is_bare() {
        for bare in ["a", "a:1", "library/a", "pilothouse-worker:latest"] {
            assert!(is_bare(bare), "{bare}");
        }
        for whole in ["localhost/a", "docker.io/library/a", "host:5000/a:1", "sha256:0"] {
            assert!(!is_bare(whole), "{whole}");
        }
    }
}
