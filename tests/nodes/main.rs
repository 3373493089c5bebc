//! Other machines through the built programs: paired, seen, let do things, cut off and back again.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod claims;
mod crew;
mod crew_control;
mod crew_faults;
mod cut;
mod hostile;
#[allow(dead_code)]
#[path = "../devices/key.rs"]
mod key;
mod machine;
#[cfg(target_os = "linux")]
mod network;
mod paired;
mod proxy;
mod recipes;
mod scene;
#[allow(dead_code)]
#[path = "../terminals/wire.rs"]
mod wire;
