//! Uploaded bundles: written whole or not at all, kept only as long as somebody may still ask for them.

use crate::Engine;
use protocol::{ApiError, ErrorCode, JobId};
use std::ffi::OsStr;
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
    kept.map_err(|error| not_kept(&part, &error))
}

/// Moves what was written beside its place there.
pub(crate) fn keep_part(path: &Path, part: &Path) -> Result<(), ApiError> {
    let synced = std::fs::File::options().write(true).open(part).and_then(|file| file.sync_all());
    let kept = synced.and_then(|()| std::fs::rename(part, path));
    kept.map_err(|error| not_kept(part, &error))
}

fn not_kept(part: &Path, error: &std::io::Error) -> ApiError {
    let _ = std::fs::remove_file(part);
    let code = match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ErrorCode::StorageFull,
        _ => ErrorCode::Internal,
    };
    ApiError::new(code, format!("The bundle cannot be kept: {error}."))
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

    /// Removes every bundle that is not needed. Other files here may be uploads under way.
    pub(crate) async fn clear_bundles(&self) -> Result<(), ApiError> {
        let folder = self.data.bundles();
        let jobs = self
            .blocking(move || -> std::io::Result<Vec<JobId>> {
                let jobs = std::fs::read_dir(&folder)?.map(|entry| Ok(job_of(&entry?.file_name())));
                jobs.filter_map(Result::transpose).collect()
            })
            .await?;
        for job in jobs.unwrap_or_default() {
            self.drop_bundle(&job).await;
        }
        Ok(())
    }
}

/// Removes whatever is no job's bundle: parts of uploads that a former run never finished. Only while nobody uploads.
pub(crate) fn remove_unfinished(folder: &Path) -> std::io::Result<()> {
    let mut all = Ok(());
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if job_of(&entry.file_name()).is_none() {
            all = all.and(std::fs::remove_file(entry.path()));
        }
    }
    all
}

/// The job whose bundle has this name.
fn job_of(name: &OsStr) -> Option<JobId> {
    JobId::parse(name.to_str()?.strip_suffix(ENDING)?).ok()
}

#[cfg(test)]
mod tests {
    use crate::{Options, SandboxChoice};

    #[tokio::test]
    async fn unfinished_uploads_go_before_anybody_can_upload_and_are_left_alone_after() {
        let folder = tempfile::tempdir().unwrap();
        let bundles = folder.path().join("bundles");
        std::fs::create_dir(&bundles).unwrap();
        let (old, live) = (bundles.join("j-1.old.part"), bundles.join("j-1.live.part"));
        std::fs::write(&old, "by").unwrap();
        let options = Options {
            data: Some(folder.path().to_owned()),
            sandbox: Some(SandboxChoice::Host),
            config_folder: None,
            environment: Vec::new(),
            ..Options::default()
        };
        let opened = crate::open::open(options).await.unwrap();
        assert!(!old.exists(), "nobody is told the address yet, and it is gone");
        std::fs::write(&live, "by").unwrap();
        opened.engine.clear_bundles().await.unwrap();
        assert!(live.exists(), "somebody is still writing it");
    }
}
