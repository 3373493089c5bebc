//! The worker: claims jobs, does them in a clone of their own, hands the result over.
//!
//! It trusts nothing that runs for it: commands of a model or of the repository run in the sandbox, what they
//! leave behind is judged by our own gate here and again by the server.

mod agents;
mod allow;
pub mod backends;
mod carried;
pub mod claim;
mod disk;
mod doors;
mod failures;
pub mod flags;
mod gate;
mod images;
mod inbox;
mod insist;
mod journal;
mod keeper;
mod life;
mod restore;
mod review;
mod spares;
mod stop;
mod test_files;
mod tests_alone;
mod tests_before;
mod wishes;
mod workbench;
