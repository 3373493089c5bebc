//! Pausing, draining and ordering.

use super::{find, now, say_ok};
use crate::commands::policy;
use crate::plain::plain;
use client::Client;
use protocol::merge::EntryParams;
use protocol::merge_order::{MoveEntry, PrioritizeEntry, QueueParams, QueueStanding, QueueState};
use protocol::ops::typed;
use protocol::{ApiError, ErrorCode, Priority, count};

/// A place as it was typed.
pub(super) struct Where {
    pub before: Option<String>,
    pub after: Option<String>,
    pub to: Option<u64>,
}

async fn params(client: &Client, workspace: Option<&str>) -> Result<QueueParams, ApiError> {
    Ok(QueueParams { workspace_id: policy::of(client, workspace).await? })
}

pub(super) async fn pause(client: &Client, workspace: Option<&str>, as_json: bool) -> Result<u8, ApiError> {
    let params = params(client, workspace).await?;
    let standing = client.call(typed::MergePause, &params, None).await?;
    say_ok(as_json, &standing, || say!("Landing is paused. What is being checked is finished and waits."));
    Ok(0)
}

pub(super) async fn resume(client: &Client, workspace: Option<&str>, as_json: bool) -> Result<u8, ApiError> {
    let params = params(client, workspace).await?;
    let standing = client.call(typed::MergeResume, &params, None).await?;
    say_ok(as_json, &standing, || say!("Landing goes on."));
    Ok(0)
}

pub(super) async fn drain(
    client: &Client,
    workspace: Option<&str>,
    wait: bool,
    as_json: bool,
) -> Result<u8, ApiError> {
    let params = params(client, workspace).await?;
    // Events from before the question: the end may come before its answer is read.
    let mut events = client.events(None, now(client).await?).await?;
    let standing = client.call(typed::MergeDrain, &params, None).await?;
    if !wait || standing.state == QueueState::Paused {
        say_ok(as_json, &standing, || draining(&standing));
        return Ok(0);
    }
    if !as_json {
        draining(&standing);
    }
    while let Some(event) = events.next().await? {
        let ours = event.kind() == "merge.queue.state"
            && event.payload()["workspaceId"] == params.workspace_id.as_str();
        if !ours {
            continue;
        }
        let drained = event.payload()["drained"] == true;
        if !drained && event.payload()["state"] == "draining" {
            continue;
        }
        if as_json {
            crate::output::json(&event.payload());
        } else if drained {
            say!("Nothing is under way any more; landing is paused.");
        } else {
            say!("Somebody ended the drain.");
        }
        return Ok(u8::from(!drained));
    }
    Err(ApiError::new(ErrorCode::Unavailable, "The server ended before the queue did."))
}

fn draining(standing: &QueueStanding) {
    match standing.under_way.len() {
        0 => say!("Nothing was under way. Landing is paused."),
        n => say!(
            "{} to its end; nothing else begins, and then landing is paused.",
            count(n, "entry goes", "entries go")
        ),
    }
}

pub(super) async fn next(client: &Client, what: &str, as_json: bool) -> Result<u8, ApiError> {
    let entry = find(client, what).await?;
    let standing = client.call(typed::MergeNext, &EntryParams { id: entry.id.clone() }, None).await?;
    say_ok(as_json, &standing, || say!("{} lands next.", plain(&entry.title)));
    Ok(0)
}

pub(super) async fn put(client: &Client, what: &str, to: Where, as_json: bool) -> Result<u8, ApiError> {
    let entry = find(client, what).await?;
    let other = |named: Option<String>| async move {
        match named {
            Some(named) => find(client, &named).await.map(|entry| Some(entry.id)),
            None => Ok(None),
        }
    };
    let moved = MoveEntry {
        id: entry.id.clone(),
        before: other(to.before).await?,
        after: other(to.after).await?,
        place: to.to,
    };
    let standing = client.call(typed::MergeMove, &moved, None).await?;
    say_ok(as_json, &standing, || placed(&entry.title, &entry.id, &standing));
    Ok(0)
}

pub(super) async fn priority(
    client: &Client,
    what: &str,
    priority: Priority,
    as_json: bool,
) -> Result<u8, ApiError> {
    let entry = find(client, what).await?;
    let params = PrioritizeEntry { id: entry.id.clone(), priority };
    let standing = client.call(typed::MergePriority, &params, None).await?;
    say_ok(as_json, &standing, || placed(&entry.title, &entry.id, &standing));
    Ok(0)
}

fn placed(title: &str, id: &protocol::EntryId, standing: &QueueStanding) {
    match standing.order.iter().position(|other| other == id) {
        Some(at) => say!("{} is number {} of {} now.", plain(title), at + 1, standing.order.len()),
        None => say!("{} is not in the queue any more.", plain(title)),
    }
}
