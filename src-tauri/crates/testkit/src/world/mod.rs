//! Real servers on real repositories, for tests: the built programs, git, SQLite on disk, a sandbox.

mod repository;
mod running;

pub use repository::TestRepo;
pub use running::{RunningServer, Start, program};
