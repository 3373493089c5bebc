//! Checks, set-up steps and recipes of a workspace.

use crate::merge::CheckVerdict;
use crate::{WorkspaceId, wire};
use std::collections::BTreeMap;

wire! {
    /// One command that proves a tree. Times are seconds.
    pub struct Check {
        pub name: String,
        pub run: Vec<String>,
        #[serde(default = "default_timeout")]
        pub timeout_s: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub group: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub paths: Vec<String>,
    }
}

fn default_timeout() -> u64 {
    600
}

wire! {
    /// A command run once per digest of its key files, online with what the user allowed.
    pub struct SetupStep {
        pub run: Vec<String>,
        #[serde(default = "default_timeout")]
        pub timeout_s: u64,
        #[serde(default)]
        pub network: Vec<String>,
        #[serde(default)]
        pub key: Vec<String>,
    }
}

wire! {
    /// A named command of a repository.
    pub struct Recipe {
        pub run: Vec<String>,
        #[serde(default = "default_timeout")]
        pub timeout_s: u64,
        #[serde(default)]
        pub writes: Vec<String>,
    }
}

wire! {
    /// Where the checks of a workspace come from.
    pub enum ChecksOrigin {
        /// `[[check]]` entries of the repository's own configuration.
        Repository,
        /// Written by the user.
        User,
        /// Found by detection; they count after the user confirms.
        Detected,
        /// Nothing was found and nothing is configured.
        None,
    }
}

wire! {
    /// Everything that proves a tree of this workspace.
    pub struct CheckPlan {
        pub origin: ChecksOrigin,
        /// Whether the owner accepted them; unconfirmed checks prove nothing and nothing lands.
        pub confirmed: bool,
        pub checks: Vec<Check>,
        pub setup: Vec<SetupStep>,
        pub recipes: BTreeMap<String, Recipe>,
        pub formatter: Option<Vec<String>>,
        pub test_runner: Option<Vec<String>>,
        pub warnings: Vec<String>,
    }
}

impl CheckPlan {
    /// No checks, and nobody who confirmed that.
    pub fn none() -> Self {
        Self {
            origin: ChecksOrigin::None,
            confirmed: false,
            checks: Vec::new(),
            setup: Vec::new(),
            recipes: BTreeMap::new(),
            formatter: None,
            test_runner: None,
            warnings: Vec::new(),
        }
    }
}

wire! {
    pub enum DryRunState {
        /// Its set-up is made, or its files are laid out.
        Preparing,
        /// A question about its set-up is open; it goes on with the answer.
        Waiting,
        Running,
        Passed,
        /// A check failed on this commit as it is, or could not be run at all.
        Failed,
        /// The server was stopped meanwhile.
        Stopped,
    }
}

wire! {
    /// A trial of the confirmed checks on the commit that work would start from now.
    pub struct DryRun {
        pub workspace_id: WorkspaceId,
        pub state: DryRunState,
        pub commit: String,
        /// One for each check of the plan, in its order; `waiting`, `running`, `passed` or `failed`.
        pub checks: Vec<CheckVerdict>,
        /// What it waits for, or why it could not be run.
        pub reason: Option<String>,
        /// The newest lines of output, redacted; empty in events.
        pub lines: Vec<String>,
        /// Older lines that are not kept.
        pub lines_dropped: u64,
        pub started_at: String,
        pub finished_at: Option<String>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct DryRunParams { pub workspace_id: WorkspaceId }
}

wire! {
    /// The newest one since the server was started.
    pub struct DryRunShown { pub run: Option<DryRun> }
}
