//! Configuration in layers, with the origin of every value.
//!
//! Last wins: built-in, user file, profile, what was chosen in Settings (models, notifications, what works on tasks), repository, local file,
//! environment, flags. The repository's layer is different: whoever can push may write it, so it may only say how the
//! repository is proven (checks, set-up, recipes, strategy, scope hints) and may tighten the policy; anything else in
//! it is ignored and reported. Its bytes come from the integration base, by git, never from a work tree.
//!
//! Resolving is pure: [`Layers`] holds everything, [`files`] reads what lies in the user's own folders, and
//! [`Own`] is what a program reads once, at its start. [`key_table`] writes the keys down for people.

mod belonging;
mod environment;
pub mod files;
mod keys;
mod model;
mod nearest;
mod node;
mod origin;
mod own;
mod proofs;
mod reference;
mod resolve;
mod settings;
mod settle;
mod value;

pub use model::RoleModel;
pub use origin::{Layer, Origin};
pub use own::Own;
pub use reference::{keys as key_table, variables as variable_table};
pub use settings::{
    Budget, Ceiling, Config, Gate, Listen, Merge, Network, Push, Reach, ScopeHints, Server, Terminals,
    Update, Workers, redacted,
};
pub use value::{Value, money, money_text, time_of_day};

use protocol::listen::SetListening;
use protocol::network::SetNetwork;
use protocol::notify::SetNotify;
use protocol::publishing::SetPublishing;
use protocol::settings::ModelSetting;
use protocol::worker::WorkerBackend;

/// A configuration file as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigFile {
    /// How messages name it.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// One value given on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    /// As the user wrote it, such as `--port`.
    pub name: String,
    /// The key it sets, such as `server.port`.
    pub key: String,
    pub value: String,
}

/// Everything configuration is made from.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    pub user: Option<ConfigFile>,
    pub profile: Option<ConfigFile>,
    /// Models chosen in Settings, kept in the database.
    pub saved: Vec<ModelSetting>,
    /// What notifications tell of, as it was chosen in Settings.
    pub notify: SetNotify,
    /// What works on tasks, as it was chosen in Settings.
    pub backend: Option<WorkerBackend>,
    /// What jobs may connect to, as it was chosen in Settings.
    pub network: SetNetwork,
    /// Where the server can be reached from, as it was chosen.
    pub listening: SetListening,
    /// How publishing was set up in Settings.
    pub publishing: SetPublishing,
    /// `.pilothouse/config.toml` of the integration base.
    pub repository: Option<ConfigFile>,
    /// `.pilothouse/local.toml` of the user's checkout.
    pub local: Option<ConfigFile>,
    /// Whether git tracks the local file: then it is no private file but the repository's, and limited like it.
    pub local_is_tracked: bool,
    /// All variables of the process; the ones that are ours are picked out.
    pub environment: Vec<(String, String)>,
    pub flags: Vec<Flag>,
}
