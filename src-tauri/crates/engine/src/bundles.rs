//! Uploaded bundles: written whole or not at all, kept only as long as somebody may still ask for them.

use crate::Engine;
use protocol::{ApiError, ErrorCode, JobId};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// What a bundle's file name ends with.
const ENDING: &str = ".bundle";

/// Writes a bundle beside its place and moves it there, so that a crash leaves the old one or the new one. `fresh`
/// keeps two uploads apart.
pub(crate) fn keep(path: &Path, bytes: &[u8], fresh: &str) -> Result<(), ApiError> {
    let part = path.with_extension(format!("{fresh}.part"));
    let written = std::fs::File::create_new(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let kept = written.and_then(|()| std::fs::rename(&part, path));
    kept.map_err(|error| {
        let _ = std::fs::remove_file(&part);
        let code = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ErrorCode::StorageFull,
            _ => ErrorCode::Internal,
        };
        ApiError::new(code, format!("The bundle cannot be kept: {error}."))
    })
}

impl Engine {
    /// Where the bundle of a job is kept.
    pub(crate) fn bundle_of(&self, job: &JobId) -> PathBuf {
        self.data.bundles().join(format!("{job}{ENDING}"))
    }

    /// Removes a job's bundle once nobody can ask for it any more: its commit is in the depot then, or unwanted.
    pub(crate) async fn drop_bundle(&self, job: &JobId) {
        let (id, path) = (job.to_string(), self.bundle_of(job));
        if !path.exists() {
            return;
        }
        match self.store.read(move |tx| tx.needs_bundle(&id)).await {
            Ok(true) => {}
            Ok(false) => {
                if let Ok(Err(error)) = self.blocking(move || std::fs::remove_file(&path)).await
                    && error.kind() != std::io::ErrorKind::NotFound
                {
                    tracing::warn!(%job, %error, "a bundle stays behind");
                }
            }
            Err(error) => tracing::warn!(%job, %error, "a bundle stays behind"),
        }
    }

    /// Removes every bundle that is not needed. `anew` says that the server has just been started: then a file that
    /// was never finished is nobody's.
    pub(crate) async fn clear_bundles(&self, anew: bool) -> Result<(), ApiError> {
        let folder = self.data.bundles();
        let names = self
            .blocking(move || -> std::io::Result<Vec<String>> {
                std::fs::read_dir(&folder)?
                    .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                    .collect()
            })
            .await?;
        for name in names.unwrap_or_default() {
            match name.strip_suffix(ENDING).and_then(|id| JobId::parse(id).ok()) {
                Some(job) => self.drop_bundle(&job).await,
                None if anew => {
                    let path = self.data.bundles().join(&name);
                    let _ = self.blocking(move || std::fs::remove_file(&path)).await?;
                }
                None => {}
            }
        }
        Ok(())
    }
}
