//! Images a repository describes: built once for their content, found again, and removed when they are many.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bollard::query_parameters::{ListImagesOptionsBuilder, RemoveImageOptionsBuilder};
use futures_util::FutureExt as _;
use tokio::time::timeout;

use super::create::{APP_LABEL, INSTANCE_LABEL};
use super::engine::{Engine, explain, find, surroundings};
use super::image::{DIGEST_LABEL, Recipe, digest_of};
use super::tarball::{Entry, Link, tarball_with};
use super::{EngineError, Image, Wish};
use crate::sandbox::NoSandbox;

/// The name of such images; what follows is the beginning of their digest.
const NAME: &str = "pilothouse-devcontainer";
/// The image that one with our program was made from.
pub(super) const BASE_LABEL: &str = "dev.pilothouse.base";
/// Bytes of a context, which is held in memory.
pub const LARGEST_CONTEXT: u64 = 64 << 20;
/// A build that takes longer hangs.
const BUILD_WITHIN: Duration = Duration::from_secs(45 * 60);

/// One file of a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextFile {
    /// Relative to the context, with slashes.
    pub path: String,
    /// Of a link: where it points.
    pub bytes: Vec<u8>,
    pub executable: bool,
    pub link: bool,
}

/// Everything that decides what comes of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The Dockerfile's text.
    pub dockerfile: Vec<u8>,
    pub target: Option<String>,
    pub args: BTreeMap<String, String>,
    /// Sorted by path.
    pub files: Vec<ContextFile>,
}

/// Where the Dockerfile is in the archive: no file of a repository can have this name in its context's root by
/// accident.
const DOCKERFILE: &str = ".pilothouse-dockerfile";

impl Described {
    /// Hexadecimal; the same for the same content.
    pub fn digest(&self) -> String {
        let mut parts: Vec<Vec<u8>> = vec![self.dockerfile.clone()];
        parts.push(self.target.clone().unwrap_or_default().into_bytes());
        for (name, value) in &self.args {
            parts.push(format!("{name}={value}").into_bytes());
        }
        for file in &self.files {
            parts.push(format!("{} {} {}", file.path, file.executable, file.link).into_bytes());
            parts.push(file.bytes.clone());
        }
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        digest_of(&parts)
    }
}

/// How the image of a digest is called.
pub fn tag_of(digest: &str) -> String {
    format!("{NAME}:{}", digest.get(..20).unwrap_or(digest))
}

/// The engine of a wish, and nothing else of it.
pub async fn engine_of(wish: &Wish) -> Result<Engine, NoSandbox> {
    find(&surroundings(wish.engine.as_deref())).await.map_err(|tried| explain(&tried))
}

impl Engine {
    /// The image that was built for a digest, if it is there.
    pub async fn built_for(&self, digest: &str) -> Result<Option<Image>, EngineError> {
        let found = self.image(&tag_of(digest)).await?;
        Ok(found.filter(|image| image.label(DIGEST_LABEL) == Some(digest)))
    }

