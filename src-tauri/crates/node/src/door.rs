//! A loopback door for this machine's worker, which takes it for its server: its calls go to the hub over the machine's
//! line, bundles and calls to models in pieces.
//!
//! It takes the worker's token for everything, and for calls to a model the token of the job it has now, which is made
//! here and known to nobody else. The hub decides what of it is allowed.

use crate::caller::Caller;
use crate::errand::{Claim, Open};
use bytes::Bytes;
use futures_util::stream;
use host::ids::Ids;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use protocol::job::JobClaimed;
use protocol::node::{CARRIED_BYTES, Errand, ErrandHead, WorkNode};
use protocol::ops::Method;
use protocol::{ApiError, ErrorCode, JobId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// How long one call may take; a claim waits for half a minute of it.
const PATIENCE: Duration = Duration::from_secs(50);
const HEAD_TIME: Duration = Duration::from_secs(30);
const BODY_BYTES: usize = 8 * 1024 * 1024;
const CONNECTIONS: usize = 64;

type Reply = Response<UnsyncBoxBody<Bytes, std::io::Error>>;

pub(crate) struct Door {
    caller: Caller,
    ids: Arc<dyn Ids>,
    token: String,
    /// Where the worker has depots and folders of attempts.
    ground: PathBuf,
    address: String,
    /// The token of the job the worker has now, and its claim.
    current: Mutex<Option<(String, Claim)>>,
    places: Arc<Semaphore>,
}

impl Door {
    /// Listens from now on; answers the door and where to run it.
    pub(crate) async fn open(
        caller: Caller,
        ids: Arc<dyn Ids>,
        token: String,
        ground: PathBuf,
    ) -> std::io::Result<(Arc<Self>, TcpListener)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = format!("http://{}", listener.local_addr()?);
        let (current, places) = (Mutex::new(None), Arc::new(Semaphore::new(CONNECTIONS)));
        Ok((Arc::new(Self { caller, ids, token, ground, address, current, places }), listener))
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener) {
        loop {
            let Ok(place) = self.places.clone().acquire_owned().await else { return };
            let Ok((stream, _)) = listener.accept().await else { continue };
            let door = self.clone();
            tokio::spawn(async move {
                let _place = place;
                let service = service_fn(move |request| {
                    let door = door.clone();
                    async move { Ok::<_, Infallible>(door.answer(request).await) }
                });
                let served = hyper::server::conn::http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_TIME)
                    .serve_connection(TokioIo::new(stream), service);
                if let Err(error) = served.await {
                    tracing::debug!(%error, "a connection to the worker's door");
                }
            });
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Reply {
        let shown = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned();
        let path = request.uri().path().to_owned();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let answered = match (request.method().as_str(), parts.as_slice()) {
            ("POST", ["broker", "v1", call @ ..]) => self.model(&shown, false, call.join("/"), request).await,
            ("POST", ["broker", "reviewer", "v1", call @ ..]) => {
                self.model(&shown, true, call.join("/"), request).await
            }
            _ if !same(&shown, &self.token) => {
                Err(ApiError::new(ErrorCode::Unauthenticated, "This door is the worker's."))
            }
            ("POST", ["v1", "rpc", name]) => self.call(name, request).await,
            ("PUT", ["jobs", id, "bundle"]) => self.hand_over(id, request).await,
            ("POST", ["jobs", id, "base"]) => self.base(id, request).await,
            ("POST", ["jobs", id, "layer"]) => self.layer(id, request).await,
            _ => Err(ApiError::new(ErrorCode::NotFound, "Not found")),
        };
        answered.unwrap_or_else(|error| refused(&error))
    }

    /// A method of the table.
    async fn call(&self, name: &str, request: Request<Incoming>) -> Result<Reply, ApiError> {
        let idem = request.headers().get("idempotency-key").and_then(|value| value.to_str().ok());
        let idem = idem.map(str::to_owned);
        let body = whole(request).await?;
        let params: Value = serde_json::from_slice(&body).map_err(|e| ApiError::bad(e.to_string()))?;
        let params = match params {
            Value::Object(params) => params.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            other => other,
        };
        let work = WorkNode { method: name.to_owned(), params, crew: true, idem };
        let mut result = self.caller.work(&work, PATIENCE).await?;
        if Method::from_name(name) == Some(Method::JobsClaim) {
            result = self.settled(result)?;
        }
        Ok(told(StatusCode::OK, &result))
    }

    /// A claimed job with the folders and addresses it has here.
    fn settled(&self, claimed: Value) -> Result<Value, ApiError> {
        let unreadable = |e: serde_json::Error| ApiError::new(ErrorCode::Internal, e.to_string());
        let mut claimed: JobClaimed = serde_json::from_value(claimed).map_err(unreadable)?;
        let claim = Claim { job: claimed.job.id.clone(), token: claimed.claim_token.clone() };
        let secret = self.ids.secret();
        claimed.job_token = Some(secret.clone());
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some((secret, claim));
        if let Some(ground) = &mut claimed.ground {
            let depot =
                self.ground.join("depots").join(format!("{}.git", plain(ground.workspace_id.as_str())?));
            let folder = self.ground.join("jobs").join(plain(&ground.folder)?);
            ground.depot = depot.to_string_lossy().into_owned();
            ground.folder = folder.to_string_lossy().into_owned();
            let reviewer = ground.reviewer.as_mut().map(|reviewer| &mut reviewer.model);
            for model in ground.model.iter_mut().chain(reviewer) {
                model.base_url = format!("{}{}", self.address, model.base_url);
            }
        }
        serde_json::to_value(claimed).map_err(unreadable)
    }

    async fn base(&self, id: &str, request: Request<Incoming>) -> Result<Reply, ApiError> {
        let claim = claim(id, &request)?;
        let Asked { have, shallow, .. } = asked(request).await?;
        self.fetched(&claim, Errand::Base { have, shallow }).await
    }

    async fn layer(&self, id: &str, request: Request<Incoming>) -> Result<Reply, ApiError> {
        let claim = claim(id, &request)?;
        let Asked { digest, .. } = asked(request).await?;
        self.fetched(&claim, Errand::Layer { digest }).await
    }

    async fn fetched(&self, claim: &Claim, errand: Errand) -> Result<Reply, ApiError> {
        let open = Open::begin(&self.caller, claim, errand).await?;
        Ok(flowing(StatusCode::OK, BTreeMap::new(), Bytes::new(), open))
    }

    async fn hand_over(&self, id: &str, request: Request<Incoming>) -> Result<Reply, ApiError> {
        let claim = claim(id, &request)?;
        let mut open = Open::begin(&self.caller, &claim, Errand::Result {}).await?;
        let limit = usize::try_from(CARRIED_BYTES.1).unwrap_or(usize::MAX);
        let mut body = Limited::new(request.into_body(), limit);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|e| ApiError::bad(format!("The bundle did not come whole: {e}.")))?;
            if let Ok(bytes) = frame.into_data() {
                open.send(&bytes).await?;
            }
        }
        open.sent().await?;
        let mut said = Vec::new();
        while let Some(bytes) = open.next().await? {
            said.extend_from_slice(&bytes);
        }
        let intake: Value = serde_json::from_slice(&said).unwrap_or_default();
        Ok(told(StatusCode::OK, &intake))
    }

    async fn model(
        &self,
        shown: &str,
        reviewer: bool,
        call: String,
        request: Request<Incoming>,
    ) -> Result<Reply, ApiError> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let claim = current.filter(|(token, _)| same(shown, token)).map(|(_, claim)| claim);
        let claim =
            claim.ok_or_else(|| ApiError::new(ErrorCode::Unauthenticated, "No job has this token."))?;
        let mut head = BTreeMap::new();
        for name in ["anthropic-version", "anthropic-beta"] {
            if let Some(value) = request.headers().get(name).and_then(|value| value.to_str().ok()) {
                head.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = whole(request).await?;
        let mut open = Open::begin(&self.caller, &claim, Errand::Model { reviewer, call, head }).await?;
        open.send(&body).await?;
        open.sent().await?;
        let (ErrandHead { status, head }, first) = open.head().await?;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        Ok(flowing(status, head, first, open))
    }
}

