//! Steering a merge queue: whether it runs, and in which order its entries land.

use crate::{EntryId, Priority, WorkspaceId, wire};

wire! {
    #[serde(deny_unknown_fields)]
    pub struct QueueParams { pub workspace_id: WorkspaceId }
}

wire! {
    pub enum QueueState {
        Running,
        /// What is being checked or landed is finished; nothing else begins, and then it is paused.
        Draining,
        Paused,
    }
}

wire! {
    /// Who asked a queue to come to its end, and since when.
    pub struct QueueDrain { pub by: String, pub since: String }
}

wire! {
    /// A queue as it stands after it was steered.
    pub struct QueueStanding {
        pub workspace_id: WorkspaceId,
        pub state: QueueState,
        /// While it is draining.
        pub drain: Option<QueueDrain>,
        /// Entries being checked or landed, in landing order.
        pub under_way: Vec<EntryId>,
        /// Every entry that has not ended, in landing order.
        pub order: Vec<EntryId>,
    }
}

wire! {
    /// Where an entry is put: exactly one of `before`, `after` and `place`.
    #[serde(deny_unknown_fields)]
    pub struct MoveEntry {
        pub id: EntryId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub before: Option<EntryId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub after: Option<EntryId>,
        /// 1 is next to land; more than there are means the end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub place: Option<u64>,
    }
}

wire! {
    /// Puts an entry behind the last one of its new priority and before all of a lesser one.
    #[serde(deny_unknown_fields)]
    pub struct PrioritizeEntry { pub id: EntryId, pub priority: Priority }
}
