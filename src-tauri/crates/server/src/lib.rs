//! The HTTP face of the engine: routes, authentication, streams and the embedded interface.
//!
//! Handlers are thin: they read, call the engine and dress the answer. No SQL, git or policy is known here.

mod body;
mod broker;
mod bundle;
mod call;
mod exchange;
mod gate;
mod gateway;
mod listen;
mod local_buddy;
mod metrics;
mod openapi;
mod pair;
mod refusal;
mod refused_page;
mod rest;
mod shapes;
mod start;
mod state;
mod stream;
mod turns;
mod ui;

pub use engine::{Options, SandboxChoice, doctor_without_server};
pub use start::{Running, StartError, start};
