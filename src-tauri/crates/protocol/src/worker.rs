//! Workers: processes that claim jobs.

use crate::wire;

wire! {
    /// What really confines a job's commands, as the start-up self-test found it.
    pub struct EffectiveIsolation {
        /// `bwrap`, `container`, `host` …
        pub backend: String,
        pub fs: String,
        pub net: String,
        pub limits: String,
        pub kill: String,
    }
}

wire! {
    /// What works on a job of the worker lane: our own loop, or an agent with a command line of its own.
    pub enum WorkerBackend { Native, Codex, Claude, Opencode, Gemini, Miniswe, Openhands }
}

wire! {
    /// An agent with a command line of its own, as a worker finds it.
    pub struct FoundAgent {
        pub backend: WorkerBackend,
        /// What it answers to `--version`; none when it does not answer.
        pub version: Option<String>,
        /// Why it cannot be used here, when it cannot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub problem: Option<String>,
    }
}

wire! {
    pub struct Heartbeat {
        pub worker_id: String,
        /// `idle`, `busy` or `error`.
        #[serde(default)]
        #[ts(optional)]
        pub status: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub current_job_id: Option<crate::JobId>,
        #[serde(default)]
        #[ts(optional)]
        pub poll_ms: Option<u64>,
        #[serde(default)]
        #[ts(optional)]
        pub capabilities: Option<serde_json::Value>,
        #[serde(default)]
        #[ts(optional)]
        pub details: Option<serde_json::Value>,
    }
}

wire! {
    pub struct Worker {
        pub worker_id: String,
        pub status: String,
        pub current_job_id: Option<String>,
        pub poll_ms: Option<u64>,
        pub capabilities: serde_json::Value,
        pub details: serde_json::Value,
        pub last_heartbeat: String,
        pub created_at: String,
        pub updated_at: String,
        pub active_job_count: u64,
        pub is_online: bool,
    }
}

wire! {
    pub struct Workers { pub ok: bool, pub workers: Vec<Worker> }
}
