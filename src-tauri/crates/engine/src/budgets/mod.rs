//! Budgets: asked before each call to a model, charged after it, and told when they come near their end.
//!
//! What is used is a sum over the log of calls and claims, so nothing is counted twice and nothing is forgotten by a
//! restart. Several jobs that call at the same moment may together go a little beyond a limit: a call's size is known
//! only when it has ended.

mod charge;
mod going_on;
mod minutes;
mod wording;

pub(crate) use charge::Charge;
pub use charge::MeteredCall;
pub(crate) use minutes::time;
pub(crate) use wording::used_up;

use crate::Engine;
use flow::budget::{Budgets, Limit, Used, reached, standings};
use host::config::{Budget, Ceiling};
use protocol::budget::{BudgetParams, BudgetReport, BudgetScope, BudgetStanding, Spent};
use protocol::job::{Job, RaiseJob};
use protocol::{ApiError, ErrorCode};
use store::{StoreError, Tx};

const MINUTE_MS: u64 = 60_000;
const DAY_MS: i64 = 24 * 3_600_000;

/// Whose budgets are meant: everything of the day, and where there is one, a workspace and a job.
#[derive(Debug, Clone, Default)]
pub(crate) struct Whose {
    pub workspace: Option<String>,
    pub job: Option<String>,
}

impl Whose {
    /// Those of a job, and of all it is part of.
    pub(crate) fn of(job: &Job) -> Self {
        Self { workspace: job.workspace_id.as_ref().map(ToString::to_string), job: Some(job.id.to_string()) }
    }
}

impl Engine {
    /// When the day began where the user is, in milliseconds since 1970.
    pub(crate) fn day_began(&self) -> i64 {
        let now = self.clock.now_ms();
        now - now.rem_euclid(60_000) - i64::from(self.clock.minute_of_day()) * 60_000
    }

    /// When the next day begins. On the two days a year on which clocks are changed it is an hour off.
    pub(crate) fn next_day(&self) -> i64 {
        self.day_began() + DAY_MS
    }

    /// Refuses with `budget.reached` when anything that bounds this is used up.
    pub(crate) async fn within_budget(&self, whose: Whose) -> Result<(), ApiError> {
        self.notice_sleep().await?;
        let (budget, day) = (self.own.config.budget, self.day_began());
        let all = self.store.read(move |tx| look(tx, &budget, &whose, day)).await?;
        match all.iter().find(|standing| reached(standing)) {
            None => Ok(()),
            Some(standing) => {
                let resets = (standing.scope != BudgetScope::Job).then(|| self.next_day());
                let details = serde_json::json!({ "standing": standing, "resetsAtMs": resets });
                Err(ApiError::new(ErrorCode::BudgetReached, used_up(standing)).with(details))
            }
        }
    }

    pub async fn budget_show(&self, p: BudgetParams) -> Result<BudgetReport, ApiError> {
        self.notice_sleep().await?;
        let (budget, day) = (self.own.config.budget, self.day_began());
        let report = self.store.read(move |tx| {
            let workspace =
                p.workspace_id.as_ref().map(|w| tx.spent_since(day, Some(w.as_str()))).transpose()?;
            let job = p.job_id.as_ref().map(|j| tx.spent_on_job(j.as_str())).transpose()?;
            let whose = Whose {
                workspace: p.workspace_id.map(|w| w.to_string()),
                job: p.job_id.map(|j| j.to_string()),
            };
            Ok(BudgetReport {
                day_began: host::clock::iso(day),
                day: tx.spent_since(day, None)?,
                workspace,
                job,
                standings: look(tx, &budget, &whose, day)?,
                models: tx.spent_by_model(day)?,
                auto_resume: budget.auto_resume,
            })
        });
        Ok(report.await?)
    }
}

/// Where everything with a limit stands. Without limits nothing is summed up.
pub(crate) fn look(
    tx: &Tx<'_>,
    budget: &Budget,
    whose: &Whose,
    day: i64,
) -> Result<Vec<BudgetStanding>, StoreError> {
    let mut budgets =
        Budgets { job: limit(&budget.job), day: limit(&budget.day), workspace: limit(&budget.workspace) };
    if let Some(job) = &whose.job {
        budgets.job = raised(budgets.job, tx.raised(job)?);
    }
    let mut all = Vec::new();
    if budgets.day != Limit::default() {
        all.extend(standings(BudgetScope::Day, budgets.day, used(tx.spent_since(day, None)?)));
    }
    if let (Some(workspace), true) = (&whose.workspace, budgets.workspace != Limit::default()) {
        let spent = tx.spent_since(day, Some(workspace))?;
        all.extend(standings(BudgetScope::Workspace, budgets.workspace, used(spent)));
    }
    if let (Some(job), true) = (&whose.job, budgets.job != Limit::default()) {
        all.extend(standings(BudgetScope::Job, budgets.job, used(tx.spent_on_job(job)?)));
    }
    Ok(all)
}

fn limit(ceiling: &Ceiling) -> Limit {
    Limit {
        tokens: ceiling.tokens,
        work_ms: ceiling.minutes.map(|minutes| minutes.saturating_mul(MINUTE_MS)),
        micros: ceiling.micros,
    }
}

/// A raise counts only where there is a limit, and never lowers it.
fn raised(limit: Limit, raise: Option<RaiseJob>) -> Limit {
    let Some(raise) = raise else { return limit };
    let higher = |limit: Option<u64>, raise: Option<u64>| limit.map(|limit| limit.max(raise.unwrap_or(0)));
    Limit {
        tokens: higher(limit.tokens, raise.tokens),
        work_ms: higher(limit.work_ms, raise.minutes.map(|minutes| minutes.saturating_mul(MINUTE_MS))),
        micros: higher(limit.micros, raise.money_micros),
    }
}

fn used(spent: Spent) -> Used {
    Used { tokens: spent.tokens(), work_ms: spent.work_ms, micros: spent.money_micros }
}
