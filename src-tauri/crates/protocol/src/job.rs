//! Jobs: scoped units of work, their logs, artifacts and verification.

use crate::event::Artifact;
use crate::queue::{Counts, PendingItem, Slo};
use crate::worker::EffectiveIsolation;
use crate::{JobId, Priority, RequestId, SessionId, WorkspaceId, wire};

/// The kind of job our own workers take.
pub const TASK_EXECUTE: &str = "task.execute";

wire! {
    pub enum JobStatus {
        Pending,
        Claimed,
        /// It was begun, or stopped before it began, and goes on when what it waits for has come: see `waiting`.
        Waiting,
        Completed,
        Failed,
        Cancelled,
    }
}

wire! {
    pub enum WaitReason {
        /// The provider allows no more for now.
        Quota,
        /// A budget of the user is used up.
        Budget,
        /// A person asked for it.
        Paused,
        /// A person has taken it over: see `taken` of the job.
        Taken,
    }
}

wire! {
    /// A job is to keep its work and wait.
    pub struct PauseAsked {
        pub reason: WaitReason,
        pub detail: String,
        /// Milliseconds since 1970.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub resets_at_ms: Option<i64>,
    }
}

wire! {
    /// Why a job waits, until when, and what it has so far.
    pub struct JobWait {
        pub reason: WaitReason,
        /// A sentence: what stopped it and what lets it go on.
        pub detail: String,
        pub since: String,
        /// When it may go on, when anybody knows.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub resets_at: Option<String>,
        /// The commit that holds its work so far; without one it begins anew.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub resume_commit: Option<String>,
    }
}

wire! {
    /// Puts a claimed job aside, to go on later. Its bundle, if it has work, was uploaded before.
    pub struct ParkJob {
        pub id: JobId,
        pub claim_token: String,
        pub reason: WaitReason,
        pub detail: String,
        /// Milliseconds since 1970.
        #[serde(default)]
        #[ts(optional)]
        pub resets_at_ms: Option<i64>,
        /// Its work so far.
        #[serde(default)]
        #[ts(optional)]
        pub hand_over: Option<HandOver>,
        #[serde(default)]
        pub artifacts: Vec<Artifact>,
        #[serde(default)]
        #[ts(optional)]
        pub isolation: Option<EffectiveIsolation>,
    }
}

wire! {
    /// Asks whether a running job may connect to a host, or tells that it was kept from one that had been allowed.
    pub struct NetworkAsk {
        pub id: JobId,
        pub claim_token: String,
        pub host: String,
        pub port: u16,
        /// How long to wait for a person's answer, in milliseconds.
        #[serde(default)]
        #[ts(optional)]
        pub wait_ms: Option<u64>,
        /// The host's name leads to an address that is never reached: why, as a sentence. Nobody is asked, it is told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub refused: Option<String>,
    }
}

wire! {
    pub struct NetworkAnswer {
        pub allowed: bool,
        /// The rule that decided, as a sentence.
        pub why: String,
        /// The question that waits for a person; nothing is decided yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub approval_id: Option<crate::ApprovalId>,
        /// It is not settled for the whole job: ask again at the next connection.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub again: bool,
    }
}

impl NetworkAnswer {
    pub fn yes(why: String) -> Self {
        Self { allowed: true, why, approval_id: None, again: false }
    }

    pub fn no(why: String) -> Self {
        Self { allowed: false, why, approval_id: None, again: false }
    }

    pub fn waits(approval_id: crate::ApprovalId) -> Self {
        let why = "It waits for an answer.".into();
        Self { allowed: false, why, approval_id: Some(approval_id), again: false }
    }
}

wire! {
    /// Lets one job use more than the budget of a job. Absent ones stay as they are.
    #[serde(deny_unknown_fields)]
    pub struct RaiseJob {
        pub id: JobId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub tokens: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub minutes: Option<u64>,
        /// Millionths of the unit of the prices.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub money_micros: Option<u64>,
    }
}

wire! {
    /// One thing that was, or was not, verified by us.
    pub struct VerifiedLine {
        pub what: String,
        /// `passed`, `failed` or `not_checked`.
        pub result: CheckResult,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub detail: Option<String>,
    }
}

wire! {
    pub enum CheckResult { Passed, Failed, NotChecked }
}

