//! Sessions: conversations with their own event stream.

use crate::{SessionId, WorkspaceId, wire};

wire! {
    pub struct Session {
        pub session_id: SessionId,
        pub workspace_id: Option<WorkspaceId>,
        pub label: String,
        pub created_at: String,
        pub last_event_at: Option<String>,
        pub last_cursor: i64,
        pub pending_approvals: u64,
        pub running_jobs: u64,
        pub failed: bool,
    }
}

wire! {
    pub struct CreateSession {
        #[serde(default)]
        #[ts(optional)]
        pub session_id: Option<SessionId>,
        #[serde(default)]
        #[ts(optional)]
        pub workspace_id: Option<WorkspaceId>,
        #[serde(default)]
        #[ts(optional)]
        pub repo_root: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub label: Option<String>,
        #[serde(default)]
        #[ts(optional)]
        pub capabilities: Option<serde_json::Value>,
    }
}

wire! {
    pub struct SessionJoined { pub session_id: SessionId, pub protocol_version: String, pub created: bool, pub workspace_id: Option<WorkspaceId> }
}

wire! {
    pub struct Sessions { pub sessions: Vec<Session> }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct RenameSession { pub session_id: SessionId, pub label: String }
}

wire! {
    /// A page of stored events, oldest first. `before` pages backwards from a cursor.
    #[serde(deny_unknown_fields)]
    pub struct EventsParams {
        pub session_id: SessionId,
        #[serde(default)]
        #[ts(optional)]
        pub after: Option<i64>,
        #[serde(default)]
        #[ts(optional)]
        pub before: Option<i64>,
        #[serde(default)]
        #[ts(optional)]
        pub limit: Option<u64>,
    }
}

wire! {
    pub struct EventPage {
        /// `{envelope, cursor}` objects, oldest first.
        pub events: Vec<serde_json::Value>,
        /// Newest cursor of the whole log when the page was read.
        pub latest: i64,
        pub more: bool,
    }
}
