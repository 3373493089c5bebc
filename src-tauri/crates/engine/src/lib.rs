//! The crew at work: sessions, buddies, queues, the merge queue and its checks, run over the adapters.
//!
//! The engine decides nothing by itself that a machine in `flow` can decide; it stores facts together with the
//! effects still to be performed, performs them, and repeats them after a crash. It knows no HTTP and no SQL.

mod alarm;
mod allow;
mod ask;
mod attempts;
mod bounds;
mod budgets;
mod bundles;
mod caller;
mod change;
mod configured;
mod confinement;
mod depots;
mod devices;
mod dry_run;
mod ephemeral;
mod forecast;
mod git;
mod grants;
mod ground;
mod hand_over;
mod hash;
mod image;
mod keys;
mod launcher;
mod local_buddy;
mod made_here;
mod main_line;
mod markdown;
mod merge;
mod models;
mod moved;
mod network;
mod nodes;
mod open;
mod ops;
mod options;
mod outbox;
mod policy;
mod pool;
mod principal;
mod publish;
mod push;
mod reaction;
mod register;
mod remote_buddy;
mod returned;
mod rooms;
mod rulebook;
#[cfg(test)]
mod scene;
mod setup;
mod sleep;
mod sweep;
mod taken;
mod terminals;

pub use alarm::Alarm;
pub use caller::{Caller, Principal};
pub use change::Reply;
pub use devices::{Connected, Ending, NewSession, Reach, Whence};
pub use ephemeral::Frames;
pub use local_buddy::steps::{BuddyStep, BuddySteps};
pub use models::BrokeredModel;
pub use nodes::{NodeLine, Relay, Relayed, ToNode};
pub use open::{Opened, StartError, open};
pub use ops::doctor_without_server;
pub use options::{Options, SandboxChoice};
pub use store::{EventFilter, Subscription};
pub use terminal::{Attachment, Feed, Piece};
pub use terminals::terminal_error;

use host::clock::Clock;
use host::ids::Ids;
use host::paths::DataFolder;
use protocol::{ApiError, SessionId, WorkspaceId};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use store::Store;
use tokio::sync::watch;

/// The engine; clones are handles to the same crew.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// What the crew shares. Fields are read through [`Engine`]'s `Deref`.
pub struct Inner {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) data: DataFolder,
    pub(crate) options: Options,
    /// What was configured on this machine when the server started.
    pub(crate) own: host::config::Own,
    pub(crate) git: Option<repo::Git>,
    /// Why there is no git, when there is none.
    pub(crate) git_problem: Option<ApiError>,
    pub(crate) confinement: host::sandbox::Confinement,
    pub(crate) toolchains: host::toolchains::Toolchains,
    /// Results of set-up steps.
    pub(crate) layers: host::layers::LayerStore,
    pub(crate) rooms: RwLock<BTreeMap<WorkspaceId, Arc<rooms::Room>>>,
    pub(crate) principals: principal::Principals,
    /// Who was let in, and who of them is here now.
    pub(crate) devices: devices::Devices,
    pub(crate) ephemeral: ephemeral::Ephemeral,
    /// Keys saved for models.
    pub(crate) keys: keys::Keys,
    pub(crate) http: reqwest::Client,
    pub(crate) started_at: i64,
    pub(crate) started_mono: u64,
    pub(crate) url: std::sync::OnceLock<String>,
    /// Rung when a person has answered something.
    pub(crate) answers: tokio::sync::Notify,
    /// The worker processes.
    pub(crate) pool: pool::Standing,
    /// Until when the machine was awake.
    pub(crate) awake: sleep::Awake,
    /// Rung when a job was put aside.
    pub(crate) parked: tokio::sync::Notify,
    /// Who is at the folders of jobs that people have taken over.
    pub(crate) desk: taken::Desk,
    /// What people type into.
    pub(crate) terminals: Arc<terminal::Terminals>,
    /// Other machines.
    pub(crate) nodes: nodes::Standing,
    /// Pushes and pull requests.
    pub(crate) publishing: publish::Counter,
    /// Who is told away from the window.
    pub(crate) push: push::Push,
    stop: watch::Sender<bool>,
    /// True once a part of the crew has ended by a panic.
    pub(crate) broken: watch::Sender<bool>,
    /// Holds the data folder until the last handle is gone.
    pub(crate) _lock: host::data_lock::DataLock,
    pub(crate) tasks: tokio::sync::Mutex<tokio::task::JoinSet<()>>,
}

impl std::ops::Deref for Engine {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl Engine {
    /// Resolves when the server drains.
    pub async fn stopping(&self) {
        let mut stop = self.inner.stop.subscribe();
        // An error means the sender is gone, which is stopping too.
        let _ = stop.wait_for(|stop| *stop).await;
    }

    pub fn is_stopping(&self) -> bool {
        *self.inner.stop.borrow()
    }

    /// Takes no more work; running tasks see it and end.
    pub fn stop(&self) {
        self.inner.stop.send_replace(true);
    }

    /// Waits until every task and child process has ended.
    pub async fn stopped(&self) {
        let mut tasks = self.inner.tasks.lock().await;
        while tasks.join_next().await.is_some() {}
        let store = self.store.clone();
        if let Ok(Err(error)) = tokio::task::spawn_blocking(move || store.fold_log()).await {
            tracing::warn!(%error, "the write-ahead log stays beside the database");
        }
    }

    /// Runs a part of the crew until the server stops; if it breaks, the server has broken.
    pub(crate) async fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        let alarm = self.alarm();
        self.inner.tasks.lock().await.spawn(async move {
            let _alarm = alarm;
            task.await;
        });
    }

    /// Events from a cursor on, without a gap.
    pub fn follow(&self, filter: EventFilter, after: protocol::Cursor) -> Subscription {
        self.store.subscribe(filter, after)
    }

    pub async fn require_session(&self, id: SessionId) -> Result<Option<WorkspaceId>, ApiError> {
        Ok(self.store.read(move |tx| tx.require_session(&id)).await?)
    }

    pub fn new_secret(&self) -> String {
        self.ids.secret()
    }

    pub fn token_file(&self) -> PathBuf {
        self.data.token_file()
    }

    pub fn data_folder(&self) -> PathBuf {
        self.data.root().to_owned()
    }

    /// The client every call to a model goes through.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Frames that are not kept: streamed text, presence.
    pub fn ephemeral(&self) -> ephemeral::Frames {
        self.ephemeral.listen()
    }

    pub(crate) fn room(&self, id: &WorkspaceId) -> Result<Arc<rooms::Room>, ApiError> {
        let rooms = self.rooms.read().unwrap_or_else(PoisonError::into_inner);
        rooms.get(id).cloned().ok_or_else(|| ApiError::not_found("workspace", id.as_str()))
    }

    /// Runs blocking git or file work off the async threads.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        tokio::task::spawn_blocking(work).await.map_err(|_| shutting_down())
    }
}

/// What whoever is cut short by the end of the server is told.
pub(crate) fn shutting_down() -> ApiError {
    ApiError::new(protocol::ErrorCode::Unavailable, "The server is shutting down.")
}
