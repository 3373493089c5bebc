//! What a workspace's `devcontainer.json` asks for, read from a commit.

use super::unusable;
use crate::rooms::Room;
use crate::{Engine, git};
use host::config::Config;
use host::sandbox::container::described::{ContextFile, Described, LARGEST_CONTEXT};
use host::sandbox::container::devcontainer::{self, Devcontainer, PLACES};
use host::sandbox::container::dockerfile::{self, Takes};
use host::sandbox::container::ignore::Ignore;
use host::sandbox::{Preference, Sandbox};
use protocol::ApiError;
use repo::{Depot, ObjectId};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most bytes of the description and of a Dockerfile.
const LARGEST_TEXT: usize = 256 * 1024;

/// A described image.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The file that describes it.
    pub place: &'static str,
    pub source: Source,
    pub env: BTreeMap<String, String>,
    /// What was left out of the description, a sentence each.
    pub warnings: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Source {
    Named(String),
    Build(Box<Build>),
}

#[derive(Debug)]
pub(super) struct Build {
    pub described: Described,
    pub digest: String,
    /// Path in the repository.
    pub dockerfile: String,
    /// Images it begins from.
    pub bases: Vec<String>,
}

impl Wanted {
    /// What makes it another one.
    pub fn key(&self) -> String {
        let source = match &self.source {
            Source::Named(name) => format!("named {name}"),
            Source::Build(build) => format!("built {}", build.digest),
        };
        format!("{source} {:?}", self.env)
    }

    /// What it is, for people.
    pub fn sentence(&self) -> String {
        match &self.source {
            Source::Named(name) => format!("the image {name} ({})", self.place),
            Source::Build(build) => format!("an image built from {} ({})", build.dockerfile, self.place),
        }
    }
}

impl Engine {
    /// The image of a workspace's own that counts now, if any.
    pub(super) async fn wanted_image(&self, room: &Arc<Room>) -> Result<Option<Arc<Wanted>>, ApiError> {
        if !self.runs_in_containers() || self.own.config.workers.image.is_some() || !room.row().trusted {
            return Ok(None);
        }
        self.described_image(room).await
    }

    /// What the integration base describes, whether it counts or not.
    pub(super) async fn described_image(&self, room: &Arc<Room>) -> Result<Option<Arc<Wanted>>, ApiError> {
        let room = room.clone();
        self.blocking(move || {
            let base = room.look().map_err(git::api)?.onto;
            if let Some(read) = room.image.known(&base) {
                return read;
            }
            let read = read_at(&room.depot, &base).map(|wanted| wanted.map(Arc::new));
            room.image.note(base, read.clone());
            read
        })
        .await?
    }

    /// Whether code of a repository runs in containers here, or would if there were an image.
    pub(super) fn runs_in_containers(&self) -> bool {
        match self.sandbox() {
            Ok(selected) => matches!(selected.sandbox, Sandbox::Container(_)),
            Err(_) => self.own.config.workers.sandbox == Preference::Container,
        }
    }

    /// What is said on a workspace about its image.
    pub(crate) async fn image_warnings(&self, room: &Arc<Room>) -> Vec<String> {
        match self.wanted_image(room).await {
            Ok(Some(wanted)) => {
                wanted.warnings.iter().map(|warning| format!("{}: {warning}", wanted.place)).collect()
            }
            Ok(None) => Vec::new(),
            Err(error) => vec![error.message],
        }
    }

    /// One line for the doctor: what it is, and whether it is used. None where nothing is described.
    pub(crate) async fn image_line(&self, room: &Arc<Room>) -> Option<Result<String, ApiError>> {
        let wanted = match self.described_image(room).await {
            Ok(wanted) => wanted?,
            Err(error) if self.counts(room, &self.own.config) => return Some(Err(error)),
            Err(error) => return Some(Ok(format!("not used here: {}", error.message))),
        };
        let what = wanted.sentence();
        if !self.counts(room, &self.own.config) {
            let why = match (self.runs_in_containers(), &self.own.config.workers.image) {
                (false, _) => {
                    "jobs do not run in containers here (sandbox.backend = \"container\" changes that)"
                        .to_owned()
                }
                (true, Some(image)) => format!("sandbox.image says {image}"),
                (true, None) => "the folder is not trusted yet".to_owned(),
            };
            return Some(Ok(format!("{what} is described and not used: {why}")));
        }
        Some(match self.look_at_image(room).await {
            Ok(true) => {
                let reference = room.image.ground().map(|ground| ground.reference).unwrap_or_default();
                Ok(format!("{what}: {reference}, tried and used for jobs and checks"))
            }
            Ok(false) => Ok(format!("{what}: not built yet; the first job that needs it asks")),
            Err(error) => Err(error),
        })
    }

