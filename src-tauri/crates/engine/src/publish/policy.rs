//! Whether a publication may begin: a person's press is its own approval, everybody else is asked about.

use super::reply;
use crate::{Engine, ask, hash};
use flow::asks::sentence;
use protocol::approval::ApprovalState;
use protocol::asks::Asks;
use protocol::policy::{Action, ActionKind, ActorKind, Effect, Verdict};
use protocol::publish::{Publication, PublishReason, PublishStage};
use protocol::{ApiError, RiskLevel};
use serde_json::json;
use store::{NewApproval, StoredPublish};

/// What came of asking.
pub(super) enum May {
    Begin,
    /// It waits, or it ended; the row says which.
    NotNow,
}

impl Engine {
    pub(super) async fn publish_may_begin(&self, row: &StoredPublish) -> Result<May, ApiError> {
        match row.shown.stage {
            PublishStage::Queued => self.consult_on_publish(row).await,
            PublishStage::Waiting => self.read_publish_answer(&row.shown).await,
            PublishStage::Pushing | PublishStage::Opening | PublishStage::Done => Ok(May::Begin),
        }
    }

    async fn consult_on_publish(&self, row: &StoredPublish) -> Result<May, ApiError> {
        let shown = &row.shown;
        let room = match self.room(&shown.workspace_id) {
            Ok(room) => room,
            Err(error) => {
                self.fail_publish(shown, PublishReason::WorkspaceGone, &error.message, None).await?;
                return Ok(May::NotNow);
            }
        };
        let (head, base) = (shown.head_branch.clone(), shown.base_branch.clone());
        let mut wanted = vec![match shown.force {
            true => ActionKind::PublishForce { branch: head.clone() },
            false => ActionKind::PublishPush { branch: head.clone() },
        }];
        if shown.create_pr {
            wanted.push(ActionKind::PublishPr { branch: head, base });
        }
        let mut strictest: Option<(Verdict, ActionKind)> = None;
        for what in wanted {
            let risk = if shown.force { RiskLevel::High } else { RiskLevel::Medium };
            let action = Action { workspace_id: Some(room.id.clone()), actor: row.actor, risk, what };
            let mut verdict = self.decide(&room, &shown.session_id, &action).await?;
            // To have configured that landings are pushed is the user's own standing answer; what a rule says stands.
            let standing = verdict.rule_id.starts_with("always.") || verdict.rule_id.starts_with("profile.");
            if row.actor == ActorKind::Schedule && verdict.effect == Effect::Ask && standing {
                verdict.effect = Effect::Allow;
            }
            let order = |effect: Effect| match effect {
                Effect::Allow => 0,
                Effect::Ask => 1,
                Effect::Deny => 2,
            };
            if strictest.as_ref().is_none_or(|(known, _)| order(verdict.effect) > order(known.effect)) {
                strictest = Some((verdict, action.what));
            }
        }
        let Some((verdict, what)) = strictest else { return Ok(May::Begin) };
        match verdict.effect {
            Effect::Allow => Ok(May::Begin),
            Effect::Deny => {
                let text = format!("It is not allowed: {}.", verdict.rule.trim_end_matches('.'));
                self.fail_publish(shown, PublishReason::Denied, &text, None).await?;
                Ok(May::NotNow)
            }
            Effect::Ask => {
                self.ask_about_publish(shown, &what, verdict).await?;
                Ok(May::NotNow)
            }
        }
    }

    async fn ask_about_publish(
        &self,
        shown: &Publication,
        what: &ActionKind,
        verdict: Verdict,
    ) -> Result<(), ApiError> {
        let details = json!({
            "kind": what.word(), "publishId": shown.id, "workspaceId": shown.workspace_id, "head": shown.head_branch,
            "base": shown.base_branch, "commit": shown.commit, "remote": shown.remote, "force": shown.force,
            "createPr": shown.create_pr, "title": shown.title, "overwrites": shown.overwrites,
        });
        let there = shown.overwrites.as_ref().and_then(|tip| tip.commit.as_deref());
        let asks = Asks::Push {
            branch: shown.head_branch.clone(),
            remote: shown.remote.clone(),
            over: there.filter(|_| shown.force).map(|there| there.get(..7).unwrap_or(there).to_owned()),
            opens: shown.create_pr,
        };
        let new = NewApproval {
            workspace_id: Some(shown.workspace_id.clone()),
            session_id: shown.session_id.clone(),
            action: what.word().into(),
            subject: shown.id.to_string(),
            summary: sentence(&asks),
            asks: Some(Box::new(asks)),
            hash: hash::json(&details),
            details,
            risk: if shown.force { RiskLevel::High } else { RiskLevel::Medium },
            because: ask::because(&verdict),
            why: verdict.rule,
            asked_by: shown.by.clone(),
            expires_at: None,
        };
        let mut shown = shown.clone();
        let write = self.store.write(move |tx| {
            let approval = ask::ask(tx, new)?;
            shown.stage = PublishStage::Waiting;
            shown.approval_id = Some(approval.id);
            tx.update_publish(&shown)
        });
        Ok(write.await?)
    }

    /// An answer counts for exactly the commit, branch and remote it was given for: these never change in a row.
    async fn read_publish_answer(&self, shown: &Publication) -> Result<May, ApiError> {
        let Some(id) = shown.approval_id.clone() else { return Ok(May::Begin) };
        let approval = self.store.read(move |tx| tx.approval(id.as_str())).await?;
        let by = approval.decided_by.as_deref().unwrap_or("Somebody");
        let (reason, text) = match approval.state {
            ApprovalState::Pending => return Ok(May::NotNow),
            ApprovalState::Approved => return Ok(May::Begin),
            ApprovalState::Denied => (PublishReason::Denied, format!("{by} said no.")),
            ApprovalState::Expired => (PublishReason::Denied, "Nobody answered in time.".to_owned()),
            // Nobody said no to it.
            ApprovalState::Superseded | ApprovalState::Orphaned => {
                (PublishReason::Cancelled, "The question was closed.".to_owned())
            }
        };
        self.fail_publish(shown, reason, &text, None).await?;
        Ok(May::NotNow)
    }

    /// Ends a publication that did not succeed, with the event of the stage it was in. One that has ended already stays
    /// as it ended.
    pub(crate) async fn fail_publish(
        &self,
        shown: &Publication,
        reason: PublishReason,
        message: &str,
        told: Option<reply::Told>,
    ) -> Result<(), ApiError> {
        let redactor = self.redactor();
        let mut shown = shown.clone();
        let message = redactor.text(message);
        let opening = shown.stage == PublishStage::Opening;
        reply::fail(&mut shown, reason, &message);
        if let (Some(result), Some(told)) = (&mut shown.result, told) {
            result.remote_said = told.remote_said.map(|text| redactor.text(&text));
            result.retry_at = told.retry_at.map(host::clock::iso);
            result.manual_pr_url = told.manual_pr_url;
        }
        let write = self.store.write(move |tx| {
            if tx.publish(shown.id.as_str())?.shown.stage == PublishStage::Done {
                return Ok(());
            }
            tx.update_publish(&shown)?;
            match opening {
                true => super::tell::pr_failed(tx, &shown, reason, &message),
                false => super::tell::push_failed(tx, &shown, reason, &message),
            }
        });
        write.await?;
        self.publishing.moved.notify_waiters();
        Ok(())
    }
}
