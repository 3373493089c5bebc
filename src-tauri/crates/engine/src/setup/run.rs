//! Running one step, in the sandbox, on a fresh tree with a fresh HOME.

use super::once::Once;
use super::online::{Decided, List};
use super::wanted::Wanted;
use crate::Engine;
use crate::rooms::Room;
use host::HostError;
use host::cell::{Cell, Doors, InsideProgram};
use host::layers::{Build, Built, Layer};
use host::network::Target;
use host::redact::Redactor;
use host::sandbox::{Sandbox, SandboxSpec};
use host::spawn::Outcome;
use protocol::asks::SetupReach;
use protocol::{ApiError, ErrorCode};
use std::collections::BTreeMap;
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
    /// A proxy to the hosts the step names.
    Hosts,
    /// The machine's network: where the step says so, and where nothing confines it anyhow.
    Network,
}

/// How a run ended.
pub(super) enum Ended {
    Kept(Box<Layer>),
    /// Why, in words.
    Failed(String),
}

/// One run.
pub(super) struct Ran {
    pub ended: Ended,
    /// The end of its output.
    pub tail: String,
    pub ms: u64,
    /// The hosts it asked for.
    pub asked_for: BTreeMap<Target, Decided>,
}

impl Ran {
    /// Why it failed, with its output.
    pub fn failed(&self) -> Option<String> {
        match &self.ended {
            Ended::Kept(_) => None,
            Ended::Failed(why) => Some(format!("{why}\n{}", self.tail)),
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
        let with = match self.reach(room, wanted)? {
            SetupReach::Hosts => With::Hosts,
            SetupReach::All | SetupReach::Unconfined => With::Network,
        };
        self.run_step(room, wanted, below, with).await
    }

    async fn run_step(
        &self,
        room: &Arc<Room>,
        wanted: &Wanted,
        below: &[Layer],
        with: With,
    ) -> Result<Ran, ApiError> {
        let laid = self.lay_out(room, Once::SetUp, &wanted.at, below.to_vec(), Vec::new()).await?;
        let ran = self.run_there(room, wanted, (laid.tree.dir(), &laid.home), with).await;
        self.clear_once(room, laid).await?;
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
        let online = matches!(with, With::Hosts | With::Network);
        // Tools that are told to stay offline do not even ask a proxy.
        let mut spec = self.sandbox_spec(room, dir, home, online).await?;
        spec.network = with == With::Network;
        if with == With::Nothing {
            // The only mounts under other names are the caches.
            spec.mounts.clear();
        }
        let list = List::of(&wanted.step.network);
        let cell = match with {
            With::Hosts => Some(open(&sandbox, &spec, &list).await?),
            _ => None,
        };
        let started = self.clock.monotonic_ms();
        let build = Build {
            step: &wanted.step,
            digest: &wanted.digest,
            sandbox: &sandbox,
            spec: &spec,
            cell: cell.as_ref(),
            job: None,
            lines: None,
            now_ms: self.clock.now_ms(),
        };
        tracing::info!(workspace = %room.id, step = wanted.command(), ?with, "set-up");
        let built = tokio::select! {
            built = self.layers.build(build) => built,
            // Dropping the run and its cell ends every process of it.
            () = self.stopping() => return Err(crate::shutting_down()),
        };
        if let Some(cell) = cell {
            cell.close().await;
        }
        let ms = self.clock.monotonic_ms().saturating_sub(started);
        let redactor = self.redactor();
        let (ended, tail) = match built {
            Ok(Built::Kept(layer, outcome)) => (Ended::Kept(Box::new(layer)), output(&outcome, &redactor)),
            Ok(Built::Failed(outcome)) => {
                let mut why = outcome.summary();
                if let Some(refused) = list.refused() {
                    why.push_str(&format!("; it was kept from {refused}, which its `network` does not name"));
                }
                (Ended::Failed(why), output(&outcome, &redactor))
            }
            Err(error) => (Ended::Failed(error.to_string()), String::new()),
        };
        Ok(Ran { ended, tail, ms, asked_for: list.decided() })
    }
}

/// The place of a step that reaches hosts.
async fn open(sandbox: &Sandbox, spec: &SandboxSpec, list: &Arc<List>) -> Result<Cell, ApiError> {
    let failed = |error: HostError| internal(format!("The way out of the set-up cannot be opened: {error}."));
    let inside = InsideProgram::ours().map_err(failed)?;
    let doors = Doors { proxy: Some(list.door()), ..Doors::none() };
    sandbox.open(spec.clone(), doors, &inside).await.map_err(failed)
}

pub(super) fn internal(text: String) -> ApiError {
    ApiError::new(ErrorCode::Internal, text)
}

/// The end of both streams, without colours and secrets.
fn output(outcome: &Outcome, redactor: &Redactor) -> String {
    last(redactor.text(&outcome.printed()).trim_end(), TAIL)
}

/// The end of a text, at most so many characters and a mark.
pub(super) fn last(text: &str, most: usize) -> String {
    match text.char_indices().rev().nth(most) {
        Some((at, _)) => format!("…{}", text.get(at..).unwrap_or_default().trim_start()),
        None => text.to_owned(),
    }
}
