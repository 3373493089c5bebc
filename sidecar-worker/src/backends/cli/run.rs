//! One start of an agent's program, watched to its end.

use super::commands::Commands;
use super::relay::Relay;
use super::{CliBackend, files};
use crate::allow::Asking;
use crate::doors::model::{Met, ModelDoor};
use crate::stop::{Stop, from_now};
use agent::cli::{Ended, Errand, Event, Exit, Model, NO_KEY, Verdict};
use agent::model::ModelError;
use host::cell::{Answering, Door, Doors, Stream as Connection};
use host::ids::{Ids as _, SystemIds};
use host::redact::Redactor;
use host::spawn::{Command, Ended as How, Line, Outcome, OutputCaps, Stream};
use protocol::event::Artifact;
use protocol::job::failure;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Turns it may take; the clock is what really ends it.
const STEPS: u32 = 200;
/// Longest time without a line: models think, and commands run for long.
const SILENCE: Duration = Duration::from_secs(1_200);
/// Longest line that is read whole. Agents put whole tool results into one.
const LINE_BYTES: usize = 2 << 20;
/// Lines waiting to be read; the agent waits then.
const WAITING: usize = 16;
/// More output than this is no work.
const OUTPUT_BYTES: u64 = 256 << 20;
/// Largest report file.
const REPORT_BYTES: u64 = 64 << 20;
/// A longer wait is not waited for by the agent but by the job.
const LONG_WAIT_MS: u64 = 120_000;

/// What came of one start.
pub(super) struct Ran {
    pub ended: Ended,
    /// None when it finished.
    pub stop: Option<Stop>,
    met: Met,
    outcome: Outcome,
}

/// What came of watching one.
struct Watched {
    reader: Box<dyn agent::cli::Reader>,
    /// By us.
    stopped: bool,
    /// The rule that denies a command it ran.
    denied: Option<String>,
    outcome: Outcome,
}

struct Answers(Arc<ModelDoor>);

impl Door for Answers {
    fn answer(&self, connection: Connection) -> Answering {
        Box::pin(self.0.clone().serve(connection))
    }
}

