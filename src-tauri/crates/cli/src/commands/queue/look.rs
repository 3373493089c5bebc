//! Showing the queue, an entry's history and the figures.

use super::find;
use crate::commands::policy;
use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::merge::{EntryParams, MergeEntry, MergeQueue, MergeQueues};
use protocol::merge_history::{
    Attempt, EntryHistory, HistoryKind, HistoryStep, StatsBucket, StatsBy, StatsParams,
};
use protocol::ops::{Nothing, typed};
use protocol::{ApiError, count};

/// Thrown-away runs listed.
const THROWN: usize = 3;

pub(super) async fn show(client: &Client, workspace: Option<&str>, as_json: bool) -> Result<u8, ApiError> {
    let mut all = client.call(typed::MergeQueueShow, &Nothing {}, None).await?;
    if workspace.is_some() {
        let id = policy::of(client, workspace).await?;
        all.queues.retain(|queue| queue.workspace_id == id);
    }
    queues(&all, as_json);
    Ok(0)
}

fn queues(queues: &MergeQueues, as_json: bool) {
    if as_json {
        return output::json(queues);
    }
    for queue in &queues.queues {
        say!("{}  {}  {}", queue.workspace_id, queue.branch, queue.tip.as_deref().unwrap_or("not there yet"));
        match (&queue.drain, queue.paused) {
            (_, true) => say!("PAUSED: nothing lands. Next: pilothouse queue resume"),
            (Some(drain), false) => {
                say!("DRAINING for {}: what is under way lands, then it is paused.", plain(&drain.by));
            }
            (None, false) => {}
        }
        for warning in &queue.warnings {
            say!("! {}", plain(warning));
        }
        if queue.slots > 1 {
            let busy = queue.entries.iter().filter(|e| e.slot.is_some()).count();
            say!(
                "{busy} of {} slots at work, {} looked ahead at most",
                queue.slots,
                count(queue.window, "entry", "entries")
            );
        }
        for e in &queue.entries {
            entry(e, false);
            if let Some(stands) = stands(queue, e) {
                say!("    {stands}");
            }
        }
        if queue.entries.is_empty() {
            say!("nothing waits to land");
        }
        for run in queue.thrown_away.iter().take(THROWN) {
            say!(
                "thrown away: {} after {}, {}",
                plain(&run.title),
                length(run.duration_ms as f64),
                why(run.reason.as_str())
            );
        }
    }
}

