//! For the doctor: what is there, and making what is missing when a person asks for it.

use std::path::Path;

use super::engine::{Engine, explain, find, surroundings};
use super::find::how_to_get;
use super::life::sweep;
use super::{EngineError, Image, WORKER_IMAGE, Wish};
use crate::sandbox::NoSandbox;

/// What a look found; nothing is started or made.
#[derive(Debug, Clone)]
pub enum Looked {
    NoEngine(NoSandbox),
    NoImage {
        engine: Engine,
        image: String,
        fix: String,
    },
    /// The engine does not answer what it is asked.
    Broken {
        engine: Engine,
        cause: String,
    },
    Ready {
        engine: Engine,
        image: Image,
    },
}

/// Looks for the engine and the image of the wish.
pub async fn look(wish: &Wish) -> Looked {
    let engine = match find(&surroundings(wish.engine.as_deref())).await {
        Ok(engine) => engine,
        Err(tried) => return Looked::NoEngine(explain(&tried)),
    };
    let wanted = wish.image.as_deref().unwrap_or(WORKER_IMAGE);
    match engine.image(wanted).await {
        Ok(Some(image)) => Looked::Ready { engine, image },
        Ok(None) => Looked::NoImage { engine, image: wanted.to_owned(), fix: how_to_get(wanted) },
        Err(error) => Looked::Broken { engine, cause: error.to_string() },
    }
}

/// Builds our image, or fetches the one that is named, unless it is there and of today. Uses the network, so it
/// only happens when a person asks for it. `said` hears the steps as they come.
pub async fn provide(wish: &Wish, said: &mut (dyn FnMut(&str) + Send)) -> Result<Image, NoSandbox> {
    let found = match look(wish).await {
        Looked::NoEngine(none) => return Err(none),
        Looked::Broken { engine, cause } => {
            let fix = format!("Look at {} with `docker info`, then try again", engine.facts.address);
            return Err(NoSandbox { reason: cause, fix });
        }
        Looked::Ready { image, .. } if !image.is_stale() => return Ok(image),
        Looked::Ready { engine, image } => (engine, image.reference),
        Looked::NoImage { engine, image, .. } => (engine, image),
    };
    let made = match found {
        (engine, image) if image == WORKER_IMAGE => engine.build_worker_image(said).await,
        (engine, image) => engine.pull(&image).await,
    };
    made.map_err(|error| NoSandbox { fix: next(&error), reason: error.to_string() })
}

/// Removes the containers an earlier server of this data folder left behind. For a server that has just taken the
/// folder. Where no container was ever made nothing is looked for.
pub async fn clear(wish: &Wish, data: &Path) {
    if !super::ever_used(data) {
        return;
    }
    let Ok(engine) = find(&surroundings(wish.engine.as_deref())).await else { return };
    match sweep(&engine, &super::instance(data)).await {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "containers of an earlier server are removed"),
        Err(error) => tracing::warn!(%error, "containers of an earlier server may be left"),
    }
}

fn next(error: &EngineError) -> String {
    match error {
        EngineError::Build { .. } => {
            "It fetches a base image and packages: see that the engine has the network (and its \
                                      proxy, if there is one), then try again"
                .to_owned()
        }
        EngineError::ImageMissing { .. } => {
            "Check its name and that you are signed in to its registry (docker login), or \
                                             load it with `docker load`"
                .to_owned()
        }
        _ => "Look at the engine with `docker info`, then try again".to_owned(),
    }
}
