//! Starting and stopping: the data folder is taken, the port bound, the crew woken; stopping drains.

use crate::exchange::Codes;
use crate::shapes::Shapes;
use crate::state::ServerState;
use crate::{
    broker, bundle, exchange, gate, gateway, listen, local_buddy, metrics, openapi, pair, rest, stream, ui,
};
use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::{get, post, put};
use axum::serve::ListenerExt as _;
use engine::{Engine, Options};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// First choice of port when none was asked for.
pub const DEFAULT_PORT: u16 = 3001;
/// Ports tried after it.
const PORTS_TRIED: u16 = 50;
/// Longest time open streams may take to end.
const DRAIN: Duration = Duration::from_secs(10);

/// Why the server is not running. All of them mean exit code 3, but the last.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Engine(#[from] engine::StartError),
    #[error("Port {port} on {host} is taken by another program. Stop it, or choose another with --port.")]
    PortTaken { host: IpAddr, port: u16 },
    #[error(
        "Cannot listen on {address}: {cause}. Choose another port with --port, or the other of 127.0.0.1 and ::1 with --host."
    )]
    Listen { address: SocketAddr, cause: std::io::Error },
}

impl StartError {
    /// Stable over releases; what whoever started the server matches on.
    pub fn code(&self) -> &'static str {
        match self {
            StartError::Engine(error) => error.code(),
            StartError::PortTaken { .. } => "start.port_taken",
            StartError::Listen { .. } => "start.cannot_listen",
        }
    }

    /// Exit code of the process contract.
    pub fn exit_code(&self) -> i32 {
        match self {
            StartError::Engine(e) => e.exit_code(),
            StartError::PortTaken { .. } | StartError::Listen { .. } => 3,
        }
    }
}

/// A server that is up.
pub struct Running {
    pub url: String,
    /// One-time link that signs a browser in.
    pub open_url: String,
    pub token_file: std::path::PathBuf,
    pub data: std::path::PathBuf,
    engine: Engine,
    serving: tokio::task::JoinHandle<()>,
}

/// Takes the data folder, opens the database, binds the port and wakes the crew.
pub async fn start(options: Options) -> Result<Running, StartError> {
    let opened = engine::open(options).await?;
    let (host, asked) = opened.listen();
    let listener = bind(host, asked, opened.remembered_port()).await?;
    let port = listener.local_addr().map(|a| a.port()).unwrap_or_default();
    // Configuration admits only the two addresses that the gate lets requests name.
    let url = format!("http://{}", SocketAddr::new(host, port));
    let codes = Arc::new(Codes::default());
    let engine = opened.wake(&url).await?;
    let code = engine.new_secret();
    codes.admit(code.clone());
    let state = ServerState {
        engine: engine.clone(),
        port,
        shapes: Arc::new(Shapes::new()),
        codes,
        turns: Default::default(),
        doors: Default::default(),
        listening: Default::default(),
    };
    let routes = router(state.clone());
    let app = listen::on_loopback(routes.clone(), port).into_make_service_with_connect_info::<SocketAddr>();
    // A key's echo is a short message behind another: it must not wait until that one is acknowledged.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let stop = engine.clone();
    let alarm = engine.alarm();
    let serving = tokio::spawn(async move {
        let _alarm = alarm;
        let graceful =
            axum::serve(listener, app).with_graceful_shutdown(async move { stop.stopping().await });
        let (served, ()) = tokio::join!(graceful.into_future(), listen::keep(state, routes));
        if let Err(error) = served {
            tracing::error!(%error, "serving ended");
        }
    });
    Ok(Running {
        open_url: format!("{url}/#code={code}"),
        token_file: engine.token_file(),
        data: engine.data_folder(),
        url,
        engine,
        serving,
    })
}

impl Running {
    /// A fresh one-time link.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Stops taking work, lets open streams end, stops every child process.
    pub async fn shutdown(self) {
        self.engine.stop();
        if tokio::time::timeout(DRAIN, self.serving).await.is_err() {
            tracing::warn!("open connections were closed after {} s", DRAIN.as_secs());
        }
        self.engine.stopped().await;
    }

