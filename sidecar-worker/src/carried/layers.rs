//! Set-up layers of a job on another machine than the one they were made on: fetched where they work, taken in as they
//! come, and kept for the next job.

use super::blocking;
use crate::claim::Shop;
use crate::insist::insist;
use crate::workbench::sandbox_for;
use agent::Cancel;
use bytes::Bytes;
use client::Client;
use futures_util::StreamExt as _;
use host::HostError;
use host::layers::{LayerStore, QUOTA, difference, made_for};
use protocol::job::{JobClaimed, JobGround};
use protocol::{ApiError, ErrorCode};
use std::io::Read;
use tokio::sync::mpsc;

/// Pieces that wait for the disk.
const WAITING: usize = 4;

/// Brings the layers of a claimed job here that are not here already.
pub(super) async fn fetch(
    shop: &Shop,
    claimed: &JobClaimed,
    ground: &JobGround,
    cancel: &Cancel,
) -> anyhow::Result<()> {
    if ground.layers.is_empty() {
        return Ok(());
    }
    if let Some(theirs) = &ground.layers_for {
        let (sandbox, tools) = (sandbox_for(shop, ground).await?, shop.toolchains.clone());
        let ours = blocking(move || Ok(made_for(&sandbox, &tools))).await?;
        if let Some(why) = difference(theirs, &ours) {
            return Err(elsewhere(&why).into());
        }
    }
    let (job, token) = (claimed.job.id.as_str(), claimed.claim_token.as_str());
    for digest in &ground.layers {
        let fetched = insist(cancel.cancelled(), || {
            download(&shop.client, &shop.layers, &ground.layers, (job, token), digest)
        });
        tokio::select! {
            fetched = fetched => fetched?,
            () = cancel.cancelled() => anyhow::bail!("cancelled"),
        }
    }
    tidy(&shop.layers, QUOTA, &ground.layers).await;
    Ok(())
}

/// What does not work here is not asked for.
fn elsewhere(why: &str) -> ApiError {
    let message = format!(
        "This repository's set-up does not work on this machine: {why}. Let a worker of the server have the job, or give both the same sandbox and the same tools; the same `sandbox.image` on both is the simplest."
    );
    ApiError::new(ErrorCode::NodeNotReady, message)
}

/// One layer, unless it is here. One that broke off is begun anew.
async fn download(
    client: &Client,
    store: &LayerStore,
    in_use: &[String],
    (job, token): (&str, &str),
    digest: &str,
) -> Result<(), ApiError> {
    if store.find(digest).is_some() {
        return Ok(());
    }
    let mut pieces = std::pin::pin!(client.layer(job, token, digest).await?);
    let (give, coming) = mpsc::channel(WAITING);
    let (into, name) = (store.clone(), digest.to_owned());
    let taking = tokio::task::spawn_blocking(move || {
        let mut coming = Coming { pieces: coming, piece: Bytes::new() };
        into.take(&name, &mut coming)
    });
    let mut broken = None;
    while let Some(piece) = pieces.next().await {
        let given = match piece {
            Ok(piece) => give.send(piece).await.is_ok(),
            Err(error) => {
                broken = Some(error);
                false
            }
        };
        // The line is cut, or whoever takes them has seen enough.
        if !given {
            break;
        }
    }
    drop(give);
    let taken = taking.await.map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?;
    match (taken, broken) {
        (Ok(_), _) => Ok(()),
        (Err(_), Some(broken)) => Err(broken),
        (Err(error), None) => {
            let error = refusal(&error);
            if error.code == ErrorCode::StorageFull {
                tidy(store, 0, in_use).await;
            }
            Err(error)
        }
    }
}

/// What is wrong with the layer, or with this machine's disk.
fn refusal(error: &HostError) -> ApiError {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    match error {
        HostError::File { source, .. } if matches!(source.kind(), StorageFull | QuotaExceeded) => {
            let message = format!("There is no room for this repository's set-up on this machine: {error}.");
            ApiError::new(ErrorCode::StorageFull, message)
        }
        HostError::Layer { .. } => ApiError::new(ErrorCode::NodeNotReady, error.to_string()),
        _ => ApiError::new(ErrorCode::StorageFailed, error.to_string()),
    }
}

/// Removes the longest unused layers that are too many; nothing depends on it.
async fn tidy(store: &LayerStore, quota: u64, in_use: &[String]) {
    let (store, in_use) = (store.clone(), in_use.to_vec());
    if let Err(error) = blocking(move || Ok(store.collect(quota, &in_use)?)).await {
        tracing::warn!(%error, "old set-up layers");
    }
}

/// Pieces as they come, for whoever reads.
struct Coming {
    pieces: mpsc::Receiver<Bytes>,
    piece: Bytes,
}

impl Read for Coming {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.piece.is_empty() {
            match self.pieces.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let size = self.piece.len().min(into.len());
        let part = self.piece.split_to(size);
        into.iter_mut().zip(part).for_each(|(to, from)| *to = from);
        Ok(size)
    }
}
