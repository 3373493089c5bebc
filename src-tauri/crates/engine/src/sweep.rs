//! The timer: expired leases go back, overdue approvals close, old answers are forgotten, sleep is noticed.

use crate::ops::{approvals, jobs};
use crate::{Engine, ask, reaction};
use protocol::approval::ApprovalState;
use protocol::job::failure;
use protocol::request::RequestStatus;
use protocol::{ApiError, Event};
use std::time::Duration;
use store::{Expired, NewEvent, QueueName, StoreError, Tx};

/// Shortest and longest time between two looks for expired leases. Between them it is the time until the next one runs
/// out, so that an idle machine is left alone and a lease is taken back when it ends. A claim that is made meanwhile
/// is seen at the next look: its lease is taken back at most a second late.
const LOOKS: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(1));
/// Old rows are dropped this often.
const PRUNE_EVERY: Duration = Duration::from_secs(600);
/// What nobody needs any more is removed from the disk this often.
const CLEAR_EVERY: Duration = Duration::from_secs(600);

impl Engine {
    pub(crate) async fn sweep_loop(&self) {
        let (mut wait, mut pruned) = (LOOKS.0, tokio::time::Instant::now());
        while !self.is_stopping() {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.stopping() => break,
            }
            let now = self.clock.now_ms();
            let result = self.tick(now).await;
            wait = match result {
                Ok(next) => until(next, now),
                Err(error) => {
                    tracing::error!(%error, "sweep");
                    LOOKS.1
                }
            };
            if pruned.elapsed() >= PRUNE_EVERY {
                pruned = tokio::time::Instant::now();
                let done = self
                    .store
                    .write(|tx| Ok(tx.prune_answers()? + tx.prune_workers()? + tx.prune_grants()?));
                if let Err(error) = done.await {
                    tracing::error!(%error, "prune");
                }
            }
        }
    }

    /// One look. What has run out in a sleep is looked at only in the next one.
    pub(crate) async fn tick(&self, now: i64) -> Result<Option<i64>, ApiError> {
        if self.notice_sleep().await? {
            return Ok(None);
        }
        self.awake.tick(now);
        self.sweep().await
    }

    /// Removes leftovers at once and then now and again. Apart from the sweep: large folders take their time, which
    /// would hold leases up and look like sleep.
    pub(crate) async fn leftovers_loop(&self) {
        while !self.is_stopping() {
            self.clear_leftovers().await;
            tokio::select! {
                () = tokio::time::sleep(CLEAR_EVERY) => {}
                () = self.stopping() => {}
            }
        }
    }

    /// Removes what attempts, uploads and runs left that nobody needs.
    async fn clear_leftovers(&self) {
        let cleared = [
            self.clear_attempts().await,
            self.clear_bundles().await,
            self.clear_places().await,
            self.tidy_depots().await,
        ];
        for cleared in cleared {
            if let Err(error) = cleared {
                tracing::error!(%error, "what was left behind is not removed");
            }
        }
    }

    /// Takes back what ran out. Answers what ran out or will run out next, in milliseconds since 1970.
    async fn sweep(&self) -> Result<Option<i64>, ApiError> {
        let next = self.store.read(|tx| tx.next_expiry()).await?;
        if next.is_none_or(|at| at > self.clock.now_ms()) {
            return Ok(next);
        }
        let due = self.store.read(|tx| {
            let expired = [QueueName::Requests, QueueName::Jobs, QueueName::Completions]
                .into_iter()
                .map(|q| Ok((q, tx.has_expired(q)?)));
            let expired = expired.collect::<Result<Vec<_>, StoreError>>()?;
            Ok((expired, tx.overdue_approvals()?))
        });
        let (expired, overdue) = due.await?;
        for (queue, _) in expired.into_iter().filter(|(_, due)| *due) {
            self.store.write(move |tx| reclaim(tx, queue)).await?;
        }
        for approval in overdue {
            let workspace = approval.workspace_id.clone();
            self.store.write(move |tx| expire(tx, approval.id.as_str())).await?;
            if let Some(workspace) = workspace {
                self.wake_merge(&workspace);
            }
        }
        Ok(next)
    }
}

/// Closes a question whose time is over, and says so to whoever follows what it is about.
fn expire(tx: &mut Tx<'_>, approval: &str) -> Result<(), StoreError> {
    let current = tx.approval(approval)?;
    if current.state != ApprovalState::Pending {
        return Ok(());
    }
    let closed = tx.close_approval(current, ApprovalState::Expired, "time")?;
    ask::changed(tx, &closed)?;
    approvals::release(tx, &closed)
}

/// How long to rest when something runs out `next`.
fn until(next: Option<i64>, now: i64) -> Duration {
    let rest = next.and_then(|at| u64::try_from(at.saturating_sub(now)).ok().map(Duration::from_millis));
    match next {
        None => LOOKS.1,
        Some(_) => rest.unwrap_or_default().clamp(LOOKS.0, LOOKS.1),
    }
}

