//! A recipe runs only as it was allowed: what was asked about is named by a digest, the job carries it, and the
//! claim compares. A commit that changes the recipe in between makes another recipe of it.

use super::question::Asked;
use crate::rooms::Room;
use crate::{Engine, hash};
use protocol::asks::Asks;
use protocol::check::{CheckPlan, Recipe};
use protocol::intent::Intent;
use protocol::plan::TaskParams;
use protocol::policy::ActionKind;
use protocol::request::Request;
use protocol::{ApiError, ErrorCode, Plan, WorkspaceId};
use serde_json::json;
use std::sync::Arc;
use store::NewApproval;

/// Settings key of a recipe the owner has allowed.
pub(super) fn allowed_key(workspace: &WorkspaceId, digest: &str) -> String {
    format!("recipe.{workspace}.{digest}")
}

/// A recipe that a plan wants to run, as it is now.
pub(super) struct Wanted {
    name: String,
    recipe: Recipe,
    /// Goes into the job.
    pub digest: String,
}

/// Names the command, what the recipe says it writes, and what the job may write.
fn digest(name: &str, recipe: &Recipe, scope: &[String]) -> String {
    hash::json(&json!({ "recipe": name, "argv": recipe.run, "writes": recipe.writes, "scope": scope }))
}

/// Refuses a recipe job whose recipe is no longer the one it was let to run. A job that a program enqueued itself
/// carries no digest: nobody was asked about it.
pub(crate) fn still_allowed(task: &TaskParams, checks: &CheckPlan) -> Result<(), ApiError> {
    let (Some(Intent::Run { recipe: name }), Some(allowed)) = (&task.deterministic, &task.recipe_digest)
    else {
        return Ok(());
    };
    let now = checks.recipes.get(name).map(|found| digest(name, found, &task.planning.scope.write_globs));
    if now.as_ref() == Some(allowed) {
        return Ok(());
    }
    let message = format!("The recipe {name} changed since you allowed it; send it again. Nothing was run.");
    Err(ApiError::new(ErrorCode::Stale, message))
}

impl Engine {
    /// The recipe of a plan that runs one.
    pub(super) async fn recipe_of(&self, room: &Arc<Room>, plan: &Plan) -> Result<Option<Wanted>, ApiError> {
        let Some(Intent::Run { recipe: name }) = &plan.deterministic else { return Ok(None) };
        let recipe = self.check_plan(room).await?.recipes.remove(name).ok_or_else(|| {
            ApiError::new(ErrorCode::NotFound, format!("There is no recipe {name} any more; send it again."))
        })?;
        let digest = digest(name, &recipe, &plan.planning.scope.write_globs);
        Ok(Some(Wanted { name: name.clone(), recipe, digest }))
    }

    /// The question to ask before a recipe runs for the first time, if policy wants one.
    pub(super) async fn first_use(
        &self,
        room: &Arc<Room>,
        request: &Request,
        wanted: &Wanted,
        plan: &Plan,
    ) -> Result<Option<NewApproval>, ApiError> {
        let Wanted { name, recipe, digest } = wanted;
        // The command itself is asked about: another command under the same name asks again.
        let key = allowed_key(&room.id, digest);
        if self.store.read(move |tx| tx.setting(&key)).await?.is_some() {
            return Ok(None);
        }
        let asked = Asked {
            asks: Asks::Recipe { name: name.clone() },
            details: json!({
                "kind": "recipe.first_use", "recipe": name, "instruction": plan.instruction, "argv": recipe.run,
                "writes": plan.planning.scope.write_globs, "digest": digest, "hash": digest,
            }),
            hash: digest.clone(),
        };
        let what = ActionKind::RecipeFirstUse { name: name.clone(), argv: recipe.run.clone() };
        self.question_before(room, request, what, asked).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(recipe: &Recipe, scope: &[&str]) -> TaskParams {
        let scope: Vec<String> = scope.iter().map(|s| (*s).to_owned()).collect();
        let task = json!({
            "schemaVersion": 2, "lane": "deterministic", "title": "Run the recipe gen", "instruction": "",
            "deterministic": { "kind": "run", "recipe": "gen" },
            "recipeDigest": digest("gen", recipe, &scope),
            "planning": {
                "intent": "run", "riskLevel": "low",
                "scope": { "readAnywhere": true, "writeGlobs": scope, "maxFilesToEdit": 1 },
                "acceptanceCriteria": [], "validationSteps": [], "queuePriority": "interactive",
                "queueWaitBudgetMs": 1, "executionBudgetMs": 1, "finalizationBudgetMs": 1,
            },
        });
        serde_json::from_value(task).unwrap()
    }

    fn recipe(run: &[&str], writes: &[&str]) -> Recipe {
        serde_json::from_value(json!({ "run": run, "writes": writes })).unwrap()
    }

    #[test]
    fn a_recipe_runs_only_with_the_command_and_the_writes_it_was_allowed_with() {
        let allowed = recipe(&["make", "gen"], &["gen/**"]);
        let task = job(&allowed, &["gen/**"]);
        let mut checks = protocol::check::CheckPlan::none();
        let gone = still_allowed(&task, &checks).unwrap_err();
        assert_eq!(gone.code, ErrorCode::Stale);
        for (now, same) in [
            (allowed.clone(), true),
            (recipe(&["make", "evil"], &["gen/**"]), false),
            (recipe(&["make", "gen"], &["**"]), false),
        ] {
            checks.recipes.insert("gen".into(), now);
            assert_eq!(still_allowed(&task, &checks).is_ok(), same, "{:?}", checks.recipes);
        }
        checks.recipes.insert("gen".into(), allowed.clone());
        let mut wider = job(&allowed, &["gen/**"]);
        wider.planning.scope.write_globs.push("**".into());
        assert!(still_allowed(&wider, &checks).is_err(), "a job that may write more was not allowed");
    }
}
