//! Terminals through the built server: over its WebSocket, as any client would use them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attached;
mod command;
mod frames;
mod hello;
#[cfg(target_os = "linux")]
mod idle;
mod program;
mod restart;
mod scene;
mod scopes;
mod told;
mod wire;