/// Who it stands on and where it is checked.
fn stands(queue: &MergeQueue, entry: &MergeEntry) -> Option<String> {
    let ahead = entry.ahead.as_ref().map(|id| {
        let title = queue.entries.iter().find(|e| e.id == *id).map(|e| plain(&e.title));
        format!("stands on {}", title.unwrap_or_else(|| id.to_string()))
    });
    let slot = entry.slot.map(|slot| format!("slot {}", slot + 1));
    let running = entry.checks.iter().find(|check| check.state == "running");
    let running = running.map(|check| format!("runs {}", plain(&check.name)));
    let thrown =
        (entry.thrown_away > 0).then(|| format!("{} thrown away", count(entry.thrown_away, "run", "runs")));
    let parts: Vec<String> = [slot, running, ahead, thrown].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

pub(super) fn entry(entry: &MergeEntry, as_json: bool) {
    crate::commands::show::entry(entry, as_json);
}

pub(super) async fn history(client: &Client, what: &str, as_json: bool) -> Result<u8, ApiError> {
    let id = find(client, what).await?.id;
    let history = client.call(typed::MergeHistory, &EntryParams { id }, None).await?;
    if as_json {
        output::json(&history);
        return Ok(0);
    }
    told(&history);
    Ok(0)
}

fn told(history: &EntryHistory) {
    entry(&history.entry, false);
    say!("{} of its checks, {} thrown away", count(history.runs, "run", "runs"), history.thrown_away);
    for step in &history.steps {
        say!("{}  {}", step.at, step_text(step));
        if let Some(check) = step.check.as_ref().filter(|check| check.state == "failed") {
            for line in check.tail.trim_end().lines() {
                say!("    {}", plain(line));
            }
        }
    }
    if history.dropped > 0 {
        say!("({} in between are not shown)", count(history.dropped, "step", "steps"));
    }
    if history.attempts.len() > 1 {
        say!("Attempts at this task:");
        for attempt in &history.attempts {
            say!("  {}", attempt_text(attempt));
        }
    }
}

fn attempt_text(attempt: &Attempt) -> String {
    let which = match attempt.fix_up {
        0 => "first".to_owned(),
        n => format!("repair {n}"),
    };
    let state = attempt.state.map(|state| state.to_string());
    let state = state.unwrap_or_else(|| format!("job {}", attempt.job_status));
    let id = attempt.entry_id.as_ref().map(ToString::to_string).unwrap_or_else(|| attempt.job_id.to_string());
    format!("{which:<9} {state:<12} {id}")
}

fn step_text(step: &HistoryStep) -> String {
    let by = step.by.as_deref().map(|by| format!(" by {}", plain(by))).unwrap_or_default();
    let text = step.text.as_deref().map(|text| format!(": {}", first_line(text))).unwrap_or_default();
    let on = match (&step.ahead, &step.onto) {
        (Some(ahead), _) => format!(" on top of {ahead}"),
        (None, Some(onto)) => format!(" on {}", short(onto)),
        (None, None) => String::new(),
    };
    let run = step.run.map(|run| format!(" (run {run})")).unwrap_or_default();
    match step.kind {
        HistoryKind::Queued => "put into the queue".into(),
        HistoryKind::Candidate => {
            format!("candidate {} built{on}", short(step.candidate.as_deref().unwrap_or_default()))
        }
        HistoryKind::Asked => format!("asked{text}"),
        HistoryKind::Approved => format!("approved{by}{text}"),
        HistoryKind::Denied => format!("denied{by}"),
        HistoryKind::Closed => format!("its question ended without an answer{text}"),
        HistoryKind::Checking => format!("checks begun{on}{run}"),
        HistoryKind::Checked => match &step.check {
            Some(check) => {
                let took =
                    check.duration_ms.map(|ms| format!(" in {}", length(ms as f64))).unwrap_or_default();
                let known = if check.reused { ", known from before" } else { "" };
                let again = if check.flaky_retry { ", at the second try" } else { "" };
                format!("{} {}{took}{known}{again}{run}", plain(&check.name), check.state)
            }
            None => "a check ended".into(),
        },
        HistoryKind::ThrownAway => {
            let because = step.thrown.map(|reason| format!(", {}", why(reason.as_str()))).unwrap_or_default();
            let took = step.took_ms.map(|ms| format!(" after {}", length(ms as f64))).unwrap_or_default();
            let blamed = step.blamed.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
            format!("run thrown away{took}{because}{blamed}{text}{run}")
        }
        HistoryKind::Waits => format!("waits{text}"),
        HistoryKind::DryRun => {
            let state = step.dry_run.map(|state| state.to_string()).unwrap_or_default();
            format!("dry run {state}{by}{on}{text}")
        }
        HistoryKind::Moved => match step.text.as_deref() {
            Some("next") => format!("put before every other{by}"),
            Some("priority") => format!("given another priority{by}"),
            _ => format!("moved{by}"),
        },
        HistoryKind::Returned => format!("sent back{text}"),
        HistoryKind::Parked => format!("parked{text}"),
        HistoryKind::Removed => format!("removed{text}"),
        HistoryKind::Retried => "taken up again".into(),
        HistoryKind::Landed => format!("landed as {}", short(step.candidate.as_deref().unwrap_or_default())),
    }
}

/// Why a run was thrown away, by its word.
fn why(reason: &str) -> &'static str {
    match reason {
        "ahead_failed" => "the checks of an entry it stood on did not pass",
        "ahead_left" => "an entry it stood on left the chain or became another change",
        "reordered" => "another entry was put before it",
        "tip_moved" => "the branch was moved from outside",
        "strategy_changed" => "how changes land was changed",
        "removed" => "it was removed",
        "server_ended" => "the server ended while it ran",
        _ => "it could say nothing of use any more",
    }
}

