//! Talking to models: three wire dialects, provider detection, prompts, and the native agent loop.
//!
//! What this room is for: turning a dialect-free [`model::Request`] into a [`model::Reply`] and naming every way
//! that can go wrong; and driving one coding task through a model's tool calls ([`native`]). What it
//! deliberately does not know: where keys are kept, what a job or a repository is, how a command is sandboxed
//! (the worker brings [`native::Hands`]), and whether a result is any good. A model's word is never evidence
//! here: the loop reports what the model claimed and leaves judging to the gate.

pub mod cancel;
pub mod cli;
pub mod detect;
pub mod model;
pub mod native;
pub mod pace;
pub mod plan;
pub mod probe;
pub mod prompt;
pub mod review;
pub mod secret;

pub use cancel::Cancel;
pub use pace::{Pace, TokioPace};
pub use secret::Secret;
