//! What a person says to a job that has begun or waits, and what became of it.

use crate::{JobId, wire};

/// Most characters of one message.
pub const STEER_CHARS: usize = 4_000;
/// Most messages of one job that may wait for a worker.
pub const STEER_WAITING: u64 = 20;
/// Most messages one job may be sent at all.
pub const STEER_ALL: u64 = 500;

wire! {
    pub enum SteerState {
        /// No worker has it yet.
        Waiting,
        /// A worker put it before its model.
        Taken,
        /// The job ended before that.
        Missed,
    }
}

wire! {
    /// One message to a job.
    pub struct SteerMessage {
        /// Counts up; messages of a job are taken in this order.
        pub number: u64,
        pub job_id: JobId,
        pub text: String,
        pub by: String,
        pub state: SteerState,
        /// RFC 3339.
        pub said_at: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub taken_at: Option<String>,
        /// The worker that took it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub taken_by: Option<String>,
    }
}

wire! {
    /// Tells a job something: 1 to 4,000 characters. A repeated idempotency key says it once.
    #[serde(deny_unknown_fields)]
    pub struct SteerJob { pub id: JobId, pub text: String }
}

wire! {
    pub struct SteerAccepted { pub ok: bool, pub message: SteerMessage }
}

wire! {
    /// Messages of one job, oldest first.
    pub struct SteerMessages { pub ok: bool, pub messages: Vec<SteerMessage> }
}

wire! {
    /// A worker has put messages before its model: all up to this number.
    #[serde(deny_unknown_fields)]
    pub struct SteerTaken { pub id: JobId, pub claim_token: String, pub up_to: u64 }
}
