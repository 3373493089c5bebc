//! Hosts that a job wants to reach: listed ones, policy's word, or a person's, for this job and this target alone.
//!
//! A denial decides first, whoever wrote it; then what the user listed by name or by preset; then the profile. What
//! nothing covers is asked. A question nobody answers is no: the job goes on without that host.

use crate::policy::For;
use crate::{Caller, Engine, allow, ask, hash};
use flow::asks::sentence;
use host::config::{Network, Reach};
use host::network::{Target, hosts_of, never_reached};
use protocol::approval::{Approval, ApprovalState};
use protocol::asks::Asks;
use protocol::grant::GrantFor;
use protocol::job::{Job, JobStatus, NetworkAnswer, NetworkAsk};
use protocol::policy::{Action, ActionKind, ActorKind, Effect, Verdict};
use protocol::{ApiError, ErrorCode, Event, RiskLevel, SessionId};
use serde_json::json;
use store::{NewApproval, NewEvent, QueueName, StoreError, Tx};

pub(crate) const ACTION: &str = "network";
/// Characters of a worker's own sentence about a host that are kept.
const MOST_WHY: usize = 200;

impl Engine {
    /// Whether a running job may connect to a host; what a worker tells of one it was kept from is only told on.
    /// Without an answer of a person yet it says so after `waitMs`; ask again then.
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
        if let Some(why) = p.refused {
            let why = why.chars().take(MOST_WHY).collect();
            return self.told(&job, session, &target, NetworkAnswer::no(why)).await;
        }
        if let Some(why) = target.address().and_then(never_reached) {
            return self
                .told(&job, session, &target, NetworkAnswer::no(format!("It is never reached: {why}.")))
                .await;
        }
        let subject = format!("{}:{target}", job.id);
        // A question that closed by itself, when the job was put aside, answered nothing. One that was remembered is
        // judged by what is remembered now.
        let asked = self.newest_about(&subject, ACTION).await?.filter(|asked| {
            asked.remembered.is_none()
                && !matches!(asked.state, ApprovalState::Superseded | ApprovalState::Orphaned)
        });
        if let Some(asked) = asked {
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
        let whom = For { session, job: Some(&job.id), quiet: false };
        let verdict = self.decide_for(&room, whom, &action).await?;
        let by_grant = verdict.rule_id.starts_with("grant-");
        let verdict = weighed(&self.config_now().await?.network, &target, verdict);
        let answer = match verdict.effect {
            Effect::Deny => NetworkAnswer::no(verdict.rule),
            // What is remembered may be revoked while the job runs.
            Effect::Allow => NetworkAnswer { again: by_grant, ..NetworkAnswer::yes(verdict.rule) },
            Effect::Ask => {
                let asked = self.ask_about(&job, session, &target, subject, &action, verdict).await?;
                return self.answered(&job, session, &target, asked, deadline).await;
            }
        };
        self.told(&job, session, &target, answer).await
    }

    async fn ask_about(
        &self,
        job: &Job,
        session: &SessionId,
        target: &Target,
        subject: String,
        action: &Action,
        verdict: Verdict,
    ) -> Result<Approval, ApiError> {
        let offer = flow::policy::offer(action, Some(&job.id));
        let details = json!({
            "kind": ACTION, "workspaceId": job.workspace_id, "jobId": job.id, "hosts": [target.to_string()],
        });
        let title = job.title.chars().take(120).collect();
        let asks = Asks::JobNetwork { job: title, target: target.to_string() };
        let new = NewApproval {
            workspace_id: job.workspace_id.clone(),
            session_id: session.clone(),
            action: ACTION.into(),
            subject,
            summary: sentence(&asks),
            asks: Some(Box::new(asks)),
            hash: hash::json(&details),
            details,
            risk: RiskLevel::Medium,
            because: ask::because(&verdict),
            why: verdict.rule,
            asked_by: job.worker_id.clone().unwrap_or_else(|| "worker".into()),
            expires_at: Some(self.clock.now_ms() + allow::ASKED_FOR_MS),
        };
        Ok(self.store.write(move |tx| ask::ask_offering(tx, new, offer)).await?)
    }

    /// Waits until a question is answered or `deadline` has come.
    async fn answered(
        &self,
        job: &Job,
        session: &SessionId,
        target: &Target,
        asked: Approval,
        deadline: Option<tokio::time::Instant>,
    ) -> Result<NetworkAnswer, ApiError> {
        let id = asked.id.clone();
        let Some(settled) = self.settled(asked, deadline).await? else {
            return Ok(NetworkAnswer::waits(id));
        };
        let answer = match settled.state {
            ApprovalState::Approved => {
                let why = match settled.remembered {
                    None | Some(GrantFor::Job) => "You allowed it for this job.",
                    Some(_) => "You allowed it, and that is remembered.",
                };
                NetworkAnswer { again: settled.remembered.is_some(), ..NetworkAnswer::yes(why.into()) }
            }
            ApprovalState::Denied => NetworkAnswer::no("You denied it for this job.".into()),
            ApprovalState::Expired => NetworkAnswer::no("Nobody answered in time.".into()),
            ApprovalState::Pending | ApprovalState::Superseded | ApprovalState::Orphaned => {
                NetworkAnswer::no("The question was closed.".into())
            }
        };
        self.told(job, session, target, answer).await
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

/// What a verdict about a host comes to with what the user listed: a denial stands, a list allows, and where nobody is
/// to be asked, what is not listed is denied. Pure.
pub(crate) fn weighed(network: &Network, target: &Target, verdict: Verdict) -> Verdict {
    let as_setting =
        |effect, key: &str, rule: String| Verdict { effect, rule_id: key.into(), rule, ruling: None };
    if let Some(why) = target.address().and_then(never_reached) {
        return as_setting(Effect::Deny, "never.reached", format!("It is never reached: {why}."));
    }
    if verdict.effect == Effect::Deny {
        return verdict;
    }
    if network.jobs == Reach::Off {
        return as_setting(Effect::Deny, "network.jobs", "Jobs have no way out (network.jobs).".into());
    }
    let listed = hosts_of(network.allow.iter().map(String::as_str)).iter().any(|p| target.is_covered_by(p));
    match verdict.effect {
        Effect::Ask if listed => as_setting(Effect::Allow, "network.allow", "You listed this host.".into()),
        Effect::Ask if network.jobs == Reach::Listed => as_setting(
            Effect::Deny,
            "network.jobs",
            "It is not listed, and nobody is asked (network.jobs).".into(),
        ),
        _ => verdict,
    }
}

/// Closes the questions of a job that does not run any more: an answer would do nothing. What was remembered for it
/// alone is over when it is.
pub(crate) fn close_open(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    if matches!(job.status, JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled) {
        tx.drop_grants_of(job.id.as_str())?;
    }
    allow::close_calls(tx, job)?;
    allow::close(tx, job, &[ACTION])
}
