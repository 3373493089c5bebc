//! Every guard, shown refusing: what must never land, be read or be answered, tried on real servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod approvals;
mod configuration;
mod foreign;
mod sandbox;
mod scene;
mod tokens;
mod trees;
mod trust;
