//! Hosts that a job wants to reach: listed ones, policy's word, or a person's, for this job and this target alone.
//!
//! A denial decides first, whoever wrote it; then what the user listed by name or by preset; then the profile. What
//! nothing covers is asked. A question nobody answers is no: the job goes on without that host.

use crate::{Caller, Engine, ask, hash};
use host::config::Reach;
use host::network::{Target, hosts_of, never_reached};
use protocol::approval::{Approval, ApprovalState};
use protocol::job::{Job, NetworkAnswer, NetworkAsk};
use protocol::policy::{Action, ActionKind, ActorKind, Effect};
use protocol::queue::ListParams;
use protocol::{ApiError, ErrorCode, Event, RiskLevel, SessionId};
use serde_json::json;
use std::time::Duration;
use store::{NewApproval, NewEvent, QueueName, StoreError, Tx};

pub(crate) const ACTION: &str = "network";
/// How long a question about a host waits for a person.
const ASKED_FOR_MS: i64 = 10 * 60_000;
/// Answers wake whoever waits; this is for those that close without one.
const LOOK: Duration = Duration::from_secs(2);

impl Engine {
    /// Whether a running job may connect to a host. Without an answer of a person yet it says so after `waitMs`; ask
    /// again then.
    pub async fn jobs_network(&self, caller: Caller, p: NetworkAsk) -> Result<NetworkAnswer, ApiError> {
        caller.require_job(p.id.as_str())?;
        let target =
            Target::new(&p.host, p.port).map_err(|bad| ApiError::bad(format!("{}: {bad}", p.host)))?;
        let deadline = self.wait_deadline(p.wait_ms)?;
        let (id, token) = (p.id.to_string(), p.claim_token);
        let job = self
            .store
            .read(move |tx| tx.require_claim(QueueName::Jobs, &id, &token).and_then(|()| tx.job(&id)));
        let job = job.await?;
        let (Some(workspace), Some(session)) = (&job.workspace_id, &job.session_id) else {
            return Err(ApiError::new(ErrorCode::Forbidden, "This job has no network."));
        };
        if let Some(why) = target.address().and_then(never_reached) {
            return self
                .told(&job, session, &target, NetworkAnswer::no(format!("It is never reached: {why}.")))
                .await;
        }
        let subject = format!("{}:{target}", job.id);
        if let Some(asked) = self.newest(&subject).await? {
            return self.answered(&job, session, &target, asked, deadline).await;
        }
        let room = self.room(workspace)?;
        let what = ActionKind::Network { host: target.host.clone(), port: target.port };
        let action = Action {
            workspace_id: Some(workspace.clone()),
            actor: ActorKind::Worker,
            risk: RiskLevel::Medium,
            what,
        };
        let verdict = self.decide(&room, session, &action).await?;
        let network = &self.own.config.network;
        let listed =
            hosts_of(network.allow.iter().map(String::as_str)).iter().any(|p| target.is_covered_by(p));
        let answer = match verdict.effect {
            Effect::Deny => NetworkAnswer::no(verdict.rule),
            Effect::Allow => NetworkAnswer::yes(verdict.rule),
            Effect::Ask if listed => NetworkAnswer::yes("You listed this host.".into()),
            Effect::Ask if network.jobs == Reach::Listed => {
                NetworkAnswer::no("It is not listed, and nobody is asked (network.jobs).".into())
            }
            Effect::Ask => {
                let asked = self.ask_about(&job, session, &target, subject, verdict.rule).await?;
                return self.answered(&job, session, &target, asked, deadline).await;
            }
        };
        self.told(&job, session, &target, answer).await
    }

    async fn newest(&self, subject: &str) -> Result<Option<Approval>, ApiError> {
        let subject = subject.to_owned();
        let all = self.store.read(move |tx| tx.approvals_about(&subject)).await?;
        Ok(all.into_iter().rfind(|approval| approval.action == ACTION))
    }

    async fn ask_about(
        &self,
        job: &Job,
        session: &SessionId,
        target: &Target,
        subject: String,
        why: String,
    ) -> Result<Approval, ApiError> {
        let details = json!({
            "kind": ACTION, "workspaceId": job.workspace_id, "jobId": job.id, "hosts": [target.to_string()],
        });
        let new = NewApproval {
            workspace_id: job.workspace_id.clone(),
            session_id: session.clone(),
            action: ACTION.into(),
            subject,
            summary: format!("Let “{}” reach {target}", job.title.chars().take(120).collect::<String>()),
            hash: hash::json(&details),
            details,
            risk: RiskLevel::Medium,
            why,
            asked_by: job.worker_id.clone().unwrap_or_else(|| "worker".into()),
            expires_at: Some(self.clock.now_ms() + ASKED_FOR_MS),
        };
        Ok(self.store.write(move |tx| ask::ask(tx, new)).await?)
    }

    /// Waits until a question is answered or `deadline` has come.
    async fn answered(
        &self,
        job: &Job,
        session: &SessionId,
        target: &Target,
        mut asked: Approval,
        deadline: Option<tokio::time::Instant>,
    ) -> Result<NetworkAnswer, ApiError> {
        loop {
            let heard = self.answers.notified();
            let id = asked.id.to_string();
            asked = self.store.read(move |tx| tx.approval(&id)).await?;
            let answer = match asked.state {
                ApprovalState::Approved => NetworkAnswer::yes("You allowed it for this job.".into()),
                ApprovalState::Pending => {
                    let over = async {
                        match deadline {
                            Some(deadline) => tokio::time::sleep_until(deadline).await,
                            None => std::future::ready(()).await,
                        }
                    };
                    tokio::select! {
                        () = heard => continue,
                        () = tokio::time::sleep(LOOK) => continue,
                        () = over => return Ok(NetworkAnswer::waits(asked.id)),
                        () = self.stopping() => return Err(crate::shutting_down()),
                    }
                }
                ApprovalState::Denied => NetworkAnswer::no("You denied it for this job.".into()),
                ApprovalState::Expired => NetworkAnswer::no("Nobody answered in time.".into()),
                ApprovalState::Superseded | ApprovalState::Orphaned => {
                    NetworkAnswer::no("The question was closed.".into())
                }
            };
            return self.told(job, session, target, answer).await;
        }
    }

    /// Every decision is an event.
    async fn told(
        &self,
        job: &Job,
        session: &SessionId,
        target: &Target,
        answer: NetworkAnswer,
    ) -> Result<NetworkAnswer, ApiError> {
        let event = Event::JobNetwork {
            job_id: job.id.clone(),
            host: target.host.clone(),
            port: target.port,
            allowed: answer.allowed,
            why: answer.why.clone(),
        };
        let session = session.clone();
        self.store.write(move |tx| tx.append(NewEvent::new(&session, event, "policy")).map(drop)).await?;
        Ok(answer)
    }
}

/// Closes the questions of a job that does not run any more: an answer would do nothing.
pub(crate) fn close_open(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    let open = ListParams {
        status: Some("pending".into()),
        workspace_id: job.workspace_id.clone(),
        limit: Some(200),
        ..ListParams::default()
    };
    let of_it = format!("{}:", job.id);
    for approval in tx.approvals(&open)? {
        if approval.action == ACTION && approval.subject.starts_with(&of_it) {
            ask::close(tx, approval, ApprovalState::Superseded)?;
        }
    }
    Ok(())
}
