//! The agents with a command line of their own, as a backend: each run is one start of the program inside the
//! job's sandbox, with one door out, the one to its model.
//!
//! What is peculiar to each agent stands in the agent crate; here is what is the same for all: whether it may be
//! started at all, its run, and what came of it. What the model answered is seen at the door and counts more than
//! what the agent says about it.

mod commands;
mod files;
mod relay;
mod run;
mod talk;

use super::working::{Backend, revision_inputs, task_inputs};
use crate::agents::{self, NotReady, Ready};
use crate::inbox;
use crate::life::Attempt;
use crate::restore::Restored;
use crate::stop::Stop;
use agent::cli::{Ended, Usage};
use agent::prompt::{Inputs, Prompts};
use anyhow::Context as _;
use protocol::event::Artifact;
use protocol::job::{ModelGround, failure};
use protocol::worker::WorkerBackend;
use std::time::Duration;

/// For a revision round.
const MORE: Duration = Duration::from_secs(600);
/// For an agent that starts anew behind work of its own.
const SO_FAR: &str = "# What became of it so far\nYour changes are in the files.";

/// One job's agent.
pub(crate) struct CliBackend<'a> {
    attempt: &'a Attempt<'a>,
    ready: Ready,
    model: &'a ModelGround,
    prompts: Prompts,
    /// The whole task, for an agent that starts anew in each round.
    task: String,
    /// Of the next run.
    prompt: Option<String>,
    time: Duration,
    session: Option<String>,
    /// This version cannot be spoken with.
    plain: bool,
    usage: Usage,
    cost_usd: Option<f64>,
    last: Option<Ended>,
    artifacts: Vec<Artifact>,
}

impl<'a> CliBackend<'a> {
    /// Makes sure that it may be started and can work, or says why not and what to do.
    pub(crate) async fn begin(
        attempt: &'a Attempt<'a>,
        backend: WorkerBackend,
        restored: &Restored,
    ) -> anyhow::Result<Self> {
        let cli = agent::cli::of(backend).context("this backend has no command line")?;
        let model =
            attempt.ground.model.as_ref().context("no model is set for workers; choose one in Settings")?;
        if let Some(why) = cli.refuses(model.dialect) {
            return Err(NotReady::new("agent.dialect", why).into());
        }
        // Its own questions and its own sandbox are switched off, so it is started inside ours or not at all.
        if !attempt.bench.confines() && !attempt.ground.allow_host {
            let why = format!(
                "{} is only started inside a sandbox, and this worker has none. Install one (`pilothouse doctor` says how), or allow plain host processes for this workspace in its settings",
                cli.title
            );
            return Err(NotReady::new("agent.no_sandbox", why).into());
        }
        let ready = agents::find(cli).await?;
        let version = ready.version.as_deref().unwrap_or("of unknown version");
        attempt.journal.say(format!("{} {version}", cli.title)).await;
        if let (Some(tried), Some(found)) = (cli.tried, &ready.version)
            && tried != found
        {
            attempt.journal.say(format!("[tried with {tried}; other versions may speak differently]")).await;
        }
        let prompts = Prompts::builtin()?;
        let task = prompts.render("worker.cli", task_inputs(attempt, &restored.notes))?.system;
        Ok(Self {
            attempt,
            ready,
            model,
            prompts,
            prompt: Some(task.clone()),
            task,
            time: Duration::from_millis(attempt.job.execution_budget_ms),
            session: None,
            plain: false,
            usage: Usage::default(),
            cost_usd: None,
            last: None,
            artifacts: Vec::new(),
        })
    }

    /// What its next run is told: `text` alone in its session, else the whole task, what became of it, and `text`.
    fn go_on(&mut self, became: &str, text: String) {
        self.prompt = Some(match &self.session {
            Some(_) if self.ready.cli.resumes => text,
            _ => format!("{}\n\n{became}\n\n{text}", self.task),
        });
        self.time = MORE;
    }
}

impl Backend for CliBackend<'_> {
    async fn run(&mut self) -> Result<(), Stop> {
        let Some(mut prompt) = self.prompt.take() else {
            return Err(Stop::failed(failure::FAILED, "The agent was not told to go on."));
        };
        let said = self.attempt.keeper.inbox.take();
        if !said.is_empty() {
            prompt = format!("{prompt}\n\n{}", inbox::told(&said));
        }
        let ran =
            self.start(prompt).await.map_err(|error| Stop::failed(failure::FAILED, format!("{error:#}")))?;
        self.account(&ran);
        self.last = Some(ran.ended);
        ran.stop.map_or(Ok(()), Err)
    }

    fn revise(&mut self, round: u32, rounds: u32, findings: &[(String, String)]) -> anyhow::Result<()> {
        let inputs = revision_inputs(round, rounds, findings);
        let text = self.prompts.render("worker.cli-revision", inputs)?.system;
        self.go_on("# What became of the first attempt\nIts changes are in the files.", text);
        Ok(())
    }

    fn consider(&mut self, concerns: &str) -> anyhow::Result<()> {
        let text = self.prompts.render("worker.opinion", Inputs::new().with("concerns", concerns))?.system;
        self.go_on(SO_FAR, text);
        Ok(())
    }

    fn told(&mut self, said: &[String]) -> anyhow::Result<()> {
        let text = inbox::told(said);
        self.go_on(SO_FAR, text);
        Ok(())
    }

    fn claimed(&self) -> Option<String> {
        self.last.as_ref().and_then(|ended| ended.said.clone())
    }

    fn take_artifacts(&mut self) -> Vec<Artifact> {
        std::mem::take(&mut self.artifacts)
    }
}
