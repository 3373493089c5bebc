//! The check of the queue's figures: this very program, started by the server as any check, in the tree it is to check.
//!
//! It reads the merged tree, takes the time that its newest change is to take, says yes or no, and writes down when it
//! began, which tree it was given, how many of its kind ran then, and when it ended. What the queue is judged by comes
//! from here and from git, and not from what the server says about itself.

use super::changes::{FOLDER, Random};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The first argument that makes this program the check; the folder of its records follows.
pub const CHECK: &str = "queue-check";

/// How long a check takes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Takes {
    pub millis: f64,
    /// Deviation of its logarithm; 0 is always the same time.
    pub sigma: f64,
    pub seed: u64,
    /// Whether every tree passes: so that changes which fail alone can be lined up. A worker tries the checks before it
    /// hands over, and would keep them.
    #[serde(default)]
    pub passes: bool,
}

impl Takes {
    pub fn of(&self, newest: Option<usize>) -> Duration {
        let random =
            Random(self.seed.wrapping_add(newest.map_or(0, |n| n as u64 + 1).wrapping_mul(7919))).normal();
        Duration::from_secs_f64(self.millis / 1e3 * (self.sigma * random).exp())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    Began,
    /// It has looked who else runs.
    Counted,
    Passed,
    Failed,
}

/// One line of the record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Said {
    pub pid: u32,
    /// Milliseconds since 1970.
    pub at: f64,
    pub step: Step,
    /// The changes in the tree it was given.
    pub changes: Vec<usize>,
    /// That tree's id, by git, of the files as they lie there.
    pub tree: String,
    /// Checks that ran when this one began, itself included; 0 before it has counted.
    pub running: usize,
}

pub const TAKES: &str = "takes.json";
pub const RECORD: &str = "record.jsonl";

pub fn run(folder: &Path) -> anyhow::Result<ExitCode> {
    let takes: Takes = serde_json::from_slice(&std::fs::read(folder.join(TAKES))?)?;
    let (since, at) = (Instant::now(), now()?);
    let lines = lines(Path::new(FOLDER))?;
    let changes: Vec<usize> = lines.iter().map(|(number, _)| *number).collect();
    let tree = tree_here()?;
    let mut said = Said { pid: std::process::id(), at, step: Step::Began, changes, tree, running: 0 };
    write(folder, &said)?;
    said.running = running(&read(folder)?);
    said.step = Step::Counted;
    write(folder, &said)?;
    // Its notes are part of the time that it takes.
    std::thread::sleep(takes.of(said.changes.iter().max().copied()).saturating_sub(since.elapsed()));
    let mut kinds = BTreeSet::new();
    let good = takes.passes
        || lines.iter().all(|(_, kind)| kind == "good" || (kind != "fails" && kinds.insert(kind)));
    said.at = now()?;
    said.step = if good { Step::Passed } else { Step::Failed };
    write(folder, &said)?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The id git gives to the files as they lie here, and not what anybody says was put here. A check's folder has no
/// repository in it: that lies beside it, and what git notes of the files is copied, so that nothing of it is changed.
fn tree_here() -> anyhow::Result<String> {
    let here = std::env::current_dir()?;
    let mut beside = here.clone().into_os_string();
    beside.push(".git");
    let own = here.join(".git");
    let repository = if own.exists() { own } else { beside.into() };
    let notes = tempfile::tempdir()?;
    let index = notes.path().join("index");
    std::fs::copy(repository.join("index"), &index).context("what git notes of the files")?;
    let git = |args: &[&str]| {
        let output = Command::new("git")
            .args(args)
            .env("GIT_DIR", &repository)
            .env("GIT_WORK_TREE", &here)
            .env("GIT_INDEX_FILE", &index)
            .output()?;
        anyhow::ensure!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    git(&["add", "--all"])?;
    git(&["write-tree"])
}

/// Those that began, did not say that they ended, and are there: one that was stopped says nothing.
fn running(record: &[Said]) -> usize {
    let with = |steps: &[Step]| -> BTreeSet<u32> {
        record.iter().filter(|one| steps.contains(&one.step)).map(|one| one.pid).collect()
    };
    let (began, over) = (with(&[Step::Began]), with(&[Step::Passed, Step::Failed]));
    began.difference(&over).filter(|pid| Path::new(&format!("/proc/{pid}")).exists()).count()
}

/// Every line of every file of the folder.
fn lines(folder: &Path) -> anyhow::Result<Vec<(usize, String)>> {
    let mut all = Vec::new();
    for file in std::fs::read_dir(folder).context("the tree has no changes")? {
        let text = std::fs::read_to_string(file?.path())?;
        all.extend(text.lines().filter_map(parse));
    }
    all.sort();
    Ok(all)
}

pub fn parse(line: &str) -> Option<(usize, String)> {
    let (number, kind) = line.trim().split_once(' ')?;
    Some((number.parse().ok()?, kind.to_owned()))
}

pub fn read(folder: &Path) -> anyhow::Result<Vec<Said>> {
    match std::fs::read_to_string(folder.join(RECORD)) {
        Ok(text) => text.lines().map(|line| Ok(serde_json::from_str(line)?)).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// One write of a short line: lines of checks that run at once do not mix.
fn write(folder: &Path, said: &Said) -> anyhow::Result<()> {
    let mut line = serde_json::to_vec(said)?;
    line.push(b'\n');
    Ok(std::fs::OpenOptions::new().create(true).append(true).open(folder.join(RECORD))?.write_all(&line)?)
}

pub fn now() -> anyhow::Result<f64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs_f64() * 1e3)
}
