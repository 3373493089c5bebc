//! The HTTP client: one streaming attempt, read tolerantly, bounded in size and time.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use futures_util::StreamExt;
use protocol::settings::Dialect;
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderValue};

use super::Model;
use super::body::{End, Reading};
use super::concede::{Concessions, concede};
use super::dialect::{self, Draft};
use super::endpoint::{BadEndpoint, Endpoint, Timeouts, is_loopback};
use super::error::{ModelError, TimeoutPhase};
use super::history::{Arguments, flattened, padded};
use super::refusal::{Failure, short};
use super::reply::{Delta, Reply};
use super::request::Request;
use crate::{Cancel, Secret};

/// Of an error body only the beginning is read.
const MAX_ERROR_BODY: usize = 64 * 1024;
/// Characters of a server's words that are shown.
const SHOWN: usize = 400;
/// How often one call is asked anew with less in it.
const MAX_CONCESSIONS: usize = 6;

/// A model at an endpoint. Cheap to keep for long: it holds a connection pool and what it learned about the
/// server.
#[derive(Debug)]
pub struct ModelClient {
    http: reqwest::Client,
    endpoint: Endpoint,
    url: Url,
    timeouts: Timeouts,
    learned: Mutex<Concessions>,
}

impl ModelClient {
    pub fn new(endpoint: Endpoint, timeouts: Timeouts) -> Result<Self, BadEndpoint> {
        let url = endpoint.url()?;
        let bad = |why: &str| BadEndpoint { url: endpoint.base_url.clone(), why: why.to_owned() };
        let http = http_builder(&url)
            .connect_timeout(timeouts.connect)
            .default_headers(headers(&endpoint).ok_or_else(|| bad("its key contains characters no key has"))?)
            .build()
            .map_err(|error| bad(&short(&error.to_string(), SHOWN)))?;
        Ok(Self { http, endpoint, url, timeouts, learned: Mutex::new(Concessions::default()) })
    }

    pub fn dialect(&self) -> Dialect {
        self.endpoint.dialect
    }

    pub fn model(&self) -> &str {
        &self.endpoint.model
    }

    /// What this server turned out not to take.
    pub fn concessions(&self) -> Concessions {
        *self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(
        &self,
        request: &Request,
        on_delta: &mut (dyn FnMut(Delta) + Send),
    ) -> Result<Reply, ModelError> {
        let mut concessions = self.concessions();
        let mut given_up = 0;
        loop {
            let error = match self.attempt(request, concessions, on_delta).await {
                Ok(reply) => {
                    *self.learned.lock().unwrap_or_else(PoisonError::into_inner) = concessions;
                    return Ok(reply);
                }
                Err(error) => error,
            };
            let words = refused_words(&error, request).filter(|_| given_up < MAX_CONCESSIONS);
            match words.and_then(|words| concede(concessions, self.endpoint.dialect, request, words)) {
                Some(next) => {
                    tracing::debug!(%error, ?next, "model server refused, asking for less");
                    concessions = next;
                    given_up += 1;
                }
                None => return Err(error),
            }
        }
    }

    async fn attempt(
        &self,
        request: &Request,
        concessions: Concessions,
        on_delta: &mut (dyn FnMut(Delta) + Send),
    ) -> Result<Reply, ModelError> {
        let mut sent = concessions.apply(request);
        sent.messages =
            if sent.tools.is_empty() { flattened(&sent.messages) } else { padded(&sent.messages) };
        let body = dialect::body(self.endpoint.dialect, &self.endpoint.model, &sent, concessions);
        let body = Bytes::from(body.to_string());
        let sent_bytes = body.len();
        let call =
            self.http.post(self.url.clone()).header("content-type", "application/json").body(body).send();
        let response = match tokio::time::timeout(self.timeouts.first_byte, call).await {
            Err(_) => return Err(self.timeouts.over(TimeoutPhase::FirstByte)),
            Ok(Err(error)) => return Err(self.unreachable(error)),
            Ok(Ok(response)) => response,
        };
        if !response.status().is_success() {
            return Err(self.refused(response).await);
        }
        let mut draft = Draft::default();
        let mut reading = Reading {
            dialect: self.endpoint.dialect,
            timeouts: self.timeouts,
            draft: &mut draft,
            on_delta: &mut *on_delta,
        };
        let ended = reading.run(&mut Box::pin(response.bytes_stream())).await;
        let seed = request.messages.len();
        match ended {
            Ok(()) => {
                let (mut reply, rest) = draft.into_reply(seed, sent_bytes);
                rest.into_iter().for_each(on_delta);
                if self.endpoint.dialect == Dialect::AnthropicMessages {
                    schema_call_to_text(&sent, &mut reply);
                }
                Ok(reply)
            }
            Err(End::Torn) => Err(ModelError::CutStream { partial: draft.partial(seed) }),
            Err(End::Failed(error)) => Err(self.clean(error)),
        }
    }

    async fn refused(&self, response: reqwest::Response) -> ModelError {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = read_some(response, MAX_ERROR_BODY, self.timeouts.idle).await;
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        self.clean(Failure { status, body: &body, header: &header }.into_error())
    }

    fn unreachable(&self, error: reqwest::Error) -> ModelError {
        if error.is_connect() && error.is_timeout() {
            return self.timeouts.over(TimeoutPhase::Connect);
        }
        let error = error.without_url();
        let mut message = error.to_string();
        let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
        while let Some(inner) = cause {
            message = inner.to_string();
            cause = inner.source();
        }
        let place = self.url.host_str().unwrap_or("the server");
        let port = self.url.port_or_known_default().unwrap_or(0);
        self.clean(ModelError::Unreachable { status: None, message: format!("{place}:{port}: {message}") })
    }

    /// The error without the key, which servers like to quote, and with a message short enough to show. In this
    /// order: a key cut in half would not be found.
    fn clean(&self, mut error: ModelError) -> ModelError {
        match &mut error {
            ModelError::Auth { message, .. }
            | ModelError::RateLimited { message, .. }
            | ModelError::Quota { message, .. }
            | ModelError::Budget { message, .. }
            | ModelError::Unreachable { message, .. }
            | ModelError::BadReply { message }
            | ModelError::NotFound { message }
            | ModelError::TooLong { message }
            | ModelError::Refused { message, .. } => {
                if let Some(key) = &self.endpoint.api_key {
                    *message = key.redact(message);
                }
                *message = short(message, SHOWN);
            }
            ModelError::CutStream { .. } | ModelError::Timeout { .. } | ModelError::Cancelled => {}
        }
        error
    }
}

impl Model for ModelClient {
    async fn complete(
        &self,
        request: &Request,
        on_delta: &mut (dyn FnMut(Delta) + Send),
        cancel: &Cancel,
    ) -> Result<Reply, ModelError> {
        tokio::select! {
            biased;
            () = cancel.cancelled() => Err(ModelError::Cancelled),
            reply = self.ask(request, on_delta) => reply,
        }
    }
}

/// The words of a refusal that asking for less may cure. A server that fails over a schema with 500 refuses it
/// too.
fn refused_words<'a>(error: &'a ModelError, request: &Request) -> Option<&'a str> {
    match error {
        ModelError::Refused { status: 400 | 422, message } => Some(message),
        ModelError::Unreachable { status: Some(_), message } if request.schema.is_some() => {
            let lower = message.to_lowercase();
            let about_schema = ["grammar", "schema", "response_format"].iter().any(|w| lower.contains(w));
            about_schema.then_some(message.as_str())
        }
        _ => None,
    }
}

