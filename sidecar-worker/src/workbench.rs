//! Where a job's commands run: its clone, its home, its sandbox.

use crate::claim::Shop;
use crate::journal::Journal;
use agent::Cancel;
use anyhow::Context;
use host::HostError;
use host::cell::{Cell, Door, Doors, InsideProgram};
use host::sandbox::{Sandbox, SandboxSpec};
use host::spawn::{Command, Ended, Outcome, OutputCaps, Stream};
use laid_out::Plan;
use protocol::job::JobGround;
use protocol::worker::EffectiveIsolation;
use repo::JobClone;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::mpsc;

/// Git inside a job's own clone. It runs in the sandbox like everything else there, since the clone's
/// configuration belongs to whatever ran before.
const GIT_ENVIRONMENT: [(&str, &str); 6] = [
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_EDITOR", "true"),
    ("GIT_PAGER", "cat"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_ADVICE", "0"),
];
const GIT_SETTINGS: [&str; 10] = [
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "gc.auto=0",
    "-c",
    "core.quotePath=false",
];
const GIT_TIMEOUT: Duration = Duration::from_secs(120);
/// Longer than the coarsest clock by which a build tool sees that a file is another one.
const COARSE_CLOCK: Duration = Duration::from_millis(1_100);

/// One job's place of work.
pub(crate) struct Workbench {
    pub clone: JobClone,
    /// Writable inside; what is handed over lands here.
    pub out: PathBuf,
    sandbox: Sandbox,
    spec: SandboxSpec,
    folder: PathBuf,
    /// Name of this attempt's folder and mark of its processes. Another attempt at the same job has another, so
    /// one that lost its claim never touches what its successor does.
    mark: String,
    /// The job's one way out, when it has one.
    proxy: Option<Arc<dyn Door>>,
    /// Where its commands run then; without a way out each has a sandbox of its own.
    cell: Option<Cell>,
    /// Why nothing can run here any more, through no fault of the job.
    lost: OnceLock<String>,
}

impl Workbench {
    /// Clones from the depot, lays the set-up into it, and prepares the sandbox, all in this attempt's folder.
    pub(crate) async fn set_up(shop: &Shop, job: &str, ground: &JobGround) -> anyhow::Result<Self> {
        let made = Self::furnish(shop, job, ground).await;
        if made.is_err() {
            remove(PathBuf::from(&ground.folder)).await;
        }
        made
    }

    /// Gives everything that runs here from now on one way out. On the plain host there is nothing to let out of.
    pub(crate) async fn with_way_out(mut self, proxy: Arc<dyn Door>) -> anyhow::Result<Self> {
        if self.confines() {
            self.proxy = Some(proxy);
            match self.open(&[], Doors::none()).await {
                Ok(cell) => self.cell = Some(cell),
                Err(error) => {
                    self.clear().await;
                    return Err(error.context("the job's way out does not open"));
                }
            }
        }
        Ok(self)
    }

    async fn furnish(shop: &Shop, job: &str, ground: &JobGround) -> anyhow::Result<Self> {
        let sandbox = sandbox_for(shop, ground).await?;
        let folder = PathBuf::from(&ground.folder);
        let mark = folder.file_name().context("the job has no folder")?.to_string_lossy().into_owned();
        let sandbox = sandbox.of_job(&mark);
        let plan = Plan {
            git: shop.git.clone(),
            depot: PathBuf::from(&ground.depot),
            worker: shop.id.clone(),
            job: job.to_owned(),
            base: ground.base_commit.clone(),
            folder: folder.clone(),
            layers: shop.layers.clone(),
            wanted: ground.layers.clone(),
            env: ground.image.iter().flat_map(|image| image.env.clone()).collect(),
            spares: Some(shop.spares.clone()).filter(|_| sandbox.confines()),
        };
        let inside = sandbox.clone();
        let laid_out = tokio::task::spawn_blocking(move || plan.lay_out(&inside)).await;
        let (clone, mut spec) = match laid_out.map_err(anyhow::Error::from).and_then(|made| made) {
            Ok(made) => made,
            Err(error) => {
                sandbox.end_ahead().await;
                return Err(error);
            }
        };
        shop.toolchains.equip(&sandbox, &mut spec)?;
        let (out, lost) = (folder.join("out"), OnceLock::new());
        Ok(Self { clone, out, sandbox, spec, folder, mark, proxy: None, cell: None, lost })
    }

    pub(crate) fn isolation(&self) -> EffectiveIsolation {
        match &self.cell {
            Some(cell) => cell.isolation(),
            None => self.sandbox.isolation(&self.spec),
        }
    }

    /// Everything of this attempt: its clone, its HOME, what it hands over.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn root(&self) -> &Path {
        &self.clone.dir
    }

    /// Whether what runs here is kept from the user's files.
    pub(crate) fn confines(&self) -> bool {
        self.sandbox.confines()
    }

    /// The job's HOME from outside, and as commands see it.
    pub(crate) fn homes(&self) -> (&Path, &Path) {
        let outside = self.spec.home.as_path();
        (outside, if self.confines() { self.spec.home_seen() } else { outside })
    }

    pub(crate) fn mark(&self) -> &str {
        &self.mark
    }

    /// A cell of the job's with doors, its way out among them, in which these files and folders can be seen as well.
    pub(crate) async fn open(&self, shown: &[PathBuf], mut doors: Doors) -> anyhow::Result<Cell> {
        doors.proxy = doors.proxy.or_else(|| self.proxy.clone());
        let mut spec = self.spec.clone();
        let new = shown.iter().filter(|path| !self.spec.extra_ro.contains(path));
        spec.extra_ro.extend(new.cloned());
        let inside = InsideProgram::ours()?;
        Ok(self.sandbox.open(spec, doors, &inside).await.map_err(|error| self.noted(error))?)
    }

    /// Runs one command to its end, its lines going to the journal as they come.
    pub(crate) async fn run(
        &self,
        argv: &[String],
        timeout: Duration,
        journal: Option<&Journal>,
        cancel: &Cancel,
    ) -> anyhow::Result<Outcome> {
        let command = Command::new(argv.to_vec())
            .cwd(self.root().to_owned())
            .timeout(timeout)
            .job(self.mark.clone())
            .caps(OutputCaps::default());
        self.start(command, journal, cancel).await
    }

    /// Why the job cannot go on here, though it may elsewhere.
    pub(crate) fn lost(&self) -> Option<&str> {
        self.lost.get().map(String::as_str)
    }

    /// Remembers an error that says so.
    pub(crate) fn noted(&self, error: HostError) -> HostError {
        if matches!(error, HostError::EngineGone { .. }) {
            // The first reason is the one that counts.
            let _ = self.lost.set(error.to_string());
        }
        error
    }

    async fn start(
        &self,
        mut command: Command,
        journal: Option<&Journal>,
        cancel: &Cancel,
    ) -> anyhow::Result<Outcome> {
        let (lines, mut seen) = mpsc::channel(1_024);
        if journal.is_some() {
            command = command.lines(lines);
        } else {
            drop(lines);
        }
        let started = match &self.cell {
            Some(cell) => cell.start(command).await,
            None => self.sandbox.start(&self.spec, command).await,
        };
        let running = started.map_err(|error| self.noted(error))?;
        let handle = running.cancel_handle();
        let mut waiting = std::pin::pin!(running.wait());
        let (mut cancelled, mut lost) = (false, 0);
        loop {
            tokio::select! {
                outcome = &mut waiting => {
                    while let (Some(journal), Ok(line)) = (journal, seen.try_recv()) {
                        lost += line.lost_before;
                        journal.lines(word(line.stream), &line.text).await;
                    }
                    if let (Some(journal), 1..) = (journal, lost) {
                        journal.say(format!("[it printed too fast: {lost} lines and more are not in this log]")).await;
                    }
                    return Ok(outcome.map_err(|error| self.noted(error))?);
                }
                Some(line) = seen.recv() => if let Some(journal) = journal {
                    lost += line.lost_before;
                    journal.lines(word(line.stream), &line.text).await;
                },
                () = cancel.cancelled(), if !cancelled => {
                    cancelled = true;
                    handle.cancel();
                }
            }
        }
    }

    /// Git in the clone, in the sandbox; its output or its complaint.
    pub(crate) async fn git(&self, args: &[&str], cancel: &Cancel) -> anyhow::Result<String> {
        let outcome = self.try_git(args, cancel).await?;
        if !outcome.success() {
            anyhow::bail!("git {}: {}", args.first().unwrap_or(&""), outcome.stderr.text().trim());
        }
        Ok(outcome.stdout.text())
    }

    pub(crate) async fn try_git(&self, args: &[&str], cancel: &Cancel) -> anyhow::Result<Outcome> {
        let argv: Vec<String> = std::iter::once("git")
            .chain(GIT_SETTINGS)
            .chain(args.iter().copied())
            .map(str::to_owned)
            .collect();
        let mut command = Command::new(argv)
            .cwd(self.root().to_owned())
            .timeout(GIT_TIMEOUT)
            .job(self.mark.clone())
            .caps(OutputCaps { head: 1 << 20, tail: 1 << 20, total: None });
        for (name, value) in GIT_ENVIRONMENT {
            command = command.env(name, value);
        }
        let outcome = self.start(command, None, cancel).await.context("git in the clone")?;
        if outcome.ended == Ended::Cancelled {
            anyhow::bail!("cancelled");
        }
        Ok(outcome)
    }

    /// Removes everything of this attempt but what was handed over.
    pub(crate) async fn clear(mut self) {
        tokio::join!(self.sandbox.end_ahead(), async {
            if let Some(cell) = self.cell.take() {
                cell.close().await;
            }
            let _ = host::spawn::sweep_job(&self.mark).await;
        });
        remove(self.folder).await;
    }
}

