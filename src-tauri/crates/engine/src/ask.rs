//! Asking a person: one durable record and the events that show it everywhere.

use crate::hash;
use flow::asks::sentence;
use protocol::approval::{Approval, ApprovalState};
use protocol::asks::Asks;
use protocol::because::Because;
use protocol::grant::GrantOffer;
use protocol::policy::Verdict;
use protocol::{Event, RiskLevel, SessionId, WorkspaceId};
use serde_json::{Value, json};
use store::{NewApproval, NewEvent, StoreError, Tx};

/// Asks, unless the same question is open already.
pub(crate) fn ask(tx: &mut Tx<'_>, new: NewApproval) -> Result<Approval, StoreError> {
    ask_offering(tx, new, None)
}

/// The same with what an approval could allow from now on.
pub(crate) fn ask_offering(
    tx: &mut Tx<'_>,
    new: NewApproval,
    offer: Option<GrantOffer>,
) -> Result<Approval, StoreError> {
    let (approval, fresh) = tx.ask_offering(new, offer)?;
    if fresh {
        let event = Event::ApprovalRequired {
            approval_id: approval.id.clone(),
            action: approval.action.clone(),
            summary: approval.summary.clone(),
            details: approval.details.clone(),
        };
        tx.append(NewEvent::new(&approval.session_id, event, "server").about(approval.subject.clone()))?;
        changed(tx, &approval)?;
    }
    Ok(approval)
}

/// What policy's sentence is made of, where it is one of those that have a code.
pub(crate) fn because(verdict: &Verdict) -> Option<Box<Because>> {
    let ruling = verdict.ruling.clone()?;
    Some(Box::new(Because::Policy { effect: verdict.effect, ruling }))
}

/// Shows an approval's new state to everyone who follows.
pub(crate) fn changed(tx: &mut Tx<'_>, approval: &Approval) -> Result<(), StoreError> {
    let event = Event::ApprovalChanged { approval: Box::new(approval.clone()) };
    tx.append(NewEvent::new(&approval.session_id, event, "server").about(approval.subject.clone())).map(drop)
}

/// Closes an open question that nobody answers any more.
pub(crate) fn close(tx: &mut Tx<'_>, approval: Approval, why: ApprovalState) -> Result<(), StoreError> {
    let closed = tx.close_approval(approval, why, "server")?;
    changed(tx, &closed)
}

/// A posted tool call that wants an approval before it runs.
pub(crate) fn ask_about_tool(
    tx: &mut Tx<'_>,
    session: &SessionId,
    workspace: Option<WorkspaceId>,
    tool_call: &str,
    tool: &str,
    args: &Value,
    by: &str,
) -> Result<(), StoreError> {
    let details = json!({ "kind": "tool", "toolCallId": tool_call, "tool": tool, "args": args });
    let asks = Asks::Tool { name: tool.to_owned() };
    let new = NewApproval {
        workspace_id: workspace,
        session_id: session.clone(),
        action: "other".into(),
        subject: tool_call.to_owned(),
        summary: sentence(&asks),
        asks: Some(Box::new(asks)),
        hash: hash::json(&details),
        details,
        risk: RiskLevel::Medium,
        why: "The tool call asks for an approval itself.".into(),
        because: None,
        asked_by: by.to_owned(),
        expires_at: None,
    };
    ask(tx, new).map(drop)
}
