//! How a run ended and what it tells on its way.

use serde::{Deserialize, Serialize};

use super::limits::LimitKind;
use crate::model::Usage;

/// The end of a run. `claimed_summary` is the model's word and no evidence of anything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NativeOutcome {
    pub status: Status,
    /// One sentence for people.
    pub reason: String,
    pub claimed_summary: Option<String>,
    /// As the model put it.
    pub confidence: Option<String>,
    pub usage: Usage,
    /// Millionths of a dollar, when a price is known.
    pub cost_micros: Option<u64>,
    pub steps: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Status {
    /// The model called `finish`.
    Finished,
    Limit {
        limit: LimitKind,
    },
    /// The same actions over and over.
    Stuck,
    Error {
        /// A `model.*` code, or `loop.format`, `loop.no_action`, `loop.empty`.
        code: String,
    },
    Cancelled,
    /// A budget of the user is used up.
    Budget {
        /// Milliseconds since 1970, when it begins anew by itself.
        resets_at_ms: Option<i64>,
    },
    /// The provider allows no more for now.
    Quota {
        /// Milliseconds since 1970, when it says.
        resets_at_ms: Option<i64>,
        /// From now, when it says that instead.
        retry_after_ms: Option<u64>,
    },
}

impl Status {
    /// A stable word or code.
    pub fn code(&self) -> &str {
        match self {
            Status::Finished => "finished",
            Status::Limit { .. } => "limit",
            Status::Stuck => "stuck",
            Status::Error { code } => code,
            Status::Cancelled => "cancelled",
            Status::Quota { .. } => "quota",
            Status::Budget { .. } => "budget",
        }
    }
}

/// What happened, in order, for logs and progress.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum LoopEvent {
    Step {
        step: u32,
        of: u32,
    },
    /// What the model said beside its calls.
    Said {
        text: String,
    },
    ToolStarted {
        tool: String,
        label: String,
    },
    ToolEnded {
        tool: String,
        failed: bool,
        exit_code: Option<i32>,
        /// As shown to the model.
        text: String,
    },
    /// Tokens of one reply.
    Used {
        usage: Usage,
    },
    /// A message of ours to the model: a nudge, a correction, a warning.
    Nudged {
        why: String,
    },
    Waiting {
        code: String,
        ms: u64,
    },
    /// Old observations were taken out of the history; sizes in tokens, reckoned.
    Trimmed {
        stubbed: usize,
        before: u64,
        after: u64,
    },
    /// The model calls no tools; actions are now asked for as JSON text.
    EnvelopeMode,
}
