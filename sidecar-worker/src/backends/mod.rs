//! Backends: ways to turn a job into a change. One module each.

pub mod deterministic;
pub(crate) mod lane;
pub(crate) mod native;
