//! What happens around a task's work, through the built programs: opinions of a reviewer, going on after an
//! interruption, and who works on it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod choice;
mod goes_on;
mod opinions;
mod scene;
