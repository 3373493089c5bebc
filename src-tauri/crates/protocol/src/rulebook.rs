//! The policy of a workspace as it stands written, and what it would say to one action.

use crate::command::CommandClass;
use crate::policy::{ActionKind, ActorKind, Effect, Profile, Rule, Verdict};
use crate::{JobId, RiskLevel, SessionId, WorkspaceId, wire};

wire! {
    pub enum RuleSource { User, Repository }
}

wire! {
    /// A rule and where it stands.
    pub struct StandingRule {
        pub rule: Rule,
        pub source: RuleSource,
        /// Its file, as messages name it.
        pub file: String,
        /// From 1.
        pub line: u32,
        /// Whether it is looked at: a repository's allowing rule is not, nor any of a folder nobody trusted.
        pub counts: bool,
        /// What it says, as a sentence.
        pub says: String,
        pub problems: Vec<String>,
    }
}

wire! {
    /// A file that rules are read from.
    pub struct RuleFileState {
        pub source: RuleSource,
        pub path: String,
        pub found: bool,
        /// Why it cannot be read; until it can, nothing it might judge is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub problem: Option<String>,
    }
}

wire! {
    /// What the profile says where no rule and no grant speaks.
    pub struct ProfileLine {
        /// Such as `land` or `command.install`.
        pub id: String,
        pub effect: Effect,
        pub says: String,
    }
}

wire! {
    pub struct PolicyShown {
        pub workspace_id: WorkspaceId,
        /// The one in force.
        pub profile: Profile,
        /// The workspace's own setting.
        pub chosen: Profile,
        /// Where something stricter was asked for, when it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub tightened_by: Option<String>,
        /// What the profile means, in sentences.
        pub meaning: Vec<String>,
        /// In the order they are looked at: what denies, what asks, what allows.
        pub rules: Vec<StandingRule>,
        pub files: Vec<RuleFileState>,
        pub lines: Vec<ProfileLine>,
    }
}

wire! {
    /// Asks what policy would say, without doing anything.
    #[serde(deny_unknown_fields)]
    pub struct ExplainParams {
        pub workspace_id: WorkspaceId,
        pub action: ActionKind,
        /// A worker, when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub actor: Option<ActorKind>,
        /// What it would be asked with, when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub risk: Option<RiskLevel>,
        /// Grants for these are looked at too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub session_id: Option<SessionId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub job_id: Option<JobId>,
    }
}

wire! {
    pub struct Explained {
        pub verdict: Verdict,
        /// File and line of the rule, or the setting, that decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub place: Option<String>,
        /// Of a command.
        pub classes: Vec<CommandClass>,
    }
}
