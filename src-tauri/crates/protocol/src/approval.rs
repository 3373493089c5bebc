//! Approvals: one durable question, answered once, bound to the hash of exactly what will be done.

use crate::asks::Asks;
use crate::because::Because;
use crate::grant::{GrantFor, GrantOffer, Remember};
use crate::{ApprovalId, RiskLevel, SessionId, WorkspaceId, wire};

wire! {
    pub enum ApprovalState { Pending, Approved, Denied, Expired, Superseded, Orphaned }
}

wire! {
    pub enum Decision { Approve, Deny }
}

wire! {
    /// A question to a person and what became of it.
    pub struct Approval {
        pub id: ApprovalId,
        pub workspace_id: Option<WorkspaceId>,
        pub session_id: SessionId,
        /// Policy action kind, such as `land` or `workspace.trust`.
        pub action: String,
        pub summary: String,
        /// What `summary` is made of. Absent where it has only its sentence.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::because::known")]
        #[ts(optional)]
        pub asks: Option<Box<Asks>>,
        /// Canonical payload: exactly what will be done.
        pub details: serde_json::Value,
        /// SHA-256 of the canonical payload, hex.
        pub hash: String,
        pub risk: RiskLevel,
        /// Which policy rule asks, as a sentence.
        pub why: String,
        /// What `why` is made of. Absent where it has only its sentence.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::because::known")]
        #[ts(optional)]
        pub because: Option<Box<Because>>,
        pub asked_by: String,
        /// What the answer releases: an entry, job or set-up id.
        pub subject: String,
        pub state: ApprovalState,
        pub decided_by: Option<String>,
        pub decided_at: Option<String>,
        pub created_at: String,
        pub expires_at: Option<String>,
        /// What an approval could allow from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub offer: Option<Box<GrantOffer>>,
        /// For how long the answer was remembered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub remembered: Option<GrantFor>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct AnswerParams {
        pub approval_id: ApprovalId,
        pub decision: Decision,
        /// When given it must equal the approval's hash.
        #[serde(default)]
        #[ts(optional)]
        pub hash: Option<String>,
        /// Only with `approve`, and only what the approval's `offer` has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub remember: Option<Remember>,
    }
}

wire! {
    pub struct Approvals { pub approvals: Vec<Approval> }
}
