//! The task in words for an agent.

use super::super::native::fix_up_notes;
use crate::life::Attempt;
use agent::prompt::{Inputs, Prompts};

pub(super) async fn task(attempt: &Attempt<'_>, prompts: &Prompts) -> anyhow::Result<String> {
    let planning = &attempt.task.planning;
    let inputs = Inputs::new()
        .with("platform", std::env::consts::OS)
        .with("write_globs", &planning.scope.write_globs)
        .with("max_files", planning.scope.max_files_to_edit)
        .with("validation", planning.validation_steps.iter().map(|argv| argv.join(" ")).collect::<Vec<_>>())
        .with("criteria", &planning.acceptance_criteria)
        .with("minutes", attempt.job.execution_budget_ms / 60_000)
        .with("instruction", &attempt.task.instruction)
        .with("notes", fix_up_notes(attempt).await?);
    Ok(prompts.render("worker.cli", inputs)?.system)
}
