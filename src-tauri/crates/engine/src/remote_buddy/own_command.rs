//! A shell line that a person sends along (`/bisect GOOD COMMAND`): policy is asked before it runs, as before a recipe.

use super::question::Asked;
use crate::rooms::Room;
use crate::{Engine, hash};
use protocol::asks::Asks;
use protocol::intent::Intent;
use protocol::policy::ActionKind;
use protocol::request::Request;
use protocol::{ApiError, Plan};
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
        let asked = Asked {
            asks: Asks::Bisect { command: line.clone() },
            details: json!({ "kind": "command", "instruction": plan.instruction, "argv": argv, "cwd": "." }),
            hash: hash::json(&json!({ "request": request.id, "argv": argv })),
        };
        self.question_before(
            room,
            request,
            ActionKind::Command { argv, cwd: ".".into(), confined: false },
            asked,
        )
        .await
    }
}
