//! Real servers on real repositories, for tests: the built programs, git, SQLite on disk, a sandbox.

pub mod processes;
mod refused;
mod repository;
mod running;
#[cfg(target_os = "linux")]
mod small_disk;
mod wire;

pub use refused::RefusedStart;
pub use repository::TestRepo;
pub use running::{PLAIN_SHELL, RunningServer, Start, failed, program};
#[cfg(target_os = "linux")]
pub use small_disk::Ballast;
pub use wire::{Answer, Call, Frames};
