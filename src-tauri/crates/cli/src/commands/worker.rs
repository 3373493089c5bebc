//! `pilothouse worker …`, and what is said of a job that waits for one worker alone.

use super::{node, short};
use crate::flags::WorkerCommand;
use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::job::{RetryJob, TargetJob};
use protocol::ops::{TtlParams, typed};
use protocol::worker::{Worker, WorkerEnd, WorkerEndKind, WorkerParams, Workers};
use protocol::{ApiError, JobId, count};

pub(super) async fn run(client: &Client, what: WorkerCommand, as_json: bool) -> Result<(), ApiError> {
    match what {
        WorkerCommand::List => list(client, as_json).await,
        WorkerCommand::Show { id } => show(client, &short::worker(client, &id).await?, as_json).await,
        WorkerCommand::Drain { id } => {
            let id = short::worker(client, &id).await?;
            client.call(typed::WorkersDrain, &WorkerParams { worker_id: id.clone() }, None).await?;
            said(&id, "takes no new jobs; what it has it finishes", as_json);
            Ok(())
        }
        WorkerCommand::Undrain { id } => {
            let id = short::worker(client, &id).await?;
            client.call(typed::WorkersUndrain, &WorkerParams { worker_id: id.clone() }, None).await?;
            said(&id, "may take jobs again", as_json);
            Ok(())
        }
    }
}

fn said(id: &str, what: &str, as_json: bool) {
    if as_json {
        output::json(&serde_json::json!({ "ok": true, "id": id }));
    } else {
        say!("The worker {} {what}.", plain(id));
    }
}

async fn workers(client: &Client) -> Result<Workers, ApiError> {
    client.call(typed::WorkersList, &TtlParams::default(), None).await
}

async fn list(client: &Client, as_json: bool) -> Result<(), ApiError> {
    let all = workers(client).await?;
    if as_json {
        output::json(&all);
        return Ok(());
    }
    for worker in &all.workers {
        let waits = match worker.waiting_for_it {
            0 => String::new(),
            n => format!(", {} for it alone", count(n, "job waits", "jobs wait")),
        };
        say!("{:<12} {}{waits}", plain(&worker.worker_id), state(worker));
    }
    if all.workers.is_empty() {
        say!("No worker has reported itself.");
    }
    if let Some(pool) = &all.pool {
        say!("{} now, {} to {}. {}", pool.running, pool.min, pool.max, pool.why);
    }
    Ok(())
}

fn state(worker: &Worker) -> String {
    let at_work = worker.current_job_id.as_deref().filter(|_| worker.is_online);
    match (&worker.drain, worker.is_online, at_work) {
        (Some(_), true, Some(job)) => format!("finishes {job}, then takes nothing more"),
        (Some(_), true, None) => "drained: takes no jobs".into(),
        (Some(_), false, _) => "drained, not running".into(),
        (None, true, Some(job)) => format!("at work on {job}"),
        (None, true, None) => worker.status.clone(),
        (None, false, _) => match worker.ends.first() {
            Some(end) if end.again_in_ms.is_some() => "ended by itself; it is started again".into(),
            Some(end) if end.kind == WorkerEndKind::Idle => "not running: there was nothing to do".into(),
            _ => "offline".into(),
        },
    }
}

async fn show(client: &Client, id: &str, as_json: bool) -> Result<(), ApiError> {
    let all = workers(client).await?;
    let worker = all.workers.iter().find(|worker| worker.worker_id == id);
    let worker = worker.ok_or_else(|| ApiError::not_found("worker", id))?;
    if as_json {
        output::json(worker);
        return Ok(());
    }
    say!("{}", plain(&worker.worker_id));
    say!("  State     {}", state(worker));
    if let Some(drain) = &worker.drain {
        say!("  Drained   by {} since {}", plain(&drain.by), drain.since);
    }
    if worker.waiting_for_it > 0 {
        say!("  Waiting   {} for it alone", count(worker.waiting_for_it, "job", "jobs"));
    }
    let words = |value: &serde_json::Value| {
        let words = value.as_array().into_iter().flatten().filter_map(serde_json::Value::as_str);
        words.map(plain).collect::<Vec<_>>().join(", ")
    };
    say!("  Backends  {}", words(&worker.capabilities["backends"]));
    say!("  Tools     {}", words(&worker.capabilities["toolchains"]));
    let isolation = &worker.capabilities["isolation"];
    match isolation["backend"].as_str() {
        Some(backend) => say!(
            "  Sandbox   {}: files {}, network {}",
            plain(backend),
            plain(isolation["fs"].as_str().unwrap_or_default()),
            plain(isolation["net"].as_str().unwrap_or_default())
        ),
        None => say!(
            "  Sandbox   none: {}",
            plain(worker.capabilities["isolationProblem"].as_str().unwrap_or("it has not said why"))
        ),
    }
    say!("  Heard of  {}", worker.last_heartbeat);
    for end in &worker.ends {
        say!("  Ended     {}", ended(end));
    }
    Ok(())
}

