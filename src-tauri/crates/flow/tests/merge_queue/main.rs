//! The merge queue's machine: its rules one by one, and all of them in simulated worlds.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dice;
mod entry;
mod rules;
mod simulated;
mod steps;
mod world;
