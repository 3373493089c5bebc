//! Other machines: what they say of themselves, what the owner lets them do, and what the hub asks of them.
//!
//! A node connects outward to the server people talk to, its hub, and is asked over that connection. Its key is that
//! of a paired device whose only scope is `node`. What it offers is a claim; what it may do is the owner's list.

use crate::keys::KeyPlace;
use crate::terminal::{Terminal, TerminalSignal};
use crate::{DeviceId, JobId, SessionId, TerminalId, WorkspaceId, wire};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// How often a node lets itself be heard, in milliseconds.
pub const BEAT_MS: u64 = 15_000;
/// Heard nothing for so long, it is offline.
pub const OFFLINE_AFTER_MS: u64 = 3 * BEAT_MS;
/// The kind of job that runs a recipe of a machine.
pub const RECIPE_RUN: &str = "recipe.run";
/// Most services, recipes and features one node names.
pub const MOST_OFFERED: usize = 64;
/// Longest name, version or feature a node says of itself, in bytes.
pub const LONGEST_WORD: usize = 120;

wire! {
    /// What a machine can be there for.
    #[derive(PartialOrd, Ord)]
    pub enum NodeService {
        /// People open terminals on it.
        Terminals,
        /// It runs recipes its own configuration names.
        Recipes,
        /// It takes jobs of the crew.
        Workers,
    }
}

wire! {
    /// One thing a machine says it is there for.
    pub struct NodeOffer {
        pub service: NodeService,
        pub version: u32,
        /// Of terminals the shell, of recipes their names.
        #[serde(default)]
        pub features: Vec<String>,
    }
}

wire! {
    /// The first thing a node says on a connection.
    #[serde(deny_unknown_fields)]
    pub struct RegisterNode {
        pub hostname: String,
        /// Such as `linux x86_64`.
        pub os: String,
        /// Of its Pilothouse.
        pub version: String,
        pub offers: Vec<NodeOffer>,
        /// Drawn anew with each start of the node, so that a restart is told from a cut line.
        pub run: String,
        /// Its clock, in milliseconds since 1970.
        pub now_ms: i64,
        /// Where it keeps the key it proves itself with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub key_place: Option<KeyPlace>,
    }
}

wire! {
    pub struct NodeRegistered {
        pub ok: bool,
        pub id: DeviceId,
        pub name: String,
        pub beat_ms: u64,
        /// What it may do now.
        pub allowed: Vec<NodeService>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct BeatNode {
        /// Its clock, in milliseconds since 1970.
        pub now_ms: i64,
    }
}

wire! {
    pub struct NodeHeard {
        pub ok: bool,
        pub allowed: Vec<NodeService>,
    }
}

wire! {
    /// The terminals of a node, all of them, whenever something about them has changed.
    #[serde(deny_unknown_fields)]
    pub struct NodeTerminals { pub terminals: Vec<Terminal> }
}

wire! {
    /// A call of the workers' part of the table, made by one of the node's own workers. Only methods of the scope `work`
    /// that the owner's list covers.
    #[serde(deny_unknown_fields)]
    pub struct WorkNode {
        pub method: String,
        #[serde(default)]
        pub params: serde_json::Value,
        /// By the worker that takes jobs of the crew, not by the one that runs recipes.
        #[serde(default)]
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        pub crew: bool,
        /// Idempotency key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub idem: Option<String>,
    }
}

wire! {
    pub struct NodeWorked { pub result: serde_json::Value }
}

/// The worker of a machine that takes jobs of the crew, as jobs and lists name it.
pub fn crew_of(node: &DeviceId) -> String {
    format!("node-{node}-crew")
}

/// Whether a worker is one of another machine: it has jobs that name it and no others.
pub fn is_of_node(worker: &str) -> bool {
    let id = worker.strip_prefix("node-").map(|id| id.strip_suffix("-crew").unwrap_or(id));
    id.is_some_and(|id| id.len() == 36 && id.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit()))
}

/// Most bytes of one piece of an errand, before they are written as text.
pub const PIECE_BYTES: usize = 192 * 1024;
/// Most bytes of a bundle that goes to a machine, and of one that comes from it.
pub const CARRIED_BYTES: (u64, u64) = (2 << 30, 256 << 20);
/// Most commits a machine says it has.
pub const MOST_HAVES: usize = 64;
/// Most places where a history that is carried may be cut off.
pub const MOST_CUTS: usize = 4096;

/// Something larger than a call that goes between a machine's worker and the hub, in pieces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "what", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Errand {
    /// Down: a git bundle of the commits the job begins with.
    Base {
        /// Commits the machine has with all of their history.
        have: Vec<String>,
        /// Commits at which that history is cut off there, as in a shallow clone.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        shallow: Vec<String>,
    },
    /// Down: one of the set-up layers the job starts from.
    Layer { digest: String },
    /// Up: the git bundle of what the job hands over; the last answer is what intake says of it.
    Result {},
    /// Up the body of a call to the job's model, down the answer.
    Model {
        /// To the one that gives an opinion on the change.
        reviewer: bool,
        /// As the broker names it, such as `responses`.
        call: String,
        /// Of the head what a model service may see.
        head: BTreeMap<String, String>,
    },
}

