//! Posting to a session.

use crate::{RequestId, SessionId, wire};

/// Longest text of one message, in bytes.
pub const MAX_MESSAGE: usize = 256 * 1024;

wire! {
    pub struct SendMessage {
        pub session_id: SessionId,
        pub text: String,
        #[serde(default)]
        #[ts(optional)]
        pub intent: Option<serde_json::Value>,
        #[serde(default)]
        #[ts(optional)]
        pub priority: Option<crate::Priority>,
        /// The only worker that may have the job this becomes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub target_worker_id: Option<String>,
    }
}

wire! {
    /// `requestId` is null when LocalBuddy answers by itself.
    pub struct MessageAccepted {
        pub ok: bool,
        pub code: String,
        pub event_id: String,
        pub cursor: i64,
        pub request_id: Option<RequestId>,
        pub queue_position: Option<u64>,
        pub eta_ms: Option<u64>,
    }
}

wire! {
    /// An event posted by a client; the payload is validated per type.
    pub struct PostCommand {
        pub session_id: SessionId,
        #[serde(rename = "type")]
        #[ts(rename = "type")]
        pub kind: String,
        pub payload: serde_json::Value,
        #[serde(default)]
        #[ts(optional)]
        pub from: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub to: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub correlation_id: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub turn_id: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub parent_id: Option<String>,
    }
}

wire! {
    pub struct CommandAccepted { pub ok: bool, pub event_id: String, pub cursor: i64 }
}
