//! Budgets, limits of providers and pauses through the built programs: a job that may not go on keeps its work, says
//! why it waits, and goes on from there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod money;
mod scene;
mod stops;
mod waits;
