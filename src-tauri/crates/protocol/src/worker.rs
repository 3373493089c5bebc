//! Workers: processes that claim jobs.

use crate::wire;

wire! {
    /// What really confines a job's commands, as the start-up self-test found it.
    pub struct EffectiveIsolation {
        /// `bwrap`, `container`, `seatbelt`, `job-object` or `host`.
        pub backend: String,
        pub fs: String,
        pub net: String,
        pub limits: String,
        pub kill: String,
        /// What the tools come from, where they are not this machine's: the image of the container.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub image: Option<String>,
    }
}

wire! {
    /// What works on a job of the worker lane: our own loop, an agent with a command line of its own, or nothing.
    pub enum WorkerBackend { Native, Codex, Claude, Opencode, Gemini, Miniswe, Openhands, None }
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
        /// Started and watched by this server.
        #[serde(default)]
        pub supervised: bool,
        /// It takes no new jobs while this is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub drain: Option<WorkerDrain>,
        /// Jobs in line that only this worker may have.
        #[serde(default)]
        pub waiting_for_it: u64,
        /// How its processes ended lately, the newest first; of supervised ones alone.
        #[serde(default)]
        pub ends: Vec<WorkerEnd>,
    }
}

wire! {
    /// Who asked a worker to take no new jobs.
    pub struct WorkerDrain {
        pub by: String,
        /// RFC 3339.
        pub since: String,
    }
}

wire! {
    /// Why the process of a worker ended.
    pub enum WorkerEndKind {
        /// By itself: it is started again.
        Died,
        /// It was drained.
        Drained,
        /// It had nothing to do for a while.
        Idle,
        /// The server went.
        Stopped,
    }
}

wire! {
    /// One end of a worker's process.
    pub struct WorkerEnd {
        pub kind: WorkerEndKind,
        /// A sentence; of one that died the reason it gave.
        pub cause: String,
        /// RFC 3339.
        pub at: String,
        pub lived_ms: u64,
        /// How many ends of its own in a row this was; 0 of an end that was wanted.
        pub in_row: u32,
        /// After how long it is started again, when it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub again_in_ms: Option<u64>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct WorkerParams { pub worker_id: String }
}

wire! {
    /// The workers this server keeps itself.
    pub struct Pool {
        pub min: u32,
        pub max: u32,
        /// Processes now, those that are being started, drained or stopped among them.
        pub running: u32,
        /// How the bounds came about, as a sentence.
        pub why: String,
    }
}

wire! {
    pub struct Workers {
        pub ok: bool,
        pub workers: Vec<Worker>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub pool: Option<Pool>,
    }
}
