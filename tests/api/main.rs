//! The HTTP face under bad input, wrong callers and impatient clients: refused with a code and a cause, never a
//! fault of the server and never a success that nobody asked for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod bodies;
mod callers;
mod claims;
mod document;
mod held;
mod idempotency;
mod limits;
mod links;
mod paths;
mod scene;
mod schema;
mod shapes;
mod stopping;
mod streams;
mod surface;
mod walk;
/// The same client of the gateway that the tests of terminals use.
#[path = "../terminals/wire.rs"]
#[allow(dead_code)]
mod wire;
