//! Attempts at jobs: the folder each has for itself, and what is left of those nobody will finish.
//!
//! A folder belongs to one claim, not to a job: a worker that lost its claim and wakes late finds its own folder and
//! its own processes, never its successor's. The processes of an attempt carry the folder's name as their mark.

use crate::{Engine, hash, pool, remote_buddy, sweep};
use protocol::ApiError;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::time::SystemTime;
use store::{QueueName, StoreError};

/// A file in an attempt's folder, out of reach of what runs in it: its work began.
const BEGUN: &str = "begun";

/// Name of the folder, and of the mark, of the attempt that holds a claim.
pub(crate) fn name(job: &str, claim_token: &str) -> String {
    let digest: String = hash::text(claim_token).chars().take(8).collect();
    format!("{job}-{digest}")
}

impl Engine {
    /// Takes back what a former run of this server was at. Its planner and its workers are gone, and their tokens
    /// with them, so nobody can finish those claims; the work cut short was nobody's fault and counts no attempt.
    pub(crate) async fn take_back_claims(&self) -> Result<(), StoreError> {
        const REASON: &str = "The server was started anew; the job went back to the head of its line.";
        self.store
            .write(|tx| {
                for planning in tx.release_claims(QueueName::Requests, |by| by == remote_buddy::AGENT)? {
                    sweep::tell_request(tx, &planning)?;
                }
                for work in tx.release_claims(QueueName::Jobs, pool::is_ours)? {
                    sweep::tell_job(tx, &work, REASON)?;
                }
                Ok(())
            })
            .await
    }

    /// When work began in an attempt's folder: before that there is nothing in it of anybody's.
    fn begun(&self, folder: &OsString) -> Option<SystemTime> {
        let mark = self.data.jobs().join(folder).join(BEGUN);
        mark.symlink_metadata().and_then(|found| found.modified()).ok()
    }

    /// The newest folder of an earlier attempt at a job in which work began, when its worker could not put it away.
    pub(crate) async fn left_behind(&self, job: &str, now: &Path) -> Result<Option<String>, ApiError> {
        let (engine, job, now) = (self.clone(), job.to_owned(), now.to_owned());
        self.blocking(move || {
            let entries = std::fs::read_dir(engine.data.jobs()).ok()?;
            let names = entries.filter_map(|entry| Some(entry.ok()?.file_name()));
            let of_job = names.filter(|name| name.to_str().and_then(job_of) == Some(job.as_str()));
            let begun = of_job.filter_map(|name| Some((engine.begun(&name)?, engine.data.jobs().join(name))));
            let newest = begun.filter(|(_, path)| *path != now).max()?;
            Some(newest.1.to_string_lossy().into_owned())
        })
        .await
    }

    /// Removes the folders of attempts that hold no claim any more, and ends what still runs for them.
    pub(crate) async fn clear_attempts(&self) -> Result<(), ApiError> {
        let jobs = self.data.jobs();
        // Folders first: whoever has one made it after the claim, so a claim that is current is seen.
        let found = self
            .blocking(move || -> std::io::Result<Vec<OsString>> {
                std::fs::read_dir(&jobs)?.map(|entry| Ok(entry?.file_name())).collect()
            })
            .await?;
        let found = found.unwrap_or_else(|error| {
            tracing::warn!(%error, "the folders of attempts cannot be listed");
            Vec::new()
        });
        let (claims, open) = self.store.read(|tx| Ok((tx.job_claims()?, tx.unfinished_jobs()?))).await?;
        let current: BTreeSet<OsString> = claims.iter().map(|(job, token)| name(job, token).into()).collect();
        // The next attempt at a job takes over what the last one left, and removes it.
        let wanted = |name: &OsString| {
            name.to_str().and_then(job_of).is_some_and(|job| open.contains(job)) && self.begun(name).is_some()
        };
        for folder in found.into_iter().filter(|name| !current.contains(name) && !wanted(name)) {
            if self.is_stopping() {
                break;
            }
            host::spawn::sweep_job(&folder.to_string_lossy()).await;
            let path = self.data.jobs().join(folder);
            let removed = self.blocking(move || remove(&path)).await?;
            if let Err(error) = removed {
                tracing::warn!(%error, "the folder of an attempt stays behind");
            }
        }
        Ok(())
    }
}

/// The job of an attempt's folder.
fn job_of(folder: &str) -> Option<&str> {
    let (job, digest) = folder.rsplit_once('-')?;
    (digest.len() == 8).then_some(job)
}

fn remove(path: &std::path::Path) -> std::io::Result<()> {
    let removed = match path.symlink_metadata()?.is_dir() {
        true => std::fs::remove_dir_all(path),
        false => std::fs::remove_file(path),
    };
    match removed {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_of_a_job_has_its_own_name() {
        let (first, second) = (name("j-1", "token a"), name("j-1", "token b"));
        assert_ne!(first, second);
        assert_eq!(first, name("j-1", "token a"));
        assert!(first.starts_with("j-1-") && first.len() == "j-1-".len() + 8, "{first}");
        assert!(!first.contains("token"), "a folder's name tells nothing of the claim");
    }
}