/// What the worker says of what it wants.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    have: Vec<String>,
    shallow: Vec<String>,
    digest: String,
}

async fn asked(request: Request<Incoming>) -> Result<Asked, ApiError> {
    let body = whole(request).await?;
    serde_json::from_slice(&body).map_err(|e| ApiError::bad(e.to_string()))
}

fn claim(id: &str, request: &Request<Incoming>) -> Result<Claim, ApiError> {
    let job = JobId::parse(id).map_err(|e| ApiError::bad(e.to_string()))?;
    let token = request.headers().get("x-claim-token").and_then(|value| value.to_str().ok());
    Ok(Claim { job, token: token.unwrap_or_default().to_owned() })
}

async fn whole(request: Request<Incoming>) -> Result<Bytes, ApiError> {
    let body = Limited::new(request.into_body(), BODY_BYTES).collect().await;
    let why = |e: Box<dyn std::error::Error + Send + Sync>| match e.is::<http_body_util::LengthLimitError>() {
        true => ApiError::new(ErrorCode::TooLarge, "A body may not be larger than 8 MiB here."),
        false => ApiError::bad(e.to_string()),
    };
    Ok(body.map_err(why)?.to_bytes())
}

/// A name that stays inside the folder it is put into.
fn plain(name: &str) -> Result<&str, ApiError> {
    let fine = !name.is_empty()
        && name.len() <= 200
        && !name.starts_with('.')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    match fine {
        true => Ok(name),
        false => Err(ApiError::new(ErrorCode::Internal, "The hub names a folder that is none.")),
    }
}

