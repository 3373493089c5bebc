//! The user's own branch and what is taken back: landing on `main` by a person, by policy and by the user's own git,
//! reverts through the queue, the overlap forecast, and all of it across a crash; with the built programs.
#![cfg(unix)] // hooks of the user's are scripts here
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod crashes;
mod forecasts;
mod land;
mod policy;
mod reverts;
mod scene;
mod users_git;
