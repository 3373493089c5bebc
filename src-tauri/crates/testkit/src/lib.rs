//! Stand-ins for tests: nothing here ships in the product, and nothing here is what it plays.

#[cfg(target_os = "linux")]
#[allow(clippy::expect_used, clippy::panic, reason = "a stand-in that cannot be set up fails its test")]
pub mod clock;
#[allow(clippy::expect_used, clippy::panic, reason = "a stand-in that cannot be set up fails its test")]
pub mod forge;
#[cfg(unix)]
#[allow(clippy::expect_used, clippy::panic, reason = "a stand-in that cannot be set up fails its test")]
pub mod git_host;
pub mod model_server;
#[cfg(target_os = "linux")]
#[allow(clippy::expect_used, clippy::panic, reason = "a stand-in that cannot be set up fails its test")]
pub mod network;
#[path = "../../host/tests/support/notes.rs"]
pub mod notes;
pub mod ports;
#[allow(clippy::expect_used, clippy::panic, reason = "a stand-in that cannot be set up fails its test")]
pub mod push_service;
#[allow(clippy::expect_used, clippy::panic, reason = "a stand-in that cannot be set up fails its test")]
pub mod world;