impl CliBackend<'_> {
    pub(super) async fn start(&mut self, prompt: String) -> anyhow::Result<Ran> {
        let bench = self.attempt.bench;
        let (home, home_seen) = bench.homes();
        // On the host others could call the door too.
        let key = (!bench.confines()).then(|| SystemIds.secret());
        let door = ModelDoor::new(self.model, self.attempt.job_token, key.clone())?;
        door.answers_for(Asking::of(self.attempt));
        let doors = Doors { model: Some(Arc::new(Answers(door.clone()))), ..Doors::none() };
        let cell = bench.open(&self.ready.installed.shown, doors).await?;
        let origin = cell.model_url().ok_or_else(|| anyhow::anyhow!("the way to the model did not open"))?;
        let cli = self.ready.cli;
        let errand = Errand {
            prompt,
            model: Model {
                origin,
                name: self.model.model.clone(),
                dialect: self.model.dialect,
                context_window: self.model.context_window,
                key: key.unwrap_or_else(|| NO_KEY.to_owned()),
            },
            home: home_seen.to_string_lossy().into_owned(),
            steps: STEPS,
            seconds: self.time.as_secs(),
            resume: self.session.clone().filter(|_| cli.resumes),
            denied: self.attempt.ground.denied_commands.iter().map(|one| one.argv_prefix.clone()).collect(),
        };
        let made = (cli.invoke)(&errand);
        for file in &made.files {
            files::write(home, file.below_home, &file.text)?;
        }
        let (lines, seen) = mpsc::channel(WAITING);
        let start = match &self.ready.installed.python {
            // Some are driven by a program of ours in their own interpreter.
            Some(python) if made.args.first().is_some_and(|arg| arg.ends_with(".py")) => {
                vec![python.to_string_lossy().into_owned()]
            }
            _ => self.ready.installed.with([]),
        };
        let command = Command::new(start.into_iter().chain(made.args))
            .cwd(bench.root().to_owned())
            .envs(made.env)
            .timeout(self.time)
            .silence(SILENCE)
            .job(bench.mark())
            .caps(OutputCaps { total: Some(OUTPUT_BYTES), ..OutputCaps::default() })
            .records(lines, LINE_BYTES);
        let running = cell.start(command).await.map_err(|error| bench.noted(error))?;
        let watched = self.watch(running, seen, &door).await;
        // Whatever it left running is gone before its work is judged.
        cell.close().await;
        let Watched { mut reader, stopped, denied, outcome } = watched?;
        let stderr = outcome.stderr.text();
        let stderr: String = {
            let skip = stderr.chars().count().saturating_sub(4_000);
            host::ansi::strip(&stderr.chars().skip(skip).collect::<String>())
        };
        let report = made.report.and_then(|below| files::take(home, below, REPORT_BYTES));
        let ended = reader.end(&Exit { code: outcome.code, stderr, report });
        let met = door.met().borrow().clone();
        let stop = match denied {
            Some(why) => Some(self.denied(&why)),
            None => self.judge(&ended, stopped, &outcome, &met),
        };
        Ok(Ran { ended, stop, met, outcome })
    }

    /// Reads its lines until it ends, and ends it when going on is of no use.
    async fn watch(
        &mut self,
        running: host::spawn::Running,
        mut seen: mpsc::Receiver<Line>,
        door: &ModelDoor,
    ) -> anyhow::Result<Watched> {
        let mut reader = (self.ready.cli.reader)();
        let mut relay = Relay::new(self.attempt.journal);
        let (handle, mut met) = (running.cancel_handle(), door.met());
        let mut waiting = std::pin::pin!(running.wait());
        let (mut cancelled, mut stopped) = (false, false);
        let mut commands = Commands::of(self.attempt, self.ready.cli.told_denials);
        let cancel = &self.attempt.keeper.cancel;
        let inbox = self.attempt.keeper.inbox.clone();
        let outcome = loop {
            tokio::select! {
                Some(line) = seen.recv() => {
                    if line.stream == Stream::Stdout {
                        let events = reader.line(&line.text);
                        take(&mut self.session, &mut relay, &events);
                        commands.seen(&events).await;
                        if !stopped && events.iter().any(Event::is_refused_key) {
                            stopped = true;
                            handle.cancel();
                        }
                    }
                }
                outcome = &mut waiting => {
                    while let Ok(line) = seen.try_recv() {
                        if line.stream == Stream::Stdout {
                            let events = reader.line(&line.text);
                            take(&mut self.session, &mut relay, &events);
                            commands.seen(&events).await;
                        }
                    }
                    break outcome.map_err(|error| self.attempt.bench.noted(error))?;
                }
                () = commands.judged(), if !stopped => {
                    // Going on with what was denied is of no use, whatever it says.
                    stopped = true;
                    handle.cancel();
                }
                Ok(()) = met.changed(), if !stopped => {
                    if met.borrow_and_update().refused.as_ref().is_some_and(in_vain) {
                        stopped = true;
                        handle.cancel();
                    }
                }
                // It reads nothing while it runs.
                () = inbox.came() => {
                    if !inbox.is_empty() {
                        let title = self.ready.cli.title;
                        let what = if self.ready.cli.resumes { "goes on with the session" } else { "starts anew on its own work" };
                        let line = format!("[kept: {title} is told what you said when this run ends, and {what}]");
                        relay.left_out += self.attempt.journal.offer(&line);
                    }
                }
                () = cancel.cancelled(), if !cancelled => {
                    cancelled = true;
                    handle.cancel();
                }
            }
        };
        if relay.left_out > 0 {
            let left_out = relay.left_out;
            self.attempt.journal.say(format!("[{left_out} lines found no room in the log]")).await;
        }
        // What it ran last is judged too.
        let denied = commands.last().await;
        Ok(Watched { reader, stopped: stopped || denied.is_some(), denied, outcome })
    }

    fn denied(&self, why: &str) -> Stop {
        let (title, code) = (self.ready.cli.title, Verdict::Denied.code());
        let why = why.trim_end_matches('.');
        Stop::failed(
            code,
            format!("{title} ran a command that may not be run, and was ended: {why} ({code})"),
        )
    }

    /// Why there is nothing to judge; none when there is.
    fn judge(&self, ended: &Ended, stopped: bool, outcome: &Outcome, met: &Met) -> Option<Stop> {
        let title = self.ready.cli.title;
        let finished = ended.verdict == Verdict::Finished && !stopped && outcome.ended == How::Exited;
        if finished && met.calls > 0 {
            return None;
        }
        if finished {
            let code = Verdict::Error.code();
            let message = format!("{title} ended without having asked its model ({code})");
            return Some(Stop::failed(code, message));
        }
        match outcome.ended {
            How::TimedOut => {
                return Some(over(title, "was still at work when its time was over", failure::TIME));
            }
            How::Silent => return Some(over(title, "said nothing for too long", "agent.silent")),
            How::OutputLimit => return Some(over(title, "printed too much", "agent.output")),
            How::OutOfMemory => return Some(over(title, "needed more memory than there is", "agent.memory")),
            How::Cancelled | How::Exited => {}
        }
        // The model's own answer is known first hand.
        match &met.refused {
            Some(ModelError::Budget { resets_at_ms, message }) => {
                return Some(Stop::budget(message, *resets_at_ms));
            }
            Some(error @ ModelError::Quota { resets_at_ms, .. }) => {
                return Some(Stop::quota(error.to_string(), *resets_at_ms));
            }
            Some(error @ ModelError::RateLimited { retry_after_ms, .. }) => {
                return Some(Stop::quota(error.to_string(), from_now(*retry_after_ms)));
            }
            Some(error @ ModelError::Auth { .. }) => {
                let code = Verdict::NotLoggedIn.code();
                return Some(Stop::failed(
                    code,
                    format!(
                        "{title} did not finish: {error}. Look at the key of the workers' model in Settings, Models ({code})"
                    ),
                ));
            }
            _ => {}
        }
        let code = ended.verdict.code();
        let reason = ended.reason.trim_end_matches('.');
        Some(Stop::failed(code, format!("{title} did not finish: {reason} ({code})")))
    }

    /// Remembers what a run used, and what it looked like.
    pub(super) fn account(&mut self, ran: &Ran) {
        if self.ready.cli.counts_session {
            self.usage = ran.ended.usage;
        } else {
            self.usage += ran.ended.usage;
        }
        if let Some(cost) = ran.ended.cost_usd {
            self.cost_usd = Some(self.cost_usd.unwrap_or_default() + cost);
        }
        let summary = json!({
            "backend": self.ready.cli.backend,
            "version": self.ready.version,
            "status": ran.ended.verdict.code(),
            "reason": ran.ended.reason,
            "modelCalls": ran.met.calls,
            "usageClaimed": self.usage,
            "costClaimedUsd": self.cost_usd,
            "seconds": ran.outcome.duration.as_secs_f64(),
        });
        let redactor = Redactor::new(Vec::<String>::new());
        let mut keep = |kind: &str, text: String| {
            self.artifacts.push(Artifact {
                kind: kind.to_owned(),
                uri: None,
                text: Some(redactor.text(&text)),
            });
        };
        keep("agent.outcome", summary.to_string());
        keep("output:agent", host::ansi::strip(&ran.outcome.stdout.text()));
        let complaints = ran.outcome.stderr.text();
        if ran.stop.is_some() && !complaints.trim().is_empty() {
            keep("output:agent-errors", host::ansi::strip(&complaints));
        }
    }
}

fn take(session: &mut Option<String>, relay: &mut Relay<'_>, events: &[Event]) {
    for event in events {
        if let Event::Session { id } = event {
            *session = Some(id.clone());
        }
        relay.tell(event);
    }
}

/// Whether asking again cannot help now.
fn in_vain(error: &ModelError) -> bool {
    match error {
        ModelError::Auth { .. } | ModelError::Quota { .. } | ModelError::Budget { .. } => true,
        ModelError::RateLimited { retry_after_ms, .. } => retry_after_ms.is_some_and(|ms| ms > LONG_WAIT_MS),
        _ => false,
    }
}

/// It was ended by us. What is said names the family; `code` is the limit itself.
fn over(title: &str, what: &str, code: &str) -> Stop {
    Stop::failed(code, format!("{title} {what} ({})", Verdict::Limit.code()))
}
