//! Workers report themselves and are listed.

use crate::{Caller, Engine, Reply};
use protocol::ApiError;
use protocol::ops::{Done, TtlParams};
use protocol::worker::{Heartbeat, Workers};

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
        Ok(self.store.read(move |tx| Ok(Workers { ok: true, workers: tx.workers(p.ttl_ms)? })).await?)
    }
}