    /// Builds what is described, with the engine's network. Only after a person has said so: its steps run whatever
    /// the repository says.
    pub async fn build_described(
        &self,
        described: &Described,
        instance: &str,
        said: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Image, EngineError> {
        let digest = described.digest();
        let tag = tag_of(&digest);
        let regular = described.files.iter().filter(|file| !file.link);
        let mut entries: Vec<Entry<'_>> = regular
            .map(|file| Entry { path: &file.path, bytes: &file.bytes, executable: file.executable })
            .collect();
        entries.push(Entry { path: DOCKERFILE, bytes: &described.dockerfile, executable: false });
        let links: Vec<Link<'_>> = described
            .files
            .iter()
            .filter(|file| file.link)
            .map(|file| Link { path: &file.path, to: &file.bytes })
            .collect();
        let context = tarball_with(&entries, &links)
            .ok_or_else(|| EngineError::Spec("a path of the build's context is too long".to_owned()))?;
        let labels = BTreeMap::from([
            (APP_LABEL.0.to_owned(), APP_LABEL.1.to_owned()),
            (INSTANCE_LABEL.to_owned(), instance.to_owned()),
            (DIGEST_LABEL.to_owned(), digest),
        ]);
        let recipe = Recipe {
            tag: &tag,
            context,
            dockerfile: DOCKERFILE,
            target: described.target.as_deref(),
            args: described.args.clone(),
            labels,
            network: true,
        };
        let late = || EngineError::Build {
            reference: tag.clone(),
            cause: format!("it was not done within {} minutes", BUILD_WITHIN.as_secs() / 60),
        };
        timeout(BUILD_WITHIN, self.build(recipe, said).boxed()).await.unwrap_or_else(|_| Err(late()))
    }

    /// Why containers of an image cannot run here, as far as the image says it by itself.
    pub fn unfit(&self, image: &Image) -> Option<String> {
        let (ours, its) = (machine(&self.facts.architecture), machine(&image.architecture));
        if !image.os.is_empty() && image.os != "linux" {
            return Some(format!("it is for {}, and Linux containers run here", image.os));
        }
        (!its.is_empty() && !ours.is_empty() && its != ours)
            .then(|| format!("it is for the processor {its}, and this engine's machine has {ours}"))
    }

    /// Removes the oldest of the images built for an instance until `most` are left, with what was made from them.
    /// Those of `keep` stay. Returns how many went.
    pub async fn forget_described(
        &self,
        instance: &str,
        keep: &[String],
        most: usize,
    ) -> Result<usize, EngineError> {
        let ours = vec![format!("{}={}", APP_LABEL.0, APP_LABEL.1), format!("{INSTANCE_LABEL}={instance}")];
        let mut found = self.images_with(ours).await?;
        found.retain(|(tag, _)| tag.contains(NAME));
        // The newest first; of the same second by name, so that it is always the same one that goes.
        found.sort_by(|(a, made_a), (b, made_b)| made_b.cmp(made_a).then_with(|| a.cmp(b)));
        let mut left = found.len();
        let mut gone = 0;
        for (tag, _) in found.iter().rev() {
            if left <= most {
                break;
            }
            if keep.iter().any(|kept| tag.ends_with(kept.as_str())) {
                continue;
            }
            for (with_inside, _) in self.images_with(vec![format!("{BASE_LABEL}={tag}")]).await? {
                self.forget(&with_inside).await?;
            }
            self.forget(tag).await?;
            left -= 1;
            gone += 1;
        }
        Ok(gone)
    }

    /// Name and time of making of the images with these labels.
    async fn images_with(&self, labels: Vec<String>) -> Result<Vec<(String, i64)>, EngineError> {
        let filters = HashMap::from([("label".to_owned(), labels)]);
        let options = ListImagesOptionsBuilder::default().filters(&filters).build();
        let found =
            self.docker.list_images(Some(options)).await.map_err(EngineError::of("list its images"))?;
        let named =
            found.into_iter().filter_map(|image| Some((image.repo_tags.first()?.clone(), image.created)));
        Ok(named.collect())
    }

    /// An image that a container uses stays until the next time.
    async fn forget(&self, tag: &str) -> Result<(), EngineError> {
        let options = RemoveImageOptionsBuilder::default().build();
        match self
            .docker
            .remove_image(tag, Some(options), None)
            .await
            .map_err(EngineError::of("remove an image"))
        {
            Ok(_) => Ok(()),
            Err(EngineError::Refused { status: 404 | 409, cause, .. }) => {
                tracing::debug!(tag, cause, "an image stays");
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

/// One word for each kind of processor: engines and images use different ones.
fn machine(word: &str) -> &str {
    match word {
        "x86_64" | "amd64" => "amd64",
        "aarch64" | "arm64" => "arm64",
        "i386" | "i686" | "386" | "x86" => "386",
        "armv7l" | "armv6l" | "armhf" | "arm" => "arm",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described() -> Described {
        let file = |path: &str, bytes: &[u8]| ContextFile {
            path: path.to_owned(),
            bytes: bytes.to_vec(),
            executable: false,
            link: false,
        };
        Described {
            dockerfile: b"FROM a\n".to_vec(),
            target: None,
            args: BTreeMap::from([("V".to_owned(), "1".to_owned())]),
            files: vec![file("a", b"1"), file("b", b"2")],
        }
    }

    #[test]
    fn everything_that_decides_the_image_is_in_its_digest() {
        let digest = described().digest();
        assert_eq!(digest, described().digest());
        let changes: [fn(&mut Described); 6] = [
            |d| d.dockerfile.push(b'#'),
            |d| d.target = Some("dev".into()),
            |d| drop(d.args.insert("V".into(), "2".into())),
            |d| d.files[0].bytes = b"2".to_vec(),
            |d| d.files[0].executable = true,
            |d| d.files[1].path = "c".into(),
        ];
        for (at, change) in changes.iter().enumerate() {
            let mut other = described();
            change(&mut other);
            assert_ne!(digest, other.digest(), "{at}");
        }
        assert!(tag_of(&digest).starts_with("pilothouse-devcontainer:") && tag_of(&digest).len() == 44);
    }

    #[test]
    fn engines_and_images_mean_the_same_processor_by_different_words() {
        assert_eq!(machine("x86_64"), machine("amd64"));
        assert_eq!(machine("aarch64"), machine("arm64"));
        assert_ne!(machine("aarch64"), machine("x86_64"));
    }
}
