//! Events: everything that happened, one variant each. The seed types keep their names and payloads;
//! newer ones have a dot in their name and reach only readers that ask for `types=all`.

use crate::approval::Approval;
use crate::merge::MergeEntry;
use crate::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

/// A file or text a job leaves behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Artifact {
    pub kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub uri: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<String>,
}

/// One line of `suggestions`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
pub struct Suggestion {
    pub id: String,
    pub title: String,
    pub detail: String,
    /// S, M or L.
    pub effort: String,
}

macro_rules! events {
    ($($(#[$meta:meta])* $name:ident $word:literal { $($(#[$fmeta:meta])* $field:ident : $ty:ty),* $(,)? })*) => {
        /// `type` and `payload` of an envelope.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
        #[serde(tag = "type", content = "payload", rename_all_fields = "camelCase")]
        pub enum Event {
            $($(#[$meta])* #[serde(rename = $word)] #[ts(rename = $word)] $name { $($(#[$fmeta])* $field: $ty),* }),*
        }
        impl Event {
            /// Every type name, in the order of declaration.
            pub const TYPES: &'static [&'static str] = &[$($word),*];
            pub fn type_name(&self) -> &'static str { match self { $(Event::$name { .. } => $word),* } }
        }
    };
}

events! {
    Message "message" { text: String, #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] intent: Option<Value> }
    AssistantMessage "assistant_message" { text: String }
    Log "log" { level: String, message: String }
    Error "error" { message: String, #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] detail: Option<String> }
    Done "done" { ok: bool }
    Status "status" {
        agent_id: String, state: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] uptime_ms: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] detail: Option<String>,
    }
    AgentStatus "agent_status" {
        agent_id: String, status: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] message: Option<String>,
    }
    TaskCreated "task_created" {
        task_id: String, title: String, description: String, created_by: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] priority: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] tags: Option<Vec<String>>,
    }
    TaskStarted "task_started" { task_id: String }
    TaskProgress "task_progress" {
        task_id: String, message: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] percent: Option<f64>,
    }
    TaskCompleted "task_completed" {
        task_id: String, summary: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] artifacts: Option<Vec<Artifact>>,
    }
    TaskFailed "task_failed" {
        task_id: String, message: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] detail: Option<String>,
    }
    ToolCall "tool_call" {
        tool_call_id: String, tool: String, args: Value,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] task_id: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] requires_approval: Option<bool>,
    }
    ToolResult "tool_result" {
        tool_call_id: String, ok: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] task_id: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] stdout: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] stderr: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] exit_code: Option<i64>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] artifacts: Option<Vec<Artifact>>,
    }
    DelegateRequest "delegate_request" { request_id: String, to_agent: String, input: Value }
    DelegateResponse "delegate_response" {
        request_id: String, ok: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] output: Option<Value>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] error: Option<String>,
    }
    JobEnqueued "job_enqueued" { job_id: JobId, task_id: String, kind: String, params: Value }
    JobClaimed "job_claimed" { job_id: JobId, worker_id: String }
    JobCompleted "job_completed" {
        job_id: JobId,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] summary: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] artifacts: Option<Vec<Artifact>>,
    }
    JobFailed "job_failed" {
        job_id: JobId, message: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] detail: Option<String>,
        /// What stopped it, as [`job::FailJob`] says. Only readers that ask for `types=all` are given it.
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] code: Option<String>,
    }
    JobLog "job_log" {
        job_id: JobId,
        /// `stdout` or `stderr`.
        stream: String,
        seq: u64, line: String,
    }
    ApprovalRequired "approval_required" { approval_id: ApprovalId, action: String, summary: String, details: Value }
    Approved "approved" { approval_id: ApprovalId }
    Denied "denied" { approval_id: ApprovalId }
    DiffReady "diff_ready" { unified_diff: String, diff_stat: String, branch: String }
    Committed "committed" { branch: String, commit_hash: String, message: String }
    ScanResult "scan_result" { summary: String, files_read: Vec<String>, git_status_porcelain: String, git_diff: String }
    Suggestions "suggestions" { items: Vec<Suggestion> }

    /// RemoteBuddy's plan for a request, with the job it became.
    PlanReady "plan.ready" { request_id: RequestId, plan: Box<Plan>, #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] job_id: Option<JobId>,
        /// Live work that it meets.
        #[serde(default, skip_serializing_if = "Vec::is_empty")] meets: Vec<forecast::Meets>,
    }
    /// A request that only a model could serve, kept until there is one.
    RequestWaiting "request.waiting" { request_id: RequestId, understood: String, why: String, nearest: Vec<request::NearestStep>, connect: Vec<String> }
    RequestChanged "request.changed" { request_id: RequestId, status: request::RequestStatus }
    /// LocalBuddy's progress while it reads and enhances.
    BuddyStatus "buddy.status" { message: String, #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] request_id: Option<RequestId> }
    /// A job moved to another step, was requeued or cancelled.
    JobProgress "job.progress" { job_id: JobId, step: u32, steps: u32, label: String }
    JobRequeued "job.requeued" { job_id: JobId, attempt: u32, reason: String }
    JobCancelled "job.cancelled" { job_id: JobId, by: String }
    /// A job was put aside with what it has so far.
    JobWaiting "job.waiting" { job_id: JobId, wait: Box<job::JobWait> }
    /// A job wanted to connect to a host.
    JobNetwork "job.network" { job_id: JobId, host: String, port: u16, allowed: bool, why: String }
    JobResumed "job.resumed" { job_id: JobId, by: String }
    /// A person told a job something.
    JobSteered "job.steered" { message: Box<steer::SteerMessage> }
    /// A worker put these messages before its model.
    JobSteerTaken "job.steer_taken" { job_id: JobId, numbers: Vec<u64>, by: String }
    /// It ended before a worker took these messages.
    JobSteerMissed "job.steer_missed" { job_id: JobId, numbers: Vec<u64> }
    /// A person takes a job over: `taken` says how far that is.
    JobTaken "job.taken" { job_id: JobId, taken: Box<taken::TakenOver> }
    /// A person gave a job back to the crew, or let it end.
    JobLetGo "job.let_go" { job_id: JobId, by: String, kept: bool }
    /// What our own gate found; `verified` is never a model's word.
    JobVerified "job.verified" { job_id: JobId, verified: bool, lines: Vec<job::VerifiedLine> }
    /// A model's opinion of what a job hands over. It is no check and verifies nothing.
    JobReviewed "job.reviewed" { job_id: JobId, review: Box<review::Review> }
    JobDiff "job.diff" { job_id: JobId, entry_id: Option<EntryId>, additions: u32, deletions: u32, files: u32, title: String }
    MergeQueued "merge.entry.queued" { entry: Box<MergeEntry> }
    MergeCandidate "merge.entry.candidate" { entry: Box<MergeEntry> }
    MergeWaiting "merge.entry.waiting_approval" { entry: Box<MergeEntry>, approval_id: ApprovalId }
    MergeChecking "merge.entry.checking" { entry: Box<MergeEntry> }
    MergeLanded "merge.entry.landed" { entry: Box<MergeEntry> }
    MergeReturned "merge.entry.returned" { entry: Box<MergeEntry>, reason: String, detail: String }
    MergeFailed "merge.entry.failed" { entry: Box<MergeEntry>, reason: String, detail: String }
    MergeRemoved "merge.entry.removed" { entry: Box<MergeEntry>, reason: String }
    /// A landed entry is being taken back, by the entry that `revertedBy` names.
    MergeReverted "merge.entry.reverted" { entry: Box<MergeEntry> }
    /// A landing on the user's own branch began or moved on.
    MainLandingChanged "main.landing" { landing: Box<main_line::MainLanding> }
    /// A queue was paused, resumed or asked to come to its end; `drained` when it has.
    MergeQueueState "merge.queue.state" { workspace_id: WorkspaceId, state: merge_order::QueueState, by: String, drained: bool }
    /// A person changed the place of an entry; `how` is `move`, `next` or `priority`.
    MergeQueueOrdered "merge.queue.ordered" { workspace_id: WorkspaceId, entry_id: EntryId, how: String, by: String, order: Vec<EntryId> }
    /// A trial of an entry moved on.
    MergeDryRun "merge.dry_run" { run: Box<merge_history::EntryDryRun> }
    CheckStarted "merge.check.started" { entry_id: EntryId, name: String, run: Vec<String>, tree: String }
    CheckFinished "merge.check.finished" {
        entry_id: EntryId, name: String, ok: bool, duration_ms: u64, reused: bool,
        /// Last lines of the output, redacted.
        tail: String,
    }
    /// A run of checks was ended before it said anything, because it could say nothing of use any more.
    CheckCancelled "merge.check.cancelled" { run: Box<crate::merge::ThrownRun> }
    /// The full record of an approval after each change of its state.
    ApprovalChanged "approval.changed" { approval: Box<Approval> }
    PolicyDecided "policy.decided" {
        action: String, effect: policy::Effect, rule: String,
        /// The rule, grant or line of the profile that decided.
        #[serde(default)] rule_id: String,
        /// What it was about, in few words.
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] what: Option<String>,
        /// File and line of the rule.
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] place: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] job_id: Option<JobId>,
    }
    /// A person's answer is remembered from now on.
    PolicyGranted "policy.granted" { grant: Box<grant::KeptGrant> }
    /// A grant answered in a person's stead.
    PolicyGrantUsed "policy.grant_used" { grant_id: String, covers: String, #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] job_id: Option<JobId> }
    PolicyRevoked "policy.revoked" { grant_id: String, covers: String, by: String }
    BranchMoved "merge.branch.moved" {
        branch: String, old: Option<String>, new: Option<String>, explanation: String,
        /// `continued`, `rewound`, `rewritten` or `deleted`.
        #[serde(default)] how: String,
        /// What may be done about it, where something should be.
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] next: Option<String>,
        /// Where what is no longer on the branch is kept in the depot.
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] kept: Option<String>,
    }
    WorkspaceChanged "workspace.changed" { workspace_id: WorkspaceId }
    /// Values that were chosen in Settings, by their keys in the configuration.
    ConfigChanged "config.changed" { keys: Vec<String> }
    BudgetUsed "budget.used" { role: String, model: String, input_tokens: u64, output_tokens: u64, #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] job_id: Option<JobId>,
        /// Millionths of the unit of the prices; none where the model has no price.
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] cost_micros: Option<u64>,
        /// The answer said nothing of it; reckoned from lengths.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")] estimated: bool,
    }
    /// A budget came near its end (four fifths) or was used up. Each is told once.
    BudgetNear "budget.near" {
        standing: crate::budget::BudgetStanding, reached: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] job_id: Option<JobId>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] workspace_id: Option<WorkspaceId>,
    }
    /// A trial of a workspace's checks moved on; `checks.dryRunState` has its lines.
    DryRunChanged "checks.dry_run" { run: Box<check::DryRun> }
    /// Everything is held from now on; it goes to the session `dev`, though it is about all.
    SystemHeld "system.held" { hold: Box<hold::Hold> }
    /// These holds ended; `held` when another one remains.
    SystemResumed "system.resumed" { by: String, ended: Vec<hold::Hold>, held: bool }
    /// There was nothing to confine the code of repositories, and now there is; to the session `dev`.
    SystemSandbox "system.sandbox" { isolation: crate::worker::EffectiveIsolation }
    /// A worker takes no new jobs from now on; it goes to the session `dev`, though it is about all.
    WorkerDrained "worker.drained" { worker_id: String, by: String }
    WorkerUndrained "worker.undrained" { worker_id: String, by: String }
    /// A worker of ours ended by itself several times in a row.
    WorkerTrouble "worker.trouble" { worker_id: String, in_row: u32, cause: String }
    /// A job that nobody has yet may be had by this worker alone; by any, when absent.
    JobTargeted "job.targeted" { job_id: JobId, by: String, #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] worker_id: Option<String> }
    /// A publication pushes from now on. Keys of these events have dashes, as in the sessions' REST contract.
    GitPushStarted "git.push.started" { by: String, #[serde(rename = "head-branch")] head_branch: String, force: bool, #[serde(rename = "publish-id")] publish_id: PublishId }
    GitPushSucceeded "git.push.succeeded" {
        by: String, #[serde(rename = "head-branch")] head_branch: String, remote: String, commit: String,
        /// The remote had it already.
        #[serde(rename = "up-to-date")] up_to_date: bool,
        #[serde(rename = "publish-id")] publish_id: PublishId,
    }
    GitPushFailed "git.push.failed" { by: String, #[serde(rename = "head-branch")] head_branch: String, error: String, reason: publish::PublishReason, #[serde(rename = "publish-id")] publish_id: PublishId }
    GitPrStarted "git.pr.started" { by: String, #[serde(rename = "head-branch")] head_branch: String, #[serde(rename = "base-branch")] base_branch: String, #[serde(rename = "publish-id")] publish_id: PublishId }
    GitPrSucceeded "git.pr.succeeded" {
        by: String, #[serde(rename = "pr-url")] pr_url: String, #[serde(rename = "head-branch")] head_branch: String, #[serde(rename = "base-branch")] base_branch: String,
        /// It was open already.
        reused: bool, #[serde(rename = "publish-id")] publish_id: PublishId,
    }
    GitPrManual "git.pr.manual" { by: String, #[serde(rename = "manual-pr-url")] manual_pr_url: String, #[serde(rename = "head-branch")] head_branch: String, #[serde(rename = "base-branch")] base_branch: String, reason: publish::PublishReason, #[serde(rename = "publish-id")] publish_id: PublishId }
    GitPrFailed "git.pr.failed" { by: String, #[serde(rename = "head-branch")] head_branch: String, #[serde(rename = "base-branch")] base_branch: String, error: String, reason: publish::PublishReason, #[serde(rename = "publish-id")] publish_id: PublishId }
    /// The checks of a pull request changed since they were read last.
    GitPrChecks "git.pr.checks" { #[serde(rename = "pr-url")] pr_url: String, checks: Box<publish::PrChecks> }
    /// A machine connected for the first time; it goes to the session `dev`, though it is about all.
    NodeRegistered "node.registered" { id: DeviceId, name: String, hostname: String }
    /// What a machine may do was changed by a person.
    NodeAllowed "node.allowed" { id: DeviceId, name: String, services: Vec<node::NodeService>, by: String }
    /// A device was let in; events about devices go to the session `dev`, though they are about all.
    DevicePaired "device.paired" { id: DeviceId, name: String, kind: device::DeviceKind, role: device::DeviceRole, scopes: Vec<ops::Permission>, by: String }
    DeviceRenamed "device.renamed" { id: DeviceId, name: String, was: String, by: String }
    DeviceRevoked "device.revoked" { id: DeviceId, name: String, by: String }
    /// Its scopes or its key are others from now on.
    DeviceUpgraded "device.upgraded" { id: DeviceId, name: String, role: device::DeviceRole, scopes: Vec<ops::Permission>, new_key: bool, by: String }
    /// A terminal was opened, here or on a machine; events about terminals go to the session `dev`, though they are about
    /// all. They say nothing of what it shows, what is typed, where it began or what runs in it.
    TerminalStarted "terminal.session.started" {
        id: TerminalId, name: String, by: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] node: Option<DeviceId>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] workspace_id: Option<WorkspaceId>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] job_id: Option<JobId>,
    }
    /// It has ended; `why` when that was not by itself, as its list says it.
    TerminalEnded "terminal.session.ended" {
        id: TerminalId, name: String, state: terminal::TerminalState,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] node: Option<DeviceId>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] exit_code: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] signal: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")] #[ts(optional)] why: Option<String>,
    }
    /// What was decided about a host that a set-up step asked for; told when the step has ended.
    SetupNetwork "setup.network" { run: Vec<String>, host: String, port: u16, allowed: bool, why: String }
    SetupFinished "setup.finished" { run: Vec<String>, ok: bool, duration_ms: u64, tail: String }
}

impl Event {
    /// What was added to the payload of a seed type, by the type's name: a strict 0.1.0 client refuses an event that
    /// has it.
    pub fn added_to(type_name: &str) -> Option<&'static str> {
        (type_name == "job_failed").then_some("code")
    }

    /// The scope a reader needs for events of this type: that of the method which tells the same. What it needs for
    /// everything else is to read.
    pub fn scope_of(type_name: &str) -> ops::Permission {
        match type_name.split_once('.') {
            // `device.list` shows those of others to whoever may pair.
            Some(("device", _)) => ops::Permission::Pair,
            Some(("terminal", _)) => ops::Permission::TerminalRead,
            _ => ops::Permission::Read,
        }
    }

    /// The same for what is true only now and has no cursor.
    pub fn scope_of_now(type_name: &str) -> ops::Permission {
        match type_name {
            "terminals.changed" => ops::Permission::TerminalRead,
            "listen.changed" => ops::Permission::Admin,
            _ => ops::Permission::Read,
        }
    }

    /// Whether a strict 0.1.0 client knows this type.
    pub fn is_seed_type(&self) -> bool {
        !self.type_name().contains('.')
    }
}
