//! Looking at policy: what is in force, why something would be asked, what is remembered; and ending what is.

use crate::{Caller, Engine, Principal, Reply, grants};
use flow::policy::command::{reading, risk};
use flow::policy::{meaning, profile_lines};
use host::network::Target;
use protocol::grant::{Grants, GrantsParams, RevokeGrant};
use protocol::policy::{Action, ActionKind, ActorKind, Effect};
use protocol::rulebook::{ExplainParams, Explained, PolicyShown, StandingRule};
use protocol::workspace::WorkspaceParams;
use protocol::{ApiError, ErrorCode, RiskLevel};

impl Engine {
    pub async fn policy_show(&self, p: WorkspaceParams) -> Result<PolicyShown, ApiError> {
        let room = self.room(&p.id)?;
        let book = self.book(&room).await?;
        let mut rules = book.rules;
        // What is not looked at comes last.
        rules.sort_by_key(|one| (!one.counts, order(one)));
        Ok(PolicyShown {
            workspace_id: p.id,
            profile: book.profile,
            chosen: book.chosen,
            tightened_by: book.tightened_by,
            meaning: meaning(book.profile).iter().map(|line| (*line).to_owned()).collect(),
            rules,
            files: book.files,
            lines: profile_lines(book.profile),
        })
    }

    /// What would be said to an action. Nothing is done, asked or counted.
    pub async fn policy_explain(&self, p: ExplainParams) -> Result<Explained, ApiError> {
        let room = self.room(&p.workspace_id)?;
        let actor = p.actor.unwrap_or(ActorKind::Worker);
        let read = match &p.action {
            ActionKind::Command { argv, cwd, .. } => Some(reading(argv, cwd)),
            _ => None,
        };
        let usual = match (&p.action, &read) {
            (ActionKind::Command { confined, .. }, Some(read)) => risk(read, *confined),
            (ActionKind::FileWrite { .. } | ActionKind::Network { .. }, _) => RiskLevel::Medium,
            _ => RiskLevel::Low,
        };
        let action = Action {
            workspace_id: Some(p.workspace_id),
            actor,
            risk: p.risk.unwrap_or(usual),
            what: p.action,
        };
        let judged = self.judge(&room, p.session_id.as_ref(), p.job_id.as_ref(), &action).await?;
        let (mut verdict, mut place) = (judged.verdict, judged.place);
        if let ActionKind::Network { host, port } = &action.what {
            let target = Target::new(host, *port).map_err(|bad| ApiError::bad(format!("{host}: {bad}")))?;
            let config = self.config_now().await?;
            let ruled = verdict.rule_id.clone();
            verdict = crate::network::weighed(&config.network, &target, verdict);
            if verdict.rule_id != ruled {
                place = config.origin(&verdict.rule_id).map(ToString::to_string);
            }
        }
        let classes = read.map(|read| read.classes.into_iter().collect()).unwrap_or_default();
        Ok(Explained { verdict, place, classes })
    }

    pub async fn policy_grants(&self, p: GrantsParams) -> Result<Grants, ApiError> {
        let workspace = p.workspace_id;
        let grants = self.store.read(move |tx| tx.grants(workspace.as_ref().map(|id| id.as_str()))).await?;
        Ok(Grants { grants })
    }

    /// Ends a grant. No worker, job or agent can, whatever scopes somebody gave it.
    pub async fn policy_revoke(&self, caller: Caller, p: RevokeGrant) -> Reply {
        if !matches!(caller.who, Principal::Owner | Principal::Device { .. }) {
            return Err(ApiError::new(ErrorCode::Forbidden, "Only a person revokes what is remembered."));
        }
        let by = caller.who.label();
        self.change(caller, move |tx| grants::revoke(tx, &p.id, &by)).await
    }
}

/// The order in which rules are looked at.
fn order(one: &StandingRule) -> u8 {
    match one.rule.effect {
        Some(Effect::Deny) => 0,
        None | Some(Effect::Ask) => 1,
        Some(Effect::Allow) => 2,
    }
}
