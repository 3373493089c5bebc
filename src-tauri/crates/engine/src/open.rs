//! Opening a server: folder, lock, database, sandbox, repositories; then waking the crew.

use crate::confinement;
use crate::ephemeral::Ephemeral;
use crate::principal::Principals;
use crate::{Engine, Inner, Options};
use host::HostError;
use host::clock::{Clock, SystemClock};
use host::data_lock::DataLock;
use host::ids::{Ids, SystemIds};
use host::paths::DataFolder;
use host::server_record::{RecordedWorkspace, ServerRecord};
use protocol::{ApiError, ErrorCode};
use std::net::IpAddr;
use std::sync::Arc;
use store::{Sources, Store, StoreError};
use tokio::sync::watch;

/// Why a server cannot start; each says the cause and the next step.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Host(#[from] HostError),
    /// A mistake in what is configured; `given` when it is in a variable or flag of this start.
    #[error("{error}. {}", next(*.given))]
    Configuration { error: HostError, given: bool },
    #[error(
        "The database cannot be opened: {0}. Put a copy of it back in its place, or choose another folder with --data."
    )]
    Store(StoreError),
    #[error(
        "This data folder was used by a newer Pilothouse (database version {found}; this one knows {known}). Update Pilothouse, or choose another folder with --data."
    )]
    NewerDatabase { found: i64, known: i64 },
    #[error("{}", about(.path, .error))]
    Repository { path: String, error: ApiError },
    #[error("{0}")]
    Other(String),
}

impl StartError {
    /// Stable over releases; what whoever started the server matches on.
    pub fn code(&self) -> &'static str {
        match self {
            StartError::Host(error) | StartError::Configuration { error, .. } => error.code(),
            StartError::Store(_) => "start.database",
            StartError::NewerDatabase { .. } => "start.newer_database",
            StartError::Repository { error, .. } => error.code.as_str(),
            StartError::Other(_) => "start.failed",
        }
    }

    /// Exit code of the process contract.
    pub fn exit_code(&self) -> i32 {
        match self {
            StartError::Repository { error, .. } => match error.code {
                ErrorCode::NotARepository | ErrorCode::BareRepository | ErrorCode::RepositoryUnreadable => 4,
                _ => 3,
            },
            StartError::Configuration { given: true, .. } => 2,
            StartError::Configuration { .. }
            | StartError::Host(_)
            | StartError::Store(_)
            | StartError::NewerDatabase { .. }
            | StartError::Other(_) => 3,
        }
    }
}

fn next(given: bool) -> &'static str {
    match given {
        true => "Correct or remove it and start again.",
        false => "Correct that file, or move it away to do without it, and start again.",
    }
}

impl StartError {
    /// What went wrong while the configuration was read.
    fn configuration(error: HostError) -> Self {
        match error {
            HostError::ConfigSyntax { .. } => StartError::Configuration { error, given: false },
            HostError::ConfigValue { line, .. } => StartError::Configuration { error, given: line.is_none() },
            other => StartError::Host(other),
        }
    }
}

/// The error with the repository's path, unless it is said already or is not the repository's fault.
fn about(path: &str, error: &ApiError) -> String {
    let of_git = matches!(error.code, ErrorCode::GitMissing | ErrorCode::GitTooOld);
    if of_git || error.message.contains(path) { error.message.clone() } else { format!("{path}: {error}") }
}

impl From<StoreError> for StartError {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::Newer { found, known } => StartError::NewerDatabase { found, known },
            other => StartError::Store(other),
        }
    }
}

/// A server that holds its data folder but does not listen yet.
pub struct Opened {
    pub(crate) engine: Engine,
    remembered_port: Option<u16>,
}

/// Takes the data folder and everything in it.
pub async fn open(options: Options) -> Result<Opened, StartError> {
    open_by(options, Arc::new(SystemClock::new())).await
}

