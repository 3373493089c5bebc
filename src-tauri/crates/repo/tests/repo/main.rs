//! The crate against real git, each test with every git found on this machine.

#![cfg(unix)] // the attacks and the modes are those of Unix
#![allow(clippy::unwrap_used, clippy::panic)] // everything here is a test

mod attacks;
mod bombs;
mod candidates;
mod carries;
mod check_trees;
mod crashes;
mod depots;
mod diffs;
mod figures;
mod inspecting;
mod intakes;
mod landing;
mod main_lines;
mod person_clones;
mod processes;
mod pushes;
mod remotes;
mod spares;
mod tracked;
mod user_branches;
mod world;
