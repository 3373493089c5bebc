//! What all backends of the worker lane have in common, and which of them works on a job.

use super::cli::CliBackend;
use super::native::Native;
use crate::life::Attempt;
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

    fn take_artifacts(&mut self) -> Vec<Artifact> {
        match self {
            Self::Native(native) => native.take_artifacts(),
            Self::Cli(cli) => cli.take_artifacts(),
        }
    }
}

/// What every prompt for a task is told.
pub(super) async fn task_inputs(attempt: &Attempt<'_>) -> anyhow::Result<Inputs> {
    let planning = &attempt.task.planning;
    Ok(Inputs::new()
        .with("platform", std::env::consts::OS)
        .with("write_globs", &planning.scope.write_globs)
        .with("max_files", planning.scope.max_files_to_edit)
        .with("validation", planning.validation_steps.iter().map(|argv| argv.join(" ")).collect::<Vec<_>>())
        .with("criteria", &planning.acceptance_criteria)
        .with("minutes", attempt.job.execution_budget_ms / 60_000)
        .with("instruction", &attempt.task.instruction)
        .with("notes", fix_up_notes(attempt).await?))
}

/// What every prompt for a revision is told.
pub(super) fn revision_inputs(round: u32, rounds: u32, findings: &[(String, String)]) -> Inputs {
    let findings: Vec<_> =
        findings.iter().map(|(what, output)| json!({ "what": what, "output": output })).collect();
    Inputs::new().with("round", round).with("rounds", rounds).with("findings", findings)
}

/// Puts an earlier change on the new base, and says what became of it.
async fn fix_up_notes(attempt: &Attempt<'_>) -> anyhow::Result<String> {
    let (Some(commit), Some(context)) = (&attempt.task.resume_commit, &attempt.task.fix_up_context) else {
        return Ok(String::new());
    };
    let merged =
        attempt.bench.try_git(&["merge", "--squash", "--no-commit", commit], &attempt.keeper.cancel).await?;
    let unmerged =
        attempt.bench.git(&["diff", "--name-only", "--diff-filter=U"], &attempt.keeper.cancel).await?;
    let state = if merged.success() {
        "Your earlier change is in the clone already, on the new base.".to_owned()
    } else {
        format!(
            "Your earlier change is in the clone, with conflict markers in: {}.",
            unmerged.lines().collect::<Vec<_>>().join(", ")
        )
    };
    if attempt.task.fix_up == 0 {
        return Ok(format!("{context} {state} Look at what is there before you go on."));
    }
    Ok(format!("An earlier attempt at this task did not land. {state}\nWhat was reported:\n{context}"))
}

/// Title and claim as a commit tells them.
pub(crate) fn commit_message(title: &str, claimed: Option<&str>) -> String {
    let title = title.trim();
    match claimed {
        Some(said) => format!("{title}\n\n{}", said.chars().take(2_000).collect::<String>()),
        None => title.to_owned(),
    }
}
