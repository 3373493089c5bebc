//! Trying an entry without landing it.

use super::{find, now};
use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::check::DryRunState;
use protocol::merge::EntryParams;
use protocol::merge_history::EntryDryRun;
use protocol::ops::typed;
use protocol::{ApiError, ErrorCode};

pub(super) struct Manner {
    pub wait: bool,
    pub stop: bool,
    pub as_json: bool,
}

pub(super) async fn run(client: &Client, what: &str, how: Manner) -> Result<u8, ApiError> {
    let entry = find(client, what).await?;
    let params = EntryParams { id: entry.id.clone() };
    if how.stop {
        let shown = client.call(typed::MergeDryRunStop, &params, None).await?;
        match (&shown.run, how.as_json) {
            (_, true) => output::json(&shown),
            (Some(_), false) => say!("It is stopped."),
            (None, false) => say!("It was not being tried."),
        }
        return Ok(0);
    }
    let mut events = client.events(None, now(client).await?).await?;
    let begun = client.call(typed::MergeDryRun, &params, None).await?;
    if !how.wait || begun.finished_at.is_some() {
        return Ok(told(&begun, how.as_json));
    }
    if !how.as_json {
        say!("Tries {} on {}; nothing lands.", plain(&entry.title), short(&begun.onto));
    }
    while let Some(event) = events.next().await? {
        if event.kind() != "merge.dry_run" || event.payload()["run"]["entryId"] != entry.id.as_str() {
            continue;
        }
        let run: EntryDryRun = serde_json::from_value(event.payload()["run"].clone())
            .map_err(|error| ApiError::new(ErrorCode::Internal, error.to_string()))?;
        if run.finished_at.is_some() {
            return Ok(told(&run, how.as_json));
        }
    }
    Err(ApiError::new(ErrorCode::Unavailable, "The server ended before the dry run did."))
}

fn told(run: &EntryDryRun, as_json: bool) -> u8 {
    let code = u8::from(matches!(run.state, DryRunState::Failed | DryRunState::Stopped));
    if as_json {
        output::json(run);
        return code;
    }
    for check in &run.checks {
        let took =
            check.duration_ms.map(|ms| format!("  {}", super::look::length(ms as f64))).unwrap_or_default();
        let known = if check.reused { "  known from before" } else { "" };
        say!("{:<8} {}{took}{known}", check.state, plain(&check.name));
        if check.state == "failed" {
            say!("{}", plain(check.tail.trim_end()));
        }
    }
    let reason = run.reason.as_deref().map(|reason| format!(": {}", plain(reason))).unwrap_or_default();
    say!("dry run {}{reason}", run.state);
    code
}

fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
