//! The pool of workers through the built programs: drains, jobs for one worker alone, growth, workers that die.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod asleep;
mod drain;
mod scene;
mod size;
mod targets;
mod trouble;
mod warm;
