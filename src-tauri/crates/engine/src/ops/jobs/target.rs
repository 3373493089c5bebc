//! Which worker may have a job: one alone, or any.

use crate::ops::tell;
use crate::{Caller, Engine, Reply};
use protocol::job::TargetJob;
use protocol::ops::Done;
use protocol::{ApiError, Event};
use store::NewEvent;

/// Longest id of a worker.
const WORKER_BYTES: usize = 200;

/// Refuses what cannot be a worker's id. One that is not there now is fine: the job waits for it.
pub(crate) fn check_target(worker: Option<&str>) -> Result<(), ApiError> {
    match worker {
        Some(id) if id.is_empty() || id.len() > WORKER_BYTES || id.chars().any(char::is_control) => {
            Err(ApiError::bad(format!("targetWorkerId is 1 to {WORKER_BYTES} plain characters")))
        }
        _ => Ok(()),
    }
}

impl Engine {
    pub async fn jobs_target(&self, caller: Caller, p: TargetJob) -> Reply {
        check_target(p.target_worker_id.as_deref())?;
        let by = caller.who.label();
        let reply = self
            .change(caller, move |tx| {
                tx.target_job(p.id.as_str(), p.target_worker_id.as_deref())?;
                let session = tx.job(p.id.as_str())?.session_id;
                let event =
                    Event::JobTargeted { job_id: p.id, by: by.clone(), worker_id: p.target_worker_id };
                match session {
                    Some(session) => tx.append(NewEvent::new(&session, event, by)).map(drop)?,
                    None => tell(tx, event, by)?,
                }
                Ok(Done { ok: true })
            })
            .await?;
        self.pool.bell.notify_one();
        Ok(reply)
    }
}
