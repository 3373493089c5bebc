//! A queue that stands still with everything lined up, kept as it is, and let go once for each figure.

use super::changes::{FOLDER, Kind, file, line};
use super::wrapper::{self, CHECK, Said, Step, TAKES, Takes, parse};
use crate::ground::Ground;
use crate::{by_hand, looks};
use anyhow::{Context, ensure};
use protocol::SessionId;
use protocol::merge::EntryState;
use protocol::message::SendMessage;
use protocol::ops::typed;
use protocol::workspace::UpdateWorkspace;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use testkit::world::{RunningServer, Start};

const PATIENCE: Duration = Duration::from_secs(600);
/// Folders of fifty files, which makes 2,000.
const FOLDERS: usize = 40;

/// Data, repository and records of the checks, in one folder, so that they can be put back as they were.
pub struct Scene {
    place: PathBuf,
    kept: PathBuf,
    pub entries: usize,
}

/// What came of one queue that was let go.
pub struct Ran {
    /// From the word to go on until the branch was moved for the last time, or the last check ended, as their files say.
    pub makespan: Duration,
    pub landed: Vec<Landed>,
    pub record: Vec<Said>,
}

/// A commit of the integration branch, by git.
pub struct Landed {
    pub tree: String,
    /// The changes it brought.
    pub changes: Vec<usize>,
}

impl Scene {
    /// Lines `kinds` up, one after the other, so that their numbers are their places.
    pub fn lay(ground: &Ground, name: &str, kinds: &[Kind]) -> anyhow::Result<Self> {
        let place = ground.folder(&format!("queue-{name}"));
        let scene = Self { kept: ground.folder(&format!("queue-{name}-kept")), place, entries: kinds.len() };
        std::fs::create_dir_all(scene.records())?;
        repository(&scene.repository(), &scene.records(), kinds.len())?;
        scene.takes(Takes { millis: 0.0, sigma: 0.0, seed: 0, passes: true })?;
        let server = scene.start(1);
        ground.runtime.block_on(async {
            pause(&server, true).await?;
            for (number, kind) in kinds.iter().enumerate() {
                say(&server, &format!("/append {} \"{}\"", file(number, *kind), line(number, *kind))).await?;
                until(&server, |open| open == number + 1).await?;
            }
            anyhow::Ok(())
        })?;
        server.terminate();
        copy(&scene.place, &scene.kept)?;
        Ok(scene)
    }

    /// Puts everything back, lets the queue go with so many slots, and waits until it is empty.
    pub fn run(&self, ground: &Ground, slots: usize, takes: Takes) -> anyhow::Result<Ran> {
        std::fs::remove_dir_all(&self.place)?;
        copy(&self.kept, &self.place)?;
        self.takes(takes)?;
        let server = self.start(slots);
        let since = ground.runtime.block_on(async {
            until(&server, |open| open == self.entries).await?;
            let since = wrapper::now()?;
            pause(&server, false).await?;
            until(&server, |open| open == 0).await?;
            anyhow::Ok(since)
        });
        server.terminate();
        let (since, record) = (since?, wrapper::read(&self.records())?);
        let moved = std::fs::metadata(self.repository().join(".git/refs/heads/main_agents"))?.modified()?;
        let moved = moved.duration_since(std::time::UNIX_EPOCH)?.as_secs_f64() * 1e3;
        let over = record.iter().map(|said| said.at).fold(moved, f64::max);
        let makespan = Duration::from_secs_f64((over - since) / 1e3);
        Ok(Ran { makespan, landed: self.landed()?, record })
    }

    /// Milliseconds from the moment a completion is in an empty queue until its check runs, so many times.
    pub fn overhead(ground: &Ground, times: usize, slots: usize) -> anyhow::Result<Vec<Duration>> {
        let place = ground.folder("queue-overhead");
        let scene = Self { kept: place.clone(), place, entries: 0 };
        std::fs::create_dir_all(scene.records())?;
        repository(&scene.repository(), &scene.records(), times + 1)?;
        scene.takes(Takes { millis: 1.0, sigma: 0.0, seed: 0, passes: false })?;
        let server = scene.start(slots);
        let entered = ground.runtime.block_on(async {
            for number in 0..=times {
                say(
                    &server,
                    &format!("/append {} \"{}\"", file(number, Kind::Good), line(number, Kind::Good)),
                )
                .await?;
                until_landed(&server, number + 1).await?;
            }
            let queues = server.client.call(typed::MergeQueueShow, &Default::default(), None).await?;
            let recent = queues.queues.into_iter().next().context("no queue")?.recent;
            recent
                .iter()
                .map(|e| looks::millis(&e.created_at).context("a time"))
                .collect::<Result<Vec<_>, _>>()
        });
        server.terminate();
        let mut entered = entered?;
        entered.sort_by(f64::total_cmp);
        let began: Vec<f64> = starts(&wrapper::read(&scene.records())?).map(|said| said.at).collect();
        ensure!(
            began.len() > times && entered.len() > times,
            "a check did not run, or an entry is not shown"
        );
        // Of each entry the first check after it came; the first of all makes what the later ones find.
        let after = |at: &f64| began.iter().find(|began| *began >= at).map(|began| began - at);
        let took = entered.iter().skip(1).map(|at| after(at).context("a check that never began"));
        took.map(|ms| Ok(Duration::from_secs_f64(ms? / 1e3))).collect()
    }

