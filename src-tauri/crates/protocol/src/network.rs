//! What jobs may connect to, as it is chosen in Settings.

use crate::wire;

wire! {
    pub enum NetworkReach {
        /// Nothing.
        Off,
        /// What is listed; nobody is asked.
        Listed,
        /// What is listed, and what a person allows when a job asks.
        Ask,
    }
}

wire! {
    /// What is left out stays as it is.
    #[derive(Default)]
    #[serde(deny_unknown_fields)]
    pub struct SetNetwork {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub jobs: Option<NetworkReach>,
        /// Names of presets, and patterns such as `git.example.org`, `*.example.org` or `host:8443`; all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub allow: Option<Vec<String>>,
    }
}

wire! {
    /// A package registry by name, and exactly the hosts it means.
    pub struct NetworkPreset { pub name: String, pub hosts: Vec<String>, pub on: bool }
}

wire! {
    pub struct NetworkShown {
        pub jobs: NetworkReach,
        /// Which layer of the configuration says so.
        pub jobs_origin: String,
        pub presets: Vec<NetworkPreset>,
        /// Hosts beside those of presets.
        pub hosts: Vec<String>,
        pub allow_origin: String,
    }
}

impl SetNetwork {
    /// This choice with what a later one says laid over it.
    pub fn with(self, later: Self) -> Self {
        Self { jobs: later.jobs.or(self.jobs), allow: later.allow.or(self.allow) }
    }
}
