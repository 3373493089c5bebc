//! What requests, jobs and completions share: leases, positions, summaries.

use crate::wire;
use std::collections::BTreeMap;

/// Shortest and longest lease a caller may ask for, and the default. Milliseconds.
pub const LEASE_MS: (u64, u64, u64) = (1_000, 600_000, 30_000);
/// How often a job or request is tried before it fails with the reason.
pub const MAX_ATTEMPTS: u32 = 5;
/// Longest a claim may wait for work. Milliseconds.
pub const MAX_WAIT_MS: u64 = 30_000;

wire! {
    /// Measured over a window: p50, p95 and mean in milliseconds.
    #[derive(Default)]
    pub struct Percentiles { pub p50: Option<f64>, pub p95: Option<f64>, pub avg: Option<f64>, pub sample_size: u64 }
}

wire! {
    /// Service levels of one queue over the last 24 hours.
    #[derive(Default)]
    pub struct Slo {
        pub window_hours: u32,
        pub terminal: u64,
        pub completed: u64,
        pub failed: u64,
        pub timeout_failures: u64,
        pub success_rate: Option<f64>,
        pub timeout_rate: Option<f64>,
        pub duration_ms: Percentiles,
        pub queue_wait_ms: Percentiles,
    }
}

wire! {
    /// One of the next items of a queue.
    pub struct PendingItem {
        pub id: String,
        pub title: String,
        pub priority: crate::Priority,
        pub queue_position: u64,
        /// From measured durations; none until something was measured, and while everything is held.
        pub eta_ms: Option<u64>,
        /// Everything is held: it waits for that to end, not for its turn.
        #[serde(default)]
        pub held: bool,
    }
}

/// Number of rows per status.
pub type Counts = BTreeMap<String, u64>;

wire! {
    /// Answer to a renewed lease.
    pub struct LeaseRenewed { pub ok: bool, pub lease_expires_at: String, /** Set when a person asked the job to stop. */ pub cancel_requested: bool, /** Set when it is to keep its work and wait. */ #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] pub pause: Option<crate::job::PauseAsked>, /** Said to a job and not taken yet, oldest first. */ #[serde(default, skip_serializing_if = "Vec::is_empty")] pub steer: Vec<crate::steer::SteerMessage> }
}

wire! {
    pub struct RenewParams {
        pub id: String,
        pub claim_token: String,
        #[serde(default)]
        #[ts(optional)]
        pub lease_ms: Option<u64>,
    }
}

wire! {
    /// A list filter: a status word or `all`, 1 to 500 rows.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct ListParams {
        #[serde(default)]
        #[ts(optional)]
        pub status: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub limit: Option<u64>,
        #[serde(default)]
        #[ts(optional)]
        pub workspace_id: Option<crate::WorkspaceId>,
        #[serde(default)]
        #[ts(optional)]
        pub session_id: Option<crate::SessionId>,
    }
}
