//! Real servers on real repositories, for tests: the built programs, git, SQLite on disk, a sandbox.

mod refused;
mod repository;
mod running;
mod wire;

pub use refused::RefusedStart;
pub use repository::TestRepo;
pub use running::{RunningServer, Start, program};
pub use wire::{Answer, Call, Frames};
