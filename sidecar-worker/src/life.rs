//! A job's life: ground, backend, gate, revision rounds, hand-over. Every way out reports what happened and
//! leaves no process and no folder behind.

mod by_hand;
mod considered;

use crate::agents::NotReady;
use crate::backends::{self, Backend as _, lane};
use crate::claim::Shop;
use crate::disk::DiskWatch;
use crate::doors::proxy::ProxyDoor;
use crate::gate::{self, Judged};
use crate::inbox::Inbox;
use crate::insist::insist;
use crate::journal::Journal;
use crate::keeper::{Keeper, Stopped};
use crate::review::Reviewer;
use crate::stop::Parked;
use crate::tests_alone::TestsAlone;
use crate::workbench::Workbench;
use anyhow::Context;
use client::Client;
use considered::Before;
use protocol::event::Artifact;
use protocol::job::{
    CheckResult, CompleteJob, FailJob, HandOver, Job, JobClaimed, JobGround, VerifiedLine, failure,
};
use protocol::ops::typed;
use protocol::plan::TaskParams;
use protocol::review::Review;
use protocol::worker::EffectiveIsolation;
use protocol::{ApiError, ErrorCode, Lane, fenced};
use std::time::Duration;

/// Rounds in which a backend may mend what the gate found.
const REVISIONS: u32 = 2;
const STEPS: u32 = 5;
const TIME_UP: &str = "It ran out of its time budget (timed out).";

/// What a backend leaves for the gate.
pub(crate) struct Work {
    /// First line is the commit's subject.
    pub message: String,
    /// Told to the user when nothing changed.
    pub report: Option<String>,
    pub artifacts: Vec<Artifact>,
}

/// How a job ended.
enum End {
    /// Changed nothing, as planned.
    Report { summary: String, judged: Judged, artifacts: Vec<Artifact> },
    /// Put aside; it goes on later.
    Parked(Parked),
    /// A verified commit.
    Commit {
        sha: String,
        work: Work,
        judged: Judged,
        /// A model's opinion of it, beside what was judged.
        review: Option<Review>,
    },
    Failed {
        /// As in `FailJob`.
        code: String,
        message: String,
        detail: Option<String>,
        lines: Vec<VerifiedLine>,
        artifacts: Vec<Artifact>,
    },
}

/// Everything one attempt works with.
pub(crate) struct Attempt<'a> {
    pub client: &'a Client,
    pub job: &'a Job,
    pub claim_token: &'a str,
    pub job_token: &'a str,
    pub ground: &'a JobGround,
    pub task: &'a TaskParams,
    pub bench: &'a Workbench,
    pub journal: &'a Journal,
    pub keeper: &'a Keeper,
    /// When its time is over.
    pub ends: tokio::time::Instant,
}

