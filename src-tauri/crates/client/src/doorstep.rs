//! A server as somebody sees it who bears no token: pairing with it, and connecting by a key it knows.

use crate::Gateway;
use crate::certificate;
use crate::wire;
use protocol::device::DeviceProof;
use protocol::gateway::ClientNote;
use protocol::{ApiError, ErrorCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::ClientConfig;

/// Longer than any question waits there.
const TIMEOUT: Duration = Duration::from_secs(60);

/// One server, before it knows who is there.
#[derive(Clone)]
pub struct Doorstep {
    http: reqwest::Client,
    url: String,
    tls: Option<Arc<ClientConfig>>,
}

impl Doorstep {
    /// `fingerprint` is the SHA-256 of the only certificate that counts, in hexadecimal; without one the system
    /// decides.
    pub fn new(url: &str, fingerprint: Option<&str>) -> Result<Self, ApiError> {
        let tls = fingerprint.map(|known| certificate::pinned(url, known)).transpose()?;
        let http = crate::http(Duration::from_secs(10), tls.as_deref())?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), tls })
    }

    /// One of the routes that are open to everybody.
    pub async fn post<P: Serialize, R: DeserializeOwned>(&self, path: &str, body: &P) -> Result<R, ApiError> {
        let call = self.http.post(format!("{}{path}", self.url)).timeout(TIMEOUT).json(body);
        let response = call.send().await.map_err(crate::unreachable)?;
        if !response.status().is_success() {
            return Err(crate::refusal(response).await);
        }
        let bytes = response.bytes().await.map_err(crate::unreachable)?;
        serde_json::from_slice(&bytes)
            .map_err(|e| ApiError::new(ErrorCode::Internal, format!("the answer is not JSON: {e}")))
    }

    /// Connects as a device. `prove` is given the server's id and its challenge, and refuses a server it does not
    /// know.
    pub async fn gateway(
        &self,
        note: ClientNote,
        prove: impl FnOnce(&str, &str) -> Result<DeviceProof, ApiError>,
    ) -> Result<Gateway, ApiError> {
        let socket = wire::open(&self.url, self.tls.clone(), None).await?;
        Gateway::begin(socket, note, |server, challenge| {
            prove(server, challenge).map(|proof| (None, Some(proof)))
        })
        .await
    }
}
