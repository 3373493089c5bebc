//! Words of the policy: what asks, what is allowed.

use crate::{RiskLevel, wire};

wire! {
    pub enum Effect { Allow, Ask, Deny }
}

wire! {
    /// A starting point a person can read: what asks and what does not.
    #[derive(Default)]
    pub enum Profile { #[default] Careful, Balanced, Autopilot }
}

wire! {
    pub enum ActorKind { Person, Worker, Agent, Schedule, Node }
}

/// What someone wants to do, with the exact payload policy looks at.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, ts_rs::TS)]
#[serde(tag = "kind", rename_all_fields = "camelCase")]
pub enum ActionKind {
    #[serde(rename = "job.run")]
    JobRun,
    #[serde(rename = "command")]
    Command {
        argv: Vec<String>,
        cwd: String,
        /// Whether it runs where it is kept from the user's files and network.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        confined: bool,
    },
    #[serde(rename = "network")]
    Network { host: String, port: u16 },
    #[serde(rename = "file.write")]
    FileWrite { paths: Vec<String> },
    #[serde(rename = "land")]
    Land {
        entry_id: String,
        files: u32,
        additions: u32,
        deletions: u32,
        paths: Vec<String>,
        risky_paths: Vec<String>,
        verified: bool,
    },
    #[serde(rename = "land.main")]
    LandMain { branch: String, commit: String },
    #[serde(rename = "checkout.update")]
    CheckoutUpdate { branch: String, commit: String },
    #[serde(rename = "publish.push")]
    PublishPush { branch: String },
    #[serde(rename = "publish.pr")]
    PublishPr { branch: String, base: String },
    #[serde(rename = "publish.force")]
    PublishForce { branch: String },
    #[serde(rename = "terminal.start")]
    TerminalStart { argv: Vec<String>, cwd: String },
    #[serde(rename = "agent.turn")]
    AgentTurn { provider: String },
    #[serde(rename = "secret.use")]
    SecretUse { name: String },
    #[serde(rename = "budget.raise")]
    BudgetRaise { what: String, to: f64 },
    #[serde(rename = "device.pair")]
    DevicePair { name: String },
    #[serde(rename = "node.register")]
    NodeRegister { name: String },
    #[serde(rename = "autonomy.dispatch")]
    AutonomyDispatch { objective: String },
    #[serde(rename = "recipe.first_use")]
    RecipeFirstUse { name: String, argv: Vec<String> },
    /// Accept the repository's own checks, recipes and set-up steps.
    #[serde(rename = "workspace.trust")]
    WorkspaceTrust { digest: String },
    /// Run a set-up step with the network open for that step.
    #[serde(rename = "setup.network")]
    SetupNetwork { argv: Vec<String>, hosts: Vec<String> },
}

impl ActionKind {
    /// The word rules and approvals use.
    pub fn word(&self) -> &'static str {
        match self {
            ActionKind::JobRun => "job.run",
            ActionKind::Command { .. } => "command",
            ActionKind::Network { .. } => "network",
            ActionKind::FileWrite { .. } => "file.write",
            ActionKind::Land { .. } => "land",
            ActionKind::LandMain { .. } => "land.main",
            ActionKind::CheckoutUpdate { .. } => "checkout.update",
            ActionKind::PublishPush { .. } => "publish.push",
            ActionKind::PublishPr { .. } => "publish.pr",
            ActionKind::PublishForce { .. } => "publish.force",
            ActionKind::TerminalStart { .. } => "terminal.start",
            ActionKind::AgentTurn { .. } => "agent.turn",
            ActionKind::SecretUse { .. } => "secret.use",
            ActionKind::BudgetRaise { .. } => "budget.raise",
            ActionKind::DevicePair { .. } => "device.pair",
            ActionKind::NodeRegister { .. } => "node.register",
            ActionKind::AutonomyDispatch { .. } => "autonomy.dispatch",
            ActionKind::RecipeFirstUse { .. } => "recipe.first_use",
            ActionKind::WorkspaceTrust { .. } => "workspace.trust",
            ActionKind::SetupNetwork { .. } => "setup.network",
        }
    }
}

wire! {
    /// An action with who wants it and how risky it is.
    pub struct Action {
        pub workspace_id: Option<crate::WorkspaceId>,
        pub actor: ActorKind,
        pub risk: RiskLevel,
        #[serde(flatten)]
        pub what: ActionKind,
    }
}

wire! {
    /// One line of a policy file. Absent conditions match everything; present ones must all hold.
    #[derive(Default)]
    pub struct Rule {
        pub id: String,
        pub effect: Option<Effect>,
        /// Action words, `*` for all.
        #[serde(default)]
        pub kinds: Vec<String>,
        #[serde(default)]
        pub paths: Vec<String>,
        #[serde(default)]
        pub argv_prefix: Vec<String>,
        /// What commands are about.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub classes: Vec<crate::command::CommandClass>,
        #[serde(default)]
        pub hosts: Vec<String>,
        /// Of a connection; absent is any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub ports: Vec<u16>,
        /// Of a command: whether it runs in a sandbox.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub confined: Option<bool>,
        #[serde(default)]
        pub max_risk: Option<RiskLevel>,
        #[serde(default)]
        pub max_files: Option<u32>,
        #[serde(default)]
        pub max_lines: Option<u32>,
        #[serde(default)]
        pub actors: Vec<ActorKind>,
        /// Minutes after midnight, local time, `[from, to)`; wraps when `from > to`.
        #[serde(default)]
        pub minutes: Option<(u16, u16)>,
    }
}

wire! {
    /// A remembered permission with its exact shape.
    pub struct Grant {
        pub id: String,
        pub rule: Rule,
        pub workspace_id: Option<crate::WorkspaceId>,
        pub session_id: Option<crate::SessionId>,
        pub job_id: Option<crate::JobId>,
        /// Milliseconds since 1970; none means until revoked.
        pub expires_at_ms: Option<i64>,
    }
}

wire! {
    /// What the policy function said and which rule decided.
    pub struct Verdict {
        pub effect: Effect,
        pub rule_id: String,
        /// A sentence a person understands.
        pub rule: String,
        /// What the sentence is made of, where it is one of these.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::because::known")]
        #[ts(optional)]
        pub ruling: Option<Ruling>,
    }
}

/// Who decided, with what a sentence in any language needs beside the effect.
#[derive(
    Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema, ts_rs::TS,
)]
#[serde(tag = "by", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Ruling {
    /// A rule of the user's own; an empty id is one without a name.
    Own { rule: String },
    /// A rule of the repository's file.
    Repository { rule: String },
    /// An answer that was remembered; `ends`: for a time that is not over.
    Grant { ends: bool },
    /// A landing that touches paths which always ask: the first, and how many more.
    RiskyPath { path: String, more: u32 },
    /// Overwriting a branch of a remote always asks.
    Overwrites,
    /// Moving the user's own branch always asks.
    MovesMain { branch: String },
    /// Publishing by anyone but a person always asks.
    PublishesItself,
    /// The profile: every landing asks.
    EveryLanding { profile: Profile },
    /// The profile: what is not verified asks before it lands.
    Unverified { profile: Profile },
    /// The profile: what is not of low risk asks before it lands.
    NotLowRisk { profile: Profile },
    /// The profile: what is not small asks before it lands.
    NotSmall { profile: Profile },
    /// The profile: verified work of this size and risk lands by itself.
    Fits { profile: Profile },
}