pub(super) async fn stats(
    client: &Client,
    workspace: Option<&str>,
    by_hour: bool,
    last: Option<u32>,
    as_json: bool,
) -> Result<u8, ApiError> {
    let workspace_id = match workspace {
        Some(_) => Some(policy::of(client, workspace).await?),
        None => None,
    };
    let by = if by_hour { StatsBy::Hour } else { StatsBy::Day };
    let params = StatsParams { workspace_id, by: Some(by), buckets: last, offset_minutes: None };
    let stats = client.call(typed::MergeStatsShow, &params, None).await?;
    if as_json {
        output::json(&stats);
        return Ok(0);
    }
    say!("{} landed, {} sent back, {} failed in all", stats.landed, stats.returned, stats.failed);
    say!(
        "{:<17} {:>6} {:>9} {:>5} {:>11} {:>9} {:>9} {:>9}",
        "from (UTC)",
        "landed",
        "sent back",
        "runs",
        "thrown away",
        "per land",
        "median",
        "p95"
    );
    for bucket in &stats.buckets {
        say!("{}", bucket_line(bucket));
    }
    Ok(0)
}

fn bucket_line(bucket: &StatsBucket) -> String {
    let from = bucket.from.get(..16).unwrap_or(&bucket.from).replace('T', " ");
    let time = |ms: Option<f64>| ms.map(length).unwrap_or_else(|| "-".into());
    let runs = bucket.runs_per_landed.map(|n| format!("{n:.2}")).unwrap_or_else(|| "-".into());
    format!(
        "{from:<17} {:>6} {:>9} {:>5} {:>11} {runs:>9} {:>9} {:>9}",
        bucket.landed,
        bucket.returned,
        bucket.runs,
        bucket.cancelled_runs,
        time(bucket.time_to_land_ms.p50),
        time(bucket.time_to_land_ms.p95)
    )
}

/// A length of time for people.
pub(super) fn length(ms: f64) -> String {
    let seconds = ms / 1_000.0;
    match seconds {
        s if s < 1.0 => format!("{ms:.0} ms"),
        s if s < 60.0 => format!("{s:.1} s"),
        s if s < 3_600.0 => format!("{} min {:02} s", (s / 60.0) as u64, (s % 60.0) as u64),
        s => format!("{} h {:02} min", (s / 3_600.0) as u64, ((s % 3_600.0) / 60.0) as u64),
    }
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

fn first_line(text: &str) -> String {
    plain(text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_the_unit_that_fits() {
        let said = [0.0, 850.0, 12_340.0, 75_000.0, 3_900_000.0].map(length);
        assert_eq!(said, ["0 ms", "850 ms", "12.3 s", "1 min 15 s", "1 h 05 min"]);
    }

    #[test]
    fn a_step_says_what_happened_why_and_by_whom() {
        let step: HistoryStep = serde_json::from_value(serde_json::json!({
            "at": "t", "kind": "thrown_away", "run": 2, "thrown": "ahead_failed", "blamed": "e-1", "tookMs": 4_000
        }))
        .unwrap();
        let said = step_text(&step);
        assert_eq!(
            said,
            "run thrown away after 4.0 s, the checks of an entry it stood on did not pass (e-1) (run 2)"
        );
        let step: HistoryStep = serde_json::from_value(
            serde_json::json!({ "at": "t", "kind": "moved", "by": "anna", "text": "next" }),
        )
        .unwrap();
        assert_eq!(step_text(&step), "put before every other by anna");
    }
}
