//! The question before a request runs something that policy wants to be asked about.

use crate::Engine;
use crate::rooms::Room;
use flow::asks::sentence;
use protocol::asks::Asks;
use protocol::policy::{Action, ActionKind, ActorKind, Effect};
use protocol::request::Request;
use protocol::{ApiError, ErrorCode, RiskLevel};
use serde_json::Value;
use std::sync::Arc;
use store::NewApproval;

/// What exactly is asked.
pub(super) struct Asked {
    pub asks: Asks,
    pub details: Value,
    /// What the answer is bound to.
    pub hash: String,
}

impl Engine {
    /// The question to ask before `what` runs for a person; none when policy lets it run. What it forbids is an error.
    pub(super) async fn question_before(
        &self,
        room: &Arc<Room>,
        request: &Request,
        what: ActionKind,
        asked: Asked,
    ) -> Result<Option<NewApproval>, ApiError> {
        let word = what.word().to_owned();
        let action = Action {
            workspace_id: Some(room.id.clone()),
            actor: ActorKind::Person,
            risk: RiskLevel::Medium,
            what,
        };
        let verdict = self.decide(room, &request.session_id, &action).await?;
        match verdict.effect {
            Effect::Allow => Ok(None),
            Effect::Deny => Err(ApiError::new(ErrorCode::Forbidden, verdict.rule)),
            Effect::Ask => Ok(Some(NewApproval {
                workspace_id: Some(room.id.clone()),
                session_id: request.session_id.clone(),
                action: word,
                subject: request.id.to_string(),
                summary: sentence(&asked.asks),
                asks: Some(Box::new(asked.asks)),
                details: asked.details,
                hash: asked.hash,
                risk: RiskLevel::Medium,
                because: crate::ask::because(&verdict),
                why: verdict.rule,
                asked_by: "remotebuddy".into(),
                expires_at: None,
            })),
        }
    }
}
