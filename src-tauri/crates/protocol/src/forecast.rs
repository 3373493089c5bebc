//! What live work will meet what other live work: told before it happens, and stopping nothing.

use crate::{EntryId, JobId, WorkspaceId, wire};

wire! {
    #[serde(deny_unknown_fields)]
    pub struct ForecastParams { pub workspace_id: WorkspaceId }
}

wire! {
    /// How sure it is, the surest last.
    #[derive(PartialOrd, Ord)]
    pub enum OverlapKind {
        /// Both may write there, by their plans.
        Scope,
        /// Both changed these files.
        Files,
        /// Their commits conflict in these files.
        Conflict,
    }
}

wire! {
    /// A job or an entry that has not landed.
    pub struct LiveWork {
        pub job_id: JobId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub entry_id: Option<EntryId>,
        pub title: String,
        /// `planned`, or the state of the job or entry.
        pub state: String,
    }
}

wire! {
    pub struct Overlap {
        /// The one that is further.
        pub one: LiveWork,
        pub other: LiveWork,
        pub kind: OverlapKind,
        /// At most 20.
        pub paths: Vec<String>,
        pub more: u32,
    }
}

wire! {
    pub struct Forecast {
        pub workspace_id: WorkspaceId,
        /// The surest first.
        pub overlaps: Vec<Overlap>,
        /// Pairs that were not looked at, because there are too many.
        pub left_out: u32,
    }
}

wire! {
    /// What new work meets, as a plan and its job tell it.
    pub struct Meets {
        pub with: LiveWork,
        pub kind: OverlapKind,
        pub paths: Vec<String>,
        pub more: u32,
    }
}
