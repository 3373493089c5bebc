//! The machine: clock, ids, data folder, configuration, processes, sandboxes, toolchains.
//!
//! Everything the product needs from the computer it runs on stands here, so that every other room can be
//! given it from outside. This room knows nothing of sessions, jobs, git, databases or HTTP: it is told a
//! folder, an argument vector or some bytes, and answers with what the machine did.

pub mod ansi;
pub mod atomic_file;
pub mod background;
pub mod cell;
pub mod clock;
pub mod coloured;
pub mod config;
pub mod data_lock;
pub mod detect_project;
pub mod dotenv;
mod error;
pub mod folder_watch;
pub mod ids;
pub mod keychain;
pub mod layers;
pub mod machine_memory;
pub mod network;
pub mod paths;
pub mod providers;
pub mod proxy;
pub mod redact;
pub mod sandbox;
pub mod server_record;
pub mod spawn;
pub mod tailscale;
pub mod token_file;
pub mod toolchains;
pub mod worker_environment;

pub use error::HostError;
