//! Waiting for what became of one entry.

use super::{find, look, now};
use client::Client;
use protocol::merge::{EntryState, LandParams, MergeEntry};
use protocol::ops::typed;
use protocol::{ApiError, ErrorCode};

/// Approves it as `land` does, and answers when it has ended or needs a person again. 0 only when it landed.
pub(super) async fn land(client: &Client, what: &str, as_json: bool) -> Result<u8, ApiError> {
    // Events from before the answer: the end may come before it is read.
    let mut events = client.events(None, now(client).await?).await?;
    let shown = find(client, what).await?;
    if !as_json {
        look::entry(&shown, false);
    }
    let land = LandParams { id: shown.id, hash: shown.patch_hash };
    let mut entry = client.call(typed::MergeLand, &land, None).await?;
    // It stands there with the question that was just answered until the queue has looked at it.
    let answered = entry.approval_id.clone();
    while !rests(&entry) || (entry.state == EntryState::WaitingApproval && entry.approval_id == answered) {
        let Some(event) = events.next().await? else {
            return Err(ApiError::new(ErrorCode::Unavailable, "The server ended before the entry did."));
        };
        let told = &event.payload()["entry"];
        if told["id"] == entry.id.as_str() {
            // What the event tells can be old by now; what the server says then is not.
            entry = find(client, entry.id.as_str()).await?;
        }
    }
    look::entry(&entry, as_json);
    Ok(u8::from(entry.state != EntryState::Landed))
}

/// Nothing more happens to it without somebody.
fn rests(entry: &MergeEntry) -> bool {
    match entry.state {
        EntryState::Landed
        | EntryState::Returned
        | EntryState::Failed
        | EntryState::Removed
        | EntryState::Parked
        | EntryState::WaitingApproval => true,
        EntryState::Queued | EntryState::Approved | EntryState::Checking | EntryState::Landing => false,
    }
}
