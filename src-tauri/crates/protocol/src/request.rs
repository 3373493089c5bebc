//! Requests: what the user asked, waiting for RemoteBuddy.

use crate::queue::{Counts, PendingItem, Slo};
use crate::{Priority, RequestId, SessionId, wire};

wire! {
    pub enum RequestStatus { Pending, Claimed, Completed, Failed, WaitingForModel, Cancelled }
}

wire! {
    pub struct Request {
        pub id: RequestId,
        pub session_id: SessionId,
        /// As typed; also readable as `originalPrompt`.
        pub prompt: String,
        pub original_prompt: String,
        /// With repository facts, by LocalBuddy.
        pub enhanced_prompt: Option<String>,
        pub priority: Priority,
        pub queue_wait_budget_ms: u64,
        pub status: RequestStatus,
        pub agent_id: Option<String>,
        pub result: Option<serde_json::Value>,
        pub error: Option<String>,
        pub job_id: Option<crate::JobId>,
        /// The only worker that may have its job.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub target_worker_id: Option<String>,
        pub attempts: u32,
        pub enqueued_at: String,
        pub claimed_at: Option<String>,
        pub completed_at: Option<String>,
        pub failed_at: Option<String>,
        pub duration_ms: Option<u64>,
        pub created_at: String,
        pub updated_at: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub claim_token: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub lease_expires_at: Option<String>,
    }
}

wire! {
    pub struct EnqueueRequest {
        pub session_id: SessionId,
        pub prompt: String,
        #[serde(default)]
        #[ts(optional)]
        pub priority: Option<Priority>,
        #[serde(default)]
        #[ts(optional)]
        pub queue_wait_budget_ms: Option<u64>,
        /// The only worker that may have its job.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub target_worker_id: Option<String>,
    }
}

wire! {
    pub struct RequestEnqueued { pub ok: bool, pub request_id: RequestId, pub queue_position: u64, pub eta_ms: Option<u64> }
}

wire! {
    pub struct ClaimRequest {
        pub agent_id: String,
        #[serde(default)]
        #[ts(optional)]
        pub lease_ms: Option<u64>,
        #[serde(default)]
        #[ts(optional)]
        pub wait_ms: Option<u64>,
    }
}

wire! {
    pub struct RequestClaimed {
        pub ok: bool,
        pub request: Request,
        pub queue_wait_ms: u64,
        pub claim_token: String,
        pub lease_expires_at: String,
    }
}

wire! {
    pub struct FinishRequest {
        pub id: RequestId,
        pub claim_token: String,
        #[serde(default)]
        #[ts(optional)]
        pub result: Option<serde_json::Value>,
    }
}

wire! {
    pub struct FailRequest {
        pub id: RequestId,
        pub claim_token: String,
        pub message: String,
        #[serde(default)]
        #[ts(optional)]
        pub detail: Option<String>,
    }
}

wire! {
    pub struct Requests {
        pub ok: bool,
        pub requests: Vec<Request>,
        pub counts: Counts,
        pub priority_counts: Counts,
        pub pending_snapshot: Vec<PendingItem>,
        pub slo: Slo,
    }
}

wire! {
    /// Something possible now, offered instead of a refusal's dead end.
    pub struct NearestStep { pub label: String, /** What to send, such as `/test`. */ pub command: String }
}
