//! One container from its making to its removal.
//!
//! Whoever holds a [`Container`] decides when it ends; dropping it removes it as well. Should this process be
//! killed, the container's first process sees its standard input end and ends too, and the next server removes
//! what is left ([`sweep`]).

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bollard::container::LogOutput;
use bollard::models::{ContainerCreateBody, ContainerState};
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptions, InspectContainerOptions,
    KillContainerOptionsBuilder, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
    StartContainerOptions,
};
use futures_util::StreamExt as _;
use tokio::io::{AsyncWrite, AsyncWriteExt as _, DuplexStream};
use tokio::time::{Instant, sleep, timeout};

use super::create::{APP_LABEL, INSTANCE_LABEL};
use super::engine::Engine;
use super::error::EngineError;
use crate::spawn::Capture;

/// How long an engine gets to end and remove a container.
pub(super) const END_WITHIN: Duration = Duration::from_secs(20);
/// Between looks at a container that is ending.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Bytes of output on their way to whoever reads them.
const WINDOW: usize = 256 * 1024;
/// Bytes kept of what a container says on its standard error, which is no part of the channel.
const COMPLAINTS: usize = 16 * 1024;

/// A started container and its standard streams.
pub struct Opened {
    /// Its standard input; shutting it down is how it is asked to end.
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
    /// Its standard output; ends with the container, or with the engine.
    pub output: DuplexStream,
    pub container: Container,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Opened").field("container", &self.container).finish_non_exhaustive()
    }
}

/// A container that is removed when this value is dropped, if not before.
#[derive(Debug)]
pub struct Container {
    engine: Engine,
    id: String,
    complaints: Arc<Mutex<Capture>>,
    removed: bool,
}

/// See [`Container::witness`].
#[derive(Debug, Clone)]
pub(super) struct Witness {
    engine: Engine,
    id: String,
}

impl Witness {
    /// Whether it still runs, and what it ended of if it does not.
    pub(super) async fn death(&self) -> Result<Option<Death>, EngineError> {
        let state = state(&self.engine, &self.id).await?;
        let ended = !state.running.unwrap_or(false);
        Ok(ended.then(|| Death::of(state, String::new())))
    }
}

async fn state(engine: &Engine, id: &str) -> Result<ContainerState, EngineError> {
    let asked = engine.docker.inspect_container(id, None::<InspectContainerOptions>);
    let inspected = timeout(END_WITHIN, asked).await.map_err(|_| slow("look at a container"))?;
    if inspected.as_ref().is_err_and(is_podmans_stopped) {
        return Ok(ContainerState { running: Some(true), ..ContainerState::default() });
    }
    Ok(inspected.map_err(EngineError::of("look at a container"))?.state.unwrap_or_default())
}

/// Podman has a word of its own for a container that has ended and is not put away yet, which the client does not
/// know. A moment later it says what Docker says.
fn is_podmans_stopped(error: &bollard::errors::Error) -> bool {
    matches!(error, bollard::errors::Error::JsonDataError { message, .. } if message.contains("`stopped`"))
}

/// How a container ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Death {
    /// 128 and more: a signal.
    pub code: Option<i64>,
    /// The kernel killed something in it because its memory was used up.
    pub out_of_memory: bool,
    /// What the engine or its first process said about it.
    pub said: String,
}

impl Death {
    fn of(state: ContainerState, complaints: String) -> Self {
        let error = state.error.unwrap_or_default();
        Self {
            code: state.exit_code,
            out_of_memory: state.oom_killed.unwrap_or(false),
            said: format!("{complaints}\n{error}").trim().to_owned(),
        }
    }
}

impl Engine {
    /// Makes and starts a container, its streams attached before its first byte.
    pub(super) async fn open(&self, body: ContainerCreateBody) -> Result<Opened, EngineError> {
        let made = self.docker.create_container(None::<CreateContainerOptions>, body).await;
        let made = made.map_err(EngineError::of("make a container"))?;
        let complaints = Arc::new(Mutex::new(Capture::new(0, COMPLAINTS)));
        let container =
            Container { engine: self.clone(), id: made.id, complaints: complaints.clone(), removed: false };
        let options =
            AttachContainerOptionsBuilder::default().stream(true).stdin(true).stdout(true).stderr(true);
        let attached = self.docker.attach_container(&container.id, Some(options.build())).await;
        let attached = attached.map_err(EngineError::of("attach to a container"))?;
        let (output, mut to) = tokio::io::duplex(WINDOW);
        let mut from = attached.output;
        tokio::spawn(async move {
            // Waiting for the reader is what slows the container down; an end of either side ends this.
            while let Some(Ok(part)) = from.next().await {
                match part {
                    LogOutput::StdErr { message } => {
                        complaints.lock().unwrap_or_else(PoisonError::into_inner).push(&message);
                    }
                    other => {
                        if to.write_all(&other.into_bytes()).await.is_err() {
                            break;
                        }
                    }
                }
            }
        });
        let started = self.docker.start_container(&container.id, None::<StartContainerOptions>).await;
        if let Err(error) = started.map_err(EngineError::of("start a container")) {
            container.remove().await;
            return Err(error);
        }
        Ok(Opened { input: attached.input, output, container })
    }
}

