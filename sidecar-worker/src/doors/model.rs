//! The way from inside a job to its model: calls come in as ordinary HTTP, go on to the server's broker, and get
//! the job's token only here. Whoever runs inside holds no key and no token, and reaches nothing but the calls of
//! the three dialects and a list with one model on it.
//!
//! What passes is not looked into, but for calls in Google's dialect, which are translated, and for words somebody waits
//! to see before the model; sizes and numbers are bounded. What the model answered is remembered, because an agent's own account of it cannot be relied on.

use super::awaited::Awaited;
use super::google;
use crate::wishes::Judge;
use agent::Secret;
use agent::cli::hook;
use agent::model::{Endpoint, Failure, ModelClient, ModelError, Timeouts};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{self, HeaderName};
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use protocol::job::ModelGround;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, watch};

/// The calls of the three dialects, as the broker names them.
const CALLS: [&str; 3] = ["chat/completions", "responses", "messages"];
/// What of a call's head goes on.
const UP: [&str; 2] = ["anthropic-version", "anthropic-beta"];
/// What of an answer's head comes back.
const DOWN: [&str; 5] = [
    "content-type",
    "retry-after",
    "retry-after-ms",
    "x-ratelimit-reset-requests",
    "anthropic-ratelimit-unified-reset",
];
/// The broker takes no larger body.
const BODY_BYTES: usize = 8 * 1024 * 1024;
/// Longest time a body may take to come in.
const BODY_TIME: Duration = Duration::from_secs(60);
const HEAD_BYTES: usize = 64 * 1024;
const HEAD_TIME: Duration = Duration::from_secs(30);
/// Longest silence of the broker; models may think for long before their first word.
const SILENCE: Duration = Duration::from_secs(900);
/// Calls that are answered at the same time; more wait their turn.
const AT_ONCE: usize = 8;
/// Commands and files an agent may ask about in one run, and at the same time.
const QUESTIONS: usize = 2_000;
const QUESTIONS_AT_ONCE: usize = 4;
/// Longest complaint that is looked into.
const COMPLAINT_BYTES: usize = 64 * 1024;

pub(super) type Reply = UnsyncBoxBody<Bytes, std::io::Error>;

/// What the model answered, seen from outside.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Met {
    pub calls: u64,
    /// The last answer, when it was a refusal.
    pub refused: Option<ModelError>,
    /// Numbers of the words that stood in a call the model answered, see [`ModelDoor::listen_for`].
    pub heard: Vec<u64>,
}

/// One job's door to its model.
pub(crate) struct ModelDoor {
    broker: String,
    token: Secret,
    model: String,
    /// Asks the same model, for calls that have to be translated.
    client: ModelClient,
    /// What a caller must show, where others than the job could call.
    key: Option<String>,
    http: reqwest::Client,
    met: watch::Sender<Met>,
    places: Semaphore,
    /// Who is asked about commands and files, for an agent that asks.
    judge: OnceLock<Judge>,
    /// Questions that may still come, and those that are waited for at the same time: whatever runs inside can ask too.
    questions: (Semaphore, Semaphore),
    awaited: Awaited,
}

impl ModelDoor {
    /// `key` must be shown by every caller; none where nobody else can reach the door.
    pub(crate) fn new(ground: &ModelGround, token: &str, key: Option<String>) -> anyhow::Result<Arc<Self>> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .read_timeout(SILENCE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let endpoint = Endpoint {
            dialect: ground.dialect,
            base_url: ground.base_url.clone(),
            model: ground.model.clone(),
            api_key: Some(Secret::new(token)),
        };
        Ok(Arc::new(Self {
            client: ModelClient::new(endpoint, Timeouts::default())?,
            broker: ground.base_url.trim_end_matches('/').to_owned(),
            token: Secret::new(token),
            model: ground.model.clone(),
            key,
            http,
            met: watch::Sender::new(Met::default()),
            places: Semaphore::new(AT_ONCE),
            judge: OnceLock::new(),
            questions: (Semaphore::new(QUESTIONS), Semaphore::new(QUESTIONS_AT_ONCE)),
            awaited: Awaited::default(),
        }))
    }

