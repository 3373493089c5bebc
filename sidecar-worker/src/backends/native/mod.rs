//! The native backend: our small loop, with hands that act inside the job's sandbox.
//!
//! The loop and its rules live in the agent crate; here are only its hands, its prompts and its end.

mod hands;
mod record;
mod shell;

use super::working::{Backend, revision_inputs, task_inputs};
use crate::inbox::{self, Inbox};
use crate::journal::Journal;
use crate::life::Attempt;
use crate::restore::Restored;
use crate::stop::{Stop, from_now};
use agent::Secret;
use agent::TokioPace;
use agent::model::{Delta, Endpoint, Message, ModelClient, RetryPolicy, Timeouts};
use agent::native::{Input, Limits, Loop, LoopEvent, NativeOutcome, Sink, Standing, Status, Task, drive};
use agent::pace::Pace;
use agent::prompt::{Inputs, Prompts};
use anyhow::Context;
use hands::SandboxHands;
use protocol::event::Artifact;
use protocol::job::failure;
use record::{Earlier, Record};
use serde_json::json;
use shell::Shell;

/// Most characters of one artifact that are kept.
const ARTIFACT_CHARS: usize = 512 * 1024;
/// Artifacts kept of one job.
const ARTIFACTS: usize = 32;
/// Added to the loop's limits for a revision round.
const MORE: (u32, u64) = (20, 600_000);

/// One job's agent.
pub(crate) struct Native<'a> {
    attempt: &'a Attempt<'a>,
    prompts: Prompts,
    machine: Loop,
    record: Record<'a>,
    model: ModelClient,
    hands: SandboxHands<'a>,
    pace: TokioPace,
    next: Option<Input>,
    artifacts: Vec<Artifact>,
    last: Option<NativeOutcome>,
}

impl<'a> Native<'a> {
    /// Renders the task and connects to the model through the server's broker.
    pub(crate) async fn begin(attempt: &'a Attempt<'a>, restored: &Restored) -> anyhow::Result<Self> {
        let ground =
            attempt.ground.model.as_ref().context("no model is set for workers; choose one in Settings")?;
        let endpoint = Endpoint {
            dialect: ground.dialect,
            base_url: ground.base_url.clone(),
            model: ground.model.clone(),
            api_key: Some(Secret::new(attempt.job_token)),
        };
        let model = ModelClient::new(endpoint, Timeouts::default())?;
        let prompts = Prompts::builtin()?;
        let limits = Limits {
            wall_ms: attempt.job.execution_budget_ms,
            window: ground.context_window.unwrap_or(Limits::default().window),
            ..Limits::default()
        };
        let (record, earlier) = Record::open(attempt).await;
        let shell = Shell::find(attempt.bench, &attempt.keeper.cancel).await;
        let inputs =
            task_inputs(attempt, &restored.notes).with("shell", shell.name()).with("steps", limits.steps);
        let rendered = prompts.render("worker.native", inputs)?;
        let task = Task {
            system: rendered.system,
            task: rendered.user.unwrap_or_else(|| attempt.task.instruction.clone()),
            limits,
            retry: RetryPolicy::default(),
        };
        let machine = match earlier {
            Earlier::Nothing => Loop::new(task),
            Earlier::Goes(memory) => {
                attempt.journal.say("[it goes on with what was said before the interruption]").await;
                let running = memory.standing.running.as_ref().map_or("", |running| running.label.as_str());
                let word = Inputs::new().with("state", &restored.state).with("running", running);
                Loop::resumed(task, *memory, prompts.render("worker.resume", word)?.system)
            }
            Earlier::Damaged(why) => {
                let line = "[what was said before the interruption cannot be used, so the agent begins anew";
                attempt.journal.say(format!("{line}: {why}]")).await;
                Loop::new(task)
            }
        };
        let pace = TokioPace::default();
        let next = Some(Input::Start { now_ms: pace.now_ms() });
        Ok(Self {
            attempt,
            prompts,
            machine,
            record,
            model,
            hands: SandboxHands::new(attempt, shell)?,
            pace,
            next,
            artifacts: Vec::new(),
            last: None,
        })
    }
}

