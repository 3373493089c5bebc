//! What tests put into a log.

use protocol::Priority;
use store::NewJob;

/// A job of no conversation, for whoever comes first.
pub fn job() -> NewJob {
    NewJob {
        task_id: "t".into(),
        kind: "k".into(),
        title: "a job".into(),
        session_id: None,
        workspace_id: None,
        request_id: None,
        params: serde_json::json!({}),
        priority: Priority::Normal,
        target_worker_id: None,
        queue_wait_budget_ms: 1,
        execution_budget_ms: 1,
        finalization_budget_ms: 1,
    }
}
