//! What all backends of the worker lane have in common, and which of them works on a job.

use super::cli::CliBackend;
use super::native::Native;
use crate::life::Attempt;
use crate::restore::Restored;
use crate::stop::Stop;
use agent::prompt::Inputs;
use protocol::event::Artifact;
use protocol::worker::WorkerBackend;
use serde_json::json;

/// Works on one job in rounds: a run, and after the gate's findings another.
pub(crate) trait Backend {
    /// Works until it says that it is done. Only then is there something to judge.
    fn run(&mut self) -> impl Future<Output = Result<(), Stop>>;

    /// Takes the gate's findings for the next run: what failed, and its output.
    fn revise(&mut self, round: u32, rounds: u32, findings: &[(String, String)]) -> anyhow::Result<()>;

    /// Takes a reviewer's concerns for the next run: an opinion, not a finding.
    fn consider(&mut self, concerns: &str) -> anyhow::Result<()>;

    /// Takes what people said for the next run, after one that finished.
    fn told(&mut self, said: &[String]) -> anyhow::Result<()>;

    /// What it says it did. Its word, nothing more.
    fn claimed(&self) -> Option<String>;

    fn take_artifacts(&mut self) -> Vec<Artifact>;
}

/// The backend of a job.
pub(crate) enum Working<'a> {
    Native(Box<Native<'a>>),
    Cli(Box<CliBackend<'a>>),
}

/// Begins with the backend that was asked for; another one is never taken instead.
pub(crate) async fn begin<'a>(attempt: &'a Attempt<'a>, restored: &Restored) -> anyhow::Result<Working<'a>> {
    match attempt.ground.backend.unwrap_or(WorkerBackend::Native) {
        WorkerBackend::Native => Ok(Working::Native(Box::new(Native::begin(attempt, restored).await?))),
        WorkerBackend::None => anyhow::bail!(
            "nothing is chosen to work on tasks that need a model; choose something in Settings, Workers"
        ),
        other => Ok(Working::Cli(Box::new(CliBackend::begin(attempt, other, restored).await?))),
    }
}

impl Backend for Working<'_> {
    async fn run(&mut self) -> Result<(), Stop> {
        match self {
            Self::Native(native) => native.run().await,
            Self::Cli(cli) => cli.run().await,
        }
    }

    fn revise(&mut self, round: u32, rounds: u32, findings: &[(String, String)]) -> anyhow::Result<()> {
        match self {
            Self::Native(native) => native.revise(round, rounds, findings),
            Self::Cli(cli) => cli.revise(round, rounds, findings),
        }
    }

    fn consider(&mut self, concerns: &str) -> anyhow::Result<()> {
        match self {
            Self::Native(native) => native.consider(concerns),
            Self::Cli(cli) => cli.consider(concerns),
        }
    }

    fn told(&mut self, said: &[String]) -> anyhow::Result<()> {
        match self {
            Self::Native(native) => native.told(said),
            Self::Cli(cli) => cli.told(said),
        }
    }

    fn claimed(&self) -> Option<String> {
        match self {
            Self::Native(native) => native.claimed(),
            Self::Cli(cli) => cli.claimed(),
        }
    }

    fn take_artifacts(&mut self) -> Vec<Artifact> {
        match self {
            Self::Native(native) => native.take_artifacts(),
            Self::Cli(cli) => cli.take_artifacts(),
        }
    }
}

/// What every prompt for a task is told.
pub(super) fn task_inputs(attempt: &Attempt<'_>, notes: &str) -> Inputs {
    let planning = &attempt.task.planning;
    Inputs::new()
        .with("platform", std::env::consts::OS)
        .with("write_globs", &planning.scope.write_globs)
        .with("max_files", planning.scope.max_files_to_edit)
        .with("validation", planning.validation_steps.iter().map(|argv| argv.join(" ")).collect::<Vec<_>>())
        .with("criteria", &planning.acceptance_criteria)
        .with("minutes", attempt.job.execution_budget_ms / 60_000)
        .with("instruction", &attempt.task.instruction)
        .with("notes", notes)
}

/// What every prompt for a revision is told.
pub(super) fn revision_inputs(round: u32, rounds: u32, findings: &[(String, String)]) -> Inputs {
    let findings: Vec<_> =
        findings.iter().map(|(what, output)| json!({ "what": what, "output": output })).collect();
    Inputs::new().with("round", round).with("rounds", rounds).with("findings", findings)
}

/// Title and claim as a commit tells them.
pub(crate) fn commit_message(title: &str, claimed: Option<&str>) -> String {
    let title = title.trim();
    match claimed {
        Some(said) => format!("{title}\n\n{}", said.chars().take(2_000).collect::<String>()),
        None => title.to_owned(),
    }
}
