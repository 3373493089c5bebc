//! The deterministic lane through the built programs: real git, a real sandbox, real package managers and test runners.
//! What each intent reads or edits in a folder is tested beside its code; here is what needs history, runs or the
//! server.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod branches;
mod packages;
mod runs;
mod scene;
