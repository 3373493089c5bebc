//! Running one step, in the sandbox, on a fresh tree with a fresh HOME.

use super::wanted::Wanted;
use crate::rooms::Room;
use crate::{Engine, git};
use host::layers::{Build, Built, Layer};
use host::redact::Redactor;
use host::spawn::Outcome;
use protocol::{ApiError, ErrorCode};
use std::path::Path;
use std::sync::Arc;

/// Characters of output that are kept.
const TAIL: usize = 4_000;

/// What a run is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum With {
    /// The machine's package caches, read-only, and no network.
    Caches,
    /// Neither.
    Nothing,
    Network,
}

/// How a run ended.
pub(super) enum Ran {
    Kept { layer: Box<Layer>, tail: String, ms: u64 },
    Failed { why: String, tail: String, ms: u64 },
}

impl Ran {
    /// Why it failed, with its output.
    pub fn failed(&self) -> Option<String> {
        match self {
            Ran::Kept { .. } => None,
            Ran::Failed { why, tail, .. } => Some(format!("{why}\n{tail}")),
        }
    }
}

impl Engine {
    /// A packager that wants to write into a cache which is shown read-only gets an empty one instead: what it
    /// takes from files of the repository needs no other.
    pub(super) async fn run_offline(
        &self,
        room: &Arc<Room>,
        wanted: &Wanted,
        below: &[Layer],
    ) -> Result<Ran, ApiError> {
        let ran = self.run_step(room, wanted, below, With::Caches).await?;
        let read_only = |text: &str| {
            text.contains("EROFS") || text.to_ascii_lowercase().contains("read-only file system")
        };
        match ran.failed() {
            Some(text) if read_only(&text) => self.run_step(room, wanted, below, With::Nothing).await,
            _ => Ok(ran),
        }
    }

    pub(super) async fn run_online(
        &self,
        room: &Arc<Room>,
        wanted: &Wanted,
        below: &[Layer],
    ) -> Result<Ran, ApiError> {
        self.run_step(room, wanted, below, With::Network).await
    }

    async fn run_step(
        &self,
        room: &Arc<Room>,
        wanted: &Wanted,
        below: &[Layer],
        with: With,
    ) -> Result<Ran, ApiError> {
        let dir = self.data.candidates().join(room.id.as_str()).join("set-up");
        let home = self.data.homes().join(format!("set-up-{}", room.id));
        let (place, house, depot) = (dir.clone(), home.clone(), room.depot.clone());
        let (at, store, below) = (wanted.at.clone(), self.layers.clone(), below.to_vec());
        let tree = self
            .blocking(move || {
                let stale = depot.check_tree(&place).map_err(git::api)?;
                stale.remove().map_err(git::api)?;
                let tree = depot.check_tree(&place).map_err(git::api)?;
                tree.switch_to(&at).map_err(git::api)?;
                depot.remove_clone(&house).map_err(git::api)?;
                host::paths::private_folder(&house)
                    .map_err(|e| internal(format!("{} cannot be made: {e}.", house.display())))?;
                for layer in &below {
                    store.apply(layer, &place, &house).map_err(|e| internal(e.to_string()))?;
                }
                Ok::<_, ApiError>(tree)
            })
            .await??;
        let ran = self.run_there(room, wanted, (&dir, &home), with).await;
        let depot = room.depot.clone();
        let cleared = self.blocking(move || tree.remove().and_then(|()| depot.remove_clone(&home))).await?;
        if let Err(error) = cleared {
            tracing::warn!(%error, "the set-up's folder stays behind");
        }
        ran
    }

    async fn run_there(
        &self,
        room: &Arc<Room>,
        wanted: &Wanted,
        (dir, home): (&Path, &Path),
        with: With,
    ) -> Result<Ran, ApiError> {
        let sandbox = self.sandbox_for(room)?;
        let mut spec = self.sandbox_spec(room, dir, home, with == With::Network).await?;
        if with == With::Nothing {
            // The only mounts under other names are the caches.
            spec.mounts.clear();
        }
        let started = self.clock.monotonic_ms();
        let build = Build {
            step: &wanted.step,
            digest: &wanted.digest,
            sandbox: &sandbox,
            spec: &spec,
            job: None,
            lines: None,
            now_ms: self.clock.now_ms(),
        };
        tracing::info!(workspace = %room.id, step = wanted.command(), ?with, "set-up");
        let built = tokio::select! {
            built = self.layers.build(build) => built,
            // Dropping the run ends every process of it.
            () = self.stopping() => return Err(crate::shutting_down()),
        };
        let ms = self.clock.monotonic_ms().saturating_sub(started);
        let redactor = self.redactor();
        Ok(match built {
            Ok(Built::Kept(layer, outcome)) => {
                Ran::Kept { layer: Box::new(layer), tail: output(&outcome, &redactor), ms }
            }
            Ok(Built::Failed(outcome)) => {
                Ran::Failed { why: outcome.summary(), tail: output(&outcome, &redactor), ms }
            }
            Err(error) => Ran::Failed { why: error.to_string(), tail: String::new(), ms },
        })
    }
}

pub(super) fn internal(text: String) -> ApiError {
    ApiError::new(ErrorCode::Internal, text)
}

/// The end of both streams, without colours and secrets.
fn output(outcome: &Outcome, redactor: &Redactor) -> String {
    let text = host::ansi::strip(&format!("{}{}", outcome.stdout.text(), outcome.stderr.text()));
    last(redactor.text(&text).trim_end(), TAIL)
}

/// The end of a text, at most so many characters and a mark.
pub(super) fn last(text: &str, most: usize) -> String {
    match text.char_indices().rev().nth(most) {
        Some((at, _)) => format!("…{}", text.get(at..).unwrap_or_default().trim_start()),
        None => text.to_owned(),
    }
}
