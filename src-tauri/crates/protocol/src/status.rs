//! `/system/status`: the whole crew at a glance.

use crate::queue::{Counts, PendingItem, Slo};
use crate::wire;
use crate::worker::EffectiveIsolation;

wire! {
    pub struct WorkerCounts { pub total: u64, pub online: u64, pub busy: u64, pub idle: u64 }
}

wire! {
    pub struct Queues {
        pub requests: Counts,
        pub request_priorities: Counts,
        pub request_pending_snapshot: Vec<PendingItem>,
        pub jobs: Counts,
        pub job_priorities: Counts,
        pub job_pending_snapshot: Vec<PendingItem>,
        pub completions: Counts,
        /// Entries that have not ended, over all workspaces.
        pub merge: Counts,
    }
}

wire! {
    pub struct SloPair { pub requests: Slo, pub jobs: Slo }
}

wire! {
    pub struct Storage { pub journal_mode: String, pub synchronous: String, pub wal_bytes: u64, pub database_bytes: u64, pub events: i64 }
}

wire! {
    pub struct Runtime { pub started_at: String, pub uptime_ms: u64, pub version: String, pub protocol_version: String, pub pid: u32, pub data: String, pub git: Option<String> }
}

wire! {
    pub struct Budgets { pub input_tokens_today: u64, pub output_tokens_today: u64 }
}

wire! {
    pub struct SystemStatus {
        pub ts: String,
        pub workers: WorkerCounts,
        pub queues: Queues,
        pub slo: SloPair,
        pub runtime: Runtime,
        pub storage: Storage,
        pub isolation: Option<EffectiveIsolation>,
        /// Why there is no sandbox and how to get one, when there is none.
        pub isolation_problem: Option<String>,
        pub budgets: Budgets,
        pub pending_approvals: u64,
        pub checks_running: u64,
        /// Trials of the checks under way; one that waits for an answer is not.
        #[serde(default)]
        pub dry_runs_running: u64,
        /// Set-ups that are being made.
        #[serde(default)]
        pub set_ups_running: u64,
        /// What holds everything; nothing new begins while there is any.
        #[serde(default)]
        pub holds: Vec<crate::hold::Hold>,
        /// Whether RemoteBuddy has a model.
        pub model_ready: bool,
        pub latest_cursor: i64,
    }
}
