//! Terminals through the built server: over its WebSocket, as any client would use them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod attached;
mod command;
mod frames;
mod hello;
mod restart;
mod scene;
mod scopes;
mod wire;
