//! An intent as a full plan: scope, criteria, validation and budgets, from plain facts.

mod room;
mod wording;

use super::check::slot_problem;
use super::coding::cut;
use super::facts::WorkspaceFacts;
use super::nature::{Nature, nature};
use protocol::intent::Intent;
use protocol::plan::PLAN_SCHEMA_VERSION;
use protocol::{Lane, Plan, Planning, Priority, RiskLevel, Scope};
use room::{room, validation};
use wording::{criteria, instruction, title};

const QUEUE_WAIT_MS: u64 = 20_000;
const EDIT_MS: u64 = 300_000;
const RUN_MS: u64 = 1_800_000;
const FINALIZATION_MS: u64 = 120_000;

/// Why an intent that was understood gets no plan here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unplanned {
    BadSlot {
        message: String,
    },
    NoTestRunner,
    NoFormatter,
    NoLinter,
    /// The formatter works on the whole tree only.
    WholeTreeOnly {
        formatter: String,
    },
    /// It is not known how this test runner takes a filter.
    NoFilter {
        runner: String,
    },
    UnknownRecipe {
        name: String,
        known: Vec<String>,
    },
    PatchNamesNoFile,
}

impl std::fmt::Display for Unplanned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Unplanned::BadSlot { message } => write!(f, "{message}."),
            Unplanned::NoTestRunner => f.write_str(
                "No test runner is known for this workspace. Name one in its checks, then try again.",
            ),
            Unplanned::NoFormatter => f.write_str(
                "No formatter is known for this workspace. Name one in its configuration, then try again.",
            ),
            Unplanned::NoLinter => f.write_str(
                "No linter is known for this workspace. Add a check named `lint`, then try again.",
            ),
            Unplanned::WholeTreeOnly { formatter } => {
                write!(f, "`{formatter}` formats the whole tree; send `/format` without a path.")
            }
            Unplanned::NoFilter { runner } => {
                write!(f, "It is not known how `{runner}` takes a filter; send `/test` without one.")
            }
            Unplanned::UnknownRecipe { name, known } if known.is_empty() => {
                write!(f, "There is no recipe `{name}`; this workspace has none.")
            }
            Unplanned::UnknownRecipe { name, known } => {
                write!(f, "There is no recipe `{name}`. Recipes here: {}.", known.join(", "))
            }
            Unplanned::PatchNamesNoFile => {
                f.write_str("The pasted text names no file; a unified diff is needed.")
            }
        }
    }
}

/// The plan of an intent. `requiresWorker` is false for what the server does by itself.
pub fn plan_for(intent: &Intent, facts: &WorkspaceFacts) -> Result<Plan, Unplanned> {
    if let Some(problem) = slot_problem(intent) {
        return Err(Unplanned::BadSlot { message: problem.message });
    }
    let Nature { changing, runs_code, by_server } = nature(intent);
    let (write_globs, max_files_to_edit) =
        if changing && !by_server { room(intent, facts)? } else { (Vec::new(), 0) };
    let validation_steps = validation(intent, facts)?;
    let runs_code = runs_code || !validation_steps.is_empty();
    let title = cut(&title(intent), 110);
    Ok(Plan {
        schema_version: PLAN_SCHEMA_VERSION,
        requires_worker: !by_server,
        lane: Lane::Deterministic,
        assistant_message: format!("{title}: by fixed code, without a model."),
        instruction: cut(&instruction(intent, &title), 12_000),
        title,
        planning: Planning {
            intent: intent.word().to_owned(),
            risk_level: risk(intent),
            scope: Scope { read_anywhere: true, write_globs, max_files_to_edit },
            acceptance_criteria: criteria(intent),
            validation_steps,
            queue_priority: Priority::Interactive,
            queue_wait_budget_ms: QUEUE_WAIT_MS,
            execution_budget_ms: if runs_code { RUN_MS } else { EDIT_MS },
            finalization_budget_ms: FINALIZATION_MS,
        },
        deterministic: Some(intent.clone()),
    })
}

fn risk(intent: &Intent) -> RiskLevel {
    match intent {
        Intent::Run { .. } | Intent::Apply { .. } | Intent::Bump { .. } => RiskLevel::Medium,
        Intent::Revert { .. } | Intent::CherryPick { .. } => RiskLevel::Medium,
        Intent::Land { .. } | Intent::Publish { .. } => RiskLevel::Medium,
        _ => RiskLevel::Low,
    }
}

#[cfg(test)]
mod tests;
