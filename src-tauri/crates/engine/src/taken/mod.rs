//! The folders of jobs that people have taken over.
//!
//! A worker's clone is never given to a person: its git folder belongs to whatever ran there. A person gets a clone
//! made anew from the depot, with our configuration, all of its history and nothing borrowed. What comes back is read
//! from the folder's files alone, by a git folder of ours beside it. A folder that holds work nobody handed back stays
//! until somebody says otherwise.

mod back;
mod clear;
mod make;

use crate::Engine;
use protocol::JobId;
use std::path::PathBuf;
use std::time::Duration;

/// How often the folders are looked at while one is still to come, and otherwise.
const LOOK: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(600));

/// Who is at the folders.
#[derive(Default)]
pub(crate) struct Desk {
    /// One change of a folder at a time.
    pub turn: tokio::sync::Mutex<()>,
    /// Rung when there may be a folder to make or to remove.
    pub bell: tokio::sync::Notify,
}

impl Engine {
    /// Where a person finds a job's files.
    pub(crate) fn taken_folder(&self, job: &JobId) -> PathBuf {
        self.data.taken().join(job.as_str())
    }

    /// Makes folders that were asked for as soon as the jobs have put their work aside, also after a restart; and
    /// removes those nobody needs.
    pub(crate) async fn desk_loop(&self) {
        while !self.is_stopping() {
            let coming = self.make_folders().await.unwrap_or_else(|error| {
                tracing::error!(%error, "jobs that were taken over");
                true
            });
            if let Err(error) = self.clear_taken().await {
                tracing::error!(%error, "folders of jobs that were taken over");
            }
            tokio::select! {
                () = tokio::time::sleep(if coming { LOOK.0 } else { LOOK.1 }) => {}
                () = self.desk.bell.notified() => {}
                () = self.stopping() => {}
            }
        }
    }
}