    /// Resolves when a part of it has broken by a mistake of ours. What was acknowledged is stored: shut it down, and
    /// start it again.
    pub async fn broken(&self) {
        self.engine.broken().await;
    }

    /// Resolves when somebody asked the server to stop over its API.
    pub async fn stop_requested(&self) {
        self.engine.stopping().await;
    }
}

async fn bind(host: IpAddr, asked: Option<u16>, remembered: Option<u16>) -> Result<TcpListener, StartError> {
    let try_port = |port: u16| TcpListener::bind(SocketAddr::new(host, port));
    if let Some(port) = asked {
        return try_port(port).await.map_err(|cause| match cause.kind() {
            std::io::ErrorKind::AddrInUse => StartError::PortTaken { host, port },
            _ => StartError::Listen { address: SocketAddr::new(host, port), cause },
        });
    }
    for port in remembered.into_iter().chain(DEFAULT_PORT..DEFAULT_PORT + PORTS_TRIED) {
        if let Ok(listener) = try_port(port).await {
            return Ok(listener);
        }
    }
    Err(StartError::PortTaken { host, port: DEFAULT_PORT })
}

fn router(state: ServerState) -> Router {
    rest::router()
        .route("/v1/rpc/{method}", post(rest::rpc))
        .route("/v1/events", get(stream::all_events))
        .route("/v1/ws", get(gateway::open))
        .route("/sessions/{id}/events", get(stream::session_events))
        .route("/sessions/{id}/ws", get(stream::session_socket))
        .route("/jobs/{id}/bundle", put(bundle::upload))
        .route("/broker/v1/{*path}", post(broker::forward))
        .route("/broker/reviewer/v1/{*path}", post(broker::forward_to_reviewer))
        .route("/message", post(local_buddy::message))
        .route("/auth/exchange", post(exchange::exchange))
        .route("/auth/link", post(exchange::link))
        .route("/auth/challenge", post(pair::challenge))
        .route("/auth/device", post(pair::sign_in))
        .route("/pair/claim", post(pair::claim))
        .route("/pair/state", post(pair::progress))
        .route("/pair/cancel", post(pair::cancel))
        .route("/admin/shutdown", post(shutdown))
        .route("/metrics", get(metrics::show))
        .route("/openapi.json", get(|| async { rest::json(StatusCode::OK, openapi::document()) }))
        .route(
            "/healthz",
            get(|| async {
                rest::json(
                    StatusCode::OK,
                    serde_json::json!({ "ok": true, "protocolVersion": protocol::PROTOCOL_VERSION }),
                )
            }),
        )
        .route("/readyz", get(ready))
        .route("/", get(|| async { ui::serve("/") }))
        .fallback(rest::not_found)
        .method_not_allowed_fallback(rest::method_not_allowed)
        .layer(middleware::from_fn_with_state(state.clone(), gate::check))
        .with_state(state)
}

async fn ready(axum::extract::State(state): axum::extract::State<ServerState>) -> axum::response::Response {
    if state.engine.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping").into_response();
    }
    rest::json(StatusCode::OK, serde_json::json!({ "ok": true }))
}

/// `POST /admin/shutdown {reason?}`.
async fn shutdown(
    axum::extract::State(state): axum::extract::State<ServerState>,
    request: axum::extract::Request,
) -> Result<axum::response::Response, crate::refusal::Refusal> {
    let who = rest::principal(request.extensions())?;
    if !who.may(protocol::ops::Permission::Admin) {
        return Err(crate::refusal::Refusal::new(
            protocol::ErrorCode::Forbidden,
            "Stopping the server needs the scope admin.",
        ));
    }
    crate::body::object(request.into_body()).await?;
    tracing::info!(by = who.label(), "asked to stop");
    state.engine.stop();
    Ok(rest::json(StatusCode::ACCEPTED, serde_json::json!({ "ok": true })))
}
