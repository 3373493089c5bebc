//! The gateway of the built server: what docs/PROTOCOL.md promises to whoever writes a client, and what it withstands.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod crowd;
mod dice;
mod document;
mod events;
mod flood;
mod limits;
mod mutated;
mod present;
mod proxy;
mod raw;
mod requests;
#[path = "../terminals/scene.rs"]
#[allow(dead_code)]
mod scene;
mod snippet;
mod stranger;
#[path = "../terminals/wire.rs"]
#[allow(dead_code)]
mod wire;
