//! What a job begins with, on a machine that has no depot of the server's: it is fetched as a bundle into a depot of this
//! worker's own, without what earlier jobs of the same workspace have brought. Set-up layers are fetched once each.

mod layers;

use crate::claim::Shop;
use crate::insist::insist;
use agent::Cancel;
use anyhow::Context as _;
use client::Client;
use futures_util::StreamExt as _;
use protocol::job::{JobClaimed, JobGround};
use protocol::node::{CARRIED_BYTES, MOST_CUTS, MOST_HAVES};
use protocol::plan::TaskParams;
use protocol::{ApiError, ErrorCode};
use repo::{Depot, DepotRef, ObjectId};
use std::path::{Path, PathBuf};
use tokio::io::AsyncWriteExt as _;

/// Bases of earlier jobs that are kept, so that the next bundle is small.
const KEPT: usize = 8;

/// Brings the ground of a claimed job here, if it is not here already.
pub(crate) async fn fetch(
    shop: &Shop,
    claimed: &JobClaimed,
    ground: &JobGround,
    task: &TaskParams,
    cancel: &Cancel,
) -> anyhow::Result<()> {
    if !ground.carried {
        return Ok(());
    }
    layers::fetch(shop, claimed, ground, cancel).await?;
    let (git, dir) = (shop.git.clone(), PathBuf::from(&ground.depot));
    let depot = blocking(move || Ok(Depot::open_or_create(&git, &dir)?)).await?;
    let known = depot.clone();
    let (have, cuts) = blocking(move || Ok((known.carried()?, known.boundary()?))).await?;
    // Where it cannot be said what is missing of a history, all of it is fetched.
    let have = have.iter().take(if cuts.len() > MOST_CUTS { 0 } else { MOST_HAVES });
    let have: Vec<String> = have.map(ToString::to_string).collect();
    let cuts: Vec<String> = cuts.iter().filter(|_| !have.is_empty()).map(ToString::to_string).collect();
    let file = Path::new(&ground.depot).with_extension("bundle");
    let (job, token) = (claimed.job.id.as_str(), claimed.claim_token.as_str());
    let fetched = insist(cancel.cancelled(), || download(&shop.client, job, token, (&have, &cuts), &file));
    tokio::select! {
        fetched = fetched => fetched.context("what the job begins with")?,
        () = cancel.cancelled() => anyhow::bail!("cancelled"),
    }
    let wants: Vec<ObjectId> = std::iter::once(Some(&ground.base_commit))
        .chain(std::iter::once(task.resume_commit.as_ref()))
        .flatten()
        .map(|id| ObjectId::parse(id))
        .collect::<Result<_, _>>()?;
    let (job, base) = (job.to_owned(), ObjectId::parse(&ground.base_commit)?);
    blocking(move || {
        let taken = depot.take_carried(&job, &wants, &file);
        let _ = std::fs::remove_file(&file);
        taken.context("what the job begins with")?;
        forget(&depot, &job, &base)
    })
    .await
}

/// The bundle as a file. One that broke off is begun anew.
async fn download(
    client: &Client,
    job: &str,
    token: &str,
    (have, cuts): (&[String], &[String]),
    to: &Path,
) -> Result<(), ApiError> {
    let unwritten = |e: std::io::Error| ApiError::new(ErrorCode::StorageFailed, e.to_string());
    let mut pieces = std::pin::pin!(client.base(job, token, have, cuts).await?);
    let mut file = tokio::fs::File::create(to).await.map_err(unwritten)?;
    let mut size = 0_u64;
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        size += piece.len() as u64;
        if size > CARRIED_BYTES.0 {
            return Err(ApiError::new(
                ErrorCode::TooLarge,
                "What the job begins with is larger than a machine takes.",
            ));
        }
        file.write_all(&piece).await.map_err(unwritten)?;
    }
    file.flush().await.map_err(unwritten)
}

/// Lets go of what earlier jobs began with, where this one's history holds it. Only one job is worked on at a time, so
/// none of them is in use; of those beside its history a few are kept.
fn forget(depot: &Depot, current: &str, base: &ObjectId) -> anyhow::Result<()> {
    let mut beside = 0;
    for (job, _) in depot.jobs_with_a_base()? {
        if job == current {
            continue;
        }
        let other = depot.read_ref(&DepotRef::Base(job.clone()))?;
        let held = other.is_none_or(|other| depot.contains(base, &other).unwrap_or(true));
        beside += usize::from(!held);
        if held || beside > KEPT {
            depot.release_job(&job)?;
        }
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await?
}
