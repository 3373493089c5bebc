//! A shell line that a person sends along (`/bisect GOOD COMMAND`): policy is asked before it runs, as before a recipe.

use crate::rooms::Room;
use crate::{Engine, hash};
use protocol::intent::Intent;
use protocol::policy::{Action, ActionKind, ActorKind, Effect};
use protocol::request::Request;
use protocol::{ApiError, ErrorCode, Plan, RiskLevel};
use serde_json::json;
use std::sync::Arc;
use store::NewApproval;

impl Engine {
    /// The question to ask before the plan's own command runs, if it has one and policy wants one.
    pub(super) async fn command_question(
        &self,
        room: &Arc<Room>,
        request: &Request,
        plan: &Plan,
    ) -> Result<Option<NewApproval>, ApiError> {
        let Some(Intent::Bisect { command: Some(line), .. }) = &plan.deterministic else { return Ok(None) };
        let argv = vec!["sh".to_owned(), "-c".to_owned(), line.clone()];
        let action = Action {
            workspace_id: Some(room.id.clone()),
            actor: ActorKind::Person,
            risk: RiskLevel::Medium,
            what: ActionKind::Command { argv: argv.clone(), cwd: ".".into() },
        };
        let verdict = self.decide(room, &request.session_id, &action).await?;
        match verdict.effect {
            Effect::Allow => Ok(None),
            Effect::Deny => Err(ApiError::new(ErrorCode::Forbidden, verdict.rule)),
            Effect::Ask => Ok(Some(NewApproval {
                workspace_id: Some(room.id.clone()),
                session_id: request.session_id.clone(),
                action: "command".into(),
                subject: request.id.to_string(),
                summary: format!("Run `{line}` on several commits"),
                details: json!({ "kind": "command", "instruction": plan.instruction, "argv": argv, "cwd": "." }),
                hash: hash::json(&json!({ "request": request.id, "argv": argv })),
                risk: RiskLevel::Medium,
                why: verdict.rule,
                asked_by: "remotebuddy".into(),
                expires_at: None,
            })),
        }
    }
}
