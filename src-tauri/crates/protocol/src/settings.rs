//! Settings: where each value comes from, models per role, providers found on this machine.

use crate::wire;

wire! {
    pub struct ConfigValue { pub key: String, pub value: serde_json::Value, /** `built-in`, `user`, `environment` … */ pub origin: String }
}

wire! {
    pub struct ConfigWarning { pub key: String, pub origin: String, pub why: String }
}

wire! {
    pub struct ConfigShown { pub values: Vec<ConfigValue>, pub warnings: Vec<ConfigWarning> }
}

wire! {
    /// `Reviewer` gives an opinion on finished changes, and nothing more.
    pub enum Role { Localbuddy, Remotebuddy, Workers, Reviewer }
}

wire! {
    /// How the server talks to a model.
    pub enum Dialect { OpenaiChat, OpenaiResponses, AnthropicMessages }
}

wire! {
    /// What a million tokens cost, in millionths of whatever unit the user counts in.
    #[derive(Copy, Eq)]
    pub struct ModelPrice {
        pub input: u64,
        /// Input that came from the provider's cache; as `input` when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub cached_input: Option<u64>,
        pub output: u64,
    }
}

wire! {
    /// A model for one role. The key is never part of it, only where it is kept.
    pub struct ModelSetting {
        pub role: Role,
        pub dialect: Dialect,
        /// Base address, such as `http://127.0.0.1:11434/v1`.
        pub endpoint: String,
        pub model: String,
        /// Name of an environment variable that holds the key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub key_env: Option<String>,
        /// Tokens the model can hold; none means unknown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub context_window: Option<u64>,
        /// None means that nobody said, and that no money is counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub price: Option<ModelPrice>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub origin: Option<String>,
    }
}

wire! {
    pub struct ModelSettings { pub models: Vec<ModelSetting> }
}

wire! {
    /// Something on this machine that could serve a model.
    pub struct ProviderFound {
        pub id: String,
        pub name: String,
        /// `absent`, `found_not_ready`, `ready` or `failing`.
        pub state: String,
        /// What was found or what to do next.
        pub detail: String,
        pub models: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub endpoint: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub dialect: Option<Dialect>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub key_env: Option<String>,
    }
}

wire! {
    /// A command line agent on this machine. Nothing uses it by itself.
    pub struct CliFound {
        /// The program's name, such as `codex`.
        pub name: String,
        /// What it answers to `--version`; none when it does not answer.
        pub version: Option<String>,
        pub path: String,
        /// Whether somebody is logged in there; absent when it cannot say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub logged_in: Option<bool>,
    }
}

wire! {
    pub struct Providers { pub providers: Vec<ProviderFound>, pub clis: Vec<CliFound> }
}

wire! {
    pub struct ProbeStep { pub name: String, pub ok: bool, pub detail: String, pub duration_ms: u64 }
}

wire! {
    pub struct ProbeReport { pub ok: bool, pub steps: Vec<ProbeStep> }
}