    fn start(&self, slots: usize) -> RunningServer {
        let start = Start::on(&self.place.join("data"), &self.repository())
            .flag("--trust")
            .flag("--sandbox")
            .flag("host")
            .env("PILOTHOUSE_POLICY_PROFILE", "autopilot")
            .env("PILOTHOUSE_MERGE_SLOTS", &slots.to_string())
            // Who comes back stays away: the figure is that of the queue.
            .env("PILOTHOUSE_MERGE_FIX_UPS", "0");
        RunningServer::start(&start)
    }

    fn takes(&self, takes: Takes) -> anyhow::Result<()> {
        let _ = std::fs::remove_file(self.records().join(wrapper::RECORD));
        Ok(std::fs::write(self.records().join(TAKES), serde_json::to_vec(&takes)?)?)
    }

    fn repository(&self) -> PathBuf {
        self.place.join("repository")
    }

    fn records(&self) -> PathBuf {
        self.place.join("records")
    }

    /// What was landed on the integration branch, the oldest first, read by git.
    fn landed(&self) -> anyhow::Result<Vec<Landed>> {
        let format = "--format=tree %T";
        let range = "HEAD..main_agents";
        let said = by_hand::git(
            &self.repository(),
            &["log", "--reverse", format, "-p", "--unified=0", range, "--", FOLDER],
        )?;
        let mut landed = Vec::new();
        for line in said.lines() {
            if let Some(tree) = line.strip_prefix("tree ") {
                landed.push(Landed { tree: tree.to_owned(), changes: Vec::new() });
            } else if let Some((number, _)) = line.strip_prefix('+').and_then(parse)
                && let Some(newest) = landed.last_mut()
            {
                newest.changes.push(number);
            }
        }
        Ok(landed)
    }
}

/// The runs that began, in their order.
pub fn starts(record: &[Said]) -> impl Iterator<Item = &Said> {
    record.iter().filter(|said| said.step == Step::Began)
}

/// Two thousand files, an empty file for each change, and the check.
fn repository(dir: &Path, records: &Path, changes: usize) -> anyhow::Result<()> {
    by_hand::repository_of(dir, FOLDERS)?;
    std::fs::create_dir_all(dir.join(FOLDER))?;
    for number in 0..changes {
        std::fs::write(dir.join(file(number, Kind::Good)), "")?;
    }
    let own = std::env::current_exe()?;
    let run = json!([own, CHECK, records]);
    let config = format!("[[check]]\nname = \"merged tree\"\nrun = {run}\ntimeoutS = 60\n");
    std::fs::write(dir.join(".pilothouse/config.toml"), config)?;
    by_hand::git(dir, &["add", "--all"])?;
    by_hand::git(dir, &["commit", "--quiet", "-m", "a file for each change"]).map(drop)
}

/// Byte for byte with times and rights, as nothing runs on it.
fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let copied = Command::new("cp").arg("-a").arg("--reflink=auto").arg(from).arg(to).status()?;
    ensure!(copied.success(), "the scene could not be kept");
    Ok(())
}

async fn say(server: &RunningServer, text: &str) -> anyhow::Result<()> {
    let session_id = SessionId::parse("dev")?;
    let message = SendMessage {
        session_id,
        text: text.to_owned(),
        intent: None,
        priority: None,
        target_worker_id: None,
    };
    server.client.call(typed::ChatSend, &message, None).await?;
    Ok(())
}

async fn pause(server: &RunningServer, paused: bool) -> anyhow::Result<()> {
    let all = server.client.call(typed::WorkspaceList, &Default::default(), None).await?.workspaces;
    let id = all.into_iter().next().context("no workspace")?.id;
    let change: UpdateWorkspace = serde_json::from_value(json!({ "id": id, "mergePaused": paused }))?;
    server.client.call(typed::WorkspaceUpdate, &change, None).await?;
    Ok(())
}

/// Waits until so many entries are open.
async fn until(server: &RunningServer, wanted: impl Fn(usize) -> bool) -> anyhow::Result<()> {
    look(server, |open, _| wanted(open)).await
}

async fn until_landed(server: &RunningServer, landed: usize) -> anyhow::Result<()> {
    look(server, |open, stats| open == 0 && stats == landed).await
}

async fn look(server: &RunningServer, wanted: impl Fn(usize, usize) -> bool) -> anyhow::Result<()> {
    let since = Instant::now();
    loop {
        let queues = server.client.call(typed::MergeQueueShow, &Default::default(), None).await?.queues;
        let queue = queues.into_iter().next().context("no queue")?;
        let landed = queue.recent.iter().filter(|entry| entry.state == EntryState::Landed).count();
        // Who fails is put aside for a person, and stays open.
        let open = queue.entries.iter().filter(|entry| entry.state != EntryState::Parked).count();
        if wanted(open, landed) {
            return Ok(());
        }
        ensure!(
            since.elapsed() < PATIENCE,
            "the queue does not come to its end: {:?}",
            queue.entries.first()
        );
        // Often enough for times of seconds, and seldom enough to leave the processors alone.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
