//! Set-up layers: packages and build folders made once, online with one approval, reused offline afterwards.
//!
//! A step runs on the files of a commit, in the sandbox, in a fresh tree with a fresh HOME: first without network,
//! and only when that fails and the step names hosts, with it, as policy or a person allows. What it made is a
//! layer of `host::layers`, found again by the digest of the step and its key files.
//!
//! A candidate may change key files. Its layer is made from its own tree under a digest of its own, so that what
//! nobody has landed yet never becomes the ground of other work; once exactly that tree has landed, it counts as
//! the workspace's.

mod build;
mod hosts;
mod lay;
mod network;
mod once;
mod online;
mod run;
mod state;
mod wanted;

pub(crate) use build::Prepared;
pub(crate) use lay::laid_note;
pub(crate) use once::{Laid, Once, OnceTurns};
pub(crate) use state::SetUpState;
pub(crate) use wanted::{On, runs_repository_code};

use crate::rooms::Room;
use crate::{Engine, ask, ground};
use flow::asks::sentence;
use protocol::ApiError;
use protocol::RiskLevel;
use protocol::asks::Asks;
use protocol::because::Because;
use protocol::check::CheckPlan;
use protocol::merge::MergeEntry;
use serde_json::json;
use store::NewApproval;

impl Engine {
    /// Asks the owner, once per content, to accept the workspace's checks, recipes and set-up steps.
    pub(crate) async fn ask_for_trust(
        &self,
        room: &Room,
        plan: &CheckPlan,
        entries: &[MergeEntry],
    ) -> Result<(), ApiError> {
        let Some(session) = entries.first().map(|e| e.session_id.clone()) else { return Ok(()) };
        let digest = ground::plan_digest(plan);
        let mut details = json!({
            "kind": "workspace.trust", "workspaceId": room.id, "root": room.root, "origin": plan.origin, "hash": digest,
            "checks": plan.checks, "setup": plan.setup, "recipes": plan.recipes,
        });
        if !plan.groups.is_empty() {
            details["groups"] = json!(plan.groups);
        }
        let asks = Asks::Trust {
            checks: plan.checks.len() as u32,
            commands: plan
                .checks
                .iter()
                .map(|c| protocol::line::command(&c.run))
                .collect::<Vec<_>>()
                .join("; "),
        };
        let new = NewApproval {
            workspace_id: Some(room.id.clone()),
            session_id: session,
            action: "workspace.trust".into(),
            subject: room.id.to_string(),
            summary: sentence(&asks),
            asks: Some(Box::new(asks)),
            details,
            hash: digest,
            risk: RiskLevel::Medium,
            why: flow::because::sentence(&Because::Trust),
            because: Some(Box::new(Because::Trust)),
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
}
