//! Who is connected to the gateway, and what a client is told of the present when it connects.

use crate::approval::Approval;
use crate::terminal::Terminal;
use crate::{Cursor, DeviceId, JobId, SessionId, job::JobStatus, wire};

wire! {
    /// Says whether somebody looks at the client. It holds until the next one, or until the connection ends.
    #[serde(deny_unknown_fields)]
    pub struct PresenceBeat { pub visible: bool }
}

wire! {
    /// One open connection.
    pub struct Present {
        /// Of this connection alone; another one of the same device has another.
        pub connection: String,
        /// What the client calls itself.
        pub client: String,
        /// `desktop`, `phone`, `web`, `cli` or `node`, or what else the client calls its kind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub kind: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub version: Option<String>,
        /// What it is called in events.
        pub who: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub device_id: Option<DeviceId>,
        /// RFC 3339.
        pub since: String,
        /// When it last let itself be heard, to within the server's beat. RFC 3339.
        pub heard_at: String,
        /// Somebody looks at it.
        pub visible: bool,
        /// It is the connection that asks.
        pub current: bool,
    }
}

wire! {
    /// Oldest first.
    pub struct Presence { pub present: Vec<Present> }
}

wire! {
    /// A job that is being worked on; `jobs.get` has all of it.
    pub struct RunningJob {
        pub id: JobId,
        pub title: String,
        pub kind: String,
        pub status: JobStatus,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub session_id: Option<SessionId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub worker_id: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub step: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub started_at: Option<String>,
    }
}

wire! {
    /// The present as it was at `cursor`: events after it tell what has changed since.
    pub struct Snapshot {
        pub cursor: Cursor,
        /// Those that wait for an answer, oldest first.
        pub approvals: Vec<Approval>,
        pub jobs: Vec<RunningJob>,
        /// Empty without the scope `terminal_read`.
        pub terminals: Vec<Terminal>,
        pub presence: Vec<Present>,
        /// There is more of something than is shown here: ask its list.
        pub more: bool,
    }
}
