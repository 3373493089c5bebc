//! What comes back from the merge queue: to whom, with what, and when a person is asked; a branch that fails by
//! itself; branches that are moved from outside; checks that are left out. Through the built programs, with the test
//! as the only worker.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod conflicts;
mod deleted;
mod failures;
mod left_out;
mod moved;
mod red_base;
mod scene;
