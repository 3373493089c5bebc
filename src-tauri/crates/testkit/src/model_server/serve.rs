//! The listening server: its own thread and runtime, so dropping it ends every connection.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};

use super::choose::{Progress, refusal};
use super::play;
use super::script::{Script, Step};
use super::seen::{Seen, WireDialect};

/// Requests kept; older ones stay and later ones are only counted out.
const KEPT: usize = 10_000;

struct Shared {
    progress: Mutex<Progress>,
    seen: Mutex<Vec<Seen>>,
    count: watch::Sender<usize>,
}

impl Shared {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn seen(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running scripted server. Test-only.
pub struct ModelServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ModelServer {
    /// Listens on a free loopback port.
    pub fn start(script: Script) -> io::Result<Self> {
        Self::start_on(script, 0)
    }

    pub fn start_on(script: Script, port: u16) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            progress: Mutex::new(Progress::new(script)),
            seen: Mutex::new(Vec::new()),
            count: watch::Sender::new(0),
        });
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let router = router(Arc::clone(&shared));
        let thread = std::thread::Builder::new().name("scripted-model".to_owned()).spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                tokio::select! {
                    _ = stopped => {}
                    _ = axum::serve(listener, router) => {}
                }
            });
            runtime.shutdown_timeout(Duration::from_secs(1));
        })?;
        Ok(Self { address, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `http://127.0.0.1:PORT/v1`, what OpenAI-style clients call the base address.
    pub fn base_url(&self) -> String {
        format!("{}/v1", self.url())
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Adds a step at the end of the script.
    pub fn push(&self, step: Step) {
        self.shared.progress().push(step);
    }

    /// Every request so far, in order of arrival.
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.seen().clone()
    }

    /// Requests no step fitted.
    pub fn unmatched(&self) -> Vec<Seen> {
        self.requests().into_iter().filter(|seen| seen.step.is_none()).collect()
    }

    /// Names of steps that were never used.
    pub fn unused(&self) -> Vec<String> {
        self.shared.progress().unused()
    }

    /// Waits until that many requests have arrived; false when the time is over first.
    pub async fn has_seen(&self, requests: usize, within: Duration) -> bool {
        let mut count = self.shared.count.subscribe();
        matches!(tokio::time::timeout(within, count.wait_for(|n| *n >= requests)).await, Ok(Ok(_)))
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/v1/responses", post(responses))
        .route("/v1/messages", post(messages))
        .route("/v1/models", get(models))
        .route("/health", get(|| async { axum::Json(json!({"status": "ok"})) }))
        .route("/_seen", get(seen))
        .layer(DefaultBodyLimit::max(64 * 1024 * 1024))
        .with_state(shared)
}

type Host = State<Arc<Shared>>;

async fn chat(State(shared): Host, headers: HeaderMap, body: Bytes) -> Response {
    handle(&shared, WireDialect::OpenaiChat, &headers, &body).await
}

async fn responses(State(shared): Host, headers: HeaderMap, body: Bytes) -> Response {
    handle(&shared, WireDialect::OpenaiResponses, &headers, &body).await
}

async fn messages(State(shared): Host, headers: HeaderMap, body: Bytes) -> Response {
    handle(&shared, WireDialect::AnthropicMessages, &headers, &body).await
}

async fn models(State(shared): Host) -> Response {
    let models = shared.progress().script.models.clone();
    let data: Vec<Value> = models
        .iter()
        .map(|id| json!({"id": id, "object": "model", "owned_by": "scripted", "created": 0}))
        .collect();
    axum::Json(json!({"object": "list", "data": data})).into_response()
}

async fn seen(State(shared): Host) -> Response {
    let seen = shared.seen().clone();
    axum::Json(seen).into_response()
}

async fn handle(shared: &Shared, dialect: WireDialect, headers: &HeaderMap, body: &[u8]) -> Response {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return play::error(400, None, Some("the body is not JSON"));
    };
    let headers = headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut seen = Seen { dialect, headers, body, step: None };
    let refused = refusal(&shared.progress().script.refuses, &seen);
    let step = if refused.is_some() { None } else { shared.progress().take(&seen) };
    seen.step = step.as_ref().map(|(index, _)| *index);
    {
        let mut all = shared.seen();
        if all.len() < KEPT {
            all.push(seen.clone());
        }
    }
    shared.count.send_modify(|count| *count += 1);
    match (refused, step) {
        (Some(words), _) => play::error(400, Some("invalid_request_error"), Some(words)),
        (None, Some((_, step))) => play::respond(&seen, step).await,
        (None, None) => play::error(500, Some("script_exhausted"), Some("the script has no step for this")),
    }
}