wire! {
    /// Begins an errand of a job this machine has claimed.
    #[serde(deny_unknown_fields)]
    pub struct BeginErrand { pub id: JobId, pub claim_token: String, pub errand: Errand }
}

wire! {
    pub struct ErrandBegun {
        pub ok: bool,
        pub errand: String,
        /// Bytes that will come down, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub size: Option<u64>,
    }
}

wire! {
    /// The next bytes that go up. Sent again with the same place they are taken once.
    #[serde(deny_unknown_fields)]
    pub struct SendErrand {
        pub errand: String,
        pub at: u64,
        /// Base64 with padding, of at most 192 KiB.
        pub piece: String,
        pub last: bool,
    }
}

wire! {
    pub struct ErrandSent { pub ok: bool, pub taken: u64 }
}

wire! {
    /// The bytes that come down from this place on: the one that was read last, or the one behind it.
    #[serde(deny_unknown_fields)]
    pub struct ReadErrand { pub errand: String, pub at: u64 }
}

wire! {
    pub struct ErrandPiece {
        /// Base64 with padding. Empty when nothing has come yet: ask again.
        pub piece: String,
        pub last: bool,
        /// Of a model's answer: its status and what of its head is passed on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub head: Option<ErrandHead>,
    }
}

wire! {
    pub struct ErrandHead { pub status: u16, pub head: BTreeMap<String, String> }
}

wire! {
    /// Gives an errand up, or says that it is done.
    #[serde(deny_unknown_fields)]
    pub struct EndErrand { pub errand: String }
}

wire! {
    /// One machine, as the owner sees it.
    pub struct Node {
        /// That of its device.
        pub id: DeviceId,
        /// Given at pairing.
        pub name: String,
        pub hostname: String,
        pub os: String,
        pub version: String,
        pub online: bool,
        /// Since when it is connected, or when it was heard last. RFC 3339, by the hub's clock.
        pub since: String,
        pub offers: Vec<NodeOffer>,
        /// What the owner lets it do.
        pub allowed: Vec<NodeService>,
        /// How far its clock is ahead of the hub's, when it was heard last. Nothing depends on it.
        pub clock_ahead_ms: i64,
        /// Where it says that it keeps its key, while it is connected: the keychain of its system, or a file that only
        /// its user reads.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub key_place: Option<KeyPlace>,
        /// That run on it now.
        pub terminals: u32,
        /// Jobs it works on now.
        pub jobs: u32,
        /// RFC 3339.
        pub registered_at: String,
    }
}

wire! {
    pub struct Nodes {
        /// By name.
        pub nodes: Vec<Node>,
    }
}

wire! {
    /// Says what a machine may do, all of it; nothing at first.
    #[serde(deny_unknown_fields)]
    pub struct AllowNode { pub id: DeviceId, pub services: Vec<NodeService> }
}

wire! {
    /// Runs a recipe: of a workspace on this machine, or of another machine by that machine's own configuration.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct StartJob {
        pub recipe: String,
        /// Id or name of a machine; absent is this one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub node: Option<String>,
        /// The first trusted workspace when absent. Of no use with a machine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub workspace_id: Option<WorkspaceId>,
        /// The conversation it is told in; `dev` when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub session_id: Option<SessionId>,
    }
}

wire! {
    /// The newest lines of a job's log.
    #[serde(deny_unknown_fields)]
    pub struct TailParams {
        pub id: JobId,
        /// 100 when absent, 1000 at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub lines: Option<u32>,
    }
}

/// What the hub asks of a node, answered once each with `answer`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, TS)]
#[serde(tag = "do", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum NodeAsk {
    /// Opens a terminal; answered with it. Asked again with the same id, it is the same terminal.
    Open {
        id: TerminalId,
        name: Option<String>,
        /// Relative to the folder terminals of this node begin in.
        folder: Option<String>,
        cols: u16,
        rows: u16,
    },
    /// Takes a place at a terminal; answered with `TerminalAttached`, then bytes pass under `stream`.
    Attach {
        stream: u32,
        id: TerminalId,
        /// Tells people apart, also over connections.
        key: String,
        label: String,
        may_write: bool,
        after: Option<u64>,
        seat: Option<String>,
        view_only: bool,
    },
    /// Gives a place up at once, or, when it was `cut`, keeps its seat for a while.
    Leave {
        stream: u32,
        cut: bool,
    },
    Type {
        stream: u32,
        text: String,
    },
    Resize {
        stream: u32,
        cols: u16,
        rows: u16,
    },
    /// Answered with `TerminalAttached`.
    TakeControl {
        stream: u32,
    },
    /// Answered with the terminal.
    Rename {
        id: TerminalId,
        name: String,
    },
    Signal {
        id: TerminalId,
        signal: TerminalSignal,
    },
    Close {
        id: TerminalId,
    },
    /// One that has ended, with its recording.
    Remove {
        id: TerminalId,
    },
    /// Answered with `TerminalSnapshot`.
    Snapshot {
        id: TerminalId,
    },
    /// Answered with a piece of its recording.
    Export {
        id: TerminalId,
        after: u64,
    },
}