fn ended(end: &WorkerEnd) -> String {
    let again = end.again_in_ms.map(|ms| format!(", started again after {:.1} s", ms as f64 / 1_000.0));
    let row = if end.in_row > 1 { format!(", {} times in a row", end.in_row) } else { String::new() };
    format!(
        "{} after {} s: {}{row}{}",
        end.at,
        end.lived_ms / 1_000,
        plain(&end.cause),
        again.unwrap_or_default()
    )
}

/// The worker that is named, or that of a machine that is.
pub(super) async fn chosen(
    client: &Client,
    worker: Option<String>,
    machine: Option<String>,
) -> Result<Option<String>, ApiError> {
    match (node::worker_of(client, machine).await?, worker) {
        (None, Some(worker)) => short::worker(client, &worker).await.map(Some),
        (of_machine, _) => Ok(of_machine),
    }
}

/// Runs an ended job again, maybe by one worker alone.
pub(super) async fn retry(
    client: &Client,
    id: JobId,
    worker: Option<String>,
    as_json: bool,
) -> Result<(), ApiError> {
    let retry = RetryJob { id, target_worker_id: worker.clone() };
    let enqueued = client.call(typed::JobsRetry, &retry, None).await?;
    if as_json {
        output::json(&enqueued);
        return Ok(());
    }
    say!("The job {} is in line, position {}.", enqueued.job_id, enqueued.queue_position);
    tell_target(client, worker.as_deref()).await
}

/// Says which worker may have a job that nobody has yet.
pub(super) async fn give(
    client: &Client,
    id: JobId,
    worker: Option<String>,
    as_json: bool,
) -> Result<(), ApiError> {
    let target = TargetJob { id: id.clone(), target_worker_id: worker.clone() };
    client.call(typed::JobsTarget, &target, None).await?;
    if as_json {
        output::json(&serde_json::json!({ "ok": true, "id": id }));
        return Ok(());
    }
    match &worker {
        Some(worker) => say!("The job {id} is for {} alone.", plain(worker)),
        None => say!("Any worker may have the job {id}."),
    }
    tell_target(client, worker.as_deref()).await
}

/// Says so when a worker that a job waits for cannot have it now.
pub(super) async fn tell_target(client: &Client, worker: Option<&str>) -> Result<(), ApiError> {
    let Some(worker) = worker else { return Ok(()) };
    if let Some(why) = why_not(&workers(client).await?, worker) {
        say!("It waits: {} {why}.", plain(worker));
        say!("Next: pilothouse job give ID --any");
    }
    Ok(())
}

/// Why a worker takes no job now; none when it will.
fn why_not(all: &Workers, id: &str) -> Option<&'static str> {
    let Some(worker) = all.workers.iter().find(|worker| worker.worker_id == id) else {
        return Some("is not known to this server");
    };
    match (&worker.drain, worker.is_online) {
        (Some(_), _) => Some("was drained and takes no new jobs"),
        // One of ours is started for it.
        (None, false) if !worker.supervised => Some("is offline"),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn workers(change: serde_json::Value) -> Workers {
        let mut worker = json!({
            "workerId": "w-1", "status": "idle", "currentJobId": null, "pollMs": null, "capabilities": {}, "details": {},
            "lastHeartbeat": "", "createdAt": "", "updatedAt": "", "activeJobCount": 0, "isOnline": true,
        });
        worker.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        serde_json::from_value(json!({ "ok": true, "workers": [worker] })).unwrap()
    }

    #[test]
    fn it_is_said_why_a_job_for_one_worker_waits() {
        let drained = json!({ "drain": { "by": "owner", "since": "" } });
        assert_eq!(why_not(&workers(json!({})), "w-1"), None);
        assert_eq!(why_not(&workers(json!({})), "w-2"), Some("is not known to this server"));
        assert_eq!(why_not(&workers(drained), "w-1"), Some("was drained and takes no new jobs"));
        assert_eq!(why_not(&workers(json!({ "isOnline": false })), "w-1"), Some("is offline"));
        assert_eq!(why_not(&workers(json!({ "isOnline": false, "supervised": true })), "w-1"), None);
    }

    #[test]
    fn a_drained_worker_is_told_from_one_that_finishes() {
        let drain = json!({ "by": "owner", "since": "" });
        let of = |change| state(&workers(change).workers[0]);
        assert_eq!(
            of(json!({ "drain": drain, "currentJobId": "j-1" })),
            "finishes j-1, then takes nothing more"
        );
        assert_eq!(of(json!({ "drain": drain })), "drained: takes no jobs");
        assert_eq!(of(json!({ "drain": drain, "isOnline": false })), "drained, not running");
        assert_eq!(of(json!({})), "idle");
    }
}
