//! Making the layers that are missing.

use super::network::{Leave, close_stale};
use super::wanted::Wanted;
use crate::rooms::Room;
use crate::{Engine, git};
use host::layers::{Build, Built, Layer};
use host::redact::Redactor;
use host::sandbox::Sandbox;
use host::spawn::Outcome;
use protocol::check::CheckPlan;
use protocol::merge::MergeEntry;
use protocol::{ApiError, ErrorCode, Event, SessionId};
use repo::ObjectId;
use std::sync::Arc;
use store::NewEvent;

/// All layers together; the longest unused go first.
const QUOTA: u64 = 20 << 30;
/// Characters of output that are kept.
const TAIL: usize = 4_000;
/// Characters of output inside an error.
const SHOWN: usize = 1_500;

/// What preparing came to.
pub(crate) enum Prepared {
    Ready,
    /// A person has to answer first; the question is durable.
    Asked,
}

/// How one run of a step ended.
enum Ran {
    Kept(Box<Layer>, Outcome),
    Failed { why: String, tail: String, ms: u64 },
}

impl Engine {
    /// Set-up for an entry's checks, on the candidate's own files. True when the layers are there.
    pub(crate) async fn set_up(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        plan: &CheckPlan,
    ) -> Result<bool, ApiError> {
        if plan.checks.is_empty() {
            return Ok(true);
        }
        let candidate = ObjectId::parse(entry.candidate.as_deref().unwrap_or_default()).map_err(git::api)?;
        let prepared = self.prepare(room, &entry.session_id, plan, Some(&candidate)).await?;
        Ok(matches!(prepared, Prepared::Ready))
    }

    /// Makes what is missing of the set-up that work on `commit` (the integration base when absent) needs.
    pub(crate) async fn prepare(
        &self,
        room: &Arc<Room>,
        session: &SessionId,
        plan: &CheckPlan,
        commit: Option<&ObjectId>,
    ) -> Result<Prepared, ApiError> {
        let all = self.wanted(room, plan, commit).await?;
        if all.is_empty() {
            return Ok(Prepared::Ready);
        }
        let _alone = tokio::select! {
            alone = room.set_up.building.lock() => alone,
            () = self.stopping() => return Err(stopping()),
        };
        let mut layers = Vec::new();
        for wanted in &all {
            let layer = match self.layer(wanted).await? {
                Some(layer) => layer,
                None => match self.obtain(room, session, wanted, &all, &layers).await? {
                    Some(layer) => layer,
                    None => return Ok(Prepared::Asked),
                },
            };
            layers.push(layer);
        }
        Ok(Prepared::Ready)
    }

    /// Makes one layer on top of those before it. None when a person has to answer first.
    async fn obtain(
        &self,
        room: &Arc<Room>,
        session: &SessionId,
        wanted: &Wanted,
        all: &[Wanted],
        below: &[Layer],
    ) -> Result<Option<Layer>, ApiError> {
        if let Some(error) = room.set_up.failure(&wanted.digest, self.clock.now_ms()) {
            return Err(error);
        }
        let leave = self.leave(room, wanted).await?;
        match &leave {
            Leave::Waiting => return Ok(None),
            Leave::Denied(error) => return Err(error.clone()),
            Leave::Given | Leave::Unasked => {}
        }
        let sandbox = self.sandbox_for(room)?;
        let names_hosts = !wanted.step.network.is_empty();
        let mut offline = None;
        // Without confinement there is no "offline": a step that names hosts would reach them unasked.
        if matches!(leave, Leave::Unasked) && (sandbox.confines() || !names_hosts) {
            match self.run_step(room, wanted, below, &sandbox, false).await? {
                Ran::Kept(layer, outcome) => {
                    return self.keep(room, session, wanted, all, *layer, &outcome).await.map(Some);
                }
                Ran::Failed { why, tail, ms } if !names_hosts => {
                    let error = failure(wanted, &why, &tail, false);
                    return self.fail(room, session, wanted, error, tail, ms).await;
                }
                Ran::Failed { why, tail, .. } => offline = Some(format!("{why}\n{tail}")),
            }
        }
        if matches!(leave, Leave::Unasked)
            && !self.may_open_network(room, session, wanted, all, offline.as_deref()).await?
        {
            return Ok(None);
        }
        match self.run_step(room, wanted, below, &sandbox, true).await? {
            Ran::Kept(layer, outcome) => {
                self.keep(room, session, wanted, all, *layer, &outcome).await.map(Some)
            }
            Ran::Failed { why, tail, ms } => {
                let error = failure(wanted, &why, &tail, true);
                self.fail(room, session, wanted, error, tail, ms).await
            }
        }
    }

