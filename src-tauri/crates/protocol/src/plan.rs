//! RemoteBuddy's strict answer and what a job may do.

use crate::intent::Intent;

/// What running the tests is accepted by, in our own plan of it; its steps decide it.
pub const TESTS_PASS: &str = "The tests pass";
/// The same of the linter.
pub const LINTER_IS_QUIET: &str = "The linter reports nothing";
use crate::wire;

/// Version of [`Plan`] and of the `task.execute` parameters built from it.
pub const PLAN_SCHEMA_VERSION: u32 = 2;

wire! {
    /// Who does the work: fixed code without a model, or a worker's agent backend.
    pub enum Lane { Deterministic, Worker }
}

wire! {
    pub enum RiskLevel { Low, Medium, High }
}

wire! {
    /// Bands of every queue; first in, first out inside one.
    #[derive(PartialOrd, Ord, Default)]
    pub enum Priority { Interactive, #[default] Normal, Background }
}

impl Priority {
    /// 0 is served first.
    pub fn band(self) -> i64 {
        match self {
            Priority::Interactive => 0,
            Priority::Normal => 1,
            Priority::Background => 2,
        }
    }

    pub fn from_band(band: i64) -> Self {
        match band {
            0 => Priority::Interactive,
            1 => Priority::Normal,
            _ => Priority::Background,
        }
    }
}

wire! {
    /// What a job may read and write, relative to the repository's root.
    #[serde(deny_unknown_fields)]
    pub struct Scope {
        pub read_anywhere: bool,
        /// Globs; empty means the job changes nothing.
        pub write_globs: Vec<String>,
        pub max_files_to_edit: u32,
    }
}

wire! {
    /// How a job is bounded and accepted. Budgets are milliseconds.
    #[serde(deny_unknown_fields)]
    pub struct Planning {
        pub intent: String,
        pub risk_level: RiskLevel,
        pub scope: Scope,
        pub acceptance_criteria: Vec<String>,
        /// Commands our gate runs in the job's sandbox, one argv each.
        pub validation_steps: Vec<Vec<String>>,
        pub queue_priority: Priority,
        pub queue_wait_budget_ms: u64,
        pub execution_budget_ms: u64,
        pub finalization_budget_ms: u64,
    }
}

wire! {
    /// RemoteBuddy's whole answer to one request.
    #[serde(deny_unknown_fields)]
    pub struct Plan {
        pub schema_version: u32,
        pub requires_worker: bool,
        pub lane: Lane,
        /// Said to the user, at most 4,000 characters.
        pub assistant_message: String,
        /// A line for the board and the commit message.
        pub title: String,
        /// What the worker is told, at most 12,000 characters.
        pub instruction: String,
        pub planning: Planning,
        /// Set in the deterministic lane only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub deterministic: Option<Intent>,
    }
}

wire! {
    /// Parameters of a job of kind `task.execute`.
    pub struct TaskParams {
        pub schema_version: u32,
        pub lane: Lane,
        pub title: String,
        pub instruction: String,
        pub planning: Planning,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub deterministic: Option<Intent>,
        /// Names the recipe as it was allowed; the job fails when it has changed by the time of its claim.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub recipe_digest: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub request_id: Option<crate::RequestId>,
        /// The commit the job starts from, set at dispatch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub base_commit: Option<String>,
        /// Which try this is after conflicts or failed checks, 0 for the first.
        #[serde(default)]
        pub fix_up: u32,
        /// What went wrong before, for a fix-up: bounded text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub fix_up_context: Option<String>,
        /// What the request named to work on it; absent is what is configured.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub backend: Option<crate::worker::WorkerBackend>,
        /// The commit a fix-up starts its work from, reachable in the depot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub resume_commit: Option<String>,
        /// `resumeCommit` is a person's own work: it is checked and handed over, and nobody works on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub by_hand: Option<crate::taken::ByHand>,
        /// The entry of the merge queue that this job mends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub mends: Option<crate::EntryId>,
        /// The job is to make a check pass that fails on the branch itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub mends_branch: Option<crate::returned::MendsBranch>,
    }
}

impl TaskParams {
    /// A task that nobody has begun, and nothing more known of it.
    pub fn new(lane: Lane, title: String, instruction: String, planning: Planning) -> Self {
        Self {
            schema_version: PLAN_SCHEMA_VERSION,
            lane,
            title,
            instruction,
            planning,
            deterministic: None,
            recipe_digest: None,
            request_id: None,
            base_commit: None,
            fix_up: 0,
            fix_up_context: None,
            backend: None,
            resume_commit: None,
            by_hand: None,
            mends: None,
            mends_branch: None,
        }
    }
}
