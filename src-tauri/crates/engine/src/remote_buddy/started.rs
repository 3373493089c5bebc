//! A recipe of a workspace, started by its name without a message: the same plan, digest and policy as `/run NAME`,
//! and no conversation about it. What would need one is refused with the message that begins it.

use super::recipe::allowed_key;
use crate::rooms::Room;
use crate::{Caller, Engine, Reply};
use flow::intent::{ModelFacts, WorkspaceFacts};
use protocol::intent::Intent;
use protocol::job::TASK_EXECUTE;
use protocol::node::StartJob;
use protocol::ops::Permission;
use protocol::plan::TaskParams;
use protocol::policy::{Action, ActionKind, ActorKind, Effect};
use protocol::{ApiError, ErrorCode, RiskLevel};
use std::sync::Arc;
use store::NewJob;

impl Engine {
    pub(crate) async fn start_recipe_here(&self, caller: Caller, p: StartJob) -> Reply {
        let room =
            match &p.workspace_id {
                Some(id) => self.room(id)?,
                None => self.room_list().into_iter().find(|room| room.row().trusted).ok_or_else(|| {
                    ApiError::new(ErrorCode::NotFound, "There is no workspace that you trust.")
                })?,
            };
        let checks = self.check_plan(&room).await?;
        let facts = WorkspaceFacts::new(&checks, ModelFacts::default());
        let intent = Intent::Run { recipe: p.recipe.clone() };
        let plan = flow::intent::plan_for(&intent, &facts)
            .map_err(|unplanned| ApiError::new(ErrorCode::NotFound, unplanned.to_string()))?;
        let plan =
            self.within_bounds(&room, plan).await?.map_err(|why| ApiError::new(ErrorCode::Conflict, why))?;
        let wanted = self.recipe_of(&room, &plan).await?;
        let digest = wanted.map(|wanted| wanted.digest);
        self.recipe_may_start(&room, &caller, &p.recipe, digest.as_deref(), &checks).await?;
        if self.set_up_is_missing(&room).await? {
            let message = format!(
                "What the workspace's commands need is not set up yet. Send `/run {}`: it makes that first.",
                p.recipe
            );
            return Err(ApiError::new(ErrorCode::Conflict, message));
        }
        let params = TaskParams {
            schema_version: plan.schema_version,
            deterministic: plan.deterministic.clone(),
            recipe_digest: digest,
            ..TaskParams::new(plan.lane, plan.title.clone(), plan.instruction.clone(), plan.planning.clone())
        };
        let new = NewJob {
            task_id: p.recipe,
            kind: TASK_EXECUTE.into(),
            title: plan.title,
            session_id: p.session_id,
            workspace_id: Some(room.id.clone()),
            request_id: None,
            params: serde_json::to_value(&params)
                .map_err(|e| ApiError::new(ErrorCode::Internal, e.to_string()))?,
            priority: plan.planning.queue_priority,
            target_worker_id: None,
            queue_wait_budget_ms: plan.planning.queue_wait_budget_ms,
            execution_budget_ms: plan.planning.execution_budget_ms,
            finalization_budget_ms: plan.planning.finalization_budget_ms,
        };
        let session = match new.session_id.clone() {
            Some(session) => session,
            None => self.session_of(&room).await?,
        };
        let new = NewJob { session_id: Some(session), ..new };
        self.change(caller, move |tx| crate::ops::jobs::enqueue(tx, new)).await
    }

    /// Whoever may approve has answered the question of a first use by starting it.
    async fn recipe_may_start(
        &self,
        room: &Arc<Room>,
        caller: &Caller,
        name: &str,
        digest: Option<&str>,
        checks: &protocol::check::CheckPlan,
    ) -> Result<(), ApiError> {
        let key = allowed_key(&room.id, digest.unwrap_or_default());
        let allowed = self.store.read(move |tx| tx.setting(&key)).await?.is_some();
        let argv = checks.recipes.get(name).map(|recipe| recipe.run.clone()).unwrap_or_default();
        let action = Action {
            workspace_id: Some(room.id.clone()),
            actor: ActorKind::Person,
            risk: RiskLevel::Medium,
            what: ActionKind::RecipeFirstUse { name: name.to_owned(), argv },
        };
        let verdict = self.judge(room, None, None, &action).await?.verdict;
        match verdict.effect {
            Effect::Deny => Err(ApiError::new(ErrorCode::Forbidden, verdict.rule)),
            Effect::Ask if !allowed && !caller.who.may(Permission::Approve) => {
                let message = format!(
                    "The recipe {name} was never run here, and its first use is asked about: {}",
                    verdict.rule
                );
                Err(ApiError::new(ErrorCode::Forbidden, message))
            }
            Effect::Allow | Effect::Ask => Ok(()),
        }
    }
}