/// Lives one claimed job to its end. A reason means that this worker cannot run anything any more: the job goes
/// back to the queue when its lease runs out, and a new worker looks anew for a sandbox.
pub(crate) async fn live(shop: &Shop, claimed: JobClaimed) -> Option<String> {
    let (job, token) = (&claimed.job, claimed.claim_token.as_str());
    let budget = Duration::from_millis(job.execution_budget_ms.saturating_add(job.finalization_budget_ms));
    let ends = tokio::time::Instant::now() + budget;
    let inbox = Inbox::new(job.id.clone(), token.to_owned());
    inbox.put(&claimed.steer);
    let keeper = Keeper::start(shop.client.clone(), inbox, job.id.to_string(), token.to_owned(), budget);
    let journal = Journal::open(shop.client.clone(), job.id.clone(), token.to_owned());
    let mut isolation = None;
    let end = match prepare(shop, &claimed).await {
        Ok((task, ground, bench)) => {
            isolation = Some(bench.isolation());
            let attempt = Attempt {
                client: &shop.client,
                job,
                claim_token: token,
                job_token: claimed.job_token.as_deref().unwrap_or_default(),
                ground: &ground,
                task: &task,
                bench: &bench,
                journal: &journal,
                keeper: &keeper,
                ends,
            };
            let disk = DiskWatch::start(bench.folder().to_owned(), shop.disk, keeper.cancel.clone());
            let end = match (attempt.run().await, keeper.pause()) {
                // What was done by then is done.
                (Ok(end @ (End::Commit { .. } | End::Report { .. } | End::Parked(_))), _) => Ok(end),
                _ if disk.passed().is_some() => {
                    Ok(failed(failure::DISK, &disk.passed().unwrap_or_default(), None))
                }
                (_, Some(pause)) => Ok(End::Parked(attempt.put_aside(pause, Vec::new()).await)),
                (end, None) => end,
            };
            if let Some(why) = bench.lost() {
                let why = why.to_owned();
                journal.say(format!("{why}. The job begins anew.")).await;
                journal.flush().await;
                bench.leave().await;
                return Some(why);
            }
            match keeper.stopped() {
                // Whoever has the claim now takes over what is here.
                Stopped::LeaseLost => bench.leave().await,
                _ => bench.clear().await,
            }
            end
        }
        Err(error) => Err(error),
    };
    journal.flush().await;
    keeper.inbox.settle(&shop.client).await;
    let end = match (end, keeper.stopped()) {
        (_, Stopped::LeaseLost) => {
            tracing::info!(job = %job.id, "the claim passed on; nothing is reported");
            return None;
        }
        (_, Stopped::Cancelled) => failed(failure::CANCELLED, "Cancelled.", None),
        (Err(_), Stopped::TimeUp) => failed(failure::TIME, TIME_UP, None),
        // A step that was stopped with its job says nothing about the work.
        (Ok(End::Failed { code, detail, lines, artifacts, .. }), Stopped::TimeUp)
            if code == failure::NOT_VALID =>
        {
            End::Failed { code: failure::TIME.into(), message: TIME_UP.into(), detail, lines, artifacts }
        }
        (Ok(end), _) => end,
        (Err(error), _) => failed(code_of(&error), &format!("{error:#}"), None),
    };
    let end = match end {
        End::Failed { code, message, detail, lines, artifacts }
            if lines.is_empty() && code != failure::CANCELLED =>
        {
            // Without a sandbox it was never begun.
            let stopped_at =
                if isolation.is_some() { "The work itself" } else { "Getting ready for the work" };
            let task = serde_json::from_str::<TaskParams>(&job.params);
            let lines = task.map(|task| gate::not_reached(&task, stopped_at, &message)).unwrap_or_default();
            End::Failed { code, message, detail, lines, artifacts }
        }
        end => end,
    };
    report(&shop.client, job, token, end, isolation).await;
    None
}

async fn prepare(shop: &Shop, claimed: &JobClaimed) -> anyhow::Result<(TaskParams, JobGround, Workbench)> {
    let task: TaskParams =
        serde_json::from_str(&claimed.job.params).context("the job's parameters cannot be read")?;
    let ground = claimed.ground.clone().context("the server gave no ground to work on")?;
    let mut bench = Workbench::set_up(shop, claimed.job.id.as_str(), &ground).await?;
    if ground.network {
        let (id, token) = (claimed.job.id.clone(), claimed.claim_token.clone());
        bench = bench.with_way_out(ProxyDoor::new(shop.client.clone(), id, token)).await?;
    }
    Ok((task, ground, bench))
}

