//! Jobs that change nothing and run one command: what a job costs apart from what it is for.

use anyhow::{Context, ensure};
use client::Client;
use protocol::JobId;
use protocol::job::{EnqueueJob, Job, JobStatus, LogsParams, TASK_EXECUTE};
use protocol::ops::{JobParams, typed};
use serde_json::json;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(300);

/// Enqueues one that runs `command` in its clone.
pub async fn enqueue(client: &Client, command: &[&str]) -> anyhow::Result<JobId> {
    let params = json!({
        "schemaVersion": 2, "lane": "deterministic", "title": "A look", "instruction": "",
        "deterministic": { "kind": "overview" },
        "planning": {
            "intent": "look", "riskLevel": "low",
            "scope": { "readAnywhere": true, "writeGlobs": [], "maxFilesToEdit": 1 },
            "acceptanceCriteria": [], "validationSteps": [command],
            "queuePriority": "interactive", "queueWaitBudgetMs": 20_000, "executionBudgetMs": 300_000,
            "finalizationBudgetMs": 60_000,
        },
    });
    let job: EnqueueJob = serde_json::from_value(
        json!({ "taskId": "bench", "kind": TASK_EXECUTE, "sessionId": "dev", "params": params }),
    )?;
    Ok(client.call(typed::JobsEnqueue, &job, None).await?.job_id)
}

/// Waits until it has completed.
pub async fn completed(client: &Client, id: &JobId) -> anyhow::Result<Job> {
    let since = Instant::now();
    loop {
        let job = client.call(typed::JobsGet, &JobParams { id: id.clone() }, None).await?;
        match job.status {
            JobStatus::Completed => return Ok(job),
            JobStatus::Pending | JobStatus::Claimed => {}
            other => anyhow::bail!("a job is {other}: {}", job.error.unwrap_or_default()),
        }
        ensure!(since.elapsed() < PATIENCE, "a job took longer than {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The command that says when it runs: seconds since the machine came up, which every image can say and every sandbox
/// shows.
pub const CLOCK: [&str; 2] = ["cat", "/proc/uptime"];

/// Milliseconds from the claim of a job until its command said the time, to ten milliseconds.
pub async fn until_its_command(client: &Client, job: &Job) -> anyhow::Result<f64> {
    let logs = LogsParams { id: job.id.clone(), after_id: None, limit: Some(500) };
    let logs = client.call(typed::JobsLogs, &logs, None).await?.logs;
    let said = logs.iter().find_map(|log| seconds_up(&log.message)).context("its command said nothing")?;
    let up = seconds_up(&std::fs::read_to_string("/proc/uptime")?).context("the time this machine is up")?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs_f64();
    let claimed = millis(job.claimed_at.as_deref().context("it was never claimed")?);
    Ok((now - up + said) * 1e3 - claimed.context("the time of its claim")?)
}

/// The first of the two numbers of `/proc/uptime`.
fn seconds_up(text: &str) -> Option<f64> {
    let (up, idle) = text.trim().split_once(' ')?;
    idle.parse::<f64>().ok()?;
    up.parse().ok()
}

/// Milliseconds since 1970 of a time as the server writes it: `2026-01-31T12:34:56.789Z`.
pub fn millis(iso: &str) -> Option<f64> {
    let (date, time) = iso.trim_end_matches('Z').split_once('T')?;
    let mut date = date.split('-').map(|n| n.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut time = time.split(':').map(|n| n.parse::<f64>().ok());
    let (hours, minutes, seconds) = (time.next()??, time.next()??, time.next()??);
    // Days of the civil calendar, years beginning in March.
    let shifted = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (shifted.div_euclid(400), shifted.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some((days as f64 * 86_400.0 + hours * 3_600.0 + minutes * 60.0 + seconds) * 1e3)
}
