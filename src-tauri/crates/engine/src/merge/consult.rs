//! Asking policy, and through it a person, whether a candidate may land.

use super::Round;
use crate::Engine;
use crate::rooms::Room;
use flow::asks::sentence;
use flow::merge::Input;
use protocol::approval::ApprovalState;
use protocol::asks::Asks;
use protocol::because::Because;
use protocol::check::CheckPlan;
use protocol::merge::MergeEntry;
use protocol::policy::{Action, ActionKind, ActorKind, Effect, Verdict};
use protocol::{ApiError, ErrorCode, RiskLevel};
use serde_json::json;
use std::sync::Arc;
use store::NewApproval;

impl Engine {
    pub(super) async fn consult_policy(
        &self,
        room: &Arc<Room>,
        entry: &MergeEntry,
        plan: &CheckPlan,
    ) -> Result<Round, ApiError> {
        let (Some(hash), Some(candidate)) = (entry.patch_hash.clone(), entry.candidate.clone()) else {
            return Ok(Round::Quiet);
        };
        let paths = self.changed_paths(room, entry).await?;
        let risky_paths: Vec<String> =
            entry.risky.iter().map(|r| r.split(": ").next().unwrap_or(r).to_owned()).collect();
        let risk = risk_of(entry);
        // Where every check is left out, nothing of it is proven.
        let checked = self.left_out(room, entry, plan).await?.iter().any(Option::is_none);
        let action = Action {
            workspace_id: Some(room.id.clone()),
            actor: ActorKind::Worker,
            risk,
            what: ActionKind::Land {
                entry_id: entry.id.to_string(),
                files: entry.files,
                additions: entry.additions,
                deletions: entry.deletions,
                paths: paths.clone(),
                risky_paths,
                verified: entry.verified && checked,
            },
        };
        let verdict = match self.decide(room, &entry.session_id, &action).await {
            Ok(verdict) => verdict,
            // Nobody can say whether it may land; it waits where that is seen, and others go on.
            Err(error) if error.code == ErrorCode::ConfigInvalid => {
                self.apply(entry, Input::Blocked { said: Because::of(&error).into() }).await?;
                return Ok(Round::Blocked);
            }
            Err(error) => return Err(error),
        };
        let input = match verdict.effect {
            Effect::Allow => Input::Allowed { rule: ruled(&verdict) },
            Effect::Deny => Input::Forbidden { rule: ruled(&verdict) },
            Effect::Ask => {
                let details = json!({
                    "kind": "land", "entryId": entry.id, "jobId": entry.job_id, "title": entry.title, "base": entry.base, "onto": entry.onto,
                    "candidate": candidate, "target": entry.target, "strategy": entry.strategy, "hash": hash, "files": entry.files,
                    "additions": entry.additions, "deletions": entry.deletions, "paths": paths, "risky": entry.risky, "verified": entry.verified,
                    "checks": plan.checks.iter().map(|c| protocol::line::command(&c.run)).collect::<Vec<_>>(),
                });
                let asks = Asks::Land { title: entry.title.clone(), branch: entry.target.clone() };
                let new = NewApproval {
                    workspace_id: Some(room.id.clone()),
                    session_id: entry.session_id.clone(),
                    action: "land".into(),
                    subject: entry.id.to_string(),
                    summary: sentence(&asks),
                    asks: Some(Box::new(asks)),
                    details,
                    hash,
                    risk,
                    because: crate::ask::because(&verdict),
                    why: verdict.rule.clone(),
                    asked_by: "merge".into(),
                    expires_at: None,
                };
                let id = entry.id.to_string();
                let changed = self
                    .store
                    .write(move |tx| {
                        let approval = crate::ask::ask(tx, new)?;
                        super::outcome::apply(
                            tx,
                            &id,
                            Input::Asked { approval: approval.id, rule: ruled(&verdict) },
                        )
                    })
                    .await?;
                return Ok(if changed { Round::Progress } else { Round::Quiet });
            }
        };
        Ok(if self.apply(entry, input).await? { Round::Progress } else { Round::Quiet })
    }

    /// Looks at the answer to an entry's question. An answer counts only for the patch it was given for.
    pub(super) async fn read_answer(&self, entry: &MergeEntry) -> Result<Round, ApiError> {
        let Some(approval) = entry.approval_id.clone() else { return Ok(Round::Quiet) };
        let approval = self.store.read(move |tx| tx.approval(approval.as_str())).await?;
        let by = approval.decided_by.clone().unwrap_or_else(|| "somebody".into());
        if approval.state != ApprovalState::Pending && Some(&approval.hash) != entry.patch_hash.as_ref() {
            return Ok(if self.apply(entry, Input::Retry).await? { Round::Progress } else { Round::Quiet });
        }
        let input = match approval.state {
            ApprovalState::Pending => return Ok(Round::Quiet),
            ApprovalState::Approved => Input::Approved { by },
            ApprovalState::Denied => Input::Denied { by },
            ApprovalState::Expired | ApprovalState::Superseded | ApprovalState::Orphaned => Input::Expired,
        };
        Ok(if self.apply(entry, input).await? { Round::Progress } else { Round::Quiet })
    }

    async fn changed_paths(&self, room: &Arc<Room>, entry: &MergeEntry) -> Result<Vec<String>, ApiError> {
        let (room, entry) = (room.clone(), entry.clone());
        self.blocking(move || {
            let id = |text: &Option<String>| repo::ObjectId::parse(text.as_deref().unwrap_or_default());
            let summary = room.depot.diff(
                &id(&entry.onto)?,
                &id(&entry.candidate)?,
                &crate::hand_over::summary_limits(),
            )?;
            Ok(summary.files.into_iter().map(|f| f.path).take(500).collect())
        })
        .await?
        .map_err(crate::git::api)
    }
}

/// Unverified or risky changes are never low risk.
fn ruled(verdict: &Verdict) -> Because {
    match verdict.ruling.clone() {
        Some(ruling) => Because::Policy { effect: verdict.effect, ruling },
        None => Because::Rule { said: verdict.rule.clone() },
    }
}

fn risk_of(entry: &MergeEntry) -> RiskLevel {
    match (
        entry.risky.is_empty(),
        entry.verified,
        entry.files > 20 || entry.additions + entry.deletions > 800,
    ) {
        (false, _, _) => RiskLevel::High,
        (true, false, _) | (true, true, true) => RiskLevel::Medium,
        (true, true, false) => RiskLevel::Low,
    }
}
