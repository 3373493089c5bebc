//! Remembered answers: what an approval may allow from now on, for how long, and what became of it.

use crate::policy::{Grant, Rule};
use crate::{ApprovalId, JobId, WorkspaceId, wire};

wire! {
    /// How long an answer is remembered. Each holds in its own workspace only.
    pub enum GrantFor {
        /// Until the job ends.
        Job,
        /// In this conversation, for twelve hours at most.
        Session,
        Hour,
        /// Until it is revoked.
        Always,
    }
}

wire! {
    /// Asks to remember an approval.
    #[serde(deny_unknown_fields)]
    pub struct Remember {
        #[serde(rename = "for")]
        #[ts(rename = "for")]
        pub span: GrantFor,
    }
}

wire! {
    /// What an approval could allow from now on, made by the server from exactly what is asked. Absent where every
    /// single time needs its own answer.
    pub struct GrantOffer {
        pub rule: Rule,
        /// What it would cover, as a sentence.
        pub covers: String,
        pub spans: Vec<GrantFor>,
        /// The job that asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub job_id: Option<JobId>,
    }
}

wire! {
    /// A grant with where it comes from and what it did.
    pub struct KeptGrant {
        pub grant: Grant,
        pub span: GrantFor,
        /// What it covers, as a sentence.
        pub covers: String,
        /// The question it was made from.
        pub approval_id: ApprovalId,
        pub by: String,
        pub made_at: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub expires_at: Option<String>,
        /// How often it decided.
        pub used: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub last_used_at: Option<String>,
    }
}

wire! {
    /// Newest first; those that are over are not in it.
    pub struct Grants { pub grants: Vec<KeptGrant> }
}

wire! {
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct GrantsParams {
        /// Absent: of all workspaces.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub workspace_id: Option<WorkspaceId>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct RevokeGrant { pub id: String }
}
