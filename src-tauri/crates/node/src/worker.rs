//! The worker of a machine's recipes: it claims those that were started for it, runs one at a time, and tells how
//! they go.
//!
//! Every call has a key of its own and is made again over the next connection until it is answered, so nothing is told
//! twice while this process lives. What a recipe prints is read on while a call waits for the line, so a cut does not
//! hold it back; what is then too much to keep is counted and said. A recipe is begun once: one that was begun before and
//! whose end nobody heard of fails and says so, because doing it again may not be harmless.

use crate::caller::Caller;
use crate::hub::Machine;
use crate::kept::Kept;
use crate::recipe::{self, Told};
use protocol::job::{AppendLog, CompleteJob, FailJob, Job, JobClaimed, LogLine, failure};
use protocol::ops::typed;
use protocol::queue::RenewParams;
use protocol::{ApiError, ErrorCode};
use serde_json::Value;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

/// How long a claim waits at the hub, in milliseconds.
const CLAIM_MS: u64 = 25_000;
/// How long a job is ours without a word, in milliseconds: a cut may take so long.
const LEASE_MS: u64 = 300_000;
const RENEWED_EVERY: Duration = Duration::from_secs(5);
/// Lines between the program and what is kept of it.
const PASSING: usize = 64;
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
    let (lines, mut printed) = mpsc::channel(PASSING);
    let mut running = recipe::start(machine, job.id.as_str(), wanted, lines)
        .await
        .map_err(|error| (failure::FAILED, error.to_string()))?;
    let mut renew = tokio::time::interval(RENEWED_EVERY);
    renew.set_missed_tick_behavior(MissedTickBehavior::Delay);
    renew.reset();
    let (mut kept, mut open) = (Kept::new(), true);
    // One call at a time, and what is printed is read beside it.
    let mut calling: Option<Calling<'_>> = None;
    let ended = loop {
        let (away, busy) = (caller.is_away(), calling.is_some());
        tokio::select! {
            line = printed.recv(), if open && (away || kept.has_room()) => match line {
                Some(line) => kept.add(line),
                None => open = false,
            },
            // Kept back by a line that is only slow, it goes on as soon as there is none.
            () = caller.away(), if open && !away && !kept.has_room() => {}
            wanted = answered(&mut calling) => {
                calling = None;
                if wanted.map_err(lost)? == Wanted::No {
                    running.cancel();
                }
            }
            () = tokio::time::sleep_until(kept.due()), if !busy && !kept.is_empty() => {
                calling = Some(Box::pin(tell(caller, job, token, kept.take())));
            }
            _ = renew.tick(), if !busy => {
                calling = Some(Box::pin(still_wanted(caller, job, token)));
            }
            ended = running.ended(), if !open && !busy => break ended,
        }
    };
    while !kept.is_empty() {
        tell(caller, job, token, kept.take()).await.map_err(lost)?;
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

/// Whether the hub still wants it done.
#[derive(PartialEq)]
enum Wanted {
    Yes,
    No,
}

type Calling<'a> = Pin<Box<dyn Future<Output = Result<Wanted, ApiError>> + Send + 'a>>;

/// The answer to the call under way; never, while there is none.
async fn answered(calling: &mut Option<Calling<'_>>) -> Result<Wanted, ApiError> {
    match calling {
        Some(call) => call.await,
        None => std::future::pending().await,
    }
}

async fn tell(caller: &Caller, job: &Job, token: &str, lines: Vec<LogLine>) -> Result<Wanted, ApiError> {
    let append = AppendLog {
        id: job.id.clone(),
        message: None,
        line: None,
        lines,
        claim_token: Some(token.to_owned()),
        progress: None,
    };
    caller.call(typed::JobsLog, &append).await.map(|_| Wanted::Yes)
}

async fn still_wanted(caller: &Caller, job: &Job, token: &str) -> Result<Wanted, ApiError> {
    let renew = RenewParams { id: job.id.to_string(), claim_token: token.to_owned(), lease_ms: None };
    let renewed = caller.call(typed::JobsRenew, &renew).await?;
    Ok(if renewed.cancel_requested { Wanted::No } else { Wanted::Yes })
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