    fn counts(&self, room: &Room, config: &Config) -> bool {
        self.runs_in_containers() && config.workers.image.is_none() && room.row().trusted
    }
}

fn read_at(depot: &Depot, base: &ObjectId) -> Result<Option<Wanted>, ApiError> {
    for place in PLACES {
        let Some(bytes) = crate::policy::committed_file(depot, base, place, LARGEST_TEXT)? else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let Devcontainer { source, env, warnings } =
            devcontainer::read(place, &text).map_err(|error| unusable(place, &error.cause))?;
        let source = match source {
            devcontainer::Source::Image(name) => Source::Named(name),
            devcontainer::Source::Build { dockerfile, context, target, args } => {
                let asked = Asked { place, dockerfile, context, target, args };
                Source::Build(Box::new(asked.collect(depot, base)?))
            }
        };
        return Ok(Some(Wanted { place, source, env: env.into_iter().collect(), warnings }));
    }
    Ok(None)
}

/// A build as the description asks for it.
struct Asked {
    place: &'static str,
    dockerfile: String,
    context: String,
    target: Option<String>,
    args: BTreeMap<String, String>,
}

impl Asked {
    /// With the files it needs, taken from the commit alone.
    fn collect(self, depot: &Depot, base: &ObjectId) -> Result<Build, ApiError> {
        let Asked { place, dockerfile: path, context, target, args } = self;
        let missing =
            || unusable(place, &format!("it names {path}, which the integration branch does not have"));
        let dockerfile =
            crate::policy::committed_file(depot, base, &path, LARGEST_TEXT)?.ok_or_else(missing)?;
        let read = dockerfile::read(&String::from_utf8_lossy(&dockerfile));
        let ignored = self::ignored(depot, base, &path, &context)?;
        let takes = taken(&read.takes);
        let stored = depot
            .stored_files(base, &context, LARGEST_CONTEXT, |file| takes(file) && !ignored.leaves_out(file))
            .map_err(|error| match error {
                repo::RepoError::TooLarge { .. } => unusable(
                    place,
                    "the files its Dockerfile copies are more than 64 MiB. Copy less, or leave some out with a .dockerignore",
                ),
                other => git::api(other),
            })?;
        let files = stored.into_iter().map(|file| ContextFile {
            path: file.path,
            bytes: file.bytes,
            executable: file.executable,
            link: file.link,
        });
        let described = Described { dockerfile, target, args, files: files.collect() };
        Ok(Build { digest: described.digest(), described, dockerfile: path, bases: read.bases })
    }
}

/// A file beside the Dockerfile comes before that of the context.
fn ignored(depot: &Depot, base: &ObjectId, dockerfile: &str, context: &str) -> Result<Ignore, ApiError> {
    let of_context = match context {
        "" => ".dockerignore".to_owned(),
        folder => format!("{folder}/.dockerignore"),
    };
    for path in [format!("{dockerfile}.dockerignore"), of_context] {
        if let Some(bytes) = crate::policy::committed_file(depot, base, &path, LARGEST_TEXT)? {
            return Ok(Ignore::read(&String::from_utf8_lossy(&bytes)));
        }
    }
    Ok(Ignore::default())
}

/// Whether a file of the context is among what the Dockerfile takes.
fn taken(takes: &Takes) -> impl Fn(&str) -> bool {
    let patterns = match takes {
        Takes::Everything => None,
        Takes::Only(patterns) => Some(Ignore::read(&patterns.join("\n"))),
    };
    move |file: &str| patterns.as_ref().is_none_or(|patterns| patterns.leaves_out(file))
}