impl Backend for Native<'_> {
    /// Runs the loop until it stops. Only a finished loop goes on to the gate.
    async fn run(&mut self) -> Result<(), Stop> {
        let Some(first) = self.next.take() else {
            return Err(Stop::failed(failure::FAILED, "The agent was not told to go on."));
        };
        let (journal, inbox) = (self.attempt.journal, self.attempt.keeper.inbox.as_ref());
        let mut sink =
            JobSink { artifacts: &mut self.artifacts, record: &mut self.record, journal, inbox, left_out: 0 };
        let outcome = drive(
            &mut self.machine,
            first,
            &self.model,
            &mut self.hands,
            &mut sink,
            &self.pace,
            &self.attempt.keeper.cancel,
        )
        .await;
        let left_out = sink.left_out;
        // However it ended, what was said last is part of it.
        self.record.keep(self.machine.messages(), &self.machine.standing()).await;
        if left_out > 0 {
            self.attempt.journal.say(format!("[{left_out} lines found no room in the log]")).await;
        }
        let summary =
            json!({ "status": outcome.status.code(), "steps": outcome.steps, "usage": outcome.usage });
        self.artifacts.push(Artifact {
            kind: "agent.outcome".into(),
            uri: None,
            text: Some(summary.to_string()),
        });
        let result = match &outcome.status {
            Status::Finished => Ok(()),
            Status::Budget { resets_at_ms } => Err(Stop::budget(&outcome.reason, *resets_at_ms)),
            Status::Quota { resets_at_ms, retry_after_ms } => {
                let at = resets_at_ms.or_else(|| from_now(*retry_after_ms));
                Err(Stop::quota(&outcome.reason, at))
            }
            Status::Limit { .. } | Status::Stuck | Status::Error { .. } | Status::Cancelled => {
                let code = outcome.status.code();
                Err(Stop::failed(code, format!("The agent did not finish: {} ({code})", outcome.reason)))
            }
        };
        self.last = Some(outcome);
        result
    }

    /// Sends the gate's findings back to the model.
    fn revise(&mut self, round: u32, rounds: u32, findings: &[(String, String)]) -> anyhow::Result<()> {
        let inputs = revision_inputs(round, rounds, findings);
        let text = self.prompts.render("worker.revision", inputs)?.system;
        self.next =
            Some(Input::Revise { text, more_steps: MORE.0, more_ms: MORE.1, now_ms: self.pace.now_ms() });
        Ok(())
    }

    fn consider(&mut self, concerns: &str) -> anyhow::Result<()> {
        let text = self.prompts.render("worker.opinion", Inputs::new().with("concerns", concerns))?.system;
        let now_ms = self.pace.now_ms();
        self.next = Some(Input::Revise { text, more_steps: MORE.0, more_ms: MORE.1, now_ms });
        Ok(())
    }

    fn told(&mut self, said: &[String]) -> anyhow::Result<()> {
        let (text, now_ms) = (inbox::told(said), self.pace.now_ms());
        self.next = Some(Input::Revise { text, more_steps: MORE.0, more_ms: MORE.1, now_ms });
        Ok(())
    }

    /// What the model says it did. Its word, nothing more.
    fn claimed(&self) -> Option<String> {
        self.last.as_ref().and_then(|o| o.claimed_summary.clone())
    }

    fn take_artifacts(&mut self) -> Vec<Artifact> {
        std::mem::take(&mut self.artifacts)
    }
}

/// Collects artifacts and passes log lines on without blocking the loop.
struct JobSink<'s, 'a> {
    artifacts: &'s mut Vec<Artifact>,
    record: &'s mut Record<'a>,
    journal: &'s Journal,
    inbox: &'s Inbox,
    left_out: usize,
}

impl JobSink<'_, '_> {
    fn line(&mut self, text: String) {
        self.left_out += self.journal.offer(&text);
    }
}

impl Sink for JobSink<'_, '_> {
    fn event(&mut self, event: LoopEvent) {
        match event {
            LoopEvent::Step { .. }
            | LoopEvent::Used { .. }
            | LoopEvent::Trimmed { .. }
            | LoopEvent::EnvelopeMode => {}
            LoopEvent::Said { text } => self.line(text),
            LoopEvent::ToolStarted { tool, label } => {
                // The label begins with the tool's name.
                let what = label.strip_prefix(&tool).unwrap_or(&label).trim_start();
                self.line(if tool == "bash" { format!("$ {what}") } else { format!("[{tool}] {what}") });
            }
            // The output of a command is in the log already; its first line here says how it ended.
            LoopEvent::ToolEnded { tool, text, .. } if tool == "bash" => {
                self.line(text.lines().next().unwrap_or_default().to_owned());
            }
            LoopEvent::ToolEnded { text, .. } => self.line(text),
            LoopEvent::Nudged { why } => self.line(format!("[told the model: {why}]")),
            LoopEvent::Waiting { code, ms } => {
                self.line(format!("[{code}: waiting {} s]", ms.div_ceil(1000)))
            }
        }
    }

    fn delta(&mut self, _: Delta) {}

    async fn keep(&mut self, messages: &[Message], standing: &Standing) {
        self.record.keep(messages, standing).await;
    }

    fn heard(&mut self) -> Vec<String> {
        let said = self.inbox.take();
        if said.is_empty() {
            return said;
        }
        self.line("[told the model what you said]".into());
        vec![inbox::told(&said)]
    }

    fn artifact(&mut self, name: &str, text: &str) {
        if self.artifacts.len() < ARTIFACTS {
            let text = text.chars().take(ARTIFACT_CHARS).collect();
            self.artifacts.push(Artifact { kind: format!("output:{name}"), uri: None, text: Some(text) });
        }
    }
}
