//! `pilothouse job list`: the newest jobs, and how each stands.

use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::ApiError;
use protocol::job::{Job, JobStatus};
use protocol::ops::typed;
use protocol::queue::{Counts, ListParams};

/// As many are listed without being told.
const USUAL: u64 = 20;
/// The longest list the server gives.
pub(super) const MOST: u64 = 500;

pub(super) struct Wanted {
    pub state: Option<JobStatus>,
    pub limit: Option<u64>,
    pub all: bool,
}

pub(super) async fn run(client: &Client, wanted: Wanted, as_json: bool) -> Result<(), ApiError> {
    let Wanted { state, limit, all } = wanted;
    let list = ListParams {
        status: state.map(|state| state.as_str().to_owned()),
        limit: Some(if all { MOST } else { limit.unwrap_or(USUAL) }),
        ..ListParams::default()
    };
    let jobs = client.call(typed::JobsList, &list, None).await?;
    if as_json {
        output::json(&jobs);
        return Ok(());
    }
    for job in &jobs.jobs {
        say!("{}", line(job));
    }
    if let Some(last) = last(jobs.jobs.len() as u64, &jobs.counts, state) {
        say!("{last}");
    }
    Ok(())
}

fn line(job: &Job) -> String {
    let made = job.created_at.get(..16).unwrap_or(&job.created_at).replace('T', " ");
    let more = more(job).map(|more| format!("  {more}")).unwrap_or_default();
    format!("{}  {made}  {:<9}  {}{more}", job.id, job.status.as_str(), plain(&job.title))
}

/// What else is worth knowing in this state.
fn more(job: &Job) -> Option<String> {
    let first = |text: &str| plain(text.lines().next().unwrap_or_default());
    match job.status {
        JobStatus::Pending => job.target_worker_id.as_deref().map(|id| format!("for {} alone", plain(id))),
        JobStatus::Claimed => job.worker_id.as_deref().map(|id| format!("at {}", plain(id))),
        JobStatus::Waiting => job.waiting.as_ref().map(|wait| first(&wait.detail)),
        JobStatus::Failed => job.error.as_deref().map(first),
        JobStatus::Completed | JobStatus::Cancelled => None,
    }
}

/// The line below the list: that there are none, or more.
fn last(shown: u64, counts: &Counts, state: Option<JobStatus>) -> Option<String> {
    if shown == 0 {
        return Some(match state {
            None => "There is no job yet. `pilothouse ask TEXT` asks for one.".to_owned(),
            Some(state) => format!("No job is {state}."),
        });
    }
    let there: u64 = match state {
        None => counts.values().sum(),
        Some(state) => counts.get(state.as_str()).copied().unwrap_or_default(),
    };
    let next = if shown < MOST { ". Next: --all, or --limit N" } else { "" };
    (there > shown).then(|| format!("The newest {shown} of {there}{next}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn job(change: Value) -> Value {
        let mut job = json!({
            "id": "j-1", "taskId": "t", "sessionId": "dev", "workspaceId": null, "requestId": null,
            "kind": "task.execute", "title": "Fix `a`", "params": "{}", "priority": "normal",
            "queueWaitBudgetMs": 0, "executionBudgetMs": 0, "finalizationBudgetMs": 0, "status": "completed",
            "workerId": "w-1", "targetWorkerId": null, "result": null, "error": null, "attempts": 1,
            "cancelRequested": false, "pauseRequested": false, "step": null, "isolation": null, "verified": null,
            "commitSha": null, "branch": null, "enqueuedAt": "", "claimedAt": null, "startedAt": null,
            "firstLogAt": null, "completedAt": null, "failedAt": null, "durationMs": null,
            "createdAt": "2026-01-02T03:04:05.678Z", "updatedAt": "",
        });
        job.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        job
    }

    fn said(change: Value) -> String {
        line(&serde_json::from_value(job(change)).unwrap())
    }

    #[test]
    fn a_line_says_when_how_it_stands_what_it_is_and_why() {
        assert_eq!(said(json!({})), "j-1  2026-01-02 03:04  completed  Fix a");
        assert_eq!(said(json!({ "status": "claimed" })), "j-1  2026-01-02 03:04  claimed    Fix a  at w-1");
        let failed = said(json!({ "status": "failed", "error": "It **broke**.\nAt length." }));
        assert_eq!(failed, "j-1  2026-01-02 03:04  failed     Fix a  It broke.");
        let pending = said(json!({ "status": "pending", "targetWorkerId": "w-9" }));
        assert!(pending.ends_with("for w-9 alone"), "{pending}");
    }

    #[test]
    fn it_is_said_that_there_are_none_or_more() {
        let counts = Counts::from([("failed".into(), 3), ("completed".into(), 600)]);
        let last = |shown, state| last(shown, &counts, state);
        assert_eq!(last(20, None).unwrap(), "The newest 20 of 603. Next: --all, or --limit N");
        assert_eq!(last(500, None).unwrap(), "The newest 500 of 603");
        assert_eq!(last(3, Some(JobStatus::Failed)), None);
        assert_eq!(last(0, Some(JobStatus::Waiting)).unwrap(), "No job is waiting.");
        assert!(last(0, None).unwrap().contains("pilothouse ask"));
    }
}
