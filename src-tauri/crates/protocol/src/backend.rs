//! What works on tasks that need a model: which of them this machine has, and choosing one.

use crate::wire;
use crate::worker::WorkerBackend;

wire! {
    /// One backend, and whether this machine has it.
    pub struct BackendFound {
        pub backend: WorkerBackend,
        /// For people.
        pub title: String,
        pub installed: bool,
        /// What it answers to `--version`; none when it does not answer, or needs no version.
        pub version: Option<String>,
        /// The version Pilothouse was tried with.
        pub tried: Option<String>,
        /// Whether somebody is logged in there; absent when it cannot say. Jobs use no login.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub logged_in: Option<bool>,
        /// How to install the version it was tried with; none for what needs no installing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub install: Option<String>,
        /// Why it could not work on a job now, and what to do; absent when it could.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub problem: Option<String>,
    }
}

wire! {
    pub struct Backends {
        /// What works on tasks that name none themselves.
        pub chosen: WorkerBackend,
        /// What says so: `built-in`, `settings`, a file …
        pub origin: String,
        pub backends: Vec<BackendFound>,
    }
}

wire! {
    #[serde(deny_unknown_fields)]
    pub struct SetBackend {
        /// Absent forgets the choice: files, variables and the built-in value count again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        pub backend: Option<WorkerBackend>,
    }
}
