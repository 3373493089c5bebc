//! The merge queue steered through the built programs: paused, ordered, drained, tried, looked back at.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod chain;
mod named;
mod order;
mod restart;
mod scene;
