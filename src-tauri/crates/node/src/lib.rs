//! Being a machine of somebody's server: it connects outward to its hub, says what it is there for, and does what it
//! is asked, as long as its owner's list there lets it.
//!
//! Terminals live here, with their rings, seats and recordings; over the connection go only pieces of them. A cut
//! connection therefore costs nothing while this process lives: seats are kept, and whoever comes back goes on behind
//! what they have seen. Recipes are those of this machine's own configuration, and a job names one, never a command.
//!
//! `identity` is the key and whose machine this is, `pairing` how that begins, `hub` the connection that is made again
//! and again, `session` one of them, `asks` what the hub asks, `streams` the bytes of terminals, `worker`, `recipe` and
//! `kept` recipes. `crew` runs the worker that takes jobs of the crew, `door` is the server it believes to speak to,
//! `errand` what goes in pieces, `caller` the way to the hub. Nothing here listens but that door, on loopback.

mod asks;
mod backoff;
mod caller;
mod crew;
mod door;
mod errand;
mod error;
mod hub;
mod identity;
mod kept;
mod pairing;
mod recipe;
mod session;
mod streams;
mod worker;

pub use crew::Crew;
pub use error::NodeError;
pub use hub::{Setting, State, run};
pub use identity::{Home, Hub};
pub use pairing::{Claimed, Link, claim};
pub use terminal::Limits;
