//! Every guard, shown refusing: what must never land, be read or be answered, tried on real servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod approvals;
mod cancelled;
mod configuration;
mod everything_held;
mod foreign;
mod held_up;
mod movement;
mod questions;
mod recipes;
mod sandbox;
mod scene;
mod tokens;
mod trees;
mod trust;
