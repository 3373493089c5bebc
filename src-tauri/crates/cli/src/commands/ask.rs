//! `pilothouse ask`: send, and if asked to, follow until it has ended.

mod following;

use super::{asked, short, show};
use crate::output;
use client::{Client, EventStream, StreamEvent};
use following::{Asked, Following, Why};
use protocol::approval::{AnswerParams, ApprovalState, Decision};
use protocol::message::SendMessage;
use protocol::ops::{ApprovalParams, typed};
use protocol::{ApiError, ApprovalId, ErrorCode};
use serde_json::json;
use std::time::Duration;

/// Time for the words that say why something ended.
const WORDS: Duration = Duration::from_secs(10);

/// How the answer is waited for, shown and given.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub wait: bool,
    pub approve: bool,
    pub as_json: bool,
}

pub(crate) async fn run(
    client: &Client,
    text: &str,
    session: &str,
    worker: Option<String>,
    how: Manner,
) -> Result<u8, ApiError> {
    let Manner { wait, approve, as_json } = how;
    let session_id = short::session(client, session).await?;
    let sent = SendMessage {
        session_id: session_id.clone(),
        text: text.to_owned(),
        intent: None,
        priority: None,
        target_worker_id: worker.clone(),
    };
    let accepted = client.call(typed::ChatSend, &sent, None).await?;
    if as_json {
        output::json(&accepted);
    } else {
        super::worker::tell_target(client, worker.as_deref()).await?;
    }
    if !wait {
        if !as_json {
            match (&accepted.request_id, accepted.queue_position) {
                (Some(id), Some(position)) => say!("Request {id}, position {position}"),
                _ => say!("Sent; LocalBuddy answers in the session."),
            }
        }
        return Ok(0);
    }
    let mut following = Following::of(accepted.request_id.map(|id| id.to_string()));
    let mut events = client.events(Some(session_id.as_str()), accepted.cursor).await?;
    while let Some(event) = events.next().await? {
        if event.kind() == "assistant_message" && !as_json {
            output::message(event.payload()["text"].as_str().unwrap_or_default());
        }
        if let Some(id) =
            event.payload()["approvalId"].as_str().filter(|_| event.kind() == "approval_required")
        {
            let approve = match following.asked(&event) {
                Asked::Ours => approve,
                Asked::InTheWay => false,
                Asked::Foreign => continue,
            };
            question(client, id, Manner { approve, ..how }).await?;
        }
        if let Some(code) = following.read(&event) {
            if as_json {
                output::json(&json!({ "ok": code == 0, "last": event.envelope }));
            } else if code != 0 {
                tell_why(&event, &mut events).await?;
            }
            return Ok(code);
        }
    }
    Err(ApiError::new(ErrorCode::Unavailable, "The server ended before the request did."))
}

/// Says why it ended in vain.
async fn tell_why(end: &StreamEvent, events: &mut EventStream) -> Result<(), ApiError> {
    match following::why(end) {
        Why::Said(text) => output::message(&text),
        Why::Follows => {
            let words = async {
                while let Some(event) = events.next().await? {
                    if event.kind() == "assistant_message" {
                        output::message(event.payload()["text"].as_str().unwrap_or_default());
                        return Ok(true);
                    }
                }
                Ok::<bool, ApiError>(false)
            };
            // They were written together with the end. Where they were not, it is told as it is.
            if !tokio::time::timeout(WORDS, words).await.unwrap_or(Ok(false))? {
                say!("It ended in vain; its job or request has the details.");
            }
        }
    }
    Ok(())
}

/// Shows a question and, where we may, answers exactly what was shown.
async fn question(client: &Client, id: &str, how: Manner) -> Result<(), ApiError> {
    let id = ApprovalId::parse(id).map_err(|e| ApiError::bad(e.to_string()))?;
    let approval = client.call(typed::ApprovalGet, &ApprovalParams { id: id.clone() }, None).await?;
    if approval.state != ApprovalState::Pending {
        return Ok(());
    }
    if !how.as_json {
        show::question(&approval);
    }
    if !how.approve {
        match how.as_json {
            true => output::json(&json!({ "waiting": approval })),
            false => say!("Waits for you: pilothouse approve {id}"),
        }
        return Ok(());
    }
    let answer = AnswerParams {
        approval_id: id,
        decision: Decision::Approve,
        hash: Some(approval.hash),
        remember: None,
    };
    match client.call(typed::ApprovalAnswer, &answer, None).await {
        Ok(answered) if how.as_json => output::json(&json!({ "approved": answered })),
        Ok(answered) => say!("Approved: {}", asked::sentence(&answered)),
        // Somebody was faster, or there is another question in its place, which comes as an event of its own.
        Err(error) if matches!(error.code, ErrorCode::AlreadyResolved | ErrorCode::Stale) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}