    /// Answers an agent's questions about commands and files from now on.
    pub(crate) fn answers_by(&self, judge: Judge) {
        // The first is the job's; there is no other.
        let _ = self.judge.set(judge);
    }

    /// Notes from now on when a call with these words in it is answered by the model.
    pub(crate) fn listen_for(&self, number: u64, words: &str) {
        self.awaited.put(number, words);
    }

    /// Policy's word on a command or a file. An agent does what it gets no answer for, so there always is one.
    async fn asked(&self, judge: &Judge, body: &[u8]) -> Response<Reply> {
        let no = match (hook::wish(body), self.questions.0.try_acquire(), self.questions.1.acquire().await) {
            (None, ..) => None,
            (Some(wish), Ok(question), Ok(_turn)) => {
                question.forget();
                judge.no(wish).await
            }
            _ => Some("It was not done: this job asks too often.".to_owned()),
        };
        whole(StatusCode::OK, &no.map_or_else(hook::yes, |why| hook::no(&why)))
    }

    pub(super) fn client(&self) -> &ModelClient {
        &self.client
    }

    pub(super) fn model(&self) -> &str {
        &self.model
    }

    /// What was met so far, and from now on.
    pub(crate) fn met(&self) -> watch::Receiver<Met> {
        self.met.subscribe()
    }

