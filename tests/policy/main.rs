//! Policy at work in the built programs: commands of a model ask before they run, answers are remembered as exactly
//! what was asked, and what a rule says reaches the model.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(target_os = "linux")]

mod commands;
mod looking;
mod remembered;
mod scene;
mod workspaces;
