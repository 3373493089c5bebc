//! How much may be used, how much was, and what follows from it. No clock: whoever asks brings the sums of the job,
//! the day and the workspace; what counts as a day is theirs to say.

use protocol::budget::{BudgetScope, BudgetStanding, Measure};

/// Part of a budget, in percent, from which on it is told that it runs out.
const NEAR: u128 = 80;

/// Limits of one scope. None is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limit {
    /// Input and output together.
    pub tokens: Option<u64>,
    /// Milliseconds that workers spent.
    pub work_ms: Option<u64>,
    /// Millionths of the unit prices are given in.
    pub micros: Option<u64>,
}

/// What was used of one scope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    pub tokens: u64,
    pub work_ms: u64,
    /// Only calls with a known price.
    pub micros: u64,
}

/// Everything that bounds one job's next step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budgets {
    pub job: Limit,
    pub day: Limit,
    pub workspace: Limit,
}

impl Budgets {
    /// Whether any limit is set at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub fn limit(&self, scope: BudgetScope) -> Limit {
        match scope {
            BudgetScope::Job => self.job,
            BudgetScope::Day => self.day,
            BudgetScope::Workspace => self.workspace,
        }
    }
}

/// Where one scope stands, measure by measure; only those with a limit.
pub fn standings(scope: BudgetScope, limit: Limit, used: Used) -> Vec<BudgetStanding> {
    let rows = [
        (Measure::Tokens, limit.tokens, used.tokens),
        (Measure::WorkMs, limit.work_ms, used.work_ms),
        (Measure::MoneyMicros, limit.micros, used.micros),
    ];
    rows.into_iter()
        .filter_map(|(measure, limit, used)| {
            limit.map(|limit| BudgetStanding { scope, measure, used, limit })
        })
        .collect()
}

/// All of it is used. A limit of nothing is used up from the beginning.
pub fn reached(standing: &BudgetStanding) -> bool {
    standing.used >= standing.limit
}

/// At least four fifths are used.
pub fn near(standing: &BudgetStanding) -> bool {
    u128::from(standing.used) * 100 >= u128::from(standing.limit) * NEAR
}

/// Where everything stands after one more call; time does not pass by it.
pub fn charged(before: &[BudgetStanding], tokens: u64, micros: u64) -> Vec<BudgetStanding> {
    let more = |measure| match measure {
        Measure::Tokens => tokens,
        Measure::WorkMs => 0,
        Measure::MoneyMicros => micros,
    };
    before
        .iter()
        .map(|s| BudgetStanding { used: s.used.saturating_add(more(s.measure)), ..s.clone() })
        .collect()
}

/// What was passed between two looks: budgets that came near or were used up since `before`. Each is told once,
/// since what is used only grows within its scope.
pub fn crossed(before: &[BudgetStanding], after: &[BudgetStanding]) -> Vec<(BudgetStanding, bool)> {
    let was = |now: &BudgetStanding| {
        before.iter().find(|b| (b.scope, b.measure, b.limit) == (now.scope, now.measure, now.limit))
    };
    after
        .iter()
        .filter_map(|now| {
            let was = was(now);
            if reached(now) && !was.is_some_and(reached) {
                Some((now.clone(), true))
            } else if near(now) && !reached(now) && !was.is_some_and(near) {
                Some((now.clone(), false))
            } else {
                None
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