/// Puts expired claims back and says so.
fn reclaim(tx: &mut Tx<'_>, queue: QueueName) -> Result<(), StoreError> {
    for expired in tx.reclaim_expired(queue)? {
        match queue {
            QueueName::Jobs => {
                let holder = expired.holder.as_deref().unwrap_or("its worker");
                let reason =
                    format!("{holder} stopped answering; the job went back to the head of its line.");
                tell_job(tx, &expired, &reason)?;
            }
            QueueName::Requests => tell_request(tx, &expired)?,
            QueueName::Completions => {}
        }
    }
    Ok(())
}

/// Says what became of a job whose claim was taken away; `reason` when it went back.
pub(crate) fn tell_job(tx: &mut Tx<'_>, expired: &Expired, reason: &str) -> Result<(), StoreError> {
    let job = tx.job(&expired.id)?;
    crate::allow::close_calls(tx, &job)?;
    let Some(session) = job.session_id.clone() else { return Ok(()) };
    if expired.failed {
        let message = job.error.clone().unwrap_or_default();
        let why = jobs::Why { code: failure::LOST, message: &message, detail: None };
        return jobs::failed(tx, &session, &job, why);
    }
    let (event, from) = match expired.cancelled {
        true => (Event::JobCancelled { job_id: job.id, by: "server".into() }, "server"),
        false => {
            let reason = reason.to_owned();
            (
                Event::JobRequeued { job_id: job.id, attempt: expired.attempts, reason },
                "server:stale-claim-recovery",
            )
        }
    };
    tx.append(NewEvent::new(&session, event, from)).map(drop)
}

/// Says what became of a request whose claim was taken away.
pub(crate) fn tell_request(tx: &mut Tx<'_>, expired: &Expired) -> Result<(), StoreError> {
    let request = tx.request(&expired.id)?;
    let event = Event::RequestChanged { request_id: request.id.clone(), status: request.status };
    tx.append(NewEvent::new(&request.session_id, event, "server:stale-claim-recovery"))?;
    if request.status == RequestStatus::Failed {
        let text = format!("I could not plan this: {}", request.error.as_deref().unwrap_or("no answer"));
        reaction::say(tx, &request.session_id, text, None)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{RiskLevel, SessionId};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
    use store::{NewApproval, Options, Sources, Store};

    #[tokio::test]
    async fn a_question_whose_time_is_over_is_closed_once_and_told_to_whoever_follows_its_subject() {
        let folder = tempfile::tempdir().unwrap();
        let (now, ids) = (Arc::new(AtomicI64::new(1_000)), AtomicU64::new(0));
        let clock = Arc::clone(&now);
        let sources = Sources {
            now: Arc::new(move || clock.load(Ordering::SeqCst)),
            id: Arc::new(move || format!("id-{}", ids.fetch_add(1, Ordering::SeqCst))),
        };
        let store = Store::open(&folder.path().join("log.db"), sources, Options::default()).unwrap();
        let session = SessionId::parse("dev").unwrap();
        let new = NewApproval {
            workspace_id: None,
            session_id: session.clone(),
            action: "network".into(),
            subject: "j-1".into(),
            summary: "Connect".into(),
            asks: None,
            details: serde_json::json!({}),
            hash: "h".into(),
            risk: RiskLevel::Medium,
            why: "nobody listed it".into(),
            because: None,
            asked_by: "worker".into(),
            expires_at: Some(2_000),
        };
        store.write(move |tx| tx.insert_session(&session, None, "dev", None)).await.unwrap();
        let asked = store.write(move |tx| ask::ask(tx, new)).await.unwrap();
        assert!(store.read(|tx| tx.overdue_approvals()).await.unwrap().is_empty(), "not yet");
        now.store(2_001, Ordering::SeqCst);
        assert_eq!(store.read(|tx| tx.overdue_approvals()).await.unwrap().len(), 1);
        for _ in 0..2 {
            let id = asked.id.clone();
            store.write(move |tx| expire(tx, id.as_str())).await.unwrap();
        }
        let events = store.read(|tx| tx.events_after(Some("dev"), 0, 10)).await.unwrap();
        let told: Vec<serde_json::Value> =
            events.iter().map(|event| serde_json::from_slice(&event.json).unwrap()).collect();
        let kinds: Vec<_> = told.iter().map(|one| one["envelope"]["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["approval_required", "approval.changed", "approval.changed"]);
        for one in &told {
            assert_eq!(one["envelope"]["correlationId"], "j-1", "{one}");
        }
        assert_eq!(told[2]["envelope"]["payload"]["approval"]["state"], "expired");
    }
}
