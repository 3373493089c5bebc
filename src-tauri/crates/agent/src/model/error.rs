//! Every way a call can fail, each with a stable code. No message ever contains the key.

use serde::{Deserialize, Serialize};

use super::history::ToolCall;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ModelError {
    #[error("the model server refused the key ({status}): {message}")]
    Auth { status: u16, message: String },
    #[error("the model server asks to slow down: {message}")]
    RateLimited {
        /// How long it asked us to wait.
        retry_after_ms: Option<u64>,
        message: String,
    },
    #[error("the usage limit at the provider is reached: {message}")]
    Quota {
        /// Milliseconds since 1970, when the provider says.
        resets_at_ms: Option<i64>,
        message: String,
    },
    /// Our own server refused: a budget of the user is used up.
    #[error("{message}")]
    Budget {
        /// Milliseconds since 1970, when it begins anew by itself.
        resets_at_ms: Option<i64>,
        message: String,
    },
    #[error("the reply was cut off in the middle")]
    CutStream { partial: Partial },
    #[error("no answer in time ({phase}, {after_ms} ms)")]
    Timeout { phase: TimeoutPhase, after_ms: u64 },
    #[error("the model server cannot be reached or is failing: {message}")]
    Unreachable { status: Option<u16>, message: String },
    #[error("the reply makes no sense: {message}")]
    BadReply { message: String },
    #[error("the model or address does not exist there: {message}")]
    NotFound { message: String },
    #[error("the conversation is longer than the model can hold: {message}")]
    TooLong { message: String },
    #[error("the model server refused the request ({status}): {message}")]
    Refused { status: u16, message: String },
    #[error("cancelled")]
    Cancelled,
}

impl ModelError {
    pub fn code(&self) -> &'static str {
        match self {
            ModelError::Auth { .. } => "model.auth",
            ModelError::RateLimited { .. } => "model.rate_limited",
            ModelError::Quota { .. } => "model.quota",
            ModelError::Budget { .. } => "model.budget",
            ModelError::CutStream { .. } => "model.cut_stream",
            ModelError::Timeout { .. } => "model.timeout",
            ModelError::Unreachable { .. } => "model.unreachable",
            ModelError::BadReply { .. } => "model.bad_reply",
            ModelError::NotFound { .. } => "model.not_found",
            ModelError::TooLong { .. } => "model.too_long",
            ModelError::Refused { .. } => "model.refused",
            ModelError::Cancelled => "model.cancelled",
        }
    }

    /// Whether the same request may succeed later without anyone changing anything.
    pub fn retryable(&self) -> bool {
        match self {
            ModelError::RateLimited { .. }
            | ModelError::CutStream { .. }
            | ModelError::Timeout { .. }
            | ModelError::Unreachable { .. }
            | ModelError::BadReply { .. } => true,
            ModelError::Auth { .. }
            | ModelError::Quota { .. }
            | ModelError::Budget { .. }
            | ModelError::NotFound { .. }
            | ModelError::TooLong { .. }
            | ModelError::Refused { .. }
            | ModelError::Cancelled => false,
        }
    }
}

/// What had arrived before a stream broke.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Partial {
    pub text: String,
    /// The last one's arguments may be incomplete.
    pub tool_calls: Vec<ToolCall>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeoutPhase {
    Connect,
    FirstByte,
    /// Between two pieces of a reply.
    Idle,
}

impl std::fmt::Display for TimeoutPhase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            TimeoutPhase::Connect => "connecting",
            TimeoutPhase::FirstByte => "waiting for the first byte",
            TimeoutPhase::Idle => "between two pieces",
        })
    }
}