    /// Runs the step in a fresh tree with a fresh HOME and takes both away again.
    async fn run_step(
        &self,
        room: &Arc<Room>,
        wanted: &Wanted,
        below: &[Layer],
        sandbox: &Sandbox,
        network: bool,
    ) -> Result<Ran, ApiError> {
        let dir = self.data.candidates().join(room.id.as_str()).join("set-up");
        let home = self.data.homes().join(format!("set-up-{}", room.id));
        let (place, house, here, at, store, below) =
            (dir.clone(), home.clone(), room.clone(), wanted.at.clone(), self.layers.clone(), below.to_vec());
        let tree = self
            .blocking(move || {
                let tree = here
                    .depot
                    .check_tree(&place)
                    .and_then(|old| old.remove())
                    .and_then(|()| here.depot.check_tree(&place))
                    .map_err(git::api)?;
                tree.switch_to(&at).map_err(git::api)?;
                here.depot.remove_clone(&house).map_err(git::api)?;
                host::paths::private_folder(&house)
                    .map_err(|e| internal(format!("{} cannot be made: {e}.", house.display())))?;
                for layer in &below {
                    store.apply(layer, &place, &house).map_err(|e| internal(e.to_string()))?;
                }
                Ok::<_, ApiError>(tree)
            })
            .await??;
        let ran = self.run_there(room, wanted, sandbox, &dir, &home, network).await;
        let here = room.clone();
        let cleared =
            self.blocking(move || tree.remove().and_then(|()| here.depot.remove_clone(&home))).await?;
        if let Err(error) = cleared {
            tracing::warn!(%error, "the set-up's folder stays behind");
        }
        ran
    }

    async fn run_there(
        &self,
        room: &Arc<Room>,
        wanted: &Wanted,
        sandbox: &Sandbox,
        dir: &std::path::Path,
        home: &std::path::Path,
        network: bool,
    ) -> Result<Ran, ApiError> {
        let spec = self.sandbox_spec(room, dir, home, network).await?;
        let started = self.clock.monotonic_ms();
        let build = Build {
            step: &wanted.step,
            digest: &wanted.digest,
            sandbox,
            spec: &spec,
            job: None,
            lines: None,
            now_ms: self.clock.now_ms(),
        };
        tracing::info!(workspace = %room.id, step = wanted.command(), network, "set-up");
        let built = tokio::select! {
            built = self.layers.build(build) => built,
            // Dropping the run ends every process of it.
            () = self.stopping() => return Err(stopping()),
        };
        let ms = self.clock.monotonic_ms().saturating_sub(started);
        Ok(match built {
            Ok(Built::Kept(layer, outcome)) => Ran::Kept(Box::new(layer), outcome),
            Ok(Built::Failed(outcome)) => Ran::Failed { why: outcome.summary(), tail: output(&outcome), ms },
            Err(error) => Ran::Failed { why: error.to_string(), tail: String::new(), ms },
        })
    }