/// A client that follows no redirect (it would carry the key elsewhere) and asks no proxy for this machine.
pub(crate) fn http_builder(url: &Url) -> reqwest::ClientBuilder {
    let mut builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    if is_loopback(url) {
        builder = builder.no_proxy();
    }
    if url.scheme() == "http" {
        // Without TLS no certificate store is needed, and a machine may have none.
        builder = builder.tls_certs_only([]);
    }
    builder
}

fn headers(endpoint: &Endpoint) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    let anthropic = endpoint.dialect == Dialect::AnthropicMessages;
    if anthropic {
        headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
    }
    if let Some(key) = endpoint.api_key.as_ref().filter(|key| !key.is_empty()) {
        let sensitive = |text: &str| {
            let mut value = HeaderValue::from_str(text).ok()?;
            value.set_sensitive(true);
            Some(value)
        };
        let secret: &Secret = key;
        if anthropic {
            headers.insert("x-api-key", sensitive(secret.expose())?);
        } else {
            headers.insert("authorization", sensitive(&format!("Bearer {}", secret.expose()))?);
        }
    }
    Some(headers)
}

/// At most `limit` bytes of a body, as text; whatever came when it breaks or takes too long.
pub(crate) async fn read_some(
    response: reqwest::Response,
    limit: usize,
    patience: std::time::Duration,
) -> String {
    let mut stream = Box::pin(response.bytes_stream());
    let mut body = Vec::new();
    while let Ok(Some(Ok(bytes))) = tokio::time::timeout(patience, stream.next()).await {
        body.extend_from_slice(&bytes);
        if body.len() >= limit {
            body.truncate(limit);
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}

/// The answer given through the schema's tool, put where every other dialect has it.
fn schema_call_to_text(sent: &Request, reply: &mut Reply) {
    let Some(schema) = &sent.schema else { return };
    if let Some(at) = reply.tool_calls.iter().position(|call| call.name == schema.name) {
        let call = reply.tool_calls.remove(at);
        reply.text = match call.arguments {
            Arguments::Object(fields) => serde_json::Value::Object(fields).to_string(),
            Arguments::Malformed(raw) => raw,
        };
        if reply.tool_calls.is_empty() && reply.stop_reason == super::reply::StopReason::ToolCalls {
            reply.stop_reason = super::reply::StopReason::EndTurn;
        }
    }
}
