//! What all backends of the worker lane have in common, and which of them works on a job.

use super::cli::CliBackend;
use super::native::Native;
use crate::life::Attempt;
use crate::stop::Stop;
use protocol::event::Artifact;
use protocol::worker::WorkerBackend;

/// Works on one job in rounds: a run, and after the gate's findings another.
pub(crate) trait Backend {
    /// Works until it says that it is done. Only then is there something to judge.
    fn run(&mut self) -> impl Future<Output = Result<(), Stop>>;

    /// Takes the gate's findings for the next run: what failed, and its output.
    fn revise(&mut self, round: u32, rounds: u32, findings: &[(String, String)]) -> anyhow::Result<()>;

    /// What it says it did. Its word, nothing more.
    fn claimed(&self) -> Option<String>;

    fn commit_message(&self) -> String;

    fn take_artifacts(&mut self) -> Vec<Artifact>;
}

/// The backend of a job.
pub(crate) enum Working<'a> {
    Native(Box<Native<'a>>),
    Cli(Box<CliBackend<'a>>),
}

/// Begins with the backend that was asked for; another one is never taken instead.
pub(crate) async fn begin<'a>(attempt: &'a Attempt<'a>) -> anyhow::Result<Working<'a>> {
    match attempt.ground.backend.unwrap_or(WorkerBackend::Native) {
        WorkerBackend::Native => Ok(Working::Native(Box::new(Native::begin(attempt).await?))),
        other => Ok(Working::Cli(Box::new(CliBackend::begin(attempt, other).await?))),
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

    fn claimed(&self) -> Option<String> {
        match self {
            Self::Native(native) => native.claimed(),
            Self::Cli(cli) => cli.claimed(),
        }
    }

    fn commit_message(&self) -> String {
        match self {
            Self::Native(native) => native.commit_message(),
            Self::Cli(cli) => cli.commit_message(),
        }
    }

    fn take_artifacts(&mut self) -> Vec<Artifact> {
        match self {
            Self::Native(native) => native.take_artifacts(),
            Self::Cli(cli) => cli.take_artifacts(),
        }
    }
}

/// Title and claim as a commit tells them.
pub(super) fn commit_message(title: &str, claimed: Option<&str>) -> String {
    let title = title.trim();
    match claimed {
        Some(said) => format!("{title}\n\n{}", said.chars().take(2_000).collect::<String>()),
        None => title.to_owned(),
    }
}
