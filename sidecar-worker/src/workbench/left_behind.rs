//! What an attempt leaves when its worker dies, and taking it over.
//!
//! The clone of a dead attempt belongs to whatever ran in it, so its work is committed and bundled by git inside a
//! sandbox that shows that clone and nothing more of the old attempt; what comes out is fetched into our own clone as
//! any bundle is, inside ours. The old folder goes when work has begun in the new one.

use super::{GIT_ENVIRONMENT, GIT_SETTINGS, GIT_TIMEOUT, Workbench, remove};
use agent::Cancel;
use anyhow::Context as _;
use host::sandbox::SandboxSpec;
use host::spawn::{Command, OutputCaps};
use repo::ObjectId;
use std::path::{Path, PathBuf};

/// The server looks for it: work began in this folder. It holds the commit the clone stood on, and what runs in a job
/// cannot reach it.
const BEGUN: &str = "begun";
/// Largest bundle that is taken over.
const BUNDLE_BYTES: u64 = 256 << 20;
const REF: &str = "refs/pilothouse/left-behind";

impl Workbench {
    /// From now on this is the folder another attempt may want, and whatever earlier ones left is spent: first the
    /// mark, then they go, so that at every moment one of them can be found.
    pub(crate) async fn begun(&self) -> anyhow::Result<()> {
        let (path, base) = (self.folder.join(BEGUN), self.clone.base.to_string());
        tokio::task::spawn_blocking(move || std::fs::write(path, base)).await?.context("the job's folder")?;
        let folder = self.folder.clone();
        let earlier = tokio::task::spawn_blocking(move || earlier_attempts(&folder)).await?;
        for left in earlier {
            if let Some(name) = left.file_name() {
                host::spawn::sweep_job(&name.to_string_lossy()).await;
            }
            remove(left).await;
        }
        Ok(())
    }

    /// Ends what runs here and leaves the files to the next attempt.
    pub(crate) async fn leave(mut self) {
        self.sandbox.end_ahead().await;
        if let Some(cell) = self.cell.take() {
            cell.close().await;
        }
        let _ = host::spawn::sweep_job(&self.mark).await;
    }

    /// The work in a folder that was left behind, as a commit in our own clone; none when it changed nothing. The folder
    /// stays until work begins here.
    pub(crate) async fn take_over(&self, left: &Path, cancel: &Cancel) -> anyhow::Result<Option<String>> {
        let name = left.file_name().context("it has no name")?.to_string_lossy().into_owned();
        // Whatever of it still runs must not write any more.
        host::spawn::sweep_job(&name).await;
        let old = Old::new(self, left)?;
        let base = old.base.to_string();
        old.git(&["read-tree", "HEAD"], cancel).await?;
        old.git(&["add", "--all"], cancel).await?;
        let tree = old.git(&["write-tree"], cancel).await?;
        if tree == old.git(&["rev-parse", &format!("{base}^{{tree}}")], cancel).await? {
            return Ok(None);
        }
        let commit = old.git(&["commit-tree", &tree, "-p", &base, "-m", "Work left behind"], cancel).await?;
        old.git(&["update-ref", REF, &commit], cancel).await?;
        let made = old.out.join(format!("{}.bundle", self.mark));
        let path = made.to_string_lossy().into_owned();
        old.git(&["bundle", "create", "--quiet", &path, &format!("{base}..{REF}")], cancel).await?;
        let ours = self.out.join("left-behind.bundle");
        let to = ours.clone();
        tokio::task::spawn_blocking(move || bring(&made, &to)).await??;
        let from = ours.to_string_lossy().into_owned();
        let fetch =
            ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", &from, &format!("{REF}:{REF}")];
        self.git(&fetch, cancel).await?;
        let commit = self.git(&["rev-parse", "--verify", &format!("{REF}^{{commit}}")], cancel).await?;
        let _ = tokio::fs::remove_file(&ours).await;
        Ok(Some(commit.trim().to_owned()))
    }
}

/// The dead attempt's clone and a sandbox that shows it.
struct Old<'a> {
    bench: &'a Workbench,
    spec: SandboxSpec,
    base: ObjectId,
    out: PathBuf,
    /// An index of our own: whoever died may have held the lock of theirs.
    index: PathBuf,
}

impl<'a> Old<'a> {
    fn new(bench: &'a Workbench, left: &Path) -> anyhow::Result<Self> {
        anyhow::ensure!(left.parent() == bench.folder.parent(), "it is no folder of an attempt");
        let base = std::fs::read_to_string(left.join(BEGUN)).context("nothing began there")?;
        let out = left.join("out");
        let mut spec = bench.spec.clone();
        spec.work = left.join("clone");
        spec.home = left.join("home");
        for shown in spec.extra_rw.iter_mut().filter(|shown| **shown == bench.out) {
            out.clone_into(shown);
        }
        for folder in [&spec.work, &spec.home, &out] {
            anyhow::ensure!(folder.symlink_metadata()?.is_dir(), "{} is gone", folder.display());
        }
        let index = out.join(format!("{}.index", bench.mark));
        Ok(Self { bench, spec, base: ObjectId::parse(base.trim())?, out, index })
    }

    async fn git(&self, args: &[&str], cancel: &Cancel) -> anyhow::Result<String> {
        let who = ["-c", "user.name=Pilothouse worker", "-c", "user.email=worker@pilothouse.invalid"];
        let words = std::iter::once("git").chain(GIT_SETTINGS).chain(who).chain(args.iter().copied());
        let mut command = Command::new(words.map(str::to_owned))
            .cwd(self.spec.work.clone())
            .timeout(GIT_TIMEOUT)
            .job(self.bench.mark.clone())
            .caps(OutputCaps { head: 64 << 10, tail: 64 << 10, total: None })
            .env("GIT_INDEX_FILE", self.index.as_os_str());
        for (name, value) in GIT_ENVIRONMENT {
            command = command.env(name, value);
        }
        let running = self.bench.sandbox.start(&self.spec, command).await?;
        let handle = running.cancel_handle();
        let mut waiting = std::pin::pin!(running.wait());
        let outcome = tokio::select! {
            outcome = &mut waiting => outcome?,
            () = cancel.cancelled() => {
                handle.cancel();
                waiting.await?
            }
        };
        if !outcome.success() {
            anyhow::bail!("git {}: {}", args.first().unwrap_or(&""), outcome.stderr.text().trim());
        }
        Ok(outcome.stdout.text().trim().to_owned())
    }
}

/// Folders beside `own` of the same job in which work had begun.
fn earlier_attempts(own: &Path) -> Vec<PathBuf> {
    let job = |folder: &Path| -> Option<String> {
        let (job, digest) = folder.file_name()?.to_str()?.rsplit_once('-')?;
        (digest.len() == 8).then(|| job.to_owned())
    };
    let of_whom = job(own);
    let Some(entries) = own.parent().and_then(|parent| std::fs::read_dir(parent).ok()) else {
        return Vec::new();
    };
    let folders = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path != own);
    let same = folders.filter(|path| of_whom.is_some() && job(path) == of_whom);
    same.filter(|path| path.join(BEGUN).symlink_metadata().is_ok()).collect()
}

/// Copies a file that was made inside; no link and no pipe is followed.
fn bring(made: &Path, to: &Path) -> anyhow::Result<()> {
    let found = made.symlink_metadata()?;
    anyhow::ensure!(found.is_file(), "what was left is no plain file");
    anyhow::ensure!(found.len() <= BUNDLE_BYTES, "what was left is larger than {BUNDLE_BYTES} bytes");
    std::fs::copy(made, to)?;
    Ok(())
}
