//! What people say to jobs: kept, handed to whoever works on the job, and never silently lost.

use crate::{Caller, Engine, Reply, markdown, reaction};
use protocol::job::{Job, JobStatus, TASK_EXECUTE};
use protocol::ops::{Done, JobParams};
use protocol::steer::{STEER_CHARS, SteerAccepted, SteerJob, SteerMessage, SteerMessages, SteerTaken};
use protocol::taken::TakenState;
use protocol::{ApiError, ErrorCode, Event, Lane};
use store::{NewEvent, QueueName, StoreError, Tx};

impl Engine {
    pub async fn jobs_steer(&self, caller: Caller, p: SteerJob) -> Reply {
        let text = self.keys.known_out_of(p.text.trim());
        if text.is_empty() || text.chars().count() > STEER_CHARS {
            return Err(ApiError::bad(format!("text is 1 to {STEER_CHARS} characters")));
        }
        let by = caller.who.label();
        self.change(caller, move |tx| {
            let job = tx.job(p.id.as_str())?;
            takes_messages(&job)?;
            let message = tx.steer_job(p.id.as_str(), &text, &by)?;
            if let Some(session) = &job.session_id {
                let event = Event::JobSteered { message: Box::new(message.clone()) };
                tx.append(NewEvent::new(session, event, by))?;
            }
            Ok(SteerAccepted { ok: true, message })
        })
        .await
    }

    pub async fn jobs_steering(&self, p: JobParams) -> Result<SteerMessages, ApiError> {
        let read = self.store.read(move |tx| {
            tx.job(p.id.as_str())?;
            Ok(SteerMessages { ok: true, messages: tx.steering(p.id.as_str())? })
        });
        Ok(read.await?)
    }

    /// A worker's word that messages stand before its model now.
    pub async fn jobs_steered(&self, caller: Caller, p: SteerTaken) -> Reply {
        caller.require_job(p.id.as_str())?;
        self.change(caller, move |tx| {
            tx.require_claim(QueueName::Jobs, p.id.as_str(), &p.claim_token)?;
            let job = tx.job(p.id.as_str())?;
            let by = job.worker_id.clone().unwrap_or_else(|| "worker".into());
            let numbers = tx.take_steering(p.id.as_str(), p.up_to, &by)?;
            if let (false, Some(session)) = (numbers.is_empty(), &job.session_id) {
                let event = Event::JobSteerTaken { job_id: p.id, numbers, by: by.clone() };
                tx.append(NewEvent::new(session, event, by))?;
            }
            Ok(Done { ok: true })
        })
        .await
    }

    /// What a claim brings of it: messages that nobody took go along as they are, those that an earlier attempt took
    /// become part of the instruction, because a new attempt knows nothing of that one's conversation.
    pub(super) async fn said_to(&self, job: &mut Job) -> Result<Vec<SteerMessage>, ApiError> {
        let id = job.id.to_string();
        let said = self.store.read(move |tx| tx.steering(&id)).await?;
        let (taken, waiting): (Vec<_>, Vec<_>) = said.into_iter().partition(|said| said.taken_at.is_some());
        if let Some(params) = with_said(&job.params, &taken) {
            job.params = params;
        }
        Ok(waiting)
    }
}

/// The parameters of a task with what was said to it at the end of its instruction; none when nothing changes.
fn with_said(params: &str, said: &[SteerMessage]) -> Option<String> {
    if said.is_empty() {
        return None;
    }
    let mut params: serde_json::Value = serde_json::from_str(params).ok()?;
    let instruction = params.get("instruction")?.as_str()?;
    let said: Vec<_> = said.iter().map(|message| message.text.as_str()).collect();
    let text = format!(
        "{instruction}\n\n# Said since by the person this is for, oldest first\n\n{}",
        said.join("\n\n")
    );
    params.as_object_mut()?.insert("instruction".into(), text.into());
    Some(params.to_string())
}

/// Whether a job can be told anything, or the reason why not.
pub(super) fn takes_messages(job: &Job) -> Result<(), ApiError> {
    let ended = |why: String| Err(ApiError::new(ErrorCode::Conflict, why));
    let refused = |why: &str| Err(ApiError::new(ErrorCode::NotSteerable, why));
    if matches!(job.status, JobStatus::Completed | JobStatus::Failed | JobStatus::Cancelled) {
        return ended(format!("This job is already {}.", job.status));
    }
    if job.cancel_requested {
        return ended("This job is being cancelled.".into());
    }
    match job.taken.as_ref().map(|taken| taken.state) {
        Some(TakenState::Coming | TakenState::Yours) => {
            return refused(
                "A person has taken this job over; nobody else works on it. Give it back to the crew, then tell it.",
            );
        }
        Some(TakenState::HandedBack) => {
            return refused(
                "This job's work was handed back by a person and is only checked now; nobody works on it.",
            );
        }
        None => {}
    }
    if job.kind == TASK_EXECUTE && lane(job) == Some(Lane::Deterministic) {
        return refused(
            "Fixed code does this job; there is no model to tell anything. Stop it and ask for something else.",
        );
    }
    Ok(())
}

fn lane(job: &Job) -> Option<Lane> {
    let params: serde_json::Value = serde_json::from_str(&job.params).ok()?;
    Lane::from_word(params["lane"].as_str()?)
}

/// Says which messages a job that has just ended never took.
pub(crate) fn missed(tx: &mut Tx<'_>, job: &Job) -> Result<(), StoreError> {
    let untaken = tx.untaken_steering(job.id.as_str())?;
    let (Some(session), Some(last)) = (&job.session_id, untaken.last()) else { return Ok(()) };
    let text = format!(
        "**{}** ended before it took what you told it: {}",
        markdown::plain(&job.title),
        markdown::plain(&last.text.chars().take(300).collect::<String>())
    );
    let numbers = untaken.iter().map(|message| message.number).collect();
    let event = Event::JobSteerMissed { job_id: job.id.clone(), numbers };
    tx.append(NewEvent::new(session, event, "server"))?;
    reaction::say(tx, session, text, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::steer::SteerState;

    fn said(number: u64, text: &str) -> SteerMessage {
        SteerMessage {
            number,
            job_id: protocol::JobId::parse("j-1").unwrap(),
            text: text.into(),
            by: "owner".into(),
            state: SteerState::Taken,
            said_at: String::new(),
            taken_at: Some(String::new()),
            taken_by: None,
        }
    }

    #[test]
    fn what_an_earlier_attempt_was_told_ends_the_instruction_of_the_next_in_its_order() {
        let params = r#"{"instruction":"Mend it.","lane":"worker"}"#;
        assert_eq!(with_said(params, &[]), None);
        let now = with_said(params, &[said(3, "Keep the name."), said(4, "And the test.")]).unwrap();
        let now: serde_json::Value = serde_json::from_str(&now).unwrap();
        let text = now["instruction"].as_str().unwrap();
        assert!(text.starts_with("Mend it.\n\n# Said"), "{text}");
        assert!(text.ends_with("Keep the name.\n\nAnd the test."), "{text}");
        assert_eq!(now["lane"], "worker");
    }
}
