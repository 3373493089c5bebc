//! A job's life: ground, backend, gate, revision rounds, hand-over. Every way out reports what happened and
//! leaves no process and no folder behind.

mod away;
mod by_hand;
mod considered;
mod deterministic;
mod end;
mod handing;
mod rounds;

use crate::agents::NotReady;
use crate::carried;
use crate::claim::Shop;
use crate::disk::DiskWatch;
use crate::doors::proxy::proxy_door;
use crate::gate::{self, Judged};
use crate::inbox::Inbox;
use crate::journal::Journal;
use crate::keeper::{Keeper, Stopped};
use crate::stop::Parked;
use crate::workbench::Workbench;
use anyhow::Context;
use client::Client;
use protocol::event::Artifact;
use protocol::job::{Job, JobClaimed, JobGround, VerifiedLine, failure};
use protocol::plan::TaskParams;
use protocol::review::Review;
use protocol::{ApiError, Lane};
use std::time::Duration;

pub(crate) use end::handed;

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
    let end = match prepare(shop, &claimed, &keeper).await {
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
            let lost = bench.lost().map(str::to_owned);
            let end = match &lost {
                Some(why) => match away::end(shop, &ground, &keeper, &journal, why).await {
                    Some(end) => end,
                    None => {
                        bench.leave().await;
                        return begins_anew(&journal, why).await;
                    }
                },
                None => end,
            };
            match (keeper.stopped(), lost) {
                // Whoever has the claim now, or goes on later, takes over what is here.
                (Stopped::LeaseLost, _) | (Stopped::Paused, Some(_)) => bench.leave().await,
                _ => bench.clear().await,
            }
            end
        }
        Err(error) => match (away::engine_gone(&error), &claimed.ground) {
            (Some(why), Some(ground)) => match away::end(shop, ground, &keeper, &journal, &why).await {
                Some(end) => end,
                None => return begins_anew(&journal, &why).await,
            },
            _ => Err(error),
        },
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
    end::report(&shop.client, job, token, end, isolation).await;
    None
}

/// The end of this worker, whose successor finds what works now.
async fn begins_anew(journal: &Journal, why: &str) -> Option<String> {
    journal.say(format!("{why}. The job begins anew.")).await;
    journal.flush().await;
    Some(why.to_owned())
}

async fn prepare(
    shop: &Shop,
    claimed: &JobClaimed,
    keeper: &Keeper,
) -> anyhow::Result<(TaskParams, JobGround, Workbench)> {
    let task: TaskParams =
        serde_json::from_str(&claimed.job.params).context("the job's parameters cannot be read")?;
    let ground = claimed.ground.clone().context("the server gave no ground to work on")?;
    carried::fetch(shop, claimed, &ground, &task, &keeper.cancel).await?;
    let mut bench = Workbench::set_up(shop, claimed.job.id.as_str(), &ground).await?;
    if ground.network {
        let (id, token) = (claimed.job.id.clone(), claimed.claim_token.clone());
        bench = bench.with_way_out(proxy_door(shop.client.clone(), id, token)).await?;
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
