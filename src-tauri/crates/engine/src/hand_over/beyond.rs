//! Files outside a plan that a job may hand over all the same: a person said so when the job asked, or a rule or a
//! remembered answer says so now.

use super::places::{RoomToWrite, is_planned};
use crate::Engine;
use crate::rooms::Room;
use protocol::approval::ApprovalState;
use protocol::job::Job;
use protocol::policy::{Action, ActionKind, ActorKind, Effect};
use protocol::{ApiError, ErrorCode, RiskLevel};
use repo::Intake;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Engine {
    /// Takes something in by the job's plan and the repository's bounds; where that is refused for paths that may be
    /// written all the same, once more with these.
    pub(super) async fn take_within<F: Future<Output = Result<Intake, ApiError>> + Send>(
        &self,
        room: &Arc<Room>,
        job: &Job,
        take: impl Fn(RoomToWrite) -> F + Sync,
    ) -> Result<Intake, ApiError> {
        let bounds = if is_planned(job) { self.scope_said(room).await?.bounds } else { None };
        let planned = RoomToWrite { bounds, beyond: Vec::new() };
        let refused = match take(planned.clone()).await {
            Err(refused) => refused,
            taken => return taken,
        };
        match self.allowed_beyond(room, job, &refused).await? {
            Some(beyond) => take(RoomToWrite { beyond, ..planned }).await,
            None => Err(refused),
        }
    }

    /// The paths outside the plan, of those a refusal names, that may be written all the same. None leaves the
    /// refusal as it is.
    async fn allowed_beyond(
        &self,
        room: &Arc<Room>,
        job: &Job,
        refused: &ApiError,
    ) -> Result<Option<Vec<String>>, ApiError> {
        let outside = outside(refused);
        if outside.is_empty() {
            return Ok(None);
        }
        let id = job.id.to_string();
        let asked = self.store.read(move |tx| tx.approvals_under(&id)).await?;
        let given =
            asked.iter().filter(|one| one.action == "file.write" && one.state == ApprovalState::Approved);
        let named: BTreeSet<&str> = given
            .filter_map(|approval| approval.details["paths"].as_array())
            .flatten()
            .filter_map(serde_json::Value::as_str)
            .collect();
        let mut allowed = Vec::new();
        for path in outside {
            if named.contains(path.as_str()) || self.rule_allows(room, job, &path).await? {
                allowed.push(path);
            }
        }
        Ok((!allowed.is_empty()).then_some(allowed))
    }

    async fn rule_allows(&self, room: &Arc<Room>, job: &Job, path: &str) -> Result<bool, ApiError> {
        let action = Action {
            workspace_id: job.workspace_id.clone(),
            actor: ActorKind::Worker,
            risk: RiskLevel::Medium,
            what: ActionKind::FileWrite { paths: vec![path.to_owned()] },
        };
        let judged = self.judge(room, job.session_id.as_ref(), Some(&job.id), &action).await?;
        Ok(judged.verdict.effect == Effect::Allow)
    }
}

/// The paths a refusal names; none when it is about something else, or there are more than it names.
fn outside(refused: &ApiError) -> Vec<String> {
    let details = refused.details.as_ref().filter(|_| refused.code == ErrorCode::OutOfScope);
    let paths =
        details.filter(|details| details["more"] == 0).and_then(|details| details["paths"].as_array());
    paths.into_iter().flatten().filter_map(|path| path.as_str().map(str::to_owned)).collect()
}
