//! `pilothouse pause` and `pilothouse resume`.

use crate::output;
use crate::plain::plain;
use client::Client;
use protocol::ApiError;
use protocol::hold::{Hold, HoldParams, HoldReason, ResumeParams};
use protocol::ops::{TtlParams, typed};
use protocol::status::SystemStatus;

pub(super) async fn pause(client: &Client, why: Option<String>, as_json: bool) -> Result<(), ApiError> {
    let params = HoldParams { reason: Some(HoldReason::Person), note: why };
    let held = client.call(typed::SystemHold, &params, None).await?;
    if as_json {
        output::json(&held);
        return Ok(());
    }
    let status = client.call(typed::SystemStatusShow, &TtlParams::default(), None).await?;
    say!("Everything is paused, {}. What runs goes on.", waiting(&status));
    say!("Next: pilothouse resume");
    Ok(())
}

pub(super) async fn resume(client: &Client, as_json: bool) -> Result<(), ApiError> {
    let held = client.call(typed::SystemResume, &ResumeParams::default(), None).await?;
    if as_json {
        output::json(&held);
    } else {
        say!("Everything goes on.");
    }
    Ok(())
}

/// One line for each hold, for `status`.
pub(super) fn lines(status: &SystemStatus) -> Vec<String> {
    let line = |hold: &Hold| {
        let why = hold.note.as_deref().map(|note| format!(": {}", plain(note))).unwrap_or_default();
        let until = match hold.reason {
            HoldReason::Person => "",
            HoldReason::Drain => ", until the server ends",
        };
        format!("by {} since {}{until}{why}; {}", plain(&hold.by), hold.since, waiting(status))
    };
    status.holds.iter().map(line).collect()
}

fn waiting(status: &SystemStatus) -> String {
    let n = |counts: &protocol::queue::Counts, word: &str| counts.get(word).copied().unwrap_or(0);
    let queues = &status.queues;
    let waiting = n(&queues.requests, "pending")
        + n(&queues.jobs, "pending")
        + n(&queues.merge, "approved")
        + n(&queues.merge, "landing");
    format!("{waiting} waiting")
}
