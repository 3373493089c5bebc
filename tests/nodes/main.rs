//! Other machines through the built programs: paired, seen, let do things, cut off and back again.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod claims;
mod crew;
mod crew_control;
mod crew_faults;
#[cfg(target_os = "linux")]
mod crew_layers;
mod crew_shallow;
mod cut;
#[path = "../gateway/dice.rs"]
mod dice;
mod errands;
mod garbled;
mod hostile;
#[allow(dead_code)]
#[path = "../devices/key.rs"]
mod key;
mod machine;
#[cfg(target_os = "linux")]
mod network;
mod paired;
#[cfg(target_os = "linux")]
mod passing;
mod proxy;
mod recipes;
mod scene;
#[cfg(target_os = "linux")]
mod silent;
#[cfg(target_os = "linux")]
mod skewed;
mod typed;
#[allow(dead_code)]
#[path = "../terminals/wire.rs"]
mod wire;