/// The same by a clock that is handed in.
pub(crate) async fn open_by(options: Options, clock: Arc<dyn Clock>) -> Result<Opened, StartError> {
    let own = options.own().map_err(StartError::configuration)?;
    let root = match &options.data {
        Some(_) => options.data_folder()?,
        None => own.data_folder()?,
    };
    let data = DataFolder::open(&root)?;
    let lock = DataLock::acquire(&data)?;
    // Before anybody can upload: until then a file that was never finished is nobody's.
    if let Err(error) = crate::bundles::remove_unfinished(&data.bundles()) {
        tracing::warn!(%error, "an unfinished bundle stays behind");
    }
    let ids: Arc<dyn Ids> = Arc::new(SystemIds);
    let (now, id) = (clock.clone(), ids.clone());
    let sources = Sources { now: Arc::new(move || now.now_ms()), id: Arc::new(move || id.uuid()) };
    let store =
        Store::open(&data.database(), sources, store::Options { unsafe_no_fsync: options.unsafe_no_fsync })?;
    let devices = crate::devices::Devices::open(&store, ids.as_ref()).await?;
    let token = ids.secret();
    host::token_file::write_secret(&data.token_file(), &token)?;
    let keys = crate::keys::Keys::open(&options, &own.config, &data)?;
    let layers = host::layers::LayerStore::open(&data.layers(), host::layers::LARGEST)?;
    host::sandbox::container::clear(&confinement::wish(&own.config.workers), data.root()).await;
    let confinement = confinement::find(&own.config.workers, data.root()).await;
    let (git, git_problem) = match crate::git::find(&options, &data) {
        Ok(git) => (Some(git), None),
        Err(problem) => (None, Some(problem)),
    };
    let http = reqwest::Client::builder()
        .connect_timeout(std::time::Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(|e| StartError::Other(format!("The HTTP client cannot be made: {e}")))?;
    let terminals = crate::terminals::of(&own.config.terminals, &data, &clock, &ids);
    terminals.sweep_left().await;
    let remembered_port = std::fs::read_to_string(data.port_file()).ok().and_then(|t| t.trim().parse().ok());
    let (started_at, started_mono) = (clock.now_ms(), clock.monotonic_ms());
    let engine = Engine {
        inner: Arc::new(Inner {
            store,
            clock,
            ids,
            data,
            options,
            own,
            git,
            git_problem,
            confinement,
            toolchains: host::toolchains::Toolchains::detect(&host::toolchains::Machine::current()),
            layers,
            rooms: Default::default(),
            principals: Principals::new(&token),
            devices,
            ephemeral: Ephemeral::new(),
            keys,
            http,
            started_at,
            started_mono,
            url: Default::default(),
            answers: Default::default(),
            awake: crate::sleep::Awake::new(started_at),
            pool: Default::default(),
            parked: Default::default(),
            desk: Default::default(),
            nodes: Default::default(),
            terminals,
            publishing: Default::default(),
            push: Default::default(),
            stop: watch::channel(false).0,
            broken: watch::channel(false).0,
            _lock: lock,
            tasks: Default::default(),
        }),
    };
    engine.recall_node_terminals().await?;
    engine.tell_terminal_ends().await;
    // The time the server was down counts against nobody; whoever is gone with it gives back what they held.
    engine.return_downtime().await?;
    engine.take_back_claims().await?;
    engine.restore_rooms().await.map_err(|error| StartError::Other(error.message))?;
    for path in engine.options.repos.clone() {
        let path = std::path::absolute(&path).unwrap_or(path);
        let shown = path.display().to_string();
        engine
            .register(&path, engine.options.trust)
            .await
            .map_err(|error| StartError::Repository { path: shown, error })?;
    }
    engine.ensure_default_session().await.map_err(|error| StartError::Other(error.message))?;
    engine.end_old_drain().await.map_err(|error| StartError::Other(error.message))?;
    Ok(Opened { engine, remembered_port })
}

impl Opened {
    /// Where to listen; no port means the choice is free.
    pub fn listen(&self) -> (IpAddr, Option<u16>) {
        let server = &self.engine.own.config.server;
        (server.host, server.port)
    }

    /// The port of the last run, so that the origin stays.
    pub fn remembered_port(&self) -> Option<u16> {
        self.remembered_port
    }

    /// Writes where the server is found and starts the crew.
    pub async fn wake(self, url: &str) -> Result<Engine, StartError> {
        let engine = self.engine;
        let _ = engine.url.set(url.to_owned());
        let port = url.rsplit(':').next().unwrap_or_default();
        if let Err(error) = std::fs::write(engine.data.port_file(), port) {
            tracing::warn!(%error, "the port cannot be remembered");
        }
        engine.write_record()?;
        for warning in &engine.own.config.warnings {
            tracing::warn!("{} ({}): {}", warning.key, warning.origin, warning.why);
        }
        engine.start_crew().await;
        Ok(engine)
    }
}

impl Engine {
    /// `server.json` and each repository's `pilothouse.json`.
    pub(crate) fn write_record(&self) -> Result<(), HostError> {
        let Some(url) = self.url.get() else { return Ok(()) };
        let workspaces: Vec<_> = self
            .room_list()
            .iter()
            .map(|r| RecordedWorkspace { id: r.id.to_string(), repo_root: r.root.clone() })
            .collect();
        let record = ServerRecord {
            url: url.clone(),
            token_file: self.data.token_file(),
            pid: std::process::id(),
            workspaces,
            open_url: None,
        };
        host::server_record::write_server(&self.data, &record)
    }

    async fn start_crew(&self) {
        let e = self.clone();
        self.run(async move { e.sweep_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.leftovers_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.going_on_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.sandbox_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.desk_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.terminals_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.outbox_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.remote_buddy_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.publish_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.push_tell_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.push_send_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.checks_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.pool_loop().await }).await;
        let e = self.clone();
        self.run(async move { e.fetch_keys().await }).await;
        let e = self.clone();
        self.run(async move { e.main_bells_loop().await }).await;
        for room in self.room_list() {
            self.start_main(room.clone()).await;
            self.start_merge(room).await;
        }
        #[cfg(debug_assertions)]
        {
            let e = self.clone();
            self.run(async move { e.break_for_a_test().await }).await;
        }
        let e = self.clone();
        self.run(async move {
            e.stopping().await;
            if let Err(error) = host::server_record::remove_server(&e.data) {
                tracing::warn!(%error, "server.json stays behind");
            }
        })
        .await;
    }
}
