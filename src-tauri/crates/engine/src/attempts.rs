//! Attempts at jobs: the folder each has for itself, and what is left of those nobody will finish.
//!
//! A folder belongs to one claim, not to a job: a worker that lost its claim and wakes late finds its own folder and
//! its own processes, never its successor's. The processes of an attempt carry the folder's name as their mark.

use crate::{Engine, hash, launcher, remote_buddy, sweep};
use protocol::ApiError;
use std::collections::BTreeSet;
use std::ffi::OsString;
use store::{QueueName, StoreError};

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
                for work in tx.release_claims(QueueName::Jobs, launcher::is_ours)? {
                    sweep::tell_job(tx, &work, REASON)?;
                }
                Ok(())
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
        let claims = self.store.read(|tx| tx.job_claims()).await?;
        let current: BTreeSet<OsString> = claims.iter().map(|(job, token)| name(job, token).into()).collect();
        for folder in found.into_iter().filter(|name| !current.contains(name)) {
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
