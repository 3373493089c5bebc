//! Doors of a job's cell: what is answered out here, in the worker, for a job that has no network in there.

mod awaited;
mod google;
pub(crate) mod model;
pub(crate) mod proxy;