impl Container {
    /// What it said on its standard error, the newest part: its last words are in it. Taken, not copied.
    fn complaints(&self) -> String {
        let kept = self.complaints.lock().unwrap_or_else(PoisonError::into_inner).take().tail;
        String::from_utf8_lossy(&kept).trim().to_owned()
    }

    /// Somebody who can be asked about it without holding it.
    pub(super) fn witness(&self) -> Witness {
        Witness { engine: self.engine.clone(), id: self.id.clone() }
    }

    async fn state(&self) -> Result<ContainerState, EngineError> {
        state(&self.engine, &self.id).await
    }

    /// Ends every process in it at once. It may have ended before.
    async fn kill(&self) -> Result<(), EngineError> {
        let options = KillContainerOptionsBuilder::default().signal("KILL").build();
        let asked = self.engine.docker.kill_container(&self.id, Some(options));
        let killed = timeout(END_WITHIN, asked).await.map_err(|_| slow("kill a container"))?;
        match killed.map_err(EngineError::of("kill a container")) {
            // 409: it does not run any more.
            Err(EngineError::Refused { status: 404 | 409, .. }) | Ok(()) => Ok(()),
            // Podman's word for the same.
            Err(EngineError::Refused { cause, .. }) if cause.contains("not running") => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Waits for its end (at most `patience`, then it is killed), says how that was, and removes it.
    pub async fn end(self, patience: Duration) -> Result<Death, EngineError> {
        let death = self.died_within(patience).await;
        self.remove().await;
        death
    }

    async fn died_within(&self, patience: Duration) -> Result<Death, EngineError> {
        let mut deadline = Instant::now() + patience;
        let mut killed = false;
        loop {
            let state = self.state().await?;
            if !state.running.unwrap_or(false) {
                return Ok(Death::of(state, self.complaints()));
            }
            if Instant::now() >= deadline {
                if killed {
                    return Err(slow("end a container"));
                }
                killed = true;
                deadline = Instant::now() + END_WITHIN;
                self.kill().await?;
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Removes it, running or not.
    pub(super) async fn remove(mut self) {
        self.removed = true;
        remove(&self.engine, &self.id).await;
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if self.removed {
            return;
        }
        // Without a runtime this process is ending, and the container with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let (engine, id) = (self.engine.clone(), self.id.clone());
            runtime.spawn(async move { remove(&engine, &id).await });
        }
    }
}

async fn remove(engine: &Engine, id: &str) -> bool {
    let options = RemoveContainerOptionsBuilder::default().force(true).v(true).build();
    let asked = engine.docker.remove_container(id, Some(options));
    match timeout(END_WITHIN, asked).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            let error = EngineError::of("remove a container")(error);
            let gone = error.is_absent() || matches!(&error, EngineError::Refused { status: 409, .. });
            if !gone {
                tracing::warn!(%error, container = id, "a container stays behind until the next start");
            }
            gone
        }
        Err(_) => {
            tracing::warn!(container = id, "the engine did not remove a container in time");
            false
        }
    }
}

fn slow(wanted: &'static str) -> EngineError {
    EngineError::Gone { wanted, cause: format!("no answer within {} seconds", END_WITHIN.as_secs()) }
}

/// Removes every container of an instance, running or not, and says how many there were. For a server that has
/// just taken its data folder: no container can belong to work that is still wanted.
pub async fn sweep(engine: &Engine, instance: &str) -> Result<usize, EngineError> {
    let labels = vec![format!("{}={}", APP_LABEL.0, APP_LABEL.1), format!("{INSTANCE_LABEL}={instance}")];
    let filters = std::collections::HashMap::from([("label".to_owned(), labels)]);
    let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
    let deadline = Instant::now() + END_WITHIN;
    let found = loop {
        match engine.docker.list_containers(Some(options.clone())).await {
            Err(error) if is_podmans_stopped(&error) && Instant::now() < deadline => sleep(LOOK_EVERY).await,
            found => break found.map_err(EngineError::of("list its containers"))?,
        }
    };
    let mut removed = 0;
    for id in found.into_iter().filter_map(|container| container.id) {
        removed += usize::from(remove(engine, &id).await);
    }
    Ok(removed)
}
