//! Starting where something is wrong: one clear sentence with the next step, and nothing lost. Starting where
//! something is only unusual: it works, and what was there stays as it was.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod folder;
mod git;
mod huge_repository;
mod port;
mod refused;
mod repository_state;
