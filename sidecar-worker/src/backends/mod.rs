//! Backends: ways to turn a job into a change. One module each.

pub(crate) mod cli;
pub mod deterministic;
pub(crate) mod lane;
pub(crate) mod native;
mod working;

pub(crate) use working::{Backend, Working, begin, commit_message};