wire! {
    pub struct Job {
        pub id: JobId,
        pub task_id: String,
        pub session_id: Option<SessionId>,
        pub workspace_id: Option<WorkspaceId>,
        pub request_id: Option<RequestId>,
        pub kind: String,
        pub title: String,
        /// JSON text, as its first clients expect.
        pub params: String,
        pub priority: Priority,
        pub queue_wait_budget_ms: u64,
        pub execution_budget_ms: u64,
        pub finalization_budget_ms: u64,
        pub status: JobStatus,
        pub worker_id: Option<String>,
        pub target_worker_id: Option<String>,
        pub result: Option<serde_json::Value>,
        pub error: Option<String>,
        pub attempts: u32,
        pub cancel_requested: bool,
        /// It was asked to keep its work and wait.
        pub pause_requested: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub waiting: Option<JobWait>,
        /// A person has taken it over, or is about to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub taken: Option<crate::taken::TakenOver>,
        pub step: Option<String>,
        pub isolation: Option<EffectiveIsolation>,
        pub verified: Option<bool>,
        pub commit_sha: Option<String>,
        pub branch: Option<String>,
        pub enqueued_at: String,
        pub claimed_at: Option<String>,
        pub started_at: Option<String>,
        pub first_log_at: Option<String>,
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
    pub struct EnqueueJob {
        pub task_id: String,
        pub kind: String,
        #[serde(default)]
        #[ts(optional)]
        pub session_id: Option<SessionId>,
        #[serde(default)]
        #[ts(optional)]
        pub params: Option<serde_json::Value>,
        #[serde(default)]
        #[ts(optional)]
        pub priority: Option<Priority>,
        #[serde(default)]
        #[ts(optional)]
        pub target_worker_id: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub queue_wait_budget_ms: Option<u64>,
        #[serde(default)]
        #[ts(optional)]
        pub execution_budget_ms: Option<u64>,
        #[serde(default)]
        #[ts(optional)]
        pub finalization_budget_ms: Option<u64>,
    }
}

wire! {
    /// Runs an ended job's task again as a new job.
    #[serde(deny_unknown_fields)]
    pub struct RetryJob {
        pub id: JobId,
        /// The only worker that may have it; absent leaves it as it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub target_worker_id: Option<String>,
    }
}

wire! {
    /// Says which worker may have a job that nobody has yet.
    #[serde(deny_unknown_fields)]
    pub struct TargetJob {
        pub id: JobId,
        /// Absent: any worker.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub target_worker_id: Option<String>,
    }
}

wire! {
    pub struct JobEnqueuedReply { pub ok: bool, pub job_id: JobId, pub queue_position: u64, pub eta_ms: Option<u64> }
}

wire! {
    pub struct ClaimJob {
        pub worker_id: String,
        /// Absent takes any kind.
        #[serde(default)]
        #[ts(optional)]
        pub kinds: Option<Vec<String>>,
        #[serde(default)]
        #[ts(optional)]
        pub lease_ms: Option<u64>,
        #[serde(default)]
        #[ts(optional)]
        pub wait_ms: Option<u64>,
    }
}

wire! {
    /// What a worker of ours needs besides the job itself.
    pub struct JobGround {
        pub workspace_id: WorkspaceId,
        /// Bare repository to clone from, on this machine.
        pub depot: String,
        pub base_commit: String,
        pub integration_branch: String,
        /// Folder the worker may use for this job.
        pub folder: String,
        /// Folders a sandbox must never show.
        pub hide: Vec<String>,
        pub checks: crate::check::CheckPlan,
        /// The base is fetched from the server first: the depot is the worker's own, on another machine.
        #[serde(default)]
        pub carried: bool,
        /// Set-up layers to start from.
        pub layers: Vec<String>,
        /// On another machine: what they were made for. They are fetched from the server, where they work.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub layers_for: Option<LayersFor>,
        /// Whether the owner allowed plain host processes for this workspace.
        pub allow_host: bool,
        /// Whether the job may ask for hosts, through the one way out it has.
        #[serde(default)]
        pub network: bool,
        /// The workers' model, for jobs of the worker lane.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub model: Option<ModelGround>,
        /// What works on a job of the worker lane; absent is our own loop.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub backend: Option<crate::worker::WorkerBackend>,
        /// What no command of the job may begin with.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub denied_commands: Vec<crate::command::DeniedCommand>,
        /// Who is asked for an opinion on the change, where somebody is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub reviewer: Option<ReviewerGround>,
        /// Folder of an earlier attempt at this job that ended without a word; its clone is as it was left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub left_behind: Option<String>,
        /// The workspace's own image, which the engine has; absent is that of the server.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub image: Option<ImageGround>,
    }
}

wire! {
    /// Where a set-up layer works; anywhere else it is of no use.
    pub struct LayersFor {
        /// Operating system and architecture, such as `linux x86_64`, and the distribution where there is no image.
        pub platform: String,
        /// The kind of sandbox, such as `bwrap`.
        pub sandbox: String,
        /// The image by its content, or each tool by its place and content.
        pub tools: Vec<String>,
    }
}

wire! {
    /// An image that a workspace's jobs and checks run in.
    pub struct ImageGround {
        pub reference: String,
        /// Variables its description asks for, beside those of the image.
        pub env: std::collections::BTreeMap<String, String>,
    }
}

wire! {
    /// The reviewer's model, through a way of the broker that is its own.
    pub struct ReviewerGround {
        pub model: ModelGround,
        /// Whether its concerns may lead to one more round of work.
        pub revises: bool,
        /// Longest time it is waited for.
        pub seconds: u64,
    }
}

wire! {
    /// A model as a job reaches it: through the server's broker, with the job's token as its key.
    pub struct ModelGround {
        pub dialect: crate::settings::Dialect,
        pub model: String,
        pub base_url: String,
        pub context_window: Option<u64>,
    }
}

wire! {
    pub struct JobClaimed {
        pub ok: bool,
        pub job: Job,
        pub queue_wait_ms: u64,
        pub claim_token: String,
        pub lease_expires_at: String,
        /// Token that covers this one job.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub job_token: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub ground: Option<JobGround>,
        /// What was said to it that no worker has taken yet, oldest first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub steer: Vec<crate::steer::SteerMessage>,
    }
}

wire! {
    /// The commit a finished job hands over; the bundle was uploaded before.
    pub struct HandOver {
        pub commit_sha: String,
        pub branch: String,
        pub message: String,
        #[serde(default)]
        #[ts(optional)]
        pub pr_title: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub pr_body: Option<String>,
    }
}

wire! {
    pub struct CompleteJob {
        pub id: JobId,
        pub claim_token: String,
        #[serde(default)]
        #[ts(optional)]
        pub summary: Option<String>,
        #[serde(default)]
        pub artifacts: Vec<Artifact>,
        #[serde(default)]
        #[ts(optional)]
        pub duration_ms: Option<u64>,
        /// Completes the job and enqueues its completion in one transaction.
        #[serde(default)]
        #[ts(optional)]
        pub hand_over: Option<HandOver>,
        #[serde(default)]
        #[ts(optional)]
        pub verified: Option<bool>,
        #[serde(default)]
        pub verification: Vec<VerifiedLine>,
        /// A model's opinion, stored beside what was verified and never part of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub review: Option<Box<crate::review::Review>>,
        #[serde(default)]
        #[ts(optional)]
        pub isolation: Option<EffectiveIsolation>,
    }
}

/// Words for what stopped a job, beyond the codes of agents and of the server's errors.
pub mod failure {
    /// Nothing more is known.
    pub const FAILED: &str = "job.failed";
    /// The time it may take was over.
    pub const TIME: &str = "job.time";
    pub const CANCELLED: &str = "job.cancelled";
    /// What it left does not pass its own checks.
    pub const NOT_VALID: &str = "job.not_valid";
    /// A step without a model said no.
    pub const REFUSED: &str = "job.refused";
    /// Its workers went away, each time.
    pub const LOST: &str = "job.lost";
    /// Its clone and HOME grew past what a job may take of the disk.
    pub const DISK: &str = "job.disk";

    /// The code as it is kept: what is not a short word of small letters says nothing.
    pub fn told(code: Option<&str>) -> &str {
        let plain = |code: &&str| {
            (1..=64).contains(&code.len())
                && code.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_'))
        };
        code.filter(plain).unwrap_or(FAILED)
    }
}

wire! {
    pub struct FailJob {
        pub id: JobId,
        pub claim_token: String,
        pub message: String,
        /// What stopped it, stable over releases: one of [`failure`], a code of the agent (`limit`, `stuck`,
        /// `model.…`, `agent.…`, `loop.…`) or an error code. It is kept in the job's result and told in the event.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub code: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub detail: Option<String>,
        #[serde(default)]
        pub artifacts: Vec<Artifact>,
        #[serde(default)]
        pub verification: Vec<VerifiedLine>,
        #[serde(default)]
        #[ts(optional)]
        pub isolation: Option<EffectiveIsolation>,
    }
}

wire! {
    pub struct FinishedJob { pub ok: bool, pub duration_ms: u64, pub completed_at: String, pub completion_id: Option<crate::CompletionId> }
}

wire! {
    pub struct LogLine { pub stream: String, pub line: String }
}

wire! {
    /// Either `message`/`line` (one line) or `lines`.
    pub struct AppendLog {
        pub id: JobId,
        #[serde(default)]
        #[ts(optional)]
        pub message: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub line: Option<String>,
        #[serde(default)]
        pub lines: Vec<LogLine>,
        #[serde(default)]
        #[ts(optional)]
        pub claim_token: Option<String>,
        /// Progress to show: `(step, of, label)`.
        #[serde(default)]
        #[ts(optional)]
        pub progress: Option<Progress>,
    }
}

wire! {
    pub struct Progress { pub step: u32, pub steps: u32, pub label: String }
}

wire! {
    pub struct LogAppended { pub ok: bool, pub job_id: JobId, pub log_id: i64 }
}

wire! {
    pub struct JobLogRow { pub id: i64, pub job_id: JobId, pub ts: String, pub stream: String, pub message: String }
}

wire! {
    pub struct JobLogs { pub ok: bool, pub logs: Vec<JobLogRow>, pub cursor: i64 }
}

wire! {
    pub struct JobArtifacts { pub ok: bool, pub artifacts: Vec<Artifact> }
}

wire! {
    pub struct Jobs {
        pub ok: bool,
        pub jobs: Vec<Job>,
        pub counts: Counts,
        pub priority_counts: Counts,
        pub pending_snapshot: Vec<PendingItem>,
        pub slo: Slo,
    }
}

wire! {
    pub struct LogsParams {
        pub id: JobId,
        #[serde(default)]
        #[ts(optional)]
        pub after_id: Option<i64>,
        #[serde(default)]
        #[ts(optional)]
        pub limit: Option<u64>,
    }
}
