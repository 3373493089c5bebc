//! What a job takes of the disk, looked at while it works.
//!
//! Neither bubblewrap nor an engine with a bind mount gives a folder a quota, so this is a look every second: what a
//! job writes between two looks is over the limit already, and a file that is deleted and still open is not seen.

use agent::Cancel;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A look may take one part in so many of the time.
const SHARE: u32 = 10;

/// Looks until dropped, or until the limit is passed.
pub(crate) struct DiskWatch {
    passed: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    most: u64,
    task: tokio::task::JoinHandle<()>,
}

impl DiskWatch {
    /// Cancels when `folder` takes more than `most` bytes.
    pub(crate) fn start(folder: PathBuf, most: u64, cancel: Cancel) -> Self {
        let (passed, stop) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (told, ended) = (passed.clone(), stop.clone());
        let task = tokio::spawn(async move {
            loop {
                let began = Instant::now();
                let (place, until) = (folder.clone(), ended.clone());
                let looked = tokio::task::spawn_blocking(move || passes(&place, most, &until)).await;
                if let Ok(true) = looked {
                    told.store(true, Ordering::Release);
                    return cancel.cancel();
                }
                tokio::time::sleep(LOOK_EVERY.max(began.elapsed() * SHARE)).await;
            }
        });
        Self { passed, stop, most, task }
    }

    /// Why the job was stopped, if this stopped it.
    pub(crate) fn passed(&self) -> Option<String> {
        self.passed.load(Ordering::Acquire).then(|| {
            format!(
                "Its clone and HOME took more than {} MiB of the disk, so it was stopped. What it needs less of, or a \
                 higher sandbox.diskMb, lets it finish.",
                self.most >> 20
            )
        })
    }
}

impl Drop for DiskWatch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        self.task.abort();
    }
}

/// Whether everything below a folder takes more than so many bytes. Links are not followed; a file with several names
/// counts once. What cannot be read counts as nothing.
fn passes(folder: &Path, most: u64, stop: &AtomicBool) -> bool {
    let (mut sum, mut several, mut pending) = (0_u64, HashSet::new(), vec![folder.to_owned()]);
    while let Some(folder) = pending.pop() {
        if stop.load(Ordering::Acquire) {
            return false;
        }
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(facts) = entry.metadata() else { continue };
            if facts.is_dir() {
                pending.push(entry.path());
            } else if first_name(&facts, &mut several) {
                sum = sum.saturating_add(taken(&facts));
                if sum > most {
                    return true;
                }
            }
        }
    }
    false
}

#[cfg(unix)]
fn first_name(facts: &std::fs::Metadata, several: &mut HashSet<(u64, u64)>) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    facts.nlink() < 2 || several.insert((facts.dev(), facts.ino()))
}

/// A file with holes takes less than it is long.
#[cfg(unix)]
fn taken(facts: &std::fs::Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    facts.blocks().saturating_mul(512)
}

#[cfg(not(unix))]
fn first_name(_facts: &std::fs::Metadata, _several: &mut HashSet<(u64, u64)>) -> bool {
    true
}

#[cfg(not(unix))]
fn taken(facts: &std::fs::Metadata) -> u64 {
    facts.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_lies_on_the_disk_counts_once_and_holes_and_links_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let on = AtomicBool::new(false);
        std::fs::create_dir(at("below")).unwrap();
        std::fs::write(at("below/a"), vec![1; 300 << 10]).unwrap();
        std::fs::hard_link(at("below/a"), at("again")).unwrap();
        std::os::unix::fs::symlink("/", at("everything")).unwrap();
        std::fs::File::create(at("holes")).unwrap().set_len(1 << 40).unwrap();
        assert!(!passes(folder.path(), 500 << 10, &on));
        std::fs::write(at("b"), vec![1; 300 << 10]).unwrap();
        assert!(passes(folder.path(), 500 << 10, &on));
        on.store(true, Ordering::Release);
        assert!(!passes(folder.path(), 500 << 10, &on));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_folder_that_grows_past_its_limit_cancels_the_job_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let cancel = Cancel::new();
        let watch = DiskWatch::start(folder.path().to_owned(), 16 << 20, cancel.clone());
        assert!(watch.passed().is_none());
        std::fs::write(folder.path().join("large"), vec![1; 17 << 20]).unwrap();
        tokio::time::timeout(Duration::from_secs(30), cancel.cancelled()).await.unwrap();
        assert!(watch.passed().unwrap().contains("16 MiB"), "{:?}", watch.passed());
    }
}
