//! The native agent loop: one coding task, four tools, a linear history.
//!
//! [`Loop`] is a pure state machine: every input gives a list of actions, time comes with the inputs, nothing is
//! awaited. [`drive`] performs the actions with a [`Model`](crate::model::Model), the worker's [`Hands`] and a
//! [`Sink`]. The loop knows nothing of git, sandboxes, scopes or jobs, and its outcome is only what the model
//! claims: whether the work is any good is decided elsewhere, by running checks.

mod driver;
mod envelope;
mod limits;
mod machine;
mod memory;
mod observation;
mod outcome;
mod repetition;
mod tools;
mod trim;
mod wording;

pub use driver::{Hands, Sink, drive};
pub use limits::{LimitKind, Limits, Price};
pub use machine::{Action, Input, Loop, Task};
pub use memory::{Memory, MemoryProblem, Running, Standing, piece};
pub use observation::Observation;
pub use outcome::{LoopEvent, NativeOutcome, Status};
pub use tools::{BashCall, EditCall, ReadCall, ToolAction, specs};
