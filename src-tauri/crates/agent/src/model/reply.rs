//! What came back.

use serde::{Deserialize, Serialize};

use super::history::ToolCall;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reply {
    pub text: String,
    /// Thoughts the model showed; never part of `text` and never sent back.
    #[serde(default)]
    pub reasoning: String,
    #[serde(default)]
    pub tool_calls: Vec<ToolCall>,
    pub stop_reason: StopReason,
    pub usage: Usage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    EndTurn,
    ToolCalls,
    /// Cut by the token limit: text and the last call's arguments may be incomplete.
    MaxTokens,
    /// The provider's filter or the model itself declined.
    Refused,
    /// The server gave no reason we know.
    Unknown,
}

/// Tokens of one call or the sum of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// All input, cached part included.
    pub input: u64,
    pub output: u64,
    /// The part of `input` that came from a cache.
    pub cached: u64,
    /// The server did not say; reckoned from lengths at four bytes a token.
    #[serde(default)]
    pub estimated: bool,
}

impl Usage {
    pub fn total(&self) -> u64 {
        self.input.saturating_add(self.output)
    }

    pub fn add(&mut self, other: Usage) {
        self.input = self.input.saturating_add(other.input);
        self.output = self.output.saturating_add(other.output);
        self.cached = self.cached.saturating_add(other.cached);
        self.estimated |= other.estimated;
    }
}

/// A piece of a reply on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Delta {
    Text {
        text: String,
    },
    Reasoning {
        text: String,
    },
    /// The model began a call; its arguments come whole with the reply.
    ToolCall {
        name: String,
    },
    /// What came so far is void: the attempt failed and another begins after `wait_ms`.
    Restart {
        code: String,
        wait_ms: u64,
    },
}
