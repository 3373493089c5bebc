//! Moving the user's branch without a button, where that is configured: policy is asked, and through it a person.

use super::look::Seen;
use super::wish::{begin, wanted};
use super::{Round, tell};
use crate::rooms::Room;
use crate::{Engine, ask};
use flow::asks::sentence;
use protocol::approval::{Approval, ApprovalState};
use protocol::asks::Asks;
use protocol::main_line::{MainWith, ToMain};
use protocol::merge::EntryState;
use protocol::policy::{Action, ActorKind, Effect};
use protocol::{ApiError, ErrorCode, RiskLevel, WorkspaceId};
use serde_json::json;
use std::sync::Arc;
use store::NewApproval;

/// What approvals about it are about.
pub(super) fn subject(workspace: &WorkspaceId) -> String {
    format!("main:{workspace}")
}

impl Engine {
    pub(super) async fn propose_main(&self, room: &Arc<Room>) -> Result<Round, ApiError> {
        let to_main = match self.configured(room).await {
            Ok(config) => config.merge.to_main,
            // It is said on the workspace; nothing is moved by itself meanwhile.
            Err(error) if error.code == ErrorCode::ConfigInvalid => return Ok(Round::Quiet),
            Err(error) => return Err(error),
        };
        let about = subject(&room.id);
        let asked = self.store.read(move |tx| tx.approvals_about(&about)).await?;
        let pending = asked.iter().find(|a| a.state == ApprovalState::Pending).cloned();
        if to_main == ToMain::Explicit && pending.is_none() {
            return Ok(Round::Quiet);
        }
        let seen = self.see_main(room).await?;
        let plan = self.check_plan(room).await?;
        let proof = match &seen.tip {
            Some(tip) => self.proof_at(room, &plan, tip).await?.0,
            None => return Ok(Round::Quiet),
        };
        let blocked = self.main_blocks(room, &seen, proof).await?;
        let idle = self.queue_is_idle(room).await?;
        let hash = seen.hash();
        let wanted_now = flow::main_line::asks_policy(to_main, &blocked, idle);
        if let Some(old) = pending.filter(|old| old.hash != hash || to_main == ToMain::Explicit) {
            self.store.write(move |tx| ask::close(tx, old, ApprovalState::Superseded)).await?;
        }
        if !wanted_now {
            return Ok(Round::Quiet);
        }
        // An answer counts for exactly what it was given for, once: after it there is another tip, or none.
        match asked.iter().rev().find(|a| a.hash == hash && a.state != ApprovalState::Superseded) {
            Some(Approval { state: ApprovalState::Approved, decided_by, .. }) => {
                let by = decided_by.clone().unwrap_or_else(|| "somebody".into());
                if self.was_tried(room, &seen).await? {
                    return Ok(Round::Quiet);
                }
                return self.begin_main(room, &seen, by).await;
            }
            Some(_) => return Ok(Round::Quiet),
            None => {}
        }
        if self.was_tried(room, &seen).await? {
            return Ok(Round::Quiet);
        }
        self.consult_about_main(room, &seen, hash).await
    }

    async fn consult_about_main(
        &self,
        room: &Arc<Room>,
        seen: &Seen,
        hash: String,
    ) -> Result<Round, ApiError> {
        let session = self.main_session(room).await?;
        let risk = RiskLevel::Medium;
        let action = Action {
            workspace_id: Some(room.id.clone()),
            actor: ActorKind::Worker,
            risk,
            what: wanted(seen),
        };
        let verdict = match self.decide(room, &session, &action).await {
            Ok(verdict) => verdict,
            Err(error) if error.code == ErrorCode::ConfigInvalid => return Ok(Round::Quiet),
            Err(error) => return Err(error),
        };
        match verdict.effect {
            Effect::Allow => self.begin_main(room, seen, verdict.rule).await,
            Effect::Deny => Ok(Round::Quiet),
            Effect::Ask => {
                let details = json!({
                    "kind": "land.main", "branch": seen.branch, "target": seen.branch, "integrationBranch": seen.integration,
                    "from": seen.main.as_ref().map(ToString::to_string), "to": seen.tip.as_ref().map(ToString::to_string),
                    "commits": seen.subjects(), "hash": hash,
                });
                let asks = Asks::LandMain {
                    branch: seen.branch.clone(),
                    to: seen.integration.clone(),
                    commits: seen.ahead() as u32,
                };
                let new = NewApproval {
                    workspace_id: Some(room.id.clone()),
                    session_id: session,
                    action: "land.main".into(),
                    subject: subject(&room.id),
                    summary: sentence(&asks),
                    asks: Some(Box::new(asks)),
                    details,
                    hash,
                    risk,
                    because: ask::because(&verdict),
                    why: verdict.rule,
                    asked_by: "merge".into(),
                    expires_at: None,
                };
                self.store.write(move |tx| ask::ask(tx, new).map(drop)).await?;
                Ok(Round::Quiet)
            }
        }
    }

    async fn begin_main(&self, room: &Arc<Room>, seen: &Seen, by: String) -> Result<Round, ApiError> {
        let session = self.main_session(room).await?;
        let landing = self.new_landing(room, seen, by, (MainWith::Server, false))?;
        let begun = self.store.write(move |tx| {
            begin(tx, &landing)?;
            tell(tx, &session, &landing)
        });
        match begun.await.map_err(ApiError::from) {
            Ok(()) => Ok(Round::Progress),
            // A person was quicker.
            Err(error) if error.code == ErrorCode::Conflict => Ok(Round::Progress),
            Err(error) => Err(error),
        }
    }

    /// Whether exactly this was tried already, and refused: it is not tried for ever by itself.
    async fn was_tried(&self, room: &Room, seen: &Seen) -> Result<bool, ApiError> {
        let workspace = room.id.clone();
        let newest = self.store.read(move |tx| tx.newest_main_landing(workspace.as_str())).await?;
        let same =
            |at: &Option<repo::ObjectId>, text: &str| at.as_ref().is_some_and(|at| at.as_str() == text);
        Ok(newest.is_some_and(|last| same(&seen.main, &last.from) && same(&seen.tip, &last.to)))
    }

    /// Whether everything in the queue waits for a person.
    async fn queue_is_idle(&self, room: &Room) -> Result<bool, ApiError> {
        let workspace = room.id.clone();
        let open = self.store.read(move |tx| tx.open_entries(workspace.as_str())).await?;
        Ok(open.iter().all(|e| matches!(e.state, EntryState::Parked | EntryState::WaitingApproval)))
    }
}