impl Attempt<'_> {
    async fn run(&self) -> anyhow::Result<End> {
        self.journal.progress(1, STEPS, "preparing").await;
        if let Some(by_hand) = &self.task.by_hand {
            return self.by_hand(by_hand).await;
        }
        match self.task.lane {
            Lane::Deterministic => self.deterministic().await,
            Lane::Worker => self.with_agent().await,
        }
    }

    async fn deterministic(&self) -> anyhow::Result<End> {
        self.journal.progress(2, STEPS, "editing").await;
        let mut work = match lane::perform(self).await {
            Ok(work) => work,
            Err(refused) => return Ok(failed(failure::REFUSED, &format!("{refused:#}"), None)),
        };
        self.journal.progress(3, STEPS, "validating").await;
        let judged = gate::validate(self.bench, self.task, self.journal, &self.keeper.cancel).await?;
        if self.task.planning.scope.write_globs.is_empty() {
            // A question was asked; a failing test is its answer, not a failure of the job.
            let mut summary = answer(&work, &judged);
            if let Some(told) = lane::tell_tests(self, &judged).await? {
                work.artifacts.push(told.artifact);
                if !judged.passed() {
                    summary = format!("{}\n\n{summary}", told.text);
                }
            }
            return Ok(End::Report { summary, judged, artifacts: work.artifacts });
        }
        if !judged.passed() {
            return Ok(not_valid(judged, work.artifacts));
        }
        match self.hand_over(&work).await? {
            Handed::Nothing => Ok(End::Report {
                summary: work.report.clone().unwrap_or_else(|| "Nothing had to change.".into()),
                judged,
                artifacts: work.artifacts,
            }),
            Handed::Commit(sha) => {
                let judged = self.tests_alone(scope_passed(judged), &sha).await?;
                Ok(End::Commit { sha, work, judged, review: None })
            }
            Handed::Refused(error) => Ok(failed(error.code.as_str(), &error.message, None)),
        }
    }

    async fn with_agent(&self) -> anyhow::Result<End> {
        self.journal.progress(2, STEPS, "working").await;
        let restored = self.restore().await?;
        self.bench.begun().await?;
        let mut agent = backends::begin(self, &restored).await?;
        let mut round = 0;
        let (mut reviewer, mut before) = (Reviewer::default(), None);
        loop {
            let outcome = agent.run().await;
            let artifacts = agent.take_artifacts();
            if let Err(stop) = outcome {
                if let (None, Some(before)) = (&stop.pause, before.take()) {
                    return self.back_to(before, &stop.message).await;
                }
                return Ok(match stop.pause {
                    Some(pause) => End::Parked(self.put_aside(pause, artifacts).await),
                    None => End::Failed {
                        code: stop.code,
                        message: stop.message,
                        detail: None,
                        lines: Vec::new(),
                        artifacts,
                    },
                });
            }
            if self.told(&mut agent).await? {
                continue;
            }
            self.journal.progress(3, STEPS, "validating").await;
            let mut judged = gate::validate(self.bench, self.task, self.journal, &self.keeper.cancel).await?;
            let report = agent.claimed();
            let message = backends::commit_message(&self.task.title, report.as_deref());
            let work = Work { message, report, artifacts };
            if judged.passed() {
                if self.told(&mut agent).await? {
                    continue;
                }
                let made = self.commit(&work).await?;
                let mut review = match &made {
                    Some(sha) => reviewer.opinion(self, sha, &judged).await,
                    None => None,
                };
                // One more round, once; the change as it was is kept for when nothing better comes of it.
                if let (Some(sha), Some(opinion), None) = (&made, &review, &before)
                    && let Some(concerns) = self.to_consider(opinion)
                {
                    self.journal.say("One more round because of the reviewer's opinion.").await;
                    self.journal.progress(2, STEPS, "considering an opinion").await;
                    agent.consider(&concerns)?;
                    let (sha, review) = (sha.clone(), opinion.clone());
                    before = Some(Before { sha, work, judged, review });
                    continue;
                }
                if let (Some(review), Some(before)) = (&mut review, &before) {
                    review.led_to = Some(before.led_to());
                }
                let handed = match made {
                    Some(sha) => self.send(sha).await?,
                    None => Handed::Nothing,
                };
                match handed {
                    Handed::Commit(sha) => {
                        let judged = self.tests_alone(scope_passed(judged), &sha).await?;
                        return Ok(End::Commit { sha, work, judged, review });
                    }
                    Handed::Nothing if self.task.planning.scope.write_globs.is_empty() => {
                        let summary = work
                            .report
                            .clone()
                            .map(|said| format!("The worker reports (not verified):\n\n{said}"))
                            .unwrap_or_else(|| "The worker reported nothing.".into());
                        return Ok(End::Report { summary, judged, artifacts: work.artifacts });
                    }
                    Handed::Nothing => {
                        judged.findings.push(("Change".into(), unchanged(work.report.as_deref())));
                    }
                    Handed::Refused(error) => judged.findings.push(("Hand-over".into(), error.message)),
                }
            }
            if round >= REVISIONS {
                return match before {
                    Some(before) => self.back_to(before, "what came of it does not pass our own gate").await,
                    None => Ok(not_valid(judged, work.artifacts)),
                };
            }
            round += 1;
            self.journal
                .say(format!(
                    "Revision {round} of {REVISIONS}: {}",
                    judged.findings.iter().map(|(what, _)| what.as_str()).collect::<Vec<_>>().join(", ")
                ))
                .await;
            self.journal.progress(2, STEPS, "revising").await;
            agent.revise(round, REVISIONS, &judged.findings)?;
        }
    }

    /// Whether a person said something that the backend has to be told before its work is judged.
    async fn told(&self, agent: &mut backends::Working<'_>) -> anyhow::Result<bool> {
        // Whoever stops the job leaves what was said to its next attempt.
        if self.keeper.cancel.is_cancelled() {
            return Ok(false);
        }
        let said = self.keeper.inbox.take();
        if said.is_empty() {
            return Ok(false);
        }
        self.journal.say("[told it what you said; it goes on]").await;
        self.journal.progress(2, STEPS, "working").await;
        agent.told(&said)?;
        Ok(true)
    }

    async fn hand_over(&self, work: &Work) -> anyhow::Result<Handed> {
        match self.commit(work).await? {
            Some(sha) => self.send(sha).await,
            None => Ok(Handed::Nothing),
        }
    }

    /// The work as one commit; none when nothing changed.
    async fn commit(&self, work: &Work) -> anyhow::Result<Option<String>> {
        self.journal.progress(4, STEPS, "handing over").await;
        gate::commit(self.bench, &work.message, &self.keeper.cancel).await
    }

    /// Bundles and uploads; the server's intake is the last word on scope and content.
    async fn send(&self, sha: String) -> anyhow::Result<Handed> {
        let cancel = &self.keeper.cancel;
        let bytes = gate::bundle(self.bench, cancel).await?;
        let send = || self.client.put_bundle(self.job.id.as_str(), self.claim_token, bytes.clone());
        match insist(cancel.cancelled(), send).await {
            Ok(_) => Ok(Handed::Commit(sha)),
            Err(error)
                if matches!(
                    error.code,
                    ErrorCode::OutOfScope | ErrorCode::BundleInvalid | ErrorCode::TooLarge
                ) =>
            {
                self.journal.say(format!("Refused by the server: {}", error.message)).await;
                Ok(Handed::Refused(error))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Adds what the tests of the change prove, now that the change itself is handed over.
    async fn tests_alone(&self, mut judged: Judged, handed: &str) -> anyhow::Result<Judged> {
        if !judged.proven {
            return Ok(judged);
        }
        self.journal.progress(5, STEPS, "trying the tests alone").await;
        let alone = TestsAlone {
            bench: self.bench,
            steps: &self.task.planning.validation_steps,
            handed,
            journal: self.journal,
            cancel: &self.keeper.cancel,
        };
        match alone.line().await {
            Ok(line) => judged.lines.extend(line),
            // Whoever stopped the job decides how it ends.
            Err(_) if self.keeper.cancel.is_cancelled() => {}
            Err(error) => return Err(error),
        }
        match alone.altered().await {
            Ok(None) => {}
            Ok(Some(line)) => {
                judged.proven = false;
                judged.lines.push(line);
            }
            Err(_) if self.keeper.cancel.is_cancelled() => {}
            Err(why) => {
                judged.proven = false;
                judged.lines.push(VerifiedLine {
                    what: "Whether the change passes with the tests as they were".into(),
                    result: CheckResult::NotChecked,
                    detail: Some(format!("It could not be found out: {why:#}.")),
                });
            }
        }
        Ok(judged)
    }
}

enum Handed {
    Nothing,
    Commit(String),
    Refused(ApiError),
}

/// What a read-only job found, with the results of its commands.
fn answer(work: &Work, judged: &Judged) -> String {
    let mut text = String::new();
    for line in judged.lines.iter().filter(|l| l.result != CheckResult::NotChecked) {
        let word = if line.result == CheckResult::Passed { "passed" } else { "failed" };
        text.push_str(&format!("`{}` {word}.\n\n", line.what));
        if let Some(detail) = &line.detail {
            text.push_str(&format!("{}\n\n", fenced("", detail)));
        }
    }
    match &work.report {
        Some(report) if text.is_empty() => report.clone(),
        _ => text.trim_end().to_owned(),
    }
}

/// A task that asks for a change got none. Why is worth knowing: it may be done already, or be impossible.
fn unchanged(said: Option<&str>) -> String {
    let what = "Nothing was changed, but the task asks for a change.";
    match said {
        Some(said) => format!("{what} The worker says (not verified):\n\n{}", gate::ends(said)),
        None => what.into(),
    }
}

fn scope_passed(mut judged: Judged) -> Judged {
    judged.lines.insert(
        0,
        VerifiedLine {
            what: "The change stays inside its scope".into(),
            result: CheckResult::Passed,
            detail: None,
        },
    );
    judged
}

/// Where an agent or the server was in the way, its own code.
fn code_of(error: &anyhow::Error) -> &'static str {
    if let Some(not_ready) = error.downcast_ref::<NotReady>() {
        return not_ready.code;
    }
    let by_server = error.chain().find_map(|cause| cause.downcast_ref::<ApiError>());
    by_server.map_or(failure::FAILED, |error| error.code.as_str())
}

fn failed(code: &str, message: &str, detail: Option<String>) -> End {
    let (code, message) = (code.to_owned(), message.to_owned());
    End::Failed { code, message, detail, lines: Vec::new(), artifacts: Vec::new() }
}

fn not_valid(judged: Judged, artifacts: Vec<Artifact>) -> End {
    let what: Vec<_> = judged.findings.iter().map(|(what, _)| what.as_str()).collect();
    let detail = judged
        .findings
        .iter()
        .map(|(what, output)| format!("{what}:\n{output}"))
        .collect::<Vec<_>>()
        .join("\n\n");
    End::Failed {
        code: failure::NOT_VALID.into(),
        message: format!("Our own gate does not pass: {}.", what.join(", ")),
        detail: Some(detail),
        lines: judged.lines,
        artifacts,
    }
}

async fn report(client: &Client, job: &Job, token: &str, end: End, isolation: Option<EffectiveIsolation>) {
    let key = format!("end-{token}");
    // A finished job's end is owed even when its time is over, so nothing stops this but the server's answer.
    let sent = insist(std::future::pending(), || send_end(client, job, token, &key, &end, &isolation)).await;
    if let Err(error) = sent {
        tracing::warn!(job = %job.id, %error, "the end was not taken");
    }
}

async fn send_end(
    client: &Client,
    job: &Job,
    token: &str,
    key: &str,
    end: &End,
    isolation: &Option<EffectiveIsolation>,
) -> Result<(), ApiError> {
    let finished = match end {
        End::Failed { code, message, detail, lines, artifacts } => {
            let fail = FailJob {
                id: job.id.clone(),
                claim_token: token.to_owned(),
                message: message.clone(),
                code: Some(code.clone()),
                detail: detail.clone(),
                artifacts: artifacts.clone(),
                verification: lines.clone(),
                isolation: isolation.clone(),
            };
            return client.call(typed::JobsFail, &fail, Some(key)).await.map(drop);
        }
        End::Parked(parked) => {
            let park = parked.call(job, token, isolation.clone());
            return client.call(typed::JobsPark, &park, Some(key)).await.map(drop);
        }
        End::Report { summary, judged, artifacts } => {
            complete(job, token, summary, None, judged, artifacts, isolation)
        }
        End::Commit { sha, work, judged, review } => {
            let hand_over = handed(job, sha, &work.message);
            let summary = work.report.as_ref().unwrap_or(&work.message);
            let whole = complete(job, token, summary, Some(hand_over), judged, &work.artifacts, isolation);
            CompleteJob { review: review.clone().map(Box::new), ..whole }
        }
    };
    client.call(typed::JobsComplete, &finished, Some(key)).await.map(drop)
}

/// An uploaded commit on the job's branch.
pub(crate) fn handed(job: &Job, sha: &str, message: &str) -> HandOver {
    let worker = job.worker_id.as_deref().unwrap_or_default();
    HandOver {
        commit_sha: sha.to_owned(),
        branch: repo::agent_branch(worker, job.id.as_str()).unwrap_or_default(),
        message: message.to_owned(),
        pr_title: None,
        pr_body: None,
    }
}

fn complete(
    job: &Job,
    token: &str,
    summary: &str,
    hand_over: Option<HandOver>,
    judged: &Judged,
    artifacts: &[Artifact],
    isolation: &Option<EffectiveIsolation>,
) -> CompleteJob {
    CompleteJob {
        id: job.id.clone(),
        claim_token: token.to_owned(),
        summary: Some(summary.to_owned()),
        artifacts: artifacts.to_vec(),
        duration_ms: None,
        hand_over,
        verified: Some(judged.proven),
        verification: judged.lines.clone(),
        review: None,
        isolation: isolation.clone(),
    }
}
