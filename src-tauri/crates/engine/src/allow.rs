//! What a job's model wants to do, asked before it is done: its commands, and files outside its plan.
//!
//! An answer counts for the one call it was given for. A question nobody answers is no: the job goes on without that
//! command. Files inside the plan's scope are the worker's own affair, as long as no rule says otherwise; whatever is
//! written, the server's intake judges what is handed over.

use crate::policy::For;
use crate::{Caller, Engine, ask, hash};
use flow::asks::sentence;
use flow::policy::command::{reading, risk};
use flow::scope::{ScopeCheck, path_problem};
use protocol::approval::{Approval, ApprovalState};
use protocol::asks::Asks;
use protocol::command::{AllowAnswer, AllowAsk};
use protocol::job::Job;
use protocol::plan::TaskParams;
use protocol::policy::{Action, ActionKind, ActorKind, Effect, Verdict};
use protocol::queue::ListParams;
use protocol::{ApiError, ErrorCode, RiskLevel};
use serde_json::json;
use std::time::Duration;
use store::{NewApproval, QueueName, StoreError, Tx};

const KINDS: [&str; 2] = ["command", "file.write"];
/// How long a question of a job waits for a person.
pub(crate) const ASKED_FOR_MS: i64 = 10 * 60_000;
/// Answers wake whoever waits; this is for those that close without one.
const LOOK: Duration = Duration::from_secs(2);
/// Longest command line, and most files of one call.
const COMMAND_BYTES: usize = 128 * 1024;
const FILES: usize = 100;
const CALL_CHARS: usize = 64;

impl Engine {
    /// Whether a running job may do something. Without an answer of a person yet it says so after `waitMs`; ask again
    /// then, with the same `call`.
    pub async fn jobs_allow(&self, caller: Caller, p: AllowAsk) -> Result<AllowAnswer, ApiError> {
        caller.require_job(p.id.as_str())?;
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        if p.call.is_empty() || p.call.len() > CALL_CHARS || !p.call.bytes().all(plain) {
            return Err(ApiError::bad("call is 1 to 64 letters, digits and -"));
        }
        let deadline = self.wait_deadline(p.wait_ms)?;
        let (id, token) = (p.id.to_string(), p.claim_token);
        let job = self
            .store
            .read(move |tx| tx.require_claim(QueueName::Jobs, &id, &token).and_then(|()| tx.job(&id)))
            .await?;
        let (Some(workspace), Some(session)) = (&job.workspace_id, &job.session_id) else {
            return Err(ApiError::new(ErrorCode::Forbidden, "This job belongs to no workspace."));
        };
        let mut action = Action {
            workspace_id: Some(workspace.clone()),
            actor: ActorKind::Worker,
            risk: RiskLevel::Low,
            what: p.action,
        };
        let details = weighed(&job, &mut action)?;
        let (word, subject) = (action.what.word(), format!("{}:{}", job.id, p.call));
        let asked_hash = hash::json(&details);
        if let Some(asked) = self.newest_about(&subject, word).await? {
            if asked.hash != asked_hash {
                return Err(ApiError::new(ErrorCode::Conflict, "This call was about something else before."));
            }
            return self.answer_of(asked, deadline).await;
        }
        let room = self.room(workspace)?;
        let whom = For { session, job: Some(&job.id), quiet: true };
        let verdict = self.decide_for(&room, whom, &action).await?;
        match verdict.effect {
            Effect::Allow => Ok(said(true, verdict)),
            Effect::Deny => Ok(said(false, verdict)),
            // It runs already; what nobody could be asked about is not stopped for that.
            Effect::Ask if p.begun => Ok(said(true, verdict)),
            Effect::Ask => {
                let offer = flow::policy::offer(&action, Some(&job.id));
                let asks = asks_of(&job, &action.what);
                let new = NewApproval {
                    workspace_id: Some(workspace.clone()),
                    session_id: session.clone(),
                    action: word.into(),
                    subject,
                    summary: sentence(&asks),
                    asks: Some(Box::new(asks)),
                    details,
                    hash: asked_hash,
                    risk: action.risk,
                    because: ask::because(&verdict),
                    why: verdict.rule,
                    asked_by: job.worker_id.clone().unwrap_or_else(|| "worker".into()),
                    expires_at: Some(self.clock.now_ms() + ASKED_FOR_MS),
                };
                let asked = self.store.write(move |tx| ask::ask_offering(tx, new, offer)).await?;
                self.answer_of(asked, deadline).await
            }
        }
    }

    /// The newest question of a kind about a subject.
    pub(crate) async fn newest_about(
        &self,
        subject: &str,
        action: &'static str,
    ) -> Result<Option<Approval>, ApiError> {
        let subject = subject.to_owned();
        let all = self.store.read(move |tx| tx.approvals_about(&subject)).await?;
        Ok(all.into_iter().rfind(|approval| approval.action == action))
    }

