//! Completions and the merge queue that lands them.

use crate::queue::Counts;
use crate::{ApprovalId, CompletionId, EntryId, JobId, SessionId, WorkspaceId, wire};

wire! {
    #[derive(Default)]
    pub enum Strategy { #[default] CherryPick, NoFf, FfOnly, Squash }
}

wire! {
    pub enum CompletionStatus { Pending, Claimed, Processed, Failed }
}

wire! {
    pub struct Completion {
        pub id: CompletionId,
        pub job_id: JobId,
        pub session_id: SessionId,
        pub commit_sha: Option<String>,
        pub branch: Option<String>,
        pub message: String,
        pub pr_title: Option<String>,
        pub pr_body: Option<String>,
        pub status: CompletionStatus,
        pub pusher_id: Option<String>,
        pub error: Option<String>,
        pub entry_id: Option<EntryId>,
        pub attempts: u32,
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
    pub struct EnqueueCompletion {
        pub job_id: JobId,
        pub session_id: SessionId,
        pub message: String,
        #[serde(default)]
        #[ts(optional)]
        pub commit_sha: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub branch: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub pr_title: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub pr_body: Option<String>,
    }
}

wire! {
    pub struct CompletionEnqueued { pub ok: bool, pub completion_id: CompletionId }
}

wire! {
    pub struct ClaimCompletion {
        pub pusher_id: String,
        #[serde(default)]
        #[ts(optional)]
        pub lease_ms: Option<u64>,
        #[serde(default)]
        #[ts(optional)]
        pub wait_ms: Option<u64>,
    }
}

wire! {
    pub struct CompletionClaimed { pub ok: bool, pub completion: Completion, pub claim_token: String, pub lease_expires_at: String }
}

wire! {
    pub struct FinishCompletion {
        pub id: CompletionId,
        pub claim_token: String,
        /// Why, when it failed.
        #[serde(default)]
        #[ts(optional)]
        pub error: Option<String>,
    }
}

wire! {
    pub struct Completions { pub ok: bool, pub completions: Vec<Completion>, pub counts: Counts }
}

wire! {
    /// States of an entry. `Landed`, `Returned`, `Failed` and `Removed` are ends; `Parked` waits for a person.
    pub enum EntryState { Queued, WaitingApproval, Approved, Checking, Landing, Landed, Returned, Failed, Parked, Removed }
}

wire! {
    /// One stored verdict of a check on a tree.
    pub struct CheckVerdict {
        pub name: String,
        pub run: Vec<String>,
        /// `running`, `passed` or `failed`.
        pub state: String,
        pub duration_ms: Option<u64>,
        /// Taken over from an earlier run on the same tree.
        pub reused: bool,
        pub flaky_retry: bool,
        pub tail: String,
    }
}

wire! {
    pub struct MergeEntry {
        pub id: EntryId,
        pub completion_id: CompletionId,
        pub job_id: JobId,
        pub workspace_id: WorkspaceId,
        pub session_id: SessionId,
        pub title: String,
        pub state: EntryState,
        /// The worker's commit and the commit its job started from.
        pub commit_sha: String,
        pub base: String,
        pub branch: String,
        pub strategy: Strategy,
        /// The integration branch.
        pub target: String,
        /// Tip the candidate stands on, the candidate and its tree, once built.
        pub onto: Option<String>,
        pub candidate: Option<String>,
        pub tree: Option<String>,
        pub patch_hash: Option<String>,
        pub files: u32,
        pub additions: u32,
        pub deletions: u32,
        pub risky: Vec<String>,
        pub verified: bool,
        pub position: Option<u64>,
        /// Why it waits or what went wrong, with the next step.
        pub reason: Option<String>,
        pub approval_id: Option<ApprovalId>,
        pub checks: Vec<CheckVerdict>,
        pub landed_commit: Option<String>,
        pub created_at: String,
        pub updated_at: String,
        pub landed_at: Option<String>,
    }
}

wire! {
    pub struct MergeQueue {
        pub workspace_id: WorkspaceId,
        pub branch: String,
        pub tip: Option<String>,
        pub paused: bool,
        pub entries: Vec<MergeEntry>,
        /// Newest first.
        pub recent: Vec<MergeEntry>,
        pub warnings: Vec<String>,
    }
}

wire! {
    pub struct MergeQueues { pub queues: Vec<MergeQueue> }
}

wire! {
    pub struct MergeStats { pub landed: u64, pub returned: u64, pub failed: u64, pub check_runs: u64, pub reused_verdicts: u64, pub runs_per_landed: Option<f64>, pub time_to_land_ms: crate::queue::Percentiles }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct EntryParams { pub id: EntryId }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct LandParams {
        pub id: EntryId,
        /// The entry's patch hash as it was shown. When given it must still be the entry's.
        #[serde(default)]
        #[ts(optional)]
        pub hash: Option<String>,
    }
}
