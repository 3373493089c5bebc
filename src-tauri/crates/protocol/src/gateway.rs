//! The frames of `/v1/ws`: JSON in text messages, terminal bytes in binary ones.
//!
//! The server says `hello`, the client `connect`, the server `welcome` or `reject`; then requests, answers and
//! events pass in both directions. What a request may name is the table of `ops`.

mod binary;

pub use binary::{BadFrame, HEAD_BYTES, Head, Kind};

use crate::device::{DeviceProof, DeviceRole};
use crate::ops::Permission;
use crate::presence::Snapshot;
use crate::terminal::Terminal;
use crate::{ApiError, Cursor, DeviceId, Envelope, SessionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

/// Oldest and newest version of these frames that this build speaks.
pub const VERSIONS: [u32; 2] = [1, 1];
/// Most bytes of one message in either direction.
pub const FRAME_BYTES: usize = 1024 * 1024;
/// Most bytes of the first message, before it is known who is there.
pub const FIRST_FRAME_BYTES: usize = 16 * 1024;
/// Most requests of one connection that are not answered yet.
pub const IN_FLIGHT: usize = 64;
/// Most event subscriptions of one connection.
pub const SUBSCRIPTIONS: usize = 16;
/// Most terminals one connection is attached to.
pub const STREAMS: usize = 32;
/// Most bytes that wait to be sent to one client; a client that lets more gather is cut, and comes back.
pub const QUEUED_BYTES: usize = 8 * 1024 * 1024;
/// How often either side lets the other hear something, in milliseconds.
pub const BEAT_MS: u64 = 15_000;

/// Why a connection was closed, as WebSocket close codes.
pub mod close {
    pub const GOING_AWAY: u16 = 1001;
    pub const MALFORMED: u16 = 4400;
    pub const UNAUTHENTICATED: u16 = 4401;
    pub const FORBIDDEN: u16 = 4403;
    pub const TIMED_OUT: u16 = 4408;
    pub const VERSION: u16 = 4426;
}

/// Who connects; shown to people.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
pub struct ClientNote {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub version: Option<String>,
    /// `desktop`, `phone`, `web`, `cli` or `node`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub kind: Option<String>,
}

/// What the server allows on a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(rename_all = "camelCase")]
pub struct GatewayLimits {
    pub frame_bytes: u32,
    pub in_flight: u32,
    pub subscriptions: u32,
    pub streams: u32,
    pub beat_ms: u32,
    pub queued_bytes: u32,
}

impl Default for GatewayLimits {
    fn default() -> Self {
        Self {
            frame_bytes: FRAME_BYTES as u32,
            in_flight: IN_FLIGHT as u32,
            subscriptions: SUBSCRIPTIONS as u32,
            streams: STREAMS as u32,
            beat_ms: BEAT_MS as u32,
            queued_bytes: QUEUED_BYTES as u32,
        }
    }
}

/// What a client sends in text messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "t", rename_all = "snake_case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum ClientFrame {
    /// The first message. A token is needed where neither header nor cookie has said who is there.
    Connect {
        /// Oldest and newest version the client speaks.
        versions: [u32; 2],
        client: ClientNote,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        token: Option<String>,
        /// A paired device that signs the challenge of `hello`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        device: Option<DeviceProof>,
    },
    /// Calls a method of the table; answered by `res` with the same id.
    Req {
        id: u32,
        method: String,
        #[serde(default)]
        #[ts(as = "Option<std::collections::BTreeMap<String, Value>>", optional)]
        params: Map<String, Value>,
        /// Idempotency key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        idem: Option<String>,
    },
    /// Follows events after a cursor, of one session or of all; answered by `res`, then they come as `ev` with this id.
    Sub {
        id: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        session_id: Option<SessionId>,
        #[serde(default)]
        #[ts(as = "Option<_>", optional)]
        after: Cursor,
        /// Also types with a dot in their name.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        #[ts(as = "Option<_>", optional)]
        all_types: bool,
        /// Most events that come without an `ack`; without it they come as fast as the line takes them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        window: Option<u32>,
    },
    /// All events of a subscription up to `cursor` were taken in.
    Ack {
        sub: u32,
        cursor: Cursor,
    },
    Unsub {
        id: u32,
    },
    /// A node's answer to an `ask`. Its frames are taken from nobody else.
    Answer {
        id: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        result: Option<Value>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        error: Option<ApiError>,
    },
    /// A node's terminal has changed, as in the server's `term`.
    Term {
        stream: u32,
        controls: bool,
        terminal: Box<Terminal>,
    },
    /// A node did not take input, or an attachment at it is no more, as in the server's `refused`.
    Refused {
        stream: u32,
        error: ApiError,
    },
    /// Answered by `pong`.
    Ping {},
}

/// What the server sends in text messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "t", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum ServerFrame {
    Hello {
        versions: [u32; 2],
        server: String,
        /// Stays the same over restarts and addresses.
        server_id: String,
        /// What a device signs; good for this connection alone.
        challenge: String,
    },
    Welcome {
        /// The version both speak.
        version: u32,
        /// What the caller is called in events.
        who: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        device_id: Option<DeviceId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        role: Option<DeviceRole>,
        scopes: Vec<Permission>,
        /// Methods this caller may call.
        methods: Vec<String>,
        limits: GatewayLimits,
        /// What waits, runs and is open now.
        snapshot: Box<Snapshot>,
    },
    /// Nothing comes after it but the close.
    Reject {
        error: ApiError,
        /// `sign_in`, `pair`, `update` or `wait`.
        next: String,
    },
    Res {
        id: u32,
        ok: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        result: Option<Value>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        error: Option<ApiError>,
    },
    /// One event of the log; a subscription after `cursor` goes on behind it.
    Ev {
        sub: u32,
        envelope: Box<Envelope>,
        cursor: Cursor,
    },
    /// Something that is true only now and not in the log; one that comes too fast is left out.
    Now {
        data: Value,
    },
    /// So many `now` were left out because the client was slow: what they would have told is asked for.
    Gap {
        dropped: u32,
    },
    /// Asks a node for something; it answers with `answer` and the same id.
    Ask {
        id: u32,
        ask: crate::node::NodeAsk,
    },
    /// Input was not taken, or the attachment is no more because its seat was taken up from another connection.
    Refused {
        stream: u32,
        error: ApiError,
    },
    /// An attached terminal has changed: its size, its name, who is in control, its end.
    Term {
        stream: u32,
        controls: bool,
        terminal: Box<Terminal>,
    },
    Pong {},
}
