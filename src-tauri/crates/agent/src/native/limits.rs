//! How much one task may use.

use serde::{Deserialize, Serialize};

use crate::model::Usage;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Replies of the model.
    pub steps: u32,
    /// Milliseconds since the start.
    pub wall_ms: u64,
    /// Input and output tokens together.
    pub tokens: Option<u64>,
    /// Millionths of a dollar; counts only with a price.
    pub cost_micros: Option<u64>,
    pub price: Option<Price>,
    /// Tokens the model can hold.
    pub window: u64,
    /// Tokens of one reply.
    pub reply_tokens: u32,
    pub tool_timeout_s: u64,
    pub tool_timeout_most_s: u64,
    /// Characters of one observation shown to the model.
    pub observation_chars: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 60,
            wall_ms: 30 * 60 * 1000,
            tokens: None,
            cost_micros: None,
            price: None,
            window: 32_768,
            reply_tokens: 4_096,
            tool_timeout_s: 120,
            tool_timeout_most_s: 600,
            observation_chars: 10_000,
        }
    }
}

/// Millionths of a dollar for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Price {
    pub input: u64,
    pub cached: u64,
    pub output: u64,
}

impl Price {
    pub fn cost_micros(self, usage: &Usage) -> u64 {
        let fresh = u128::from(usage.input.saturating_sub(usage.cached));
        let total = fresh * u128::from(self.input)
            + u128::from(usage.cached) * u128::from(self.cached)
            + u128::from(usage.output) * u128::from(self.output);
        u64::try_from(total.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    Steps,
    Time,
    Tokens,
    Money,
    /// The conversation no longer fits the model.
    Window,
}

/// What has been used so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Used {
    pub steps: u32,
    pub wall_ms: u64,
    pub usage: Usage,
}

impl Limits {
    /// The first limit of which at least `percent` is used.
    pub(super) fn reached(&self, used: &Used, percent: u64) -> Option<LimitKind> {
        let over = |used: u64, limit: u64| u128::from(used) * 100 >= u128::from(limit) * u128::from(percent);
        let cost = self.price.map_or(0, |price| price.cost_micros(&used.usage));
        let rows = [
            (LimitKind::Steps, over(u64::from(used.steps), u64::from(self.steps))),
            (LimitKind::Time, over(used.wall_ms, self.wall_ms)),
            (LimitKind::Tokens, self.tokens.is_some_and(|limit| over(used.usage.total(), limit))),
            (
                LimitKind::Money,
                self.cost_micros.is_some_and(|limit| self.price.is_some() && over(cost, limit)),
            ),
        ];
        rows.into_iter().find(|(_, reached)| *reached).map(|(kind, _)| kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_counts_cached_input_apart() {
        let price = Price { input: 3_000_000, cached: 300_000, output: 15_000_000 };
        let usage = Usage { input: 1_000_000, cached: 500_000, output: 100_000, estimated: false };
        assert_eq!(price.cost_micros(&usage), 1_500_000 + 150_000 + 1_500_000);
    }

    #[test]
    fn a_limit_without_a_price_never_stops_anyone() {
        let limits = Limits { cost_micros: Some(0), ..Limits::default() };
        let used = Used { steps: 1, wall_ms: 0, usage: Usage::default() };
        assert_eq!(limits.reached(&used, 100), None);
    }
}
