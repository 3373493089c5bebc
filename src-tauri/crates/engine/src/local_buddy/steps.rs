//! What `POST /message` streams: LocalBuddy's steps until it has answered or passed the request on.

use crate::Engine;
use protocol::SessionId;
use serde_json::{Value, json};
use std::time::Duration;
use store::{EventFilter, Subscription};

/// Longest time the stream stays open.
const PATIENCE: Duration = Duration::from_secs(30);

/// One line of the stream; `kind` is `status`, `complete` or `error`.
#[derive(Debug, Clone, PartialEq)]
pub struct BuddyStep {
    pub kind: &'static str,
    pub message: String,
    pub data: Option<Value>,
}

/// The steps of one message.
pub struct BuddySteps {
    events: Subscription,
    engine: Engine,
    request: Option<String>,
    until: tokio::time::Instant,
    done: bool,
    pending: std::collections::VecDeque<BuddyStep>,
}

impl Engine {
    /// Follows a message just posted at `cursor`.
    pub fn buddy_steps(&self, session: SessionId, cursor: i64, request: Option<String>) -> BuddySteps {
        let filter = EventFilter { session: Some(session), all_types: true, scopes: None };
        let until = tokio::time::Instant::now() + PATIENCE;
        BuddySteps {
            events: self.follow(filter, cursor),
            engine: self.clone(),
            request,
            until,
            done: false,
            pending: Default::default(),
        }
    }
}

impl BuddySteps {
    pub async fn next(&mut self) -> Option<BuddyStep> {
        loop {
            if let Some(step) = self.pending.pop_front() {
                return Some(step);
            }
            if self.done {
                return None;
            }
            tokio::select! {
                batch = self.events.next() => match batch {
                    Ok(events) => for event in events {
                        if let Ok(delivered) = serde_json::from_slice::<Value>(&event.json) {
                            self.read(&delivered["envelope"]);
                        }
                    },
                    Err(_) => self.end("error", "The server is shutting down.", None),
                },
                () = tokio::time::sleep_until(self.until) => self.end("error", "No answer yet. The request is kept; follow the session's events.", None),
                () = self.engine.stopping() => self.end("error", "The server is shutting down.", None),
            }
        }
    }

    fn read(&mut self, envelope: &Value) {
        if self.done {
            return;
        }
        let payload = &envelope["payload"];
        match (envelope["type"].as_str().unwrap_or_default(), &self.request) {
            ("buddy.status", Some(request)) if payload["requestId"] == request.as_str() => {
                let data = json!({ "requestId": request });
                let message = payload["message"].as_str().unwrap_or_default().to_owned();
                self.pending.push_back(BuddyStep { kind: "status", message, data: None });
                self.end("complete", "Passed on to RemoteBuddy.", Some(data));
            }
            ("assistant_message", None) => {
                let text = payload["text"].as_str().unwrap_or_default().to_owned();
                self.end("complete", &text, None);
            }
            _ => {}
        }
    }

    fn end(&mut self, kind: &'static str, message: &str, data: Option<Value>) {
        self.pending.push_back(BuddyStep { kind, message: message.to_owned(), data });
        self.done = true;
    }
}
