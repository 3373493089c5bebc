//! Answering: one durable answer from anywhere, and what it releases.

use crate::{Caller, Engine, Principal, Reply, ask, grants};
use protocol::approval::{AnswerParams, Approval, ApprovalState, Approvals, Decision};
use protocol::ops::ApprovalParams;
use protocol::queue::ListParams;
use protocol::{ApiError, ErrorCode, Event, WorkspaceId};
use store::{NewEvent, StoreError, Tx};

impl Engine {
    pub async fn approval_list(&self, p: ListParams) -> Result<Approvals, ApiError> {
        Ok(self.store.read(move |tx| Ok(Approvals { approvals: tx.approvals(&p)? })).await?)
    }

    pub async fn approval_get(&self, p: ApprovalParams) -> Result<Approval, ApiError> {
        Ok(self.store.read(move |tx| tx.approval(p.id.as_str())).await?)
    }

    /// First answer wins. No worker, job or agent can answer, whatever scopes somebody gave it.
    pub async fn approval_answer(&self, caller: Caller, p: AnswerParams) -> Reply {
        if !matches!(caller.who, Principal::Owner | Principal::Device { .. }) {
            return Err(ApiError::new(ErrorCode::Forbidden, "Only a person answers approvals."));
        }
        if p.remember.is_some() && p.decision != Decision::Approve {
            return Err(ApiError::bad("Only an approval can be remembered."));
        }
        let by = caller.who.label();
        let id = p.approval_id.clone();
        let reply = self
            .change(caller, move |tx| {
                let mut answered = tx.answer(p.approval_id.as_str(), p.decision, p.hash.as_deref(), &by)?;
                let granted = match &p.remember {
                    Some(remember) => Some(grants::keep(tx, &mut answered, remember.span, &by)?),
                    None => None,
                };
                let event = match p.decision {
                    Decision::Approve => Event::Approved { approval_id: answered.id.clone() },
                    Decision::Deny => Event::Denied { approval_id: answered.id.clone() },
                };
                tx.append(
                    NewEvent::new(&answered.session_id, event, by.clone()).about(answered.subject.clone()),
                )?;
                ask::changed(tx, &answered)?;
                if let Some(grant) = granted {
                    let event = Event::PolicyGranted { grant: Box::new(grant) };
                    tx.append(NewEvent::new(&answered.session_id, event, by))?;
                }
                release(tx, &answered)?;
                Ok(answered)
            })
            .await?;
        self.answers.notify_waiters();
        let answered = self.store.read(move |tx| tx.approval(id.as_str())).await?;
        if let Some(workspace) = answered.workspace_id {
            if answered.action == "workspace.trust" && answered.state == ApprovalState::Approved {
                self.reload_row(&workspace).await?;
            }
            self.wake_merge(&workspace);
        }
        Ok(reply)
    }

    pub(crate) async fn reload_row(&self, workspace: &WorkspaceId) -> Result<(), ApiError> {
        let id = workspace.clone();
        let row = self.store.read(move |tx| tx.workspace(id.as_str())).await?;
        if let Ok(room) = self.room(workspace) {
            room.set_row(row);
        }
        Ok(())
    }
}

/// What a question that is over sets free at once, or gives up; landings are released by the merge queue, which reads
/// the answer itself.
pub(crate) fn release(tx: &mut Tx<'_>, approval: &Approval) -> Result<(), StoreError> {
    let approved = approval.state == ApprovalState::Approved;
    match approval.action.as_str() {
        "workspace.trust" if approved => {
            let mut row = tx.workspace(&approval.subject)?;
            row.trusted = true;
            tx.put_workspace(&row)?;
            tx.append(NewEvent::new(
                &approval.session_id,
                Event::WorkspaceChanged { workspace_id: row.id },
                "server",
            ))
            .map(drop)
        }
        "recipe.first_use" | "job.run" => crate::remote_buddy::held::release_held(tx, approval),
        // Each looks only for what is its own.
        "command" => {
            crate::remote_buddy::held::release_held(tx, approval)?;
            crate::local_buddy::run::release(tx, approval)
        }
        "setup.network" | crate::image::ACTION => approval
            .workspace_id
            .iter()
            .try_for_each(|workspace| crate::remote_buddy::held::look_again(tx, workspace)),
        _ => Ok(()),
    }
}
