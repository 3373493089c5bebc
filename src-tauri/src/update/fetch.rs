//! Fetching an announcement and a package: both bounded in size and time, from allowed addresses only, also where
//! a server sends us on.

use std::path::Path;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde_json::Value;
use tauri::Url;
use tokio::io::AsyncWriteExt as _;

use super::address::{allowed, insecure, is_loopback};
use super::failure::{Failure, disk};

/// Bytes of an announcement; notes are part of it.
const LONGEST_ANNOUNCEMENT: u64 = 1 << 20;
/// Bytes of a package.
pub const LARGEST_PACKAGE: u64 = 1 << 30;
const TO_CONNECT: Duration = Duration::from_secs(15);
/// Longest silence of a server that is sending.
const SILENCE: Duration = Duration::from_secs(30);
const REDIRECTS: usize = 5;

/// What an endpoint announces; none when it has nothing.
pub async fn announcement(url: &Url) -> Result<Option<Value>, Failure> {
    let mut response = answered(url, "application/json").await?;
    if response.status() == reqwest::StatusCode::NO_CONTENT {
        return Ok(None);
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        if (body.len() + chunk.len()) as u64 > LONGEST_ANNOUNCEMENT {
            return Err(too_large("announcement", LONGEST_ANNOUNCEMENT));
        }
        body.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&body).map(Some).map_err(|error| {
        Failure::new("update.garbled", format!("The update server's answer cannot be read: {error}"))
    })
}

/// Writes a package to `file`, which is left half-written after a failure. `seen` is told bytes received and bytes
/// in all. `largest` bounds it whatever the server says.
pub async fn package(
    url: &Url,
    file: &Path,
    largest: u64,
    mut seen: impl FnMut(u64, Option<u64>),
) -> Result<(), Failure> {
    let mut response = answered(url, "application/octet-stream").await?;
    let total = response.content_length();
    if total.is_some_and(|total| total > largest) {
        return Err(too_large("package", largest));
    }
    let mut out = tokio::fs::File::create(file).await.map_err(|error| disk(&error))?;
    let mut received = 0_u64;
    while let Some(chunk) = response.chunk().await.map_err(|error| broken(&error))? {
        received += chunk.len() as u64;
        if received > largest {
            return Err(too_large("package", largest));
        }
        out.write_all(&chunk).await.map_err(|error| disk(&error))?;
        seen(received, total);
    }
    if total.is_some_and(|total| received < total) {
        return Err(incomplete());
    }
    out.sync_all().await.map_err(|error| disk(&error))
}

async fn answered(url: &Url, accept: &str) -> Result<Response, Failure> {
    if !allowed(url) {
        return Err(insecure());
    }
    let follow = Policy::custom(|attempt| {
        if attempt.previous().len() > REDIRECTS {
            attempt.error("too many redirects")
        } else if allowed(attempt.url()) {
            attempt.follow()
        } else {
            attempt.stop()
        }
    });
    let mut client = Client::builder()
        .user_agent(concat!("pilothouse/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(TO_CONNECT)
        .read_timeout(SILENCE)
        .redirect(follow);
    if is_loopback(url) {
        client = client.no_proxy();
    }
    let client = client.build().map_err(|error| Failure::new("update.unreachable", error.to_string()))?;
    let sent = client.get(url.clone()).header("accept", accept).send().await;
    let response = sent.map_err(|error| unreachable(url, &error))?;
    let status = response.status();
    if status.is_success() {
        Ok(response)
    } else if status.is_redirection() {
        Err(insecure())
    } else {
        Err(Failure::new("update.server", format!("The update server answered {status}. Try again later.")))
    }
}

fn unreachable(url: &Url, error: &reqwest::Error) -> Failure {
    let host = url.host_str().unwrap_or_default();
    let cause = if error.is_timeout() { "did not answer in time" } else { "cannot be reached" };
    tracing::info!(%error, "the update server {cause}");
    Failure::new("update.unreachable", format!("The update server {host} {cause}. Try again later."))
}

/// The stream ended before its time.
fn broken(error: &reqwest::Error) -> Failure {
    tracing::info!(%error, "the update server's answer broke off");
    if error.is_timeout() {
        return Failure::new("update.unreachable", "The update server fell silent. Try again later.");
    }
    incomplete()
}

fn incomplete() -> Failure {
    Failure::new("update.incomplete", "The download broke off. Try again.")
}

fn too_large(what: &str, most: u64) -> Failure {
    Failure::new("update.too_large", format!("The {what} is larger than {} MiB.", most >> 20))
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
