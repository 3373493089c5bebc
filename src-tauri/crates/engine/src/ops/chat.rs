//! The ingress: one durable append, an answer at once, whatever the crew is doing.

use crate::{Caller, Engine, Reply, outbox};
use flow::light::{LightFacts, Route};
use protocol::message::{CommandAccepted, MAX_MESSAGE, MessageAccepted, PostCommand, SendMessage};
use protocol::ops::Permission;
use protocol::{ApiError, ErrorCode, Event, Priority};
use store::{NewEvent, NewRequest, StoreError, Tx};

/// Types a client with scope `chat` may post; the life cycle of jobs and tasks needs `jobs`.
const CHAT_TYPES: [&str; 3] = ["log", "message", "status"];

/// Longest text that can be a question about an id.
const LOOK_UP_BYTES: usize = 200;
/// Ids such a question may mean.
const RECENT_IDS: usize = 100;

impl Engine {
    /// LocalBuddy's front door: the message is appended and either answered by LocalBuddy or enqueued.
    pub async fn chat_send(&self, caller: Caller, p: SendMessage) -> Reply {
        let text = p.text.trim().to_owned();
        if text.is_empty() {
            return Err(ApiError::bad("text is required"));
        }
        super::jobs::check_target(p.target_worker_id.as_deref())?;
        if text.len() > MAX_MESSAGE {
            return Err(ApiError::new(
                ErrorCode::TooLarge,
                format!(
                    "A message holds at most {MAX_MESSAGE} bytes. Put longer text into a file of the repository."
                ),
            ));
        }
        if !caller.who.may(Permission::Publish) && crate::remote_buddy::publish::would_publish(&text) {
            return Err(ApiError::new(ErrorCode::Forbidden, "This device may not publish."));
        }
        let from = match &caller.who {
            crate::Principal::Owner => "client".to_owned(),
            other => format!("client:{}", other.label()),
        };
        self.change(caller, move |tx| {
            let workspace = tx.require_session(&p.session_id)?;
            let route = flow::light::route(&text, &light_facts(tx, &text)?);
            let turn = tx.new_id();
            let event = Event::Message { text: text.clone(), intent: p.intent };
            let appended = tx.append(NewEvent::new(&p.session_id, event, from).turn(Some(turn.clone())))?;
            let mut accepted = MessageAccepted {
                ok: true,
                code: "accepted".into(),
                event_id: appended.id,
                cursor: appended.cursor,
                request_id: None,
                queue_position: None,
                eta_ms: None,
            };
            match route {
                Route::Answer(_) => {
                    tx.post(outbox::LOCAL_ANSWER, serde_json::json!({ "session": p.session_id, "workspace": workspace, "turn": turn, "text": text }))?;
                }
                Route::Delegate { text: prompt, priority } => {
                    let priority = p.priority.unwrap_or(priority);
                    let new = NewRequest {
                        session_id: p.session_id.clone(),
                        workspace_id: workspace,
                        prompt,
                        enhanced_prompt: None,
                        priority,
                        queue_wait_budget_ms: queue_wait_budget(priority),
                        target_worker_id: p.target_worker_id,
                    };
                    let (id, position) = tx.enqueue_request(new)?;
                    tx.post(outbox::ENHANCE, serde_json::json!({ "request": id, "turn": turn }))?;
                    accepted.eta_ms = tx.eta_ms("requests", position, 1)?;
                    accepted.queue_position = Some(position);
                    accepted.request_id = Some(serde_json::from_value(id.into())?);
                }
            }
            Ok(accepted)
        })
        .await
    }

    /// An event posted by a client or a foreign worker, validated against its type's payload.
    pub async fn chat_command(&self, caller: Caller, p: PostCommand) -> Reply {
        if !Event::TYPES.contains(&p.kind.as_str()) || p.kind.contains('.') {
            return Err(ApiError::bad(format!(
                "{} is not an event type that can be posted",
                p.kind.chars().take(80).collect::<String>()
            )));
        }
        let event: Event =
            serde_json::from_value(serde_json::json!({ "type": p.kind, "payload": p.payload }))
                .map_err(|e| ApiError::bad(format!("payload of {}: {e}", p.kind)))?;
        if matches!(
            event,
            Event::Approved { .. }
                | Event::Denied { .. }
                | Event::ApprovalRequired { .. }
                | Event::Committed { .. }
        ) {
            return Err(ApiError::new(
                ErrorCode::Forbidden,
                format!("{} is a fact only the server states.", p.kind),
            ));
        }
        if !CHAT_TYPES.contains(&p.kind.as_str())
            && !caller.who.may(Permission::Jobs)
            && !caller.who.may(Permission::Work)
        {
            return Err(ApiError::new(
                ErrorCode::Forbidden,
                format!("Posting {} needs the scope jobs.", p.kind),
            ));
        }
        let wants_approval = matches!(&event, Event::ToolCall { requires_approval: Some(true), .. });
        self.change(caller.clone(), move |tx| {
            let workspace = tx.require_session(&p.session_id)?;
            if let Event::ToolCall { tool_call_id, tool, args, .. } = &event
                && wants_approval
            {
                crate::ask::ask_about_tool(
                    tx,
                    &p.session_id,
                    workspace,
                    tool_call_id,
                    tool,
                    args,
                    &caller.who.label(),
                )?;
            }
            let new = NewEvent {
                session_id: p.session_id,
                event,
                from: Some(p.from.unwrap_or_else(|| caller.who.label())),
                to: p.to,
                correlation_id: p.correlation_id,
                turn_id: p.turn_id,
                parent_id: p.parent_id,
            };
            let appended = tx.append(new)?;
            Ok(CommandAccepted { ok: true, event_id: appended.id, cursor: appended.cursor })
        })
        .await
    }
}

/// What LocalBuddy knows of ids; nothing is read for texts that are too long to be a look-up.
pub(crate) fn light_facts(tx: &Tx<'_>, text: &str) -> Result<LightFacts, StoreError> {
    if text.len() > LOOK_UP_BYTES {
        return Ok(LightFacts::default());
    }
    let (requests, jobs) = tx.recent_ids(RECENT_IDS)?;
    Ok(LightFacts { requests, jobs })
}

/// How long a request may wait by its priority before the service level is missed, in milliseconds.
pub(crate) fn queue_wait_budget(priority: Priority) -> u64 {
    match priority {
        Priority::Interactive => 20_000,
        Priority::Normal => 90_000,
        Priority::Background => 240_000,
    }
}