/// What confines a job's commands.
pub(crate) async fn sandbox_for(shop: &Shop, ground: &JobGround) -> anyhow::Result<Sandbox> {
    // Where a workspace has an image of its own nothing else is taken.
    if let Some(image) = &ground.image {
        let found = shop.images.sandbox(&image.reference).await;
        return Ok(found.map_err(|none| anyhow::anyhow!("the image {}: {none}", image.reference))?.sandbox);
    }
    match shop.confinement.now().await {
        Ok(selected) => Ok(selected.sandbox),
        Err(_) if ground.allow_host => Ok(Sandbox::Host),
        Err(none) => {
            anyhow::bail!("{none}. Or allow plain host processes for this workspace in its settings.")
        }
    }
}

/// Returns when files that are written from now on are seen as newer than what was made of the last ones, or at once
/// when the job is stopped.
pub(crate) async fn past_coarse_clocks(cancel: &Cancel) {
    tokio::select! {
        () = tokio::time::sleep(COARSE_CLOCK) => {}
        () = cancel.cancelled() => {}
    }
}

async fn remove(folder: PathBuf) {
    let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(&folder)).await;
    if let Ok(Err(error)) = removed
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "the folder of an attempt stays behind");
    }
}

fn word(stream: Stream) -> &'static str {
    match stream {
        Stream::Stdout => "stdout",
        Stream::Stderr => "stderr",
    }
}

mod laid_out;
mod left_behind;
#[cfg(test)]
mod tests;
