//! The worker of a machine's recipes: it claims those that were started for it, runs one at a time, and tells how
//! they go.
//!
//! Every call has a key of its own and is made again over the next connection until it is answered, so nothing is told
//! twice and nothing is left out while this process lives. A recipe is begun once: one that was begun before and whose
//! end nobody heard of fails and says so, because doing it again may not be harmless.

use crate::caller::Caller;
use crate::hub::Machine;
use crate::recipe::{self, Told};
use protocol::job::{AppendLog, CompleteJob, FailJob, Job, JobClaimed, LogLine, failure};
use protocol::ops::typed;
use protocol::queue::{LeaseRenewed, RenewParams};
use protocol::{ApiError, ErrorCode};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// How long a claim waits at the hub, in milliseconds.
const CLAIM_MS: u64 = 25_000;
/// How long a job is ours without a word, in milliseconds: a cut may take so long.
const LEASE_MS: u64 = 300_000;
const RENEWED_EVERY: Duration = Duration::from_secs(5);
/// Lines told at once, and how long they are gathered.
const LINES: usize = 200;
const GATHERED: Duration = Duration::from_millis(300);
/// After a refusal, before the next claim.
const REST: Duration = Duration::from_secs(5);

/// Claims and runs, one after the other.
pub(crate) async fn work(machine: Arc<Machine>, caller: Caller) {
    loop {
        // Id and kinds are filled in by the hub, which knows who this is.
        let claim = protocol::job::ClaimJob {
            worker_id: "node".into(),
            kinds: None,
            lease_ms: Some(LEASE_MS),
            wait_ms: Some(CLAIM_MS),
        };
        match caller.call(typed::JobsClaim, &claim).await {
            Ok(claimed) => perform(&machine, &caller, claimed).await,
            Err(error) if error.code == ErrorCode::Empty => {}
            Err(error) => {
                tracing::debug!(%error, "nothing can be claimed");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

async fn perform(machine: &Machine, caller: &Caller, claimed: JobClaimed) {
    let (job, token) = (&claimed.job, claimed.claim_token.as_str());
    let ended = match begun_before(job) {
        Some(why) => Err((failure::LOST, why.to_owned())),
        None => attend(machine, caller, job, token).await,
    };
    let told = match ended {
        Ok(summary) => caller.call(typed::JobsComplete, &complete(job, token, summary)).await.map(drop),
        Err((code, message)) => {
            caller.call(typed::JobsFail, &fail(job, token, code, message)).await.map(drop)
        }
    };
    if let Err(error) = told {
        tracing::warn!(job = %job.id, %error, "how a recipe ended could not be told");
    }
}

/// Why a job is not begun here.
fn begun_before(job: &Job) -> Option<&'static str> {
    (job.attempts > 1).then_some(
        "This machine was started anew or away for too long while it ran, and nobody knows how far it came. Start it again if that is harmless.",
    )
}

/// Runs it, tells its lines, and hears whether it is still wanted.
async fn attend(
    machine: &Machine,
    caller: &Caller,
    job: &Job,
    token: &str,
) -> Result<String, (&'static str, String)> {
    let params: Value = serde_json::from_str(&job.params).unwrap_or_default();
    let name = params["recipe"].as_str().unwrap_or_default();
    let Some(wanted) = machine.setting.recipes.get(name) else {
        return Err((failure::REFUSED, format!("This machine has no recipe {name}.")));
    };
    let (lines, mut printed) = mpsc::channel(LINES);
    let mut running = recipe::start(machine, job.id.as_str(), wanted, lines)
        .await
        .map_err(|error| (failure::FAILED, error.to_string()))?;
    let mut renew = tokio::time::interval(RENEWED_EVERY);
    renew.reset();
    let mut waiting: Vec<LogLine> = Vec::new();
    let mut gathered = Box::pin(tokio::time::sleep(GATHERED));
    let mut open = true;
    let ended = loop {
        tokio::select! {
            line = printed.recv(), if open && waiting.len() < LINES => match line {
                Some(line) => {
                    if waiting.is_empty() {
                        gathered.as_mut().reset(tokio::time::Instant::now() + GATHERED);
                    }
                    waiting.push(line);
                }
                None => open = false,
            },
            () = &mut gathered, if !waiting.is_empty() => {
                tell(caller, job, token, &mut waiting).await.map_err(lost)?;
            }
            _ = renew.tick() => {
                let params = RenewParams { id: job.id.to_string(), claim_token: token.to_owned(), lease_ms: None };
                let renewed: LeaseRenewed = caller.call(typed::JobsRenew, &params).await.map_err(lost)?;
                if renewed.cancel_requested {
                    running.cancel();
                }
            }
            ended = running.ended(), if !open => break ended,
        }
    };
    while !waiting.is_empty() {
        tell(caller, job, token, &mut waiting).await.map_err(lost)?;
    }
    match ended {
        Told::Well(summary) => Ok(summary),
        Told::Badly(summary) => Err((failure::FAILED, summary)),
        Told::Late(summary) => Err((failure::TIME, summary)),
        Told::Cancelled => Err((failure::CANCELLED, "Cancelled.".into())),
    }
}

/// The claim is somebody else's now, or the job is gone: the program is ended by being dropped.
fn lost(error: ApiError) -> (&'static str, String) {
    (failure::LOST, error.message)
}

async fn tell(caller: &Caller, job: &Job, token: &str, waiting: &mut Vec<LogLine>) -> Result<(), ApiError> {
    let lines = std::mem::take(waiting);
    let append = AppendLog {
        id: job.id.clone(),
        message: None,
        line: None,
        lines,
        claim_token: Some(token.to_owned()),
        progress: None,
    };
    caller.call(typed::JobsLog, &append).await.map(drop)
}

fn complete(job: &Job, token: &str, summary: String) -> CompleteJob {
    CompleteJob {
        id: job.id.clone(),
        claim_token: token.to_owned(),
        summary: Some(summary),
        artifacts: Vec::new(),
        duration_ms: None,
        hand_over: None,
        verified: None,
        verification: Vec::new(),
        review: None,
        isolation: None,
    }
}

fn fail(job: &Job, token: &str, code: &str, message: String) -> FailJob {
    FailJob {
        id: job.id.clone(),
        claim_token: token.to_owned(),
        message,
        code: Some(code.to_owned()),
        detail: None,
        artifacts: Vec::new(),
        verification: Vec::new(),
        isolation: None,
    }
}
