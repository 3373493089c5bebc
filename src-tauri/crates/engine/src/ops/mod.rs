//! The operations of `protocol::ops`, one file per family.

mod agents;
pub(crate) mod approvals;
pub(crate) mod backends;
pub(crate) mod chat;
mod choice;
mod completions;
mod doctor;
pub(crate) mod hold;
pub(crate) mod jobs;
mod keys;
mod listening;
mod merge;
mod merge_look;
mod merge_steer;
pub(crate) mod network;
pub(crate) mod notify;
mod policy;
mod present;
mod publish;
mod publish_defaults;
pub(crate) mod publishing;
mod requests;
pub(crate) mod sessions;
mod settings;
mod status;
mod workers;
mod workspaces;
pub(crate) use workspaces::MOST_AHEAD;

pub use doctor::doctor_without_server;
pub(crate) use hold::tell;
