//! Completions and the merge queue that lands them.

use crate::because::{Because, QueueNote};
use crate::queue::Counts;
use crate::{ApprovalId, CompletionId, EntryId, JobId, Priority, SessionId, WorkspaceId, wire};

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
    /// Where an entry comes from.
    #[derive(Default)]
    pub enum EntryKind {
        /// A job's hand-over.
        #[default]
        Change,
        /// Takes a landed one back.
        Revert,
        /// Brings the base branch into the integration branch.
        BringUp,
    }
}

wire! {
    /// What a revert takes back.
    pub struct RevertOf {
        pub entry_id: EntryId,
        pub title: String,
        /// Where it had landed.
        pub commit: String,
    }
}

wire! {
    /// One stored verdict of a check on a tree.
    pub struct CheckVerdict {
        pub name: String,
        pub run: Vec<String>,
        /// The group it belongs to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub group: Option<String>,
        /// Seconds it may take. Absent of what an older server said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub timeout_s: Option<u64>,
        /// `waiting`, `running`, `passed`, `failed`, or `skipped`, which proves nothing.
        pub state: String,
        /// Why it was skipped.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub reason: Option<String>,
        /// What `reason` is made of.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::because::known")]
        #[ts(optional)]
        pub because: Option<Box<Because>>,
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
        /// What the first paragraph of `reason` is made of. Absent of what an older server said.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::because::known")]
        #[ts(optional)]
        pub because: Option<Box<Because>>,
        pub approval_id: Option<ApprovalId>,
        pub checks: Vec<CheckVerdict>,
        pub landed_commit: Option<String>,
        pub created_at: String,
        pub updated_at: String,
        pub landed_at: Option<String>,
        /// The entry whose candidate this one's stands on; none when that is the tip.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub ahead: Option<EntryId>,
        /// The check slot that works on it, and since when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub slot: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub checking_since: Option<String>,
        /// Its checks did not pass on its tree, and what it stands on has yet to land: the code of the return that
        /// this becomes if all of that does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub doubt: Option<String>,
        /// Where it was put when it came; after that only its place counts.
        #[serde(default)]
        #[ts(as = "Option<Priority>", optional)]
        pub priority: Priority,
        /// A person wants it to land before every other.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<bool>", optional)]
        pub next: bool,
        /// Its change builds on this entry's, so it never lands before it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub depends_on: Option<EntryId>,
        /// Runs of its checks that were begun, and those of them that were thrown away.
        #[serde(default)]
        #[ts(as = "Option<u32>", optional)]
        pub runs: u32,
        #[serde(default)]
        #[ts(as = "Option<u32>", optional)]
        pub thrown_away: u32,
        #[serde(default)]
        #[ts(as = "Option<EntryKind>", optional)]
        pub kind: EntryKind,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub reverts: Option<Box<RevertOf>>,
        /// The newest entry that takes this one back, or tried to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub reverted_by: Option<EntryId>,
        /// How it goes on after something went wrong; absent while nothing did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub repair: Option<Box<crate::returned::Repair>>,
    }
}

wire! {
    /// Why a run of checks was thrown away before it said anything.
    pub enum ThrownReason {
        /// The checks of an entry it stood on did not pass.
        AheadFailed,
        /// An entry it stood on left the chain, or what would land of it became another.
        AheadLeft,
        /// Another entry was put before it.
        Reordered,
        /// The branch was moved from outside.
        TipMoved,
        /// How changes land was changed, and it was built in another way.
        StrategyChanged,
        /// The entry itself was removed.
        Removed,
        /// The server ended or died while it ran.
        ServerEnded,
    }
}

wire! {
    /// A run of an entry's checks that was thrown away.
    pub struct ThrownRun {
        pub entry_id: EntryId,
        pub title: String,
        pub tree: String,
        pub slot: u32,
        pub reason: ThrownReason,
        /// The entry that made it worthless, where one did.
        pub blamed: Option<EntryId>,
        /// How long it had been running.
        pub duration_ms: u64,
        pub at: String,
    }
}

wire! {
    pub struct MergeQueue {
        pub workspace_id: WorkspaceId,
        pub branch: String,
        pub tip: Option<String>,
        pub paused: bool,
        /// Set while it finishes what is under way, to be paused then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub drain: Option<crate::merge_order::QueueDrain>,
        pub entries: Vec<MergeEntry>,
        /// Newest first.
        pub recent: Vec<MergeEntry>,
        pub warnings: Vec<String>,
        /// The same, each with what it is made of. An older server sends none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub notes: Option<Vec<QueueNote>>,
        /// Checks that run at the same time.
        #[serde(default)]
        pub slots: u32,
        /// Entries that are built and checked ahead of their turn now, and at most.
        #[serde(default)]
        pub window: u32,
        #[serde(default)]
        pub window_most: u32,
        /// Newest first.
        #[serde(default)]
        pub thrown_away: Vec<ThrownRun>,
        /// A check that fails on the branch itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub red: Option<crate::returned::RedBase>,
    }
}

wire! {
    pub struct MergeQueues { pub queues: Vec<MergeQueue> }
}

wire! {
    pub struct MergeStats { pub landed: u64, pub returned: u64, pub failed: u64, pub check_runs: u64, pub reused_verdicts: u64, pub runs_per_landed: Option<f64>, pub time_to_land_ms: crate::queue::Percentiles, /** Candidates whose checks were begun. */ #[serde(default)] pub runs: u64, /** Those of them that were thrown away. */ #[serde(default)] pub cancelled_runs: u64, /** Oldest first. */ #[serde(default)] pub buckets: Vec<crate::merge_history::StatsBucket> }
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
