//! `pilothouse queue …` and `pilothouse land`: the merge queue in a terminal.

mod look;
mod mend;
mod revert;
mod steer;
mod trial;
mod wait;

use super::short;
use crate::flags::QueueCommand;
use crate::output;
use client::Client;
use protocol::merge::{EntryParams, LandParams, MergeEntry};
use protocol::ops::{JobParams, TtlParams, typed};
use protocol::{ApiError, EntryId, ErrorCode, JobId};

pub(super) async fn run(
    client: &Client,
    workspace: Option<&str>,
    what: QueueCommand,
    as_json: bool,
) -> Result<u8, ApiError> {
    match what {
        QueueCommand::Show => look::show(client, workspace, as_json).await,
        QueueCommand::Pause => steer::pause(client, workspace, as_json).await,
        QueueCommand::Resume => steer::resume(client, workspace, as_json).await,
        QueueCommand::Drain { wait } => steer::drain(client, workspace, wait, as_json).await,
        QueueCommand::Remove { what } => {
            let id = find(client, &what).await?.id;
            let entry = client.call(typed::MergeRemove, &EntryParams { id }, None).await?;
            look::entry(&entry, as_json);
            Ok(0)
        }
        QueueCommand::Retry { what } => {
            let id = find(client, &what).await?.id;
            let entry = client.call(typed::MergeRetry, &EntryParams { id }, None).await?;
            look::entry(&entry, as_json);
            Ok(0)
        }
        QueueCommand::Mend { what, with, say } => {
            mend::mend(client, &what, with.as_deref(), say, as_json).await
        }
        QueueCommand::TakeOver { what } => mend::take_over(client, &what, as_json).await,
        QueueCommand::Revert { what } => revert::run(client, &what, as_json).await,
        QueueCommand::Next { what } => steer::next(client, &what, as_json).await,
        QueueCommand::Move { what, before, after, to } => {
            steer::put(client, &what, steer::Where { before, after, to }, as_json).await
        }
        QueueCommand::Priority { what, priority } => steer::priority(client, &what, priority, as_json).await,
        QueueCommand::DryRun { what, no_wait, stop } => {
            trial::run(client, &what, trial::Manner { wait: !no_wait, stop, as_json }).await
        }
        QueueCommand::History { what } => look::history(client, &what, as_json).await,
        QueueCommand::Stats { by_hour, last } => look::stats(client, workspace, by_hour, last, as_json).await,
    }
}

/// Approves what waits, and lets a parked entry go on. What is approved is what was shown, and nothing that took its
/// place meanwhile.
pub(super) async fn land(client: &Client, what: &str, wait: bool, as_json: bool) -> Result<u8, ApiError> {
    if wait {
        return wait::land(client, what, as_json).await;
    }
    let shown = find(client, what).await?;
    if !as_json {
        look::entry(&shown, false);
    }
    let land = LandParams { id: shown.id, hash: shown.patch_hash };
    let entry = client.call(typed::MergeLand, &land, None).await?;
    look::entry(&entry, as_json);
    Ok(0)
}

/// The entry that an id names, or the beginning of one: its own, or the newest of a job.
async fn find(client: &Client, what: &str) -> Result<MergeEntry, ApiError> {
    let id = short::entry_or_job(client, what).await?;
    let id = id.as_str();
    let entry = EntryId::parse(id).map_err(|e| ApiError::bad(e.to_string()))?;
    let none = match client.call(typed::MergeEntryGet, &EntryParams { id: entry }, None).await {
        Err(error) if error.code == ErrorCode::NotFound => error,
        found => return found,
    };
    let job = JobId::parse(id).map_err(|e| ApiError::bad(e.to_string()))?;
    match client.call(typed::MergeOfJob, &JobParams { id: job }, None).await {
        Err(error) if error.code == ErrorCode::NotFound && error.message.contains("There is no job") => {
            let text = format!(
                "There is neither an entry nor a job {id}. `pilothouse queue` lists entries, `pilothouse job list` jobs."
            );
            Err(ApiError { message: text, ..none })
        }
        found => found,
    }
}

fn say_ok(as_json: bool, value: &impl serde::Serialize, text: impl FnOnce()) {
    if as_json {
        output::json(value);
    } else {
        text();
    }
}

/// Where the log of events is now.
async fn now(client: &Client) -> Result<protocol::Cursor, ApiError> {
    Ok(client.call(typed::SystemStatusShow, &TtlParams::default(), None).await?.latest_cursor)
}
