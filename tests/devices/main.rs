//! Devices through the built programs: let in, signing in, asking for more, thrown out; and everybody who tries
//! without being let in.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod answers;
mod command;
mod crowded;
#[cfg(target_os = "linux")]
mod half_day;
mod key;
mod lessened;
mod more;
mod paired;
#[cfg(target_os = "linux")]
mod refused;
mod restart;
mod revoked;
mod scene;
mod taken;
mod told;
#[allow(dead_code)]
#[path = "../terminals/wire.rs"]
mod wire;
