//! The merge queue as a machine: what may happen to an entry, and what to do next with a queue.
//!
//! It knows nothing of git, checks or storage. An entry moves only by [`step`]; which entries to work on is
//! decided by [`plan`], apart from it. One check slot is planned today; more slots change `plan` alone.

mod plan;
mod step;

pub use plan::{Decision, View, plan};
pub use step::{Candidate, Input, Next, Returned, step};