    /// Answers one connection to its end.
    pub(crate) async fn serve<S>(self: Arc<Self>, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let service = hyper::service::service_fn(move |request| {
            let door = self.clone();
            async move { Ok::<_, Infallible>(door.answer(request).await) }
        });
        let served = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service);
        if let Err(error) = served.await {
            tracing::debug!(%error, "a connection to the model's door");
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Reply> {
        if !self.may(&request) {
            return refusal(StatusCode::UNAUTHORIZED, "This way to the model needs its key.");
        }
        let path = request.uri().path().to_owned();
        if let (hook::ASKED_AT, &Method::POST, Some(judge)) =
            (path.as_str(), request.method(), self.judge.get())
        {
            return match take_in(request).await {
                Ok(body) => self.asked(judge, &body).await,
                Err(refused) => refused,
            };
        }
        let Ok(_place) = self.places.acquire().await else {
            return refusal(StatusCode::SERVICE_UNAVAILABLE, "The job is over.");
        };
        if let (Some(verb), &Method::POST) = (google::verb(&path), request.method()) {
            return match take_in(request).await {
                Ok(body) => self.google(verb, &body).await,
                Err(refused) => refused,
            };
        }
        let Some(call) = path.strip_prefix("/v1/") else {
            return refusal(
                StatusCode::NOT_FOUND,
                "There is nothing here but the calls of a model below /v1/.",
            );
        };
        let list = call == "models" || call.strip_prefix("models/") == Some(&self.model);
        match (request.method(), CALLS.contains(&call)) {
            (&Method::GET, _) if list => self.models(call == "models"),
            (&Method::POST, true) => self.forward(call, request).await,
            (_, true) => refusal(StatusCode::METHOD_NOT_ALLOWED, "A call of a model is a POST."),
            (_, false) => refusal(StatusCode::NOT_FOUND, "This call of a model is not offered here."),
        }
    }

    fn may(&self, request: &Request<Incoming>) -> bool {
        let Some(key) = &self.key else { return true };
        let shown = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
        let shown = shown("authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
            .or_else(|| shown("x-api-key"))
            .or_else(|| shown("x-goog-api-key"));
        shown.is_some_and(|shown| same(shown.as_bytes(), key.as_bytes()))
    }

    fn models(&self, all: bool) -> Response<Reply> {
        let one = json!({ "id": self.model, "object": "model", "created": 0, "owned_by": "pilothouse" });
        whole(StatusCode::OK, &if all { json!({ "object": "list", "data": [one] }) } else { one })
    }

    async fn forward(&self, call: &str, request: Request<Incoming>) -> Response<Reply> {
        let mut onward = self
            .http
            .post(format!("{}/{call}", self.broker))
            .bearer_auth(self.token.expose())
            .header(header::CONTENT_TYPE, "application/json");
        for name in UP {
            if let Some(value) = request.headers().get(name) {
                onward = onward.header(name, value);
            }
        }
        let body = match take_in(request).await {
            Ok(body) => body,
            Err(refused) => return refused,
        };
        match onward.body(body.clone()).send().await {
            Ok(answer) => {
                if answer.status().is_success() {
                    self.answered(&body);
                }
                self.pass_back(answer).await
            }
            Err(error) => {
                tracing::debug!(%error, "the broker");
                let message = "the server cannot be reached".to_owned();
                self.note(Some(ModelError::Unreachable { status: None, message }));
                refusal(StatusCode::BAD_GATEWAY, "The model cannot be reached.")
            }
        }
    }

    async fn pass_back(&self, answer: reqwest::Response) -> Response<Reply> {
        let status = answer.status();
        let mut response = Response::builder().status(status);
        for name in DOWN {
            if let Some(value) = answer.headers().get(name) {
                response = response.header(HeaderName::from_static(name), value);
            }
        }
        let body = if status.is_success() {
            self.note(None);
            let frames = answer.bytes_stream().map_ok(Frame::data).map_err(std::io::Error::other);
            StreamBody::new(frames).boxed_unsync()
        } else {
            let heads = answer.headers().clone();
            let bytes = beginning(answer).await;
            let header = |name: &str| Some(heads.get(name)?.to_str().ok()?.to_owned());
            let body = String::from_utf8_lossy(&bytes);
            let failure = Failure { status: status.as_u16(), body: &body, header: &header };
            self.note(Some(failure.into_error()));
            full(bytes)
        };
        response.body(body).unwrap_or_else(|_| refusal(StatusCode::BAD_GATEWAY, "The answer has no form."))
    }

    /// A call with this body was answered.
    pub(super) fn answered(&self, body: &[u8]) {
        let heard = self.awaited.found_in(body);
        if !heard.is_empty() {
            self.met.send_modify(|met| met.heard.extend(heard));
        }
    }

    pub(super) fn note(&self, refused: Option<ModelError>) {
        self.met.send_modify(|met| {
            met.calls += 1;
            met.refused = refused;
        });
    }
}

/// A call's body, whole and as it is.
async fn take_in(request: Request<Incoming>) -> Result<Bytes, Response<Reply>> {
    let coded = request.headers().get(header::CONTENT_ENCODING);
    if coded.is_some_and(|coding| coding.as_bytes() != b"identity") {
        let why = "A call of a model is taken uncompressed only.";
        return Err(refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    let body = Limited::new(request.into_body(), BODY_BYTES).collect();
    match tokio::time::timeout(BODY_TIME, body).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            let why = "A call of a model may not be larger than 8 MiB here.";
            Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, why))
        }
        _ => Err(refusal(StatusCode::BAD_REQUEST, "The call's body did not come in whole.")),
    }
}

/// Takes as long for a wrong key as for the right one.
fn same(shown: &[u8], key: &[u8]) -> bool {
    shown.len() == key.len() && shown.iter().zip(key).fold(0, |unlike, (a, b)| unlike | (a ^ b)) == 0
}

async fn beginning(mut answer: reqwest::Response) -> Bytes {
    let mut bytes = Vec::new();
    while bytes.len() < COMPLAINT_BYTES
        && let Ok(Ok(Some(chunk))) = tokio::time::timeout(Duration::from_secs(10), answer.chunk()).await
    {
        bytes.extend_from_slice(&chunk);
    }
    bytes.truncate(COMPLAINT_BYTES);
    bytes.into()
}

pub(super) fn full(bytes: Bytes) -> Reply {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}

pub(super) fn whole(status: StatusCode, value: &Value) -> Response<Reply> {
    let mut response = Response::new(full(Bytes::from(value.to_string())));
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// In the form all three dialects understand.
pub(super) fn refusal(status: StatusCode, why: &str) -> Response<Reply> {
    let kind = "invalid_request_error";
    whole(status, &json!({ "type": "error", "error": { "type": kind, "code": kind, "message": why } }))
}

#[cfg(test)]
mod tests;
