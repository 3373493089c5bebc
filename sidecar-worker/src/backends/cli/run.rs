//! One start of an agent's program, watched to its end.

use super::commands::Commands;
use super::relay::Relay;
use super::talk::Talk;
use super::{CliBackend, files};
use crate::doors::model::{Met, ModelDoor};
use crate::stop::{Stop, from_now};
use crate::wishes::Judge;
use agent::cli::{Asked, Ended, Errand, Event, Exit, Model, NO_KEY, Spoken, Verdict};
use agent::model::ModelError;
use host::cell::{Answering, Door, Doors, Stream as Connection};
use host::ids::{Ids as _, SystemIds};
use host::redact::Redactor;
use host::spawn::{Command, Ended as How, Line, Outcome, OutputCaps, Stdin, Stream};
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
/// How long one may take to end by itself once its input is closed.
const PARTING: Duration = Duration::from_secs(20);
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
    /// Why this version cannot be spoken with; nothing was done then.
    unfit: Option<String>,
}

/// What came of watching one.
struct Watched {
    talk: Talk,
    /// By us.
    stopped: bool,
    /// It was done, and had to be ended all the same.
    parted: bool,
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
    /// One run; an agent that cannot be spoken with after all is started once more, the plain way.
    pub(super) async fn start(&mut self, prompt: String) -> anyhow::Result<Ran> {
        let cli = self.ready.cli;
        // One that is driven by a program of ours needs the interpreter of its packages.
        let can = !matches!(cli.version, Asked::Package(_)) || self.ready.installed.python.is_some();
        if let Some(spoken) = cli.spoken.as_ref().filter(|_| can && !self.plain) {
            let ran = self.once(prompt.clone(), Some(spoken)).await?;
            let Some(why) = &ran.unfit else { return Ok(ran) };
            self.plain = true;
            let (title, why) = (cli.title, why.trim_end_matches('.'));
            let line = format!(
                "[this {title} cannot be spoken with while it works ({why}); it is started the way it can be]"
            );
            self.attempt.journal.say(line).await;
        }
        self.once(prompt, None).await
    }

    async fn once(&mut self, prompt: String, spoken: Option<&'static Spoken>) -> anyhow::Result<Ran> {
        let bench = self.attempt.bench;
        let (home, home_seen) = bench.homes();
        // On the host others could call the door too.
        let key = (!bench.confines()).then(|| SystemIds.secret());
        let door = ModelDoor::new(self.model, self.attempt.job_token, key.clone())?;
        door.answers_by(Judge::of(self.attempt));
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
            folder: bench.root().to_string_lossy().into_owned(),
            steps: STEPS,
            seconds: self.time.as_secs(),
            resume: self.session.clone().filter(|_| cli.resumes),
            denied: self.attempt.ground.denied_commands.iter().map(|one| one.argv_prefix.clone()).collect(),
        };
        let made = spoken.map_or(cli.invoke, |spoken| spoken.invoke)(&errand);
        for below in &made.removed {
            files::remove(home, below)?;
        }
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
            .stdin(if spoken.is_some() { Stdin::Piped } else { Stdin::Nothing })
            .caps(OutputCaps { total: Some(OUTPUT_BYTES), ..OutputCaps::default() })
            .records(lines, LINE_BYTES);
        let mut running = cell.start(command).await.map_err(|error| bench.noted(error))?;
        let talk = match spoken {
            Some(spoken) => Talk::over(self, (spoken.open)(&errand), running.stdin(), door.clone()),
            None => Talk::reading(self),
        };
        let watched = self.watch(talk, running, seen, &door).await;
        // Whatever it left running is gone before its work is judged.
        cell.close().await;
        let Watched { mut talk, stopped, parted, denied, outcome } = watched?;
        let stderr = outcome.stderr.text();
        let stderr: String = {
            let skip = stderr.chars().count().saturating_sub(4_000);
            host::ansi::strip(&stderr.chars().skip(skip).collect::<String>())
        };
        let report = made.report.and_then(|below| files::take(home, below, REPORT_BYTES));
        let exit = Exit { code: outcome.code, stderr, report };
        let unfit = talk.unfit(&exit).filter(|_| !self.attempt.keeper.cancel.is_cancelled());
        let ended = talk.end(&exit);
        let met = door.met().borrow().clone();
        let by_itself = !stopped && (outcome.ended == How::Exited || parted);
        let stop = match denied {
            Some(why) => Some(self.denied(&why)),
            None => self.judge(&ended, by_itself, &outcome, &met),
        };
        Ok(Ran { ended, stop, met, outcome, unfit })
    }

    /// Reads its lines and answers them until it ends, and ends it when going on is of no use.
    async fn watch(
        &mut self,
        mut talk: Talk,
        running: host::spawn::Running,
        mut seen: mpsc::Receiver<Line>,
        door: &ModelDoor,
    ) -> anyhow::Result<Watched> {
        let mut relay = Relay::new(self.attempt.journal);
        let (handle, mut met) = (running.cancel_handle(), door.met());
        let mut waiting = std::pin::pin!(running.wait());
        let (mut cancelled, mut stopped, mut parted) = (false, false, false);
        // One that is asked before a command refuses what it was told to refuse.
        let refuses = self.ready.cli.told_denials || talk.speaks();
        let mut commands = Commands::of(self.attempt, refuses);
        let cancel = &self.attempt.keeper.cancel;
        let inbox = self.attempt.keeper.inbox.clone();
        let mut parting = std::pin::pin!(tokio::time::sleep(PARTING));
        let mut let_go = false;
        talk.came();
        let outcome = loop {
            talk.notes().iter().for_each(|note| relay.left_out += self.attempt.journal.offer(note));
            if talk.let_go() && !let_go {
                let_go = true;
                parting.as_mut().reset(tokio::time::Instant::now() + PARTING);
            }
            tokio::select! {
                Some(line) = seen.recv() => {
                    if line.stream == Stream::Stdout {
                        let events = talk.line(&line.text);
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
                            let events = talk.line(&line.text);
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
                    let heard = met.borrow().heard.clone();
                    talk.reached(&heard);
                    if met.borrow_and_update().refused.as_ref().is_some_and(in_vain) {
                        stopped = true;
                        handle.cancel();
                    }
                }
                () = talk.answered() => {}
                () = inbox.came() => talk.came(),
                () = &mut parting, if let_go && !stopped && !parted => {
                    parted = true;
                    handle.cancel();
                }
                () = cancel.cancelled(), if !cancelled => {
                    cancelled = true;
                    stopped = true;
                    handle.cancel();
                }
            }
        };
        talk.notes().iter().for_each(|note| relay.left_out += self.attempt.journal.offer(note));
        if relay.left_out > 0 {
            let left_out = relay.left_out;
            self.attempt.journal.say(format!("[{left_out} lines found no room in the log]")).await;
        }
        // What it ran last is judged too.
        let denied = commands.last().await;
        Ok(Watched { talk, stopped: stopped || denied.is_some(), parted, denied, outcome })
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
    fn judge(&self, ended: &Ended, by_itself: bool, outcome: &Outcome, met: &Met) -> Option<Stop> {
        let title = self.ready.cli.title;
        let finished = ended.verdict == Verdict::Finished && by_itself;
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
