//! `pilothouse ask`: send, and if asked to, follow until it has ended.

use crate::output;
use client::{Client, StreamEvent};
use protocol::approval::{AnswerParams, Decision};
use protocol::message::SendMessage;
use protocol::ops::typed;
use protocol::{ApiError, ApprovalId, SessionId};

pub(crate) async fn run(
    client: &Client,
    text: &str,
    session: &str,
    wait: bool,
    approve: bool,
    as_json: bool,
) -> Result<u8, ApiError> {
    let session_id = SessionId::parse(session).map_err(|e| ApiError::bad(e.to_string()))?;
    let sent = SendMessage { session_id, text: text.to_owned(), intent: None, priority: None };
    let accepted = client.call(typed::ChatSend, &sent, None).await?;
    if as_json {
        output::json(&accepted);
    }
    if !wait {
        if !as_json {
            match (&accepted.request_id, accepted.queue_position) {
                (Some(id), Some(position)) => println!("Request {id}, position {position}"),
                _ => println!("Sent; LocalBuddy answers in the session."),
            }
        }
        return Ok(0);
    }
    let mut following = Following {
        request: accepted.request_id.map(|id| id.to_string()),
        job: None,
        held: false,
        reported: false,
    };
    let mut events = client.events(Some(session), accepted.cursor).await?;
    while let Some(event) = events.next().await? {
        if event.kind() == "assistant_message" && !as_json {
            println!("{}", event.payload()["text"].as_str().unwrap_or_default());
        }
        if event.kind() == "approval_required" {
            let id = event.payload()["approvalId"].as_str().unwrap_or_default().to_owned();
            if approve {
                let approval_id = ApprovalId::parse(id).map_err(|e| ApiError::bad(e.to_string()))?;
                client
                    .call(
                        typed::ApprovalAnswer,
                        &AnswerParams { approval_id, decision: Decision::Approve, hash: None },
                        None,
                    )
                    .await?;
            } else if !as_json {
                println!(
                    "Waits for you: {}  (pilothouse approve {id})",
                    event.payload()["summary"].as_str().unwrap_or_default()
                );
            }
        }
        if let Some(code) = following.read(&event) {
            if as_json {
                output::json(&serde_json::json!({ "ok": code == 0, "last": event.envelope }));
            }
            return Ok(code);
        }
    }
    Err(ApiError::new(protocol::ErrorCode::Unavailable, "The server ended before the request did."))
}

/// What a message has become so far.
struct Following {
    request: Option<String>,
    job: Option<String>,
    held: bool,
    reported: bool,
}

impl Following {
    /// The exit code, once this event ends the matter.
    fn read(&mut self, event: &StreamEvent) -> Option<u8> {
        let payload = event.payload();
        let text = |key: &str| payload[key].as_str().map(str::to_owned);
        let ours = self.job.is_some()
            && (text("jobId") == self.job
                || payload["entry"]["jobId"].as_str().map(str::to_owned) == self.job);
        match event.kind() {
            "assistant_message" if self.request.is_none() => Some(0),
            "plan.ready" if text("requestId") == self.request => {
                self.job = text("jobId");
                None
            }
            "approval_required" if self.job.is_none() => {
                self.held = true;
                None
            }
            "request.changed" if text("requestId") == self.request => match payload["status"].as_str() {
                Some("failed" | "cancelled" | "waiting_for_model") => Some(1),
                // Planning has ended; what was planned waits for an answer.
                Some("completed") if !self.held => Some(0),
                _ => None,
            },
            "job_failed" | "job.cancelled" | "merge.entry.failed" | "merge.entry.removed" if ours => Some(1),
            "merge.entry.returned" if ours => Some(1),
            "merge.entry.landed" if ours => Some(0),
            // A job that hands nothing over ends with its report; one that does announces its diff first.
            "job_completed" if ours => {
                self.reported = true;
                None
            }
            "job.diff" if ours => {
                self.reported = false;
                None
            }
            "assistant_message" if self.reported => Some(0),
            _ => None,
        }
    }
}
