//! People at running jobs through the built programs: telling a job something, taking its work over, handing it back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod scene;
mod steer;
mod taken;
mod taken_restart;
mod terminal;
