//! A scripted GitHub: the few routes of its REST API that publishing calls, with answers of the real shapes. Test-only;
//! nothing of it is GitHub.

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// How the next openings of pull requests are answered.
#[derive(Clone, Debug)]
pub enum Play {
    /// As GitHub does.
    Usual,
    /// With this status, headers and body.
    Say(u16, Vec<(&'static str, String)>, String),
    /// It is opened, and the connection cut before the answer.
    OpenAndCut,
    /// Lists do not show what is open before the next one is asked for: as where two ask at the same moment.
    ShowLate,
    /// There is no answer.
    Hang,
}

/// One call as it came.
#[derive(Clone, Debug)]
pub struct ForgeCall {
    pub method: String,
    pub path: String,
    pub authorization: Option<String>,
    pub body: Value,
}

struct Shared {
    token: String,
    web: String,
    play: Mutex<Play>,
    calls: Mutex<Vec<ForgeCall>>,
    pulls: Mutex<Vec<Value>>,
    runs: Mutex<Value>,
    statuses: Mutex<Value>,
}

/// A running scripted forge; gone when dropped.
pub struct Forge {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Forge {
    /// Accepts exactly this token.
    pub fn start(token: &str) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            token: token.to_owned(),
            web: format!("http://{address}"),
            play: Mutex::new(Play::Usual),
            calls: Mutex::default(),
            pulls: Mutex::default(),
            runs: Mutex::new(json!([])),
            statuses: Mutex::new(json!([])),
        });
        let router = Router::new()
            .route("/repos/{owner}/{name}/pulls", get(list).post(open))
            .route("/repos/{owner}/{name}/pulls/{number}", get(show))
            .route("/repos/{owner}/{name}/commits/{sha}/check-runs", get(check_runs))
            .route("/repos/{owner}/{name}/commits/{sha}/status", get(status))
            .with_state(Arc::clone(&shared));
        let (stop, stopped) = oneshot::channel::<()>();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let thread = std::thread::spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                tokio::select! {
                    _ = stopped => {}
                    _ = axum::serve(listener, router) => {}
                }
            });
            runtime.shutdown_timeout(std::time::Duration::from_secs(1));
        });
        Self { address, shared, stop: Some(stop), thread: Some(thread) }
    }

    /// The base address of its API, which is also that of its pages.
    pub fn url(&self) -> String {
        self.shared.web.clone()
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn play(&self, play: Play) {
        *lock(&self.shared.play) = play;
    }

    /// What `check_runs` and `statuses` are from now on.
    pub fn checks(&self, runs: Value, statuses: Value) {
        *lock(&self.shared.runs) = runs;
        *lock(&self.shared.statuses) = statuses;
    }

    pub fn calls(&self) -> Vec<ForgeCall> {
        lock(&self.shared.calls).clone()
    }

    /// Calls that asked to open one.
    pub fn openings(&self) -> Vec<ForgeCall> {
        self.calls().into_iter().filter(|call| call.method == "POST").collect()
    }

    /// Pull requests there are.
    pub fn pulls(&self) -> Vec<Value> {
        lock(&self.shared.pulls).clone()
    }

    /// Closes one, as a person would on its page.
    pub fn close(&self, number: u64, merged: bool) {
        for pull in lock(&self.shared.pulls).iter_mut().filter(|pull| pull["number"] == number) {
            pull["state"] = "closed".into();
            pull["merged"] = merged.into();
        }
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn noted(shared: &Shared, method: &str, path: String, headers: &HeaderMap, body: &[u8]) -> Option<Response> {
    let authorization = headers.get("authorization").and_then(|v| v.to_str().ok()).map(str::to_owned);
    let accepted = authorization.as_deref() == Some(&format!("Bearer {}", shared.token));
    lock(&shared.calls).push(ForgeCall {
        method: method.to_owned(),
        path,
        authorization,
        body: serde_json::from_slice(body).unwrap_or_default(),
    });
    let refused = json!({ "message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401" });
    (!accepted).then(|| (StatusCode::UNAUTHORIZED, Json(refused)).into_response())
}

async fn list(
    State(shared): State<Arc<Shared>>,
    Path((owner, name)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    if let Some(refused) = noted(&shared, "GET", format!("/repos/{owner}/{name}/pulls"), &headers, b"") {
        return refused;
    }
    let fits = |pull: &&Value| {
        pull["state"] == "open"
            && query.get("head").is_none_or(|head| pull["head"]["label"] == head.as_str())
            && query.get("base").is_none_or(|base| pull["base"]["ref"] == base.as_str())
    };
    let late = matches!(*lock(&shared.play), Play::ShowLate);
    let found: Vec<Value> = lock(&shared.pulls).iter().filter(|pull| !late && fits(pull)).cloned().collect();
    Json(Value::from(found)).into_response()
}

async fn open(
    State(shared): State<Arc<Shared>>,
    Path((owner, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(refused) = noted(&shared, "POST", format!("/repos/{owner}/{name}/pulls"), &headers, &body) {
        return refused;
    }
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let play = lock(&shared.play).clone();
    match play {
        Play::Say(status, headers, text) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            return response.body(Body::from(text)).expect("a response");
        }
        Play::Hang => {
            std::future::pending::<()>().await;
        }
        Play::ShowLate => *lock(&shared.play) = Play::Usual,
        Play::Usual | Play::OpenAndCut => {}
    }
    let text = |key: &str| asked[key].as_str().unwrap_or_default().to_owned();
    let (head, base) = (text("head"), text("base"));
    let label = if head.contains(':') { head.clone() } else { format!("{owner}:{head}") };
    let branch = label.split_once(':').map(|(_, branch)| branch.to_owned()).unwrap_or_default();
    let pull = {
        let mut pulls = lock(&shared.pulls);
        let same = |pull: &Value| {
            pull["state"] == "open"
                && pull["head"]["label"] == label.as_str()
                && pull["base"]["ref"] == base.as_str()
        };
        if pulls.iter().any(same) {
            let body = json!({ "message": "Validation Failed", "errors": [{ "resource": "PullRequest", "code": "custom", "message": format!("A pull request already exists for {label}.") }], "documentation_url": "https://docs.github.com/rest", "status": "422" });
            return (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response();
        }
        let number = pulls.len() as u64 + 1;
        let pull = json!({
            "number": number, "state": "open", "merged": false, "title": asked["title"], "body": asked["body"],
            "html_url": format!("{}/{owner}/{name}/pull/{number}", shared.web),
            "head": { "label": label, "ref": branch, "sha": "0123456789abcdef0123456789abcdef01234567" },
            "base": { "ref": base },
        });
        pulls.push(pull.clone());
        pull
    };
    if matches!(play, Play::OpenAndCut) {
        let cut = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut")) });
        return (StatusCode::CREATED, Body::from_stream(cut)).into_response();
    }
    (StatusCode::CREATED, Json(pull)).into_response()
}

async fn show(
    State(shared): State<Arc<Shared>>,
    Path((owner, name, number)): Path<(String, String, u64)>,
    headers: HeaderMap,
) -> Response {
    if let Some(refused) =
        noted(&shared, "GET", format!("/repos/{owner}/{name}/pulls/{number}"), &headers, b"")
    {
        return refused;
    }
    let found = lock(&shared.pulls).iter().find(|pull| pull["number"] == number).cloned();
    match found {
        Some(pull) => Json(pull).into_response(),
        None => {
            (StatusCode::NOT_FOUND, Json(json!({ "message": "Not Found", "status": "404" }))).into_response()
        }
    }
}

async fn check_runs(
    State(shared): State<Arc<Shared>>,
    Path((owner, name, sha)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Some(refused) =
        noted(&shared, "GET", format!("/repos/{owner}/{name}/commits/{sha}/check-runs"), &headers, b"")
    {
        return refused;
    }
    let runs = lock(&shared.runs).clone();
    Json(json!({ "total_count": runs.as_array().map_or(0, Vec::len), "check_runs": runs })).into_response()
}

async fn status(
    State(shared): State<Arc<Shared>>,
    Path((owner, name, sha)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    if let Some(refused) =
        noted(&shared, "GET", format!("/repos/{owner}/{name}/commits/{sha}/status"), &headers, b"")
    {
        return refused;
    }
    let statuses = lock(&shared.statuses).clone();
    Json(json!({ "state": "pending", "sha": sha, "total_count": statuses.as_array().map_or(0, Vec::len), "statuses": statuses }))
        .into_response()
}