    /// Waits until a question is answered or closed; none when `deadline` came first.
    pub(crate) async fn settled(
        &self,
        mut asked: Approval,
        deadline: Option<tokio::time::Instant>,
    ) -> Result<Option<Approval>, ApiError> {
        loop {
            let heard = self.answers.notified();
            let id = asked.id.to_string();
            asked = self.store.read(move |tx| tx.approval(&id)).await?;
            if asked.state != ApprovalState::Pending {
                return Ok(Some(asked));
            }
            let over = async {
                match deadline {
                    Some(deadline) => tokio::time::sleep_until(deadline).await,
                    None => std::future::ready(()).await,
                }
            };
            tokio::select! {
                () = heard => {}
                () = tokio::time::sleep(LOOK) => {}
                () = over => return Ok(None),
                () = self.stopping() => return Err(crate::shutting_down()),
            }
        }
    }

    async fn answer_of(
        &self,
        asked: Approval,
        deadline: Option<tokio::time::Instant>,
    ) -> Result<AllowAnswer, ApiError> {
        let (id, rule) = (asked.id.clone(), asked.why.clone());
        let Some(settled) = self.settled(asked, deadline).await? else {
            return Ok(AllowAnswer {
                allowed: false,
                why: "It waits for an answer.".into(),
                rule_id: String::new(),
                approval_id: Some(id),
            });
        };
        let by = settled.decided_by.as_deref().unwrap_or("somebody");
        let (allowed, why) = match settled.state {
            ApprovalState::Approved => (true, format!("{by} allowed it. {rule}.")),
            ApprovalState::Denied => (false, format!("{by} denied it. {rule}.")),
            ApprovalState::Expired => (false, format!("{rule}, and nobody answered in time.")),
            ApprovalState::Pending | ApprovalState::Superseded | ApprovalState::Orphaned => {
                (false, "The question was closed.".into())
            }
        };
        Ok(AllowAnswer { allowed, why, rule_id: "answer".into(), approval_id: None })
    }
}

fn said(allowed: bool, verdict: Verdict) -> AllowAnswer {
    AllowAnswer { allowed, why: verdict.rule, rule_id: verdict.rule_id, approval_id: None }
}

/// Sets the risk of an action, and answers what exactly would be asked. The scope is the job's own, as it was planned.
fn weighed(job: &Job, action: &mut Action) -> Result<serde_json::Value, ApiError> {
    match &action.what {
        ActionKind::Command { argv, cwd, confined } => {
            let bytes: usize = argv.iter().map(|word| word.len() + 1).sum();
            if argv.is_empty() || bytes > COMMAND_BYTES {
                return Err(ApiError::bad("argv is a command of at most 128 KiB"));
            }
            let read = reading(argv, cwd);
            action.risk = risk(&read, *confined);
            Ok(json!({
                "kind": "command", "workspaceId": job.workspace_id, "jobId": job.id, "argv": argv, "cwd": cwd,
                "sandbox": confined, "classes": read.classes,
            }))
        }
        ActionKind::FileWrite { paths } => {
            if paths.is_empty() || paths.len() > FILES {
                return Err(ApiError::bad("paths are 1 to 100"));
            }
            if let Some((path, problem)) = paths.iter().find_map(|path| Some((path, path_problem(path)?))) {
                return Err(ApiError::bad(format!("{path:?} {problem}")));
            }
            let task: Option<TaskParams> = serde_json::from_str(&job.params).ok();
            let scope = task.as_ref().and_then(|task| ScopeCheck::new(&task.planning.scope).ok());
            let inside = scope.is_some_and(|scope| paths.iter().all(|path| scope.allows(path).is_ok()));
            action.risk = if inside { RiskLevel::Low } else { RiskLevel::Medium };
            let globs = task.map(|task| task.planning.scope.write_globs).unwrap_or_default();
            Ok(json!({
                "kind": "file.write", "workspaceId": job.workspace_id, "jobId": job.id, "paths": paths, "writes": globs,
                "note": "This counts for these paths and this job: what else leaves the plan is refused at hand-over.",
            }))
        }
        _ => Err(ApiError::bad("A job asks about a command or a file.write.")),
    }
}

fn asks_of(job: &Job, what: &ActionKind) -> Asks {
    let job: String = job.title.chars().take(80).collect();
    let about: String = flow::policy::about(what).chars().take(160).collect();
    match what {
        ActionKind::FileWrite { .. } => Asks::JobWrite { job, paths: about },
        _ => Asks::JobCommand { job, command: about },
    }
}

/// Closes the questions about single calls of a job whose worker does not wait any more.
pub(crate) fn close_calls(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    close(tx, job, &KINDS)
}

/// Closes open questions of these kinds that a job asked.
pub(crate) fn close(tx: &mut Tx<'_>, job: &Job, kinds: &[&str]) -> Result<(), StoreError> {
    let open = ListParams {
        status: Some("pending".into()),
        workspace_id: job.workspace_id.clone(),
        limit: Some(200),
        ..ListParams::default()
    };
    let of_it = format!("{}:", job.id);
    for approval in tx.approvals(&open)? {
        if kinds.contains(&approval.action.as_str()) && approval.subject.starts_with(&of_it) {
            ask::close(tx, approval, ApprovalState::Superseded)?;
        }
    }
    Ok(())
}
