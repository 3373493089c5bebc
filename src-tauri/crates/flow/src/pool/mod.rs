//! The pool of workers as a machine: how many there may be, and what to do next with each of them.
//!
//! It knows processes by their numbers and the store by what one look at it says; it starts and ends nothing itself.
//! Time is a number it is given.

mod back_off;
mod machine;
mod size;

pub use back_off::{ALARM, Died, SETTLED_MS};
pub use machine::{Action, Hand, Held, IDLE_MS, MOMENT_MS, Pool, View};
pub use size::{Bounds, Confinement, MOST, Machine, Wanted, bounds};
