//! Workers report themselves, are listed and drained.

use super::hold::tell;
use crate::{Caller, Engine, Reply};
use protocol::ops::{Done, TtlParams};
use protocol::worker::{Heartbeat, WorkerParams, Workers};
use protocol::{ApiError, Event};

/// Most bytes of capabilities and details a worker may report.
const REPORT_BYTES: usize = 16 * 1024;

impl Engine {
    pub async fn workers_heartbeat(&self, caller: Caller, p: Heartbeat) -> Reply {
        if p.worker_id.is_empty() || p.worker_id.len() > 200 {
            return Err(ApiError::bad("workerId is required"));
        }
        caller.require_worker(&p.worker_id)?;
        if p.status.as_deref().is_some_and(|s| !["idle", "busy", "error", "offline"].contains(&s)) {
            return Err(ApiError::bad("status is idle, busy, error or offline"));
        }
        let size = |v: &Option<serde_json::Value>| v.as_ref().map_or(0, |v| v.to_string().len());
        if size(&p.capabilities) > REPORT_BYTES || size(&p.details) > REPORT_BYTES {
            return Err(ApiError::new(
                protocol::ErrorCode::TooLarge,
                format!("capabilities and details hold at most {REPORT_BYTES} bytes each"),
            ));
        }
        self.change(caller, move |tx| {
            tx.heartbeat(&p)?;
            Ok(Done { ok: true })
        })
        .await
    }

    pub async fn workers_list(&self, p: TtlParams) -> Result<Workers, ApiError> {
        let mut workers = self.store.read(move |tx| tx.workers(p.ttl_ms)).await?;
        for worker in &mut workers {
            worker.supervised = self.pool_runs(&worker.worker_id) || !worker.ends.is_empty();
        }
        Ok(Workers { ok: true, workers, pool: Some(self.pool_shown()) })
    }

    /// It takes no new jobs and finishes what it has; one of ours then ends.
    pub async fn workers_drain(&self, caller: Caller, p: WorkerParams) -> Reply {
        let by = caller.who.label();
        let reply = self
            .change(caller, move |tx| {
                if tx.drain_worker(&p.worker_id, &by)? {
                    tell(tx, Event::WorkerDrained { worker_id: p.worker_id, by: by.clone() }, by)?;
                }
                Ok(Done { ok: true })
            })
            .await?;
        self.pool.bell.notify_one();
        Ok(reply)
    }

    /// It may take jobs again; one of ours that ended may be started again.
    pub async fn workers_undrain(&self, caller: Caller, p: WorkerParams) -> Reply {
        let by = caller.who.label();
        let reply = self
            .change(caller, move |tx| {
                if tx.undrain_worker(&p.worker_id)? {
                    tell(tx, Event::WorkerUndrained { worker_id: p.worker_id, by: by.clone() }, by)?;
                }
                Ok(Done { ok: true })
            })
            .await?;
        self.pool.bell.notify_one();
        Ok(reply)
    }
}
