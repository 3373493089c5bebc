//! The merge queue as a machine: what may happen to an entry, and what to do next with a queue.
//!
//! It knows nothing of git, checks or storage. An entry moves only by [`step`]; which entries to work on is
//! decided by [`plan`], apart from it. Entries of the chain stand on one another and are checked at the same time; how
//! far ahead is said by [`Window`].

mod built;
mod chain;
mod plan;
mod repair;
mod slots;
mod step;
mod window;

pub use built::strategy_of;
pub use plan::{Decision, Ground, View, order, plan};
pub use slots::{slots_for, window_for};
pub use step::{Candidate, Input, Next, Returned, step};
pub use window::Window;
