//! Budgets in sentences.

use host::config::money_text;
use protocol::budget::{BudgetScope, BudgetStanding, Measure};

/// That a budget is used up, and what lets the work go on.
pub(crate) fn used_up(standing: &BudgetStanding) -> String {
    let next = match standing.scope {
        BudgetScope::Job => "Raise it for this job, or cancel the job",
        BudgetScope::Day | BudgetScope::Workspace => {
            "It begins anew at midnight; or raise it in the configuration and resume"
        }
    };
    format!("The budget of {} is used up: {}. {next}.", whose(standing.scope), of(standing))
}

fn whose(scope: BudgetScope) -> &'static str {
    match scope {
        BudgetScope::Job => "this job",
        BudgetScope::Day => "this day",
        BudgetScope::Workspace => "this workspace for today",
    }
}

fn of(standing: &BudgetStanding) -> String {
    match standing.measure {
        Measure::Tokens => format!("{} of {} tokens", standing.used, standing.limit),
        Measure::WorkMs => format!("{} of {} minutes", standing.used / 60_000, standing.limit / 60_000),
        Measure::MoneyMicros => format!("{} of {}", money_text(standing.used), money_text(standing.limit)),
    }
}
