//! Rust client of our own HTTP API: typed calls, bundle upload, the event stream, finding the server.
//!
//! It knows addresses and tokens, not what the calls mean.

mod certificate;
mod doorstep;
mod events;
mod find;
mod gateway;
mod wire;

pub use doorstep::Doorstep;
pub use events::{EventStream, StreamEvent};
pub use find::{Found, find};
pub use gateway::{Gateway, Incoming};

use protocol::ops::typed::Typed;
use protocol::{ApiError, ErrorCode};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::ClientConfig;

/// Longer than any claim waits.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A handle to one server with one token. The token is never shown.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
    /// The one certificate that counts; none leaves it to the system.
    tls: Option<Arc<ClientConfig>>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("url", &self.url).finish_non_exhaustive()
    }
}

impl Client {
    /// `url` is the server's origin, such as `http://127.0.0.1:3001`.
    pub fn new(url: impl Into<String>, token: impl Into<String>) -> Result<Self, ApiError> {
        Self::by(url.into(), token.into(), None)
    }

    /// The same over TLS where one certificate counts, whose SHA-256 in hexadecimal is `fingerprint`. A server that
    /// shows another is told nothing.
    pub fn pinned(
        url: impl Into<String>,
        token: impl Into<String>,
        fingerprint: &str,
    ) -> Result<Self, ApiError> {
        let url = url.into();
        let tls = certificate::pinned(&url, fingerprint)?;
        Self::by(url, token.into(), Some(tls))
    }

    fn by(url: String, token: String, tls: Option<Arc<ClientConfig>>) -> Result<Self, ApiError> {
        let http = http(Duration::from_secs(5), tls.as_deref())?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), token, tls })
    }

    /// The same server, as the bearer of another token.
    pub fn with_token(&self, token: impl Into<String>) -> Self {
        Self { token: token.into(), ..self.clone() }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// One call; `key` makes a repeat of a changing call harmless.
    pub async fn call<M: Typed>(
        &self,
        method: M,
        params: &M::Params,
        key: Option<&str>,
    ) -> Result<M::Reply, ApiError> {
        self.call_within(method, params, key, TIMEOUT).await
    }

    /// The same for what takes longer than other calls.
    pub async fn call_within<M: Typed>(
        &self,
        _: M,
        params: &M::Params,
        key: Option<&str>,
        longest: Duration,
    ) -> Result<M::Reply, ApiError> {
        let name = M::METHOD.operation().name;
        let mut call = self
            .http
            .post(format!("{}/v1/rpc/{name}", self.url))
            .bearer_auth(&self.token)
            .timeout(longest)
            .json(params);
        if let Some(key) = key {
            call = call.header("idempotency-key", key);
        }
        let value = self.answer(call).await?;
        serde_json::from_value(value).map_err(|e| ApiError::new(ErrorCode::Internal, format!("{name}: {e}")))
    }

    /// Any route, for what has no method.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<serde_json::Value>,
    ) -> Result<serde_json::Value, ApiError> {
        let method =
            reqwest::Method::from_bytes(method.as_bytes()).map_err(|e| ApiError::bad(e.to_string()))?;
        let mut call = self
            .http
            .request(method, format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .timeout(TIMEOUT);
        if let Some(body) = body {
            call = call.json(&body);
        }
        self.answer(call).await
    }

    /// Uploads the bundle of a job.
    pub async fn put_bundle(
        &self,
        job: &str,
        claim_token: &str,
        bytes: Vec<u8>,
    ) -> Result<serde_json::Value, ApiError> {
        let call = self
            .http
            .put(format!("{}/jobs/{job}/bundle", self.url))
            .bearer_auth(&self.token)
            .header("x-claim-token", claim_token)
            .timeout(TIMEOUT * 5)
            .body(bytes);
        self.answer(call).await
    }

    /// What a job on another machine begins with, as a bundle in pieces as they come. `have` names commits that are
    /// there with all of their history, `shallow` those at which that is cut off.
    pub async fn base(
        &self,
        job: &str,
        claim_token: &str,
        have: &[String],
        shallow: &[String],
    ) -> Result<impl futures_util::Stream<Item = Result<bytes::Bytes, ApiError>> + use<>, ApiError> {
        let asked = serde_json::json!({ "have": have, "shallow": shallow });
        self.fetch(job, claim_token, "base", &asked).await
    }

    /// A set-up layer of a job on another machine, in pieces as they come.
    pub async fn layer(
        &self,
        job: &str,
        claim_token: &str,
        digest: &str,
    ) -> Result<impl futures_util::Stream<Item = Result<bytes::Bytes, ApiError>> + use<>, ApiError> {
        self.fetch(job, claim_token, "layer", &serde_json::json!({ "digest": digest })).await
    }

    async fn fetch(
        &self,
        job: &str,
        claim_token: &str,
        what: &str,
        asked: &serde_json::Value,
    ) -> Result<impl futures_util::Stream<Item = Result<bytes::Bytes, ApiError>> + use<>, ApiError> {
        let response = self
            .http
            .post(format!("{}/jobs/{job}/{what}", self.url))
            .bearer_auth(&self.token)
            .header("x-claim-token", claim_token)
            .json(asked)
            .send()
            .await
            .map_err(unreachable)?;
        match response.status().is_success() {
            true => Ok(futures_util::TryStreamExt::map_err(response.bytes_stream(), unreachable)),
            false => Err(refusal(response).await),
        }
    }

    /// Events after a cursor, of one session or of all.
    pub async fn events(&self, session: Option<&str>, after: i64) -> Result<EventStream, ApiError> {
        let path = match session {
            Some(session) => format!("/sessions/{session}/events?types=all&after={after}"),
            None => format!("/v1/events?types=all&after={after}"),
        };
        let response = self
            .http
            .get(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .send()
            .await
            .map_err(unreachable)?;
        match response.status().is_success() {
            true => Ok(EventStream::new(response)),
            false => Err(refusal(response).await),
        }
    }

    async fn answer(&self, call: reqwest::RequestBuilder) -> Result<serde_json::Value, ApiError> {
        let response = call.send().await.map_err(unreachable)?;
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        let bytes = response.bytes().await.map_err(unreachable)?;
        if bytes.is_empty() {
            return Ok(serde_json::Value::Null);
        }
        serde_json::from_slice(&bytes)
            .map_err(|e| ApiError::new(ErrorCode::Internal, format!("the answer is not JSON: {e}")))
    }
}

/// Calls over HTTP, with one certificate that counts or those the system trusts.
fn http(patience: Duration, tls: Option<&ClientConfig>) -> Result<reqwest::Client, ApiError> {
    let mut http = reqwest::Client::builder().connect_timeout(patience).no_proxy();
    if let Some(tls) = tls {
        http = http.tls_backend_preconfigured(tls.clone());
    }
    http.build().map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))
}

fn unreachable(error: reqwest::Error) -> ApiError {
    if let Some(refused) = certificate::refused(&error) {
        return refused;
    }
    let cause = if error.is_timeout() { "did not answer in time" } else { "cannot be reached" };
    ApiError::new(ErrorCode::Unavailable, format!("The server {cause}."))
}

async fn refusal(response: reqwest::Response) -> ApiError {
    let status = response.status();
    let text = response.text().await.unwrap_or_default();
    serde_json::from_str(&text)
        .unwrap_or_else(|_| ApiError::new(ErrorCode::Internal, format!("the server answered {status}")))
}