    async fn keep(
        &self,
        room: &Arc<Room>,
        session: &SessionId,
        wanted: &Wanted,
        all: &[Wanted],
        layer: Layer,
        outcome: &Outcome,
    ) -> Result<Layer, ApiError> {
        let event = Event::SetupFinished {
            run: wanted.step.run.clone(),
            ok: true,
            duration_ms: outcome.duration.as_millis() as u64,
            tail: output(outcome),
        };
        let new = NewEvent::new(session, event, "setup").about(layer.digest.clone());
        let (workspace, candidate) = (room.id.clone(), wanted.candidate.then(|| wanted.at.to_string()));
        // A question about this very step that is still open has answered itself.
        let open: Vec<String> =
            all.iter().map(|w| w.digest.clone()).filter(|digest| *digest != wanted.digest).collect();
        self.store
            .write(move |tx| {
                close_stale(tx, &workspace, candidate.as_deref(), &open)?;
                crate::remote_buddy::held::look_again(tx, &workspace)?;
                tx.append(new).map(drop)
            })
            .await?;
        let (store, in_use) = (
            self.layers.clone(),
            all.iter().map(|w| w.digest.clone()).chain([layer.digest.clone()]).collect::<Vec<_>>(),
        );
        match self.blocking(move || store.collect(QUOTA, &in_use)).await? {
            Ok(collected) if !collected.removed.is_empty() => tracing::info!(
                removed = collected.removed.len(),
                freed = collected.freed_bytes,
                "old set-up layers"
            ),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "old set-up layers"),
        }
        Ok(layer)
    }

    async fn fail<T>(
        &self,
        room: &Arc<Room>,
        session: &SessionId,
        wanted: &Wanted,
        error: ApiError,
        tail: String,
        ms: u64,
    ) -> Result<T, ApiError> {
        room.set_up.remember(&wanted.digest, self.clock.now_ms(), error.clone());
        let event = Event::SetupFinished { run: wanted.step.run.clone(), ok: false, duration_ms: ms, tail };
        let new = NewEvent::new(session, event, "setup").about(wanted.digest.clone());
        self.store.write(move |tx| tx.append(new).map(drop)).await?;
        Err(error)
    }
}

fn internal(text: String) -> ApiError {
    ApiError::new(ErrorCode::Internal, text)
}

fn stopping() -> ApiError {
    ApiError::new(ErrorCode::Unavailable, "The server is shutting down.")
}

/// Both streams, their end, without colours and secrets.
fn output(outcome: &Outcome) -> String {
    let text = host::ansi::strip(&format!("{}{}", outcome.stdout.text(), outcome.stderr.text()));
    last(Redactor::default().text(&text).trim_end(), TAIL)
}

pub(super) fn last(text: &str, most: usize) -> String {
    match text.char_indices().rev().nth(most) {
        Some((at, _)) => format!("…{}", text.get(at..).unwrap_or_default().trim_start()),
        None => text.to_owned(),
    }
}

/// Cause and next step.
fn failure(wanted: &Wanted, why: &str, tail: &str, network: bool) -> ApiError {
    let program = wanted.step.run.first().map(String::as_str).unwrap_or_default();
    let missing = tail.contains("execvp") || tail.contains("not found") && tail.contains(program);
    let next = if why.starts_with("timed out") {
        "Give it a longer timeoutS in its [[setup]] entry, then try again.".to_owned()
    } else if missing {
        format!("If `{program}` is not installed, install it and restart the server, then try again.")
    } else if network {
        "It ran with the network open. Repair the step or what it reads, or the connection, then try again."
            .to_owned()
    } else {
        "It ran without network, as it names no hosts. If it has to load packages, name them with network = [\"cargo\"] or the like in its [[setup]] entry of .pilothouse/config.toml; else repair it, then try again.".to_owned()
    };
    let shown = last(tail, SHOWN);
    let shown = if shown.is_empty() { String::new() } else { format!("\n\n{shown}") };
    ApiError::new(
        ErrorCode::Conflict,
        format!("The set-up step `{}` failed: {why}.{shown}\n\n{next}", wanted.command()),
    )
}