/// Takes as long for a wrong token as for the right one.
fn same(shown: &str, token: &str) -> bool {
    shown.len() == token.len()
        && shown.bytes().zip(token.bytes()).fold(0, |unlike, (a, b)| unlike | (a ^ b)) == 0
}

fn told(status: StatusCode, what: &Value) -> Reply {
    let body = Full::new(Bytes::from(what.to_string())).map_err(|never: Infallible| match never {});
    let mut reply = Response::new(body.boxed_unsync());
    *reply.status_mut() = status;
    let json = hyper::header::HeaderValue::from_static("application/json");
    reply.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    reply
}

fn refused(error: &ApiError) -> Reply {
    let status = StatusCode::from_u16(error.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    told(status, &json!(error))
}

/// What comes down on an errand, as it comes.
fn flowing(status: StatusCode, head: BTreeMap<String, String>, first: Bytes, open: Open) -> Reply {
    let pieces = stream::unfold((Some(open), first), |(open, first)| async move {
        if !first.is_empty() {
            return Some((Ok(Frame::data(first)), (open, Bytes::new())));
        }
        let mut open = open?;
        match open.next().await {
            Ok(Some(bytes)) => Some((Ok(Frame::data(bytes)), (Some(open), Bytes::new()))),
            Ok(None) => None,
            Err(error) => Some((Err(std::io::Error::other(error.to_string())), (None, Bytes::new()))),
        }
    });
    let mut reply = Response::new(StreamBody::new(pieces).boxed_unsync());
    *reply.status_mut() = status;
    for (name, value) in head {
        let name = hyper::header::HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, hyper::header::HeaderValue::from_str(&value)) {
            reply.headers_mut().insert(name, value);
        }
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_hub_names_stays_inside_its_folder() {
        assert!(plain("j-1-abcdef01").is_ok());
        for bad in ["", ".", "..", "../x", "a/b", "a\\b", "/etc", ".git"] {
            assert!(plain(bad).is_err(), "{bad}");
        }
    }
}
