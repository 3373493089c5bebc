//! What a job wants to do on its own, before it does it: commands a model chose, and files outside its plan.

use crate::policy::ActionKind;
use crate::{ApprovalId, JobId, wire};

wire! {
    /// What a command is about, as far as its words tell. A line of a shell may be of several.
    #[derive(PartialOrd, Ord)]
    pub enum CommandClass {
        /// Looks, and changes nothing.
        Read,
        /// Builds, tests, formats, or fetches what the repository has locked.
        Build,
        /// Anything else inside the clone.
        Other,
        /// Adds packages or programs.
        Install,
        /// Talks to other machines.
        Network,
        /// Removes or overwrites what is outside the clone, or asks for more rights.
        Delete,
        /// Gives something away under somebody's name: pushes, publishes, opens requests.
        Publish,
    }
}

wire! {
    /// Asks whether a running job may do something.
    pub struct AllowAsk {
        pub id: JobId,
        pub claim_token: String,
        /// The worker's name for this one call, 1 to 64 letters, digits and `-`; an answer counts for this call alone.
        pub call: String,
        /// A `command` or a `file.write`.
        pub action: ActionKind,
        /// It began already, and nobody can be asked beforehand: only a denial counts.
        #[serde(default)]
        pub begun: bool,
        /// How long to wait for a person's answer, in milliseconds.
        #[serde(default)]
        #[ts(optional)]
        pub wait_ms: Option<u64>,
    }
}

wire! {
    pub struct AllowAnswer {
        pub allowed: bool,
        /// The rule that decided, as a sentence.
        pub why: String,
        pub rule_id: String,
        /// The question that waits for a person; nothing is decided yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub approval_id: Option<ApprovalId>,
    }
}

wire! {
    /// Words a command of a job may not begin with, for agents that can be told so in their own settings.
    pub struct DeniedCommand {
        pub argv_prefix: Vec<String>,
        /// The rule that denies it, as a sentence.
        pub rule: String,
    }
}
