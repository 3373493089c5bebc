//! Looking back at the merge queue: every step of one entry, a trial of one, and figures over time.

use crate::because::Because;
use crate::check::DryRunState;
use crate::job::JobStatus;
use crate::merge::{CheckVerdict, EntryState, MergeEntry, ThrownReason};
use crate::queue::Percentiles;
use crate::{ApprovalId, EntryId, JobId, WorkspaceId, wire};

wire! {
    pub enum HistoryKind {
        Queued,
        /// What would land was built on a tip.
        Candidate,
        Asked,
        Approved,
        Denied,
        /// A question ended without an answer.
        Closed,
        /// Its checks were begun on a candidate.
        Checking,
        /// One check ended.
        Checked,
        /// A run of its checks was given up before its end.
        ThrownAway,
        /// It could not go on, through no fault of its own.
        Waits,
        DryRun,
        /// Its place in the queue was changed by a person.
        Moved,
        Returned,
        Parked,
        Removed,
        Retried,
        Landed,
    }
}

wire! {
    /// One thing that happened to an entry. What does not belong to its kind is absent.
    pub struct HistoryStep {
        pub at: String,
        pub kind: HistoryKind,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub by: Option<String>,
        /// Why, in plain words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub text: Option<String>,
        /// What the first paragraph of `text` is made of, where it is an entry's reason.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::because::known")]
        #[ts(optional)]
        pub because: Option<Box<Because>>,
        /// Number of the run of its checks this belongs to, from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub run: Option<u32>,
        /// The commit the candidate stands on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub onto: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub candidate: Option<String>,
        /// The entry its candidate stands on, where that had not landed yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub ahead: Option<EntryId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub check: Option<CheckVerdict>,
        /// Why a run was given up, and which entry was to blame for it, where one was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub thrown: Option<ThrownReason>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub blamed: Option<EntryId>,
        /// How long a run that was given up had been running.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub took_ms: Option<u64>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub approval_id: Option<ApprovalId>,
        /// What came out of a dry run.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub dry_run: Option<DryRunState>,
    }
}

wire! {
    /// An attempt at the same task: the first, or a repair of it.
    pub struct Attempt {
        pub job_id: JobId,
        pub job_status: JobStatus,
        /// 0 is the first; automatic repairs count from 1.
        pub fix_up: u32,
        pub title: String,
        /// None while its job has handed nothing over.
        pub entry_id: Option<EntryId>,
        pub state: Option<EntryState>,
        pub created_at: String,
    }
}

wire! {
    pub struct EntryHistory {
        pub entry: MergeEntry,
        /// Oldest first.
        pub steps: Vec<HistoryStep>,
        /// Steps in the middle that are not shown because there are too many.
        pub dropped: u64,
        /// Runs of its checks that were begun, and how many of them were given up.
        pub runs: u32,
        pub thrown_away: u32,
        /// Every attempt at its task, this one among them, oldest first.
        pub attempts: Vec<Attempt>,
    }
}

wire! {
    /// A trial of an entry: its checks on what would land now. Nothing lands because of it.
    pub struct EntryDryRun {
        pub entry_id: EntryId,
        pub workspace_id: WorkspaceId,
        pub state: DryRunState,
        /// The tip it was built on, the candidate and its tree.
        pub onto: String,
        pub candidate: String,
        pub tree: String,
        /// In the order of the plan; `waiting`, `running`, `passed` or `failed`.
        pub checks: Vec<CheckVerdict>,
        /// Why it could not be built or run.
        pub reason: Option<String>,
        /// What `reason` is made of.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::because::known")]
        #[ts(optional)]
        pub because: Option<Box<Because>>,
        pub by: String,
        pub started_at: String,
        pub finished_at: Option<String>,
    }
}

wire! {
    /// The newest trial of an entry since the server was started.
    pub struct EntryDryRunShown { pub run: Option<EntryDryRun> }
}

wire! {
    #[derive(Default)]
    pub enum StatsBy { Hour, #[default] Day }
}

wire! {
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct StatsParams {
        /// All workspaces when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub workspace_id: Option<WorkspaceId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub by: Option<StatsBy>,
        /// How many, the newest last: 1 to 92, built in 14 days or 24 hours.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub buckets: Option<u32>,
        /// Minutes the reader's clock is ahead of UTC, so that days are the reader's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub offset_minutes: Option<i32>,
    }
}

wire! {
    /// One hour or day of the queue.
    #[derive(Default)]
    pub struct StatsBucket {
        /// Its beginning.
        pub from: String,
        pub landed: u64,
        pub returned: u64,
        /// Candidates whose checks were begun in it, and how many of those runs were given up.
        pub runs: u64,
        pub cancelled_runs: u64,
        pub runs_per_landed: Option<f64>,
        pub time_to_land_ms: Percentiles,
    }
}
