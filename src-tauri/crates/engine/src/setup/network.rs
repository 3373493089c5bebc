//! Opening the network for one step: policy first, then a person, once per exact step.

use super::build::Work;
use super::hosts;
use super::online::wants_all;
use super::run::last;
use super::wanted::Wanted;
use crate::rooms::Room;
use crate::{Engine, ask, hash};
use flow::asks::sentence;
use protocol::approval::{Approval, ApprovalState};
use protocol::asks::{Asks, SetupReach};
use protocol::policy::{Action, ActionKind, ActorKind, Effect};
use protocol::queue::ListParams;
use protocol::{ApiError, ErrorCode, RiskLevel};
use serde_json::{Value, json};
use store::{NewApproval, StoreError, Tx};

pub(super) const ACTION: &str = "setup.network";
/// Characters of the offline attempt's output that the question shows.
const SHOWN: usize = 600;

/// What a person has said about a step.
pub(super) enum Leave {
    Unasked,
    Waiting,
    Given,
    Denied(ApiError),
}

impl Engine {
    /// The newest answer that counts. An approval holds for exactly this step on exactly these key files, until
    /// the layer is made; a denial or an open question only until somebody wants the work anew.
    pub(super) async fn leave(&self, room: &Room, wanted: &Wanted) -> Result<Leave, ApiError> {
        let (subject, hash) = (wanted.subject(room), payload(room, wanted).1);
        let asked = self.store.read(move |tx| tx.approvals_about(&subject)).await?;
        let Some(newest) =
            asked.into_iter().rfind(|approval| approval.action == ACTION && approval.hash == hash)
        else {
            return Ok(Leave::Unasked);
        };
        let at = |text: &str| host::clock::parse_iso(text).unwrap_or_default();
        Ok(match newest.state {
            ApprovalState::Approved => Leave::Given,
            ApprovalState::Pending if room.set_up.counts(at(&newest.created_at)) => Leave::Waiting,
            ApprovalState::Denied if room.set_up.counts(newest.decided_at.as_deref().map_or(0, at)) => {
                Leave::Denied(denied(wanted, &newest))
            }
            _ => Leave::Unasked,
        })
    }

    pub(super) fn reach(&self, room: &Room, wanted: &Wanted) -> Result<SetupReach, ApiError> {
        Ok(match (self.sandbox_for(room)?.confines(), wants_all(&wanted.step.network)) {
            (false, _) => SetupReach::Unconfined,
            (true, true) => SetupReach::All,
            (true, false) => SetupReach::Hosts,
        })
    }

    /// Whether policy opens the network by itself; otherwise the question is asked.
    pub(super) async fn may_open_network(
        &self,
        work: &Work<'_>,
        wanted: &Wanted,
        offline: Option<&str>,
    ) -> Result<bool, ApiError> {
        let (room, session) = (work.room, work.session);
        let hosts = hosts::expand(&wanted.step.network);
        let action = Action {
            workspace_id: Some(room.id.clone()),
            actor: ActorKind::Person,
            risk: RiskLevel::Medium,
            what: ActionKind::SetupNetwork { argv: wanted.step.run.clone(), hosts: hosts.clone() },
        };
        let verdict = self.decide(room, session, &action).await?;
        match verdict.effect {
            Effect::Allow => return Ok(true),
            Effect::Deny => {
                let text = format!(
                    "The set-up step `{}` needs the network, and policy forbids that: {}. Change the rule, or run its packages into this machine's cache, then try again.",
                    wanted.command(),
                    verdict.rule
                );
                return Err(ApiError::new(ErrorCode::Forbidden, text));
            }
            Effect::Ask => {}
        }
        let (mut details, hash) = payload(room, wanted);
        details["hash"] = json!(hash);
        let reach = self.reach(room, wanted)?;
        details["note"] = json!(match reach {
            SetupReach::Hosts =>
                "Without network it did not work. This one step may reach these hosts and no others; jobs and checks stay offline.",
            SetupReach::All =>
                "Without network it did not work. This one step gets the whole network, this machine's own services and neighbours included; jobs and checks stay offline.",
            SetupReach::Unconfined =>
                "Nothing confines what runs here, so this step can reach everything this machine reaches.",
        });
        details["offline"] = json!(offline.map(|text| last(text, SHOWN)));
        let asks = Asks::SetupNetwork { command: wanted.command(), hosts: hosts.join(", "), reach };
        let new = NewApproval {
            workspace_id: Some(room.id.clone()),
            session_id: session.clone(),
            action: ACTION.into(),
            subject: wanted.subject(room),
            summary: sentence(&asks),
            asks: Some(Box::new(asks)),
            details,
            hash,
            risk: RiskLevel::Medium,
            because: ask::because(&verdict),
            why: verdict.rule,
            asked_by: "setup".into(),
            expires_at: None,
        };
        let offer = flow::policy::offer(&action, None);
        let (workspace, candidate) = (room.id.clone(), wanted.candidate.then(|| wanted.at.to_string()));
        let digests: Vec<String> = work.all.iter().map(|w| w.digest.clone()).collect();
        self.store
            .write(move |tx| {
                close_stale(tx, &workspace, candidate.as_deref(), &digests)?;
                ask::ask_offering(tx, new, offer).map(drop)
            })
            .await?;
        Ok(false)
    }
}

/// What the question is bound to.
fn payload(room: &Room, wanted: &Wanted) -> (Value, String) {
    let details = json!({
        "kind": ACTION,
        "workspaceId": room.id,
        "root": room.root,
        "argv": wanted.step.run,
        "hosts": hosts::expand(&wanted.step.network),
        "timeoutS": wanted.step.timeout_s,
        "key": wanted.step.key,
        "digest": wanted.digest,
        "candidate": wanted.candidate.then(|| wanted.at.to_string()),
    });
    let hash = hash::json(&details);
    (details, hash)
}

/// Closes questions about set-ups that the same work does not need any more.
pub(super) fn close_stale(
    tx: &mut Tx<'_>,
    workspace: &protocol::WorkspaceId,
    candidate: Option<&str>,
    wanted: &[String],
) -> Result<(), StoreError> {
    let open = ListParams {
        status: Some("pending".into()),
        workspace_id: Some(workspace.clone()),
        ..ListParams::default()
    };
    let entries = tx.open_entries(workspace.as_str())?;
    let in_queue = |commit: &str| entries.iter().any(|entry| entry.candidate.as_deref() == Some(commit));
    for approval in tx.approvals(&open)?.into_iter().filter(|approval| approval.action == ACTION) {
        let digest = approval.details["digest"].as_str().unwrap_or_default();
        let about = approval.details["candidate"].as_str();
        let replaced = about == candidate && !wanted.iter().any(|w| w == digest);
        if replaced || about.is_some_and(|commit| !in_queue(commit)) {
            ask::close(tx, approval, ApprovalState::Superseded)?;
        }
    }
    Ok(())
}

fn denied(wanted: &Wanted, approval: &Approval) -> ApiError {
    let by = approval.decided_by.as_deref().unwrap_or("somebody");
    let text = format!(
        "The set-up step `{}` needs the network, and {by} denied it. Try again to be asked again, or load its packages into this machine's cache first.",
        wanted.command()
    );
    ApiError::new(ErrorCode::Forbidden, text)
}
